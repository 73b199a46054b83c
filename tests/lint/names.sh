# shellcheck shell=sh
# SPDX-License-Identifier: ISC
#
# shellcheck disable=SC2154 # the script that sources this sets tmp
#
# Lists of names read from the sources, for the gates that compare them. Wants $tmp and $CC.

# public_functions DIR: functions declared KITH_API in the headers of DIR/kith.
public_functions() {
	for header in "$1"/kith/*.h; do
		echo "#include <kith/${header##*/}>"
	done >"$tmp/all.c"
	# shellcheck disable=SC2086 # CC may carry flags
	$CC -E -P -I"$1" "$tmp/all.c" | tr '\n' ' ' | tr ';' '\n' |
		sed -nE '/visibility *\( *"default" *\)/ {
			s/__attribute__ *\(\([^()]*(\([^()]*\))?[^()]*\)\)//g
			s/^[^(]*[^a-zA-Z0-9_(]([a-zA-Z_][a-zA-Z0-9_]*) *\(.*/\1/p
		}' | sort -u
}

# x_rows FILE TABLE: first column of the X-table #define TABLE(X) in FILE.
x_rows() {
	awk -v table="$2" '
		$0 ~ "^#define " table "[(]X[)]" { on = 1 }
		on && match($0, /X\([a-zA-Z0-9_]+/) { print substr($0, RSTART + 2, RLENGTH - 2) }
		on && !/\\$/ { exit }' "$1"
}
