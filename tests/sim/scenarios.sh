#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Every scenario of tests/scenario holds, and its second run is the first, byte for byte; under
# sanitizers, which take five times as long, one run each.

. "${top_srcdir:?}/tests/support/tap.sh"
sim=${top_builddir:?}/kith-sim
twice=--twice
[ -z "${SANITIZER-}" ] || twice=

set -- "$top_srcdir"/tests/scenario/*.scn
for file; do
	# shellcheck disable=SC2086 # none or one
	check "$(basename "$file" .scn)" "$sim" run $twice "$file"
done
check "there are scenarios" test $# -ge 10
done_testing
