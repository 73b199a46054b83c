#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The manual is well-formed mdoc, and each name that a reader can meet has its entry: one row of
# `covers` per kind of name, below. To document a new kind, add a row.

. "${top_srcdir:?}/tests/support/tap.sh"
: "${CC:=cc}" "${MANDOC=}"

tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
. "$top_srcdir/tests/lint/names.sh"

# well_formed PAGE: mandoc has no warning, but for links to pages that are not installed.
well_formed() {
	"$MANDOC" -Tlint -W warning "$1"
}

# has_entry NAME PAGE...: a line of a page whose macro introduces NAME.
has_entry() {
	name=$1
	shift
	awk -v name="$name" '
		/^\.(Fn|Fo|It|Nm|Ic|Cm|Va|Dv|Sx|Ss) / {
			for (i = 2; i <= NF; i++) {
				word = $i
				gsub(/^[",]+|[",]+$/, "", word)
				if (word == name) { found = 1; exit }
			}
		}
		END { exit !found }' "$@"
}

# covers KIND SOURCE PAGES: every name in $tmp/names has its entry in one of man/PAGES.
covers() {
	set -- "$1" "$2" "$top_srcdir"/man/$3
	kind=$1 source=$2
	shift 2
	if [ ! -e "$top_srcdir/$source" ]; then
		skip "the manual has every $kind" "there is no $source yet"
	elif [ ! -e "$1" ]; then
		skip "the manual has every $kind" "there is no ${1#"$top_srcdir/"} yet"
	elif [ ! -s "$tmp/names" ]; then
		not_ok "the manual has every $kind"
		diag "no $kind was found in $source: does this row still read it right?"
	else
		missing=
		while read -r name; do
			has_entry "$name" "$@" || missing="$missing $name"
		done <"$tmp/names"
		if [ -z "$missing" ]; then
			ok "the manual has every $kind"
		else
			not_ok "the manual has every $kind"
			diag "missing in $(echo "$@" | sed "s|$top_srcdir/||g"):$missing"
		fi
	fi
}

if [ -z "$MANDOC" ]; then
	skip "the pages are well-formed" "mandoc is missing (Debian: mandoc)"
else
	for page in "$top_srcdir"/man/*.[1-8]; do
		[ -e "$page" ] || continue
		check "${page##*/} is well-formed" well_formed "$page"
	done
	printf '.Dd January 1, 2026\n.Dt X 1\n.Os\n.Sh NAME\n.Nm x\n.Bl -tag\n.It Fl a\n' >"$tmp/bad.1"
	if well_formed "$tmp/bad.1" >/dev/null; then
		not_ok "a broken page is caught"
	else
		ok "a broken page is caught"
	fi
fi

public_functions "$top_srcdir/include" >"$tmp/names"
covers "public function" include/kith/kith.h '*.3'
x_rows "$top_srcdir/include/kith/stats.h" KITH_STATS >"$tmp/names"
covers "counter" include/kith/stats.h kith-metrics.7
x_rows "$top_srcdir/include/kith/stats.h" KITH_DROPS >"$tmp/names"
covers "reason to drop" include/kith/stats.h kith-metrics.7
x_rows "$top_srcdir/src/query/dns.h" KITH_DNS_COUNTERS >"$tmp/names"
covers "counter of the DNS" src/query/dns.h kith-metrics.7
sed -nE 's/^\tX\([A-Z_]+, "([a-z]+)", "([a-z.-]+)", .*/\1.\2/p' "$top_srcdir/src/daemon/options.h" >"$tmp/names"
covers "setting" src/daemon/options.h kith.conf.5
sed -nE 's/^\tX\([A-Z_]+, "([a-z.-]+)", .*/\1/p' "$top_srcdir/src/daemon/log_ids.h" >"$tmp/names"
covers "line of the log" src/daemon/log_ids.h kithd.8
sed -nE 's/^\t\{"([a-z-]+)", ".*/\1/p' "$top_srcdir/src/sim/verbs.c" >"$tmp/names"
covers "statement of a scenario" src/sim/verbs.c kith-scenario.5
sed -nE 's/^\t\{"([a-z]+)", ".*/\1/p' "$top_srcdir/src/sim/command.c" >"$tmp/names"
covers "command of kith-sim" src/sim/command.c kith-sim.1
x_rows "$top_srcdir/include/kith/types.h" KITH_STATUSES | tr '[:upper:]' '[:lower:]' >"$tmp/names"
covers "status" include/kith/types.h kith-intro.7
# The protocol's page has a row for each message, with its number.
sed -nE 's/^[[:space:]]*X\([A-Z]+, ([a-z]+), ([0-9]+),.*/\1 \2/p' "$top_srcdir/src/wire/msg.h" \
	>"$tmp/messages"
messages_have_rows() {
	[ -s "$tmp/messages" ] || return 1
	while read -r name number; do
		grep -q "^\.It Ic $name Ta $number Ta" "$1" || { diag "no row for $name $number"; return 1; }
	done <"$tmp/messages"
}
check "the manual has every message" messages_have_rows "$top_srcdir/man/kith-protocol.7"
sed 's/Ic names Ta 23/Ic names Ta 24/' "$top_srcdir/man/kith-protocol.7" >"$tmp/renumbered.7"
if messages_have_rows "$tmp/renumbered.7" >/dev/null; then
	not_ok "a message with another number is caught"
else
	ok "a message with another number is caught"
fi

done_testing
