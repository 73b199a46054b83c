#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The example of libkith(3) is tests/api/pair.c, letter for letter. It is compiled as C and as C++,
# against include/kith and the shared library only, and does what it says.

. "${top_srcdir:?}/tests/support/tap.sh"
: "${top_builddir:?}" "${CC:=cc}" "${CXX=}"

tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
example=$top_srcdir/tests/api/pair.c
library=$top_builddir/.libs/libkith.so

# What stands between the first .Bd -literal after EXAMPLES and its .Ed, with mdoc's escapes undone.
shown() {
	awk '/^\.Sh / { on = $2 == "EXAMPLES" } on' "$1" |
		awk '/^\.Ed/ { exit } on; /^\.Bd -literal/ { on = 1 }' |
		sed -e 's/^\\&//' -e 's/\\e/\\/g' -e 's/\\(aq/'"'"'/g' -e 's/\\-/-/g'
}

compiles() { # LANGUAGE COMPILER OUTPUT
	# shellcheck disable=SC2086 # a compiler may carry flags
	$2 -Wall -Wextra -Werror ${SANITIZER:+-fsanitize=$SANITIZER} -I"$top_srcdir/include" \
		-x "$1" "$example" -x none "$library" -Wl,-rpath,"$top_builddir/.libs" -o "$3"
}

works() { # PROGRAM
	"$1" >"$tmp/out" || { cat "$tmp/out"; return 1; }
	grep -q '^2 alive, [0-9]* rounds, 1 replays refused$' "$tmp/out"
}

if [ ! -f "$library" ]; then
	skip "the example works as C" "no shared library was built"
	skip "the example works as C++" "no shared library was built"
else
	check "the example compiles as C" compiles c "$CC -std=c11" "$tmp/pair"
	check "the example works as C" works "$tmp/pair"
	if [ -z "$CXX" ]; then
		skip "the example works as C++" "there is no C++ compiler"
	else
		check "the example compiles as C++" compiles c++ "$CXX -std=c++11" "$tmp/pairxx"
		check "the example works as C++" works "$tmp/pairxx"
	fi
fi

shown "$top_srcdir/man/libkith.3" >"$tmp/shown"
check "libkith(3) shows the example" diff -u "$example" "$tmp/shown"

done_testing
