# SPDX-License-Identifier: ISC
#
# Rooms, lowest first. Each is an archive libkith_<room>.la that is linked, never installed;
# what it may include stands in the table that tests/lint/layers.sh enforces.

include %D%/base/local.mk
include %D%/wire/local.mk
include %D%/seal/local.mk
include %D%/core/local.mk
include %D%/lib/local.mk
include %D%/files/local.mk
include %D%/query/local.mk
include %D%/daemon/local.mk
include %D%/cli/local.mk
include %D%/sim/local.mk
