#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A daemon that dies without a word and comes back, again and again: the fourth time nobody is told.

. "${top_srcdir:?}/tests/daemon/lib.sh"
: "${tmp:?}" "${kith:?}" "${kithd:?}"

cluster a b c
start a
start b -o "cluster.seed=$(addr a)"
start c -o "cluster.seed=$(addr a)"
for one in a b c; do
	until_true sees $one alive b && until_true sees $one alive c
done
listen_b=$(addr b)

# dies TIMES STATE: and is back each time, as a and c see it.
dies() {
	for _ in $(seq "$1"); do
		stop b QUIT
		until_true sees a failed b && until_true sees c failed b || return 1
		start b -o "network.listen=$listen_b"
		until_true sees a "$2" b && until_true sees c "$2" b || return 1
	done
}
check "three times it is back" dies 3 alive
check "and is told so" test "$(grep -c 'member\.alive node=b' "$tmp/a.log")" -ge 3
check "no more than that is held against it" sh -c "! grep -q 'member\.quarantined' '$tmp/a.log'"
check "the fourth time it is quarantined" dies 1 quarantined
check "that is logged" logged a 'member\.quarantined node=b'
ask a members b --json >"$tmp/members.out"
check "its member says for how long: less than 20 minutes" grep -qE '"quarantined_ms": ?1[01][0-9]{5},' \
	"$tmp/members.out"
ask a status >"$tmp/status.out" 2>&1
check "the status names it" grep -q 'b: the member fails and comes back' "$tmp/status.out"
ask a why b >"$tmp/why.out" 2>&1
check "why tells it" grep -q 'again and again' "$tmp/why.out"
check "and what to do" grep -q 'kith release' "$tmp/why.out"

listed() { ask a members state=quarantined b --json | grep -q "\"state\": \?\"$1\""; }
lines=$(grep -c 'node=b' "$tmp/a.log")
stop b QUIT
check "it may fail" until_true listed failed
check "and nothing is logged of it" test "$(grep -c ' node=b' "$tmp/a.log")" -eq "$lines"
start b -o "network.listen=$listen_b"
check "it is back" until_true listed alive

check "it is released" ask a release b
check "and that is logged" logged a 'member\.released node=b .*is=alive'
check "it is as anybody" until_true sees a alive b
ask a release b 2>"$tmp/again.out"
check "once is enough" grep -q 'not quarantined' "$tmp/again.out"
check "others judge by themselves" sees c quarantined b

done_testing
