#!/bin/sh
# SPDX-License-Identifier: ISC
#
# --dev: no root, no configuration, no identity; a second one joins the first; nothing is left.

. "${top_srcdir:?}/tests/daemon/lib.sh"
: "${tmp:?}" "${kith:?}" "${kithd:?}" "${ended=}"

TMPDIR=$tmp
export TMPDIR
"$kithd" --dev >"$tmp/one.out" 2>"$tmp/one.log" &
echo $! >"$tmp/one.pid"
check "it greets" until_true grep -q '^dev-1 of cluster dev on 127\.0\.0\.1:' "$tmp/one.out"
dir=$(sed -n 's/.*removes \(.*\)/\1/p' "$tmp/one.out")
check "its directory is private" test "$(stat -c %a "$dir")" = 700
look=$(sed -n 's/^  look *kith --socket \([^ ]*\) status/\1/p' "$tmp/one.out")
check "the command that it prints works" "$kith" --socket "$look" status
if command -v dig >/dev/null && ! "$kithd" -VV | grep -q '^no DNS'; then
	dig=$(sed -n 's/^  names *\(dig .*\)/\1/p' "$tmp/one.out")
	# shellcheck disable=SC2086 # its words are the arguments
	name() { $dig +short | grep -qxF 127.0.0.1; }
	check "so does the one for names" name
else
	skip "so does the one for names" "this kithd has no DNS, or dig is missing (Debian: bind9-dnsutils)"
fi
admit=$(sed -n 's/^  one more *kith \(admit .*\) > dev-2.join/\1/p' "$tmp/one.out")
# shellcheck disable=SC2086 # its words are the arguments
"$kith" $admit >"$tmp/dev-2.join" 2>"$tmp/admit.err" || diag "$(cat "$tmp/admit.err")"
"$kithd" --dev -o cluster.join-file="$tmp/dev-2.join" >"$tmp/two.out" 2>"$tmp/two.log" &
echo $! >"$tmp/two.pid"
until_true grep -q '^  look' "$tmp/two.out"
both() { [ "$("$kith" --socket "$look" members --plain | grep -c '^alive')" -eq 2 ]; }
check "a second one joins the first" until_true both
stop one TERM
check "it ends with 0" test "$ended" -eq 0
stop two TERM
check "nothing is left" test "$(find "$tmp" -name 'kith-dev.*' | wc -l)" -eq 0

done_testing
