#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Every header compiles alone and twice over; the public ones also as plain C99 and as C++.

. "${top_srcdir:?}/tests/support/tap.sh"
: "${top_builddir:?}" "${CC:=cc}" "${CXX=}"

tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

# compiles HEADER SUFFIX COMPILER...: a file that holds nothing but the header, twice.
compiles() {
	printf '#include %s\n#include %s\n' "$1" "$1" >"$tmp/alone.$2"
	shift 2
	"$@" -Wall -Wextra -Werror -fsyntax-only -I"$top_srcdir/include" \
		"$tmp"/alone.?*
	status=$?
	rm -f "$tmp"/alone.*
	return $status
}

inside() { # shellcheck disable=SC2086 # CC may carry flags
	compiles "$1" c $CC -std=gnu11 -I"$top_srcdir/src" -I"$top_builddir"
}
as_c99() { # shellcheck disable=SC2086
	compiles "$1" c $CC -std=c99 -Wpedantic
}
as_cxx() { # shellcheck disable=SC2086
	compiles "$1" cc $CXX -std=c++11 -Wpedantic
}

for path in "$top_srcdir"/src/*/*.h; do
	header=${path#"$top_srcdir/src/"}
	check "$header stands alone" inside "\"$header\""
done
for path in "$top_srcdir"/include/kith/*.h; do
	header=${path#"$top_srcdir/include/"}
	check "<$header> is C99" as_c99 "<$header>"
	if [ -n "$CXX" ]; then
		check "<$header> is C++11" as_cxx "<$header>"
	else
		skip "<$header> is C++11" "no C++ compiler"
	fi
done

# The gate itself: a header that forgot what it needs, and one without a guard.
printf 'extern uint8_t x;\n' >"$tmp/forgot.h"
printf 'struct twice { int x; };\n' >"$tmp/twice.h"
for mutant in forgot twice; do
	if inside "\"$tmp/$mutant.h\"" >/dev/null 2>&1; then
		not_ok "a header like $mutant.h is caught"
	else
		ok "a header like $mutant.h is caught"
	fi
done

done_testing
