#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The public functions are one list seen from five sides: declared in include/kith/, named in
# libkith.map, exported by the built library, called by a test, and every one starts with kith_.
# The library needs libsodium, msgpack-c and the C library, nothing else.

. "${top_srcdir:?}/tests/support/tap.sh"
: "${top_builddir:?}" "${CC:=cc}" "${NM:=nm}" "${READELF:=readelf}"

tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
. "$top_srcdir/tests/lint/names.sh"
library=$top_builddir/.libs/libkith.so

mapped() { # MAP: names between "global:" and "local:".
	sed -E 's|/\*.*\*/||' "$1" |
		awk '/global:/ { on = 1; sub(/.*global:/, "") } /local:/ { on = 0 } on' |
		tr -d ' \t' | tr ';' '\n' | grep . | sort -u
}

exported() { # LIBRARY
	$NM -D --defined-only "$1" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort -u
}

same() { # NAME ONE OTHER WORD-FOR-ONE WORD-FOR-OTHER
	if cmp -s "$2" "$3"; then
		ok "$1"
	else
		not_ok "$1"
		comm -23 "$2" "$3" | sed "s|^|# only $4: |"
		comm -13 "$2" "$3" | sed "s|^|# only $5: |"
	fi
}

public_functions "$top_srcdir/include" >"$tmp/declared"
mapped "$top_srcdir/src/lib/libkith.map" >"$tmp/mapped"

if [ -s "$tmp/mapped" ]; then
	same "the map names what the headers declare" "$tmp/mapped" "$tmp/declared" \
		"in libkith.map" "in include/kith"
else
	skip "the map names what the headers declare" "the library has no public function yet"
fi

if [ ! -f "$library" ]; then
	skip "the library exports what the map names" "no shared library was built"
	skip "the library needs libsodium and msgpack-c only" "no shared library was built"
elif [ -n "$SANITIZER" ]; then
	skip "the library exports what the map names" "a sanitizer adds symbols of its own"
	skip "the library needs libsodium and msgpack-c only" "a sanitizer adds a library of its own"
else
	exported "$library" >"$tmp/exported"
	same "the library exports what the map names" "$tmp/exported" "$tmp/mapped" \
		"in $library" "in libkith.map"
	needed=$($READELF -dW "$library" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p' |
		grep -vE '^(libsodium|libmsgpack-?c|libc|ld-linux[-_a-z0-9]*|ld64)\.so')
	check "the library needs libsodium and msgpack-c only${needed:+, not $needed}" test -z "$needed"
fi

grep -v '^kith_' "$tmp/declared" >"$tmp/foreign"
check "every public name starts with kith_" test ! -s "$tmp/foreign"

untested=
while read -r function; do
	grep -rqw --include='*.c' --include='*.cc' "$function" "$top_srcdir/tests" ||
		untested="$untested $function"
done <"$tmp/declared"
if [ -s "$tmp/mapped" ]; then
	check "every public function is called by a test${untested:+, but not$untested}" \
		test -z "$untested"
else
	skip "every public function is called by a test" "the library has no public function yet"
fi

# The gate itself reads declarations of any shape.
mkdir -p "$tmp/include/kith"
cat >"$tmp/include/kith/mutant.h" <<'C'
#define API __attribute__((visibility("default")))
#define MUST __attribute__((warn_unused_result))
typedef int number;
struct thing { int (*call)(int); };
int kith_inside(int x);
API int kith_plain(void);
API MUST struct thing *kith_pointer(const unsigned char seed[32],
				    void (*fn)(int));
MUST API const char *
kith_split(number a);
C
public_functions "$tmp/include" >"$tmp/got"
printf 'kith_plain\nkith_pointer\nkith_split\n' >"$tmp/want"
same "declarations of every shape are read" "$tmp/got" "$tmp/want" "read" "declared"

done_testing
