#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Every scenario of tests/scenario holds, and its second run is the first, byte for byte.

. "${top_srcdir:?}/tests/support/tap.sh"
sim=${top_builddir:?}/kith-sim

set -- "$top_srcdir"/tests/scenario/*.scn
for file; do
	check "$(basename "$file" .scn)" "$sim" run --twice "$file"
done
check "there are scenarios" test $# -ge 10
done_testing
