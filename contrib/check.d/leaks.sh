#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Daemons in a cluster under valgrind, through all their ways to end: joined, left, restarted,
# asked. Each clean stop ends with 0 only if no block is lost and no access was wrong.

. "${top_srcdir:?}/tests/support/tap.sh"
: "${top_builddir:?}"

tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

cat >"$tmp/kithd" <<SH
#!/bin/sh
LD_LIBRARY_PATH=$top_builddir/.libs
export LD_LIBRARY_PATH
exec valgrind -q --leak-check=full --errors-for-leak-kinds=definite,indirect --error-exitcode=99 \\
	$top_builddir/.libs/kithd "\$@"
SH
chmod +x "$tmp/kithd"

# The gate itself: a program that loses a block is seen.
printf '#include <stdlib.h>\nint main(void) { return malloc(8) == 0; }\n' >"$tmp/leak.c"
"${CC:-cc}" -g -O0 "$tmp/leak.c" -o "$tmp/leak" &&
	valgrind -q --leak-check=full --errors-for-leak-kinds=definite,indirect \
		--error-exitcode=99 "$tmp/leak" 2>/dev/null
check "a lost block is seen" test $? -eq 99

KITHD=$tmp/kithd
export KITHD
check "a life of three daemons loses nothing" sh "$top_srcdir/tests/daemon/life.sh"
done_testing
