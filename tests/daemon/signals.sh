#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Signals that do not end kithd: reload, state, verbosity. And that a reload is all or nothing.

. "${top_srcdir:?}/tests/daemon/lib.sh"
: "${tmp:?}" "${kith:?}" "${kithd:?}" "${ended=}"

cluster a b
cat >"$tmp/a.conf" <<'C'
[node]
tag = role=web
[log]
format = text
C
start a -c "$tmp/a.conf"
start b -o "cluster.seed=$(addr a)"
has_tag() { ask b members --plain 2>/dev/null | grep -q "^alive.a.*$1"; }
check "a tag of the configuration is known elsewhere" until_true has_tag role=web

sed -i 's/role=web/role=db/' "$tmp/a.conf"
kill -HUP "$(pid a)"
check "HUP reads it again" until_true logged a 'daemon\.reload result=reloaded$'
check "and the new tag is known elsewhere" until_true has_tag role=db

ask a tag set shelf=7 2>"$tmp/tag.out"
check "kith tag says what is new" grep -q '^shelf=7 is new$' "$tmp/tag.out"
check "and the undo" grep -q '^To undo: kith tag unset shelf$' "$tmp/tag.out"
check "the tag is known elsewhere" until_true has_tag "role=db shelf=7"
kill -HUP "$(pid a)"
has_reloaded() { [ "$(grep -c 'daemon\.reload result=reloaded$' "$tmp/a.log")" -eq "$1" ]; }
until_true has_reloaded 2
check "a reload keeps it" has_tag "role=db shelf=7"
ask a tag unset shelf 2>/dev/null
check "unset, it is gone elsewhere" until_true sh -c "! '$kith' --socket '$tmp/b.sock' members a | grep -q shelf"

printf '[node]\ntag = role=cache\n[timing]\nrestart-grace = soon\nprofil = lan\n' >"$tmp/a.conf"
kill -HUP "$(pid a)"
check "a mistake is told with its place" until_true logged a \
	"daemon\.reload-failed why=.*a\.conf:4: timing\.restart-grace: 'soon' is not a duration.*(and 1 more"
check "and nothing of that file is used" has_tag role=db

printf '[node]\ntag = role=db\n[timing]\nprofile = wan\n[limits]\nmax-members = 100\n' >"$tmp/a.conf"
kill -HUP "$(pid a)"
check "what needs a restart is named" until_true logged a \
	'daemon\.reload result="reloaded; needs restart: timing\.profile limits\.max-members"'
ask a reload >"$tmp/reload.out" 2>&1
check "kith reload says the same" grep -q 'reloaded' "$tmp/reload.out"

kill -USR1 "$(pid a)"
check "USR1 logs members" until_true logged a 'daemon\.state what=members is="2 alive'
check "and counters" until_true logged a 'daemon\.state what=datagrams_received is='

logged a ' debug ' && not_ok "no debug lines before USR2" || ok "no debug lines before USR2"
kill -USR2 "$(pid a)"
# The first question may be accepted in the round of the loop that the signal comes in.
shows_debug() {
	ask a members >/dev/null
	logged a ' debug control\.connect pid='
}
check "USR2 shows debug lines" until_true shows_debug

kill -PIPE "$(pid a)"
check "PIPE is ignored" ask a members
stop a QUIT

# ---- forms of the log

rm "$tmp/a.log"
launch a --log json
until_true grep -q '"id":"node.started"' "$tmp/a.log"
stop a QUIT
check "every JSON line is one document" python3 -c '
import json, sys
for line in open(sys.argv[1]):
    d = json.loads(line)
    assert {"time", "level", "id", "msg"} <= d.keys(), d
' "$tmp/a.log"

done_testing
