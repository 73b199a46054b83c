#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What configure promised is in the files that were linked: RELRO, immediate binding, no
# executable stack, no text relocation; programs are position-independent.

. "${top_srcdir:?}/tests/support/tap.sh"
: "${top_builddir:?}" "${READELF:=readelf}" "${HARDENING=}" "${PROGRAMS=}" "${CC:=cc}"

tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

dynamic_has() { # FILE PATTERN
	$READELF -dW "$1" | grep -qE "$2"
}
segment_has() { # FILE PATTERN
	$READELF -lW "$1" | grep -qE "$2"
}
now_bound() {
	dynamic_has "$1" 'BIND_NOW|\(FLAGS_1\).*NOW'
}
stack_is_data() {
	segment_has "$1" '^ *GNU_STACK .* RW +' && ! segment_has "$1" '^ *GNU_STACK .* RWE'
}
no_text_relocation() {
	! dynamic_has "$1" TEXTREL
}

judge() { # FILE NAME
	check "$2 has a read-only relocation table" segment_has "$1" GNU_RELRO
	check "$2 is bound at start" now_bound "$1"
	check "$2 has no executable stack" stack_is_data "$1"
	check "$2 has no text relocation" no_text_relocation "$1"
}

if [ "$HARDENING" != yes ]; then
	skip "the files are hardened" "configured with --disable-hardening"
	done_testing
	exit
fi

library=$top_builddir/.libs/libkith.so
[ -f "$library" ] && judge "$library" libkith.so
for program in $PROGRAMS; do
	file=$top_builddir/$program
	[ -f "$top_builddir/.libs/$program" ] && file=$top_builddir/.libs/$program
	judge "$file" "$program"
	check "$program is position-independent" dynamic_has "$file" '\(FLAGS_1\).*PIE'
done

# The gate itself: a program linked the soft way.
echo 'int main(void) { return 0; }' >"$tmp/soft.c"
# shellcheck disable=SC2086 # CC may carry flags
if $CC -no-pie -Wl,-z,norelro -Wl,-z,lazy -Wl,-z,execstack "$tmp/soft.c" -o "$tmp/soft" \
	2>"$tmp/log"; then
	for rule in 'segment_has GNU_RELRO' 'now_bound' 'stack_is_data' 'dynamic_has PIE'; do
		# shellcheck disable=SC2086
		set -- $rule
		if "$1" "$tmp/soft" ${2+"$2"}; then
			not_ok "a soft program fails '$rule'"
		else
			ok "a soft program fails '$rule'"
		fi
	done
else
	skip "a soft program is caught" "the linker does not make one"
fi

done_testing
