#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The verbs that ask kithd, against one that answers from a script: what people read, what programs
# read, and what is asked of kithd.

. "${top_srcdir:?}/tests/support/tap.sh"
. "$top_srcdir/tests/cli/lib.sh"
: "${tmp:?}" "${sock:?}" "${kith:?}" "${rc:?}" "${python:?}"

fake "$top_srcdir/tests/cli/script.json"

# ---- status

run status
check "degraded is a no" exits 1
check "the verdict is the first word" grep -q '^degraded: 1 member failed  *cluster prod$' "$tmp/out"
check "members by state" says "12 alive, 1 failed, 2 left"
check "this host" says "web-1 zone a  10.0.0.5:5484  [fd00::5]:5484  up 3d04h  self-health 0/8"
check "synchronisation" says "4.1s ago, last answer 0.4s ago, view 9f3ca1d0"
check "the certificate" says "certificate ends in 211d"
check "each problem has its next command" \
	grep -qE '^  ! db-3: the member failed \([0-9dhms]+ ago\)  +kith why db-3$' "$tmp/out"
check "a problem of no member, without a hint" grep -qx '  ! the clock is wrong' "$tmp/out"
check "no words" silent err
check "no colour in a file" sh -c "! grep -q '$(printf '\033')' '$tmp/out'"
cp "$tmp/out" "$tmp/bare"
run
check "kith alone is kith status" cmp "$tmp/bare" "$tmp/out"
run status -v
check "more with -v" says "10.0.0.2:5484  not tried"
run status --color always
check "colour on demand" grep -q "$(printf '\033')\[31mdegraded" "$tmp/out"
# on_terminal COMMAND: what it prints where standard output is a terminal.
on_terminal() { TERM=${term-xterm} script -qec "$1" /dev/null </dev/null >"$tmp/out" 2>&1; }
if command -v script >/dev/null; then
	red=$(printf '\033')
	on_terminal "'$kith' --socket '$sock' status"
	check "colour on a terminal" grep -q "$red" "$tmp/out"
	on_terminal "NO_COLOR=1 '$kith' --socket '$sock' status"
	check "unless NO_COLOR is set" sh -c "grep -q degraded '$tmp/out' && ! grep -q '$red' '$tmp/out'"
	term=dumb on_terminal "'$kith' --socket '$sock' status"
	check "or the terminal is dumb" sh -c "grep -q degraded '$tmp/out' && ! grep -q '$red' '$tmp/out'"
	on_terminal "'$kith' --socket '$sock' --color never status"
	check "or never is said" sh -c "grep -q degraded '$tmp/out' && ! grep -q '$red' '$tmp/out'"
else
	skip "colour on a terminal" "script is missing"
fi
run status --color always --json
check "the same as JSON, exit code too" exits 1
check "one document" json 'd["state"] == "degraded" and d["problems"][0]["member"] == "db-3"'
run --plain status
check "plain is a word and its value" grep -q "^members.alive$(printf '\t')12\$" "$tmp/out"

# ---- members

run members
check "members are listed" exits 0
check "the head" grep -q '^STATE  *NAME  *ZONE  *ADDRESS  *RTT  *SEEN  *VERSION  *TAGS$' "$tmp/out"
check "a row" grep -q '^alive  *db-1  *b  *10.0.0.11:5484  *0.4ms  *1.0s  *0.1.0  *role=db' "$tmp/out"
check "unknown is a dash" grep -q '^failed  *db-3  *b  *10.0.0.13:5484  *-  *-  *0.1.0  *-$' "$tmp/out"
check "tags play no tricks on the terminal" says 'evil=\x1b[31mred\x07'
check "all is asked for" asked 'r["body"] == {"filter": [], "all": False, "limit": 1000}'
run members -v
check "all addresses with -v" says '10.0.0.5:5484 [fd00::5]:5484'
check "and a legend" says 'INCARNATION:'
run members --plain
check "tabs" grep -q "^alive$(printf '\t')db-1$(printf '\t')b$(printf '\t')" "$tmp/out"
check "no head" sh -c "! grep -q NAME '$tmp/out'"
run --json members 'db-*' not zone=b --all
check "filters go to kithd as they are" \
	asked 'r["body"]["filter"] == ["db-*", "not", "zone=b"] and r["body"]["all"] is True'
check "JSON is the reply" json '[m["name"] for m in d["members"]] == ["db-1", "db-3", "web-1"]'
check "and escapes what kithd sent" json 'd["members"][0]["tags"]["evil"] == "\x1b[31mred\x07"'

cat >"$tmp/pages.json" <<'PAGES'
{"kith.members": [
  {"body": {"v": 1, "ok": true, "total": 3000, "next": "m2", "members":
    [{"repeat": 2000, "item": {"name": "m1", "state": "alive", "self": false, "addrs": []}}]}},
  {"body": {"v": 1, "ok": true, "total": 3000, "next": null, "members":
    [{"repeat": 1000, "item": {"name": "m3", "state": "alive", "self": false, "addrs": []}}]}}]}
PAGES
fake "$tmp/pages.json"
run members --json
check "pages become one document" json 'len(d["members"]) == 3000 and "next" not in d'
check "the next page begins after the last" asked 'r["body"]["after"] == "m2"'

cat >"$tmp/none.json" <<'NONE'
{"kith.members": {"body": {"v": 1, "ok": true, "total": 0, "next": null, "isolated": true,
  "age_ms": 180000, "members": []}}}
NONE
fake "$tmp/none.json"
run members 'x*'
check "no match is a no" exits 1
check "said in words" tells "no member matches"
check "an isolated host says how old its view is" tells "probably cut off; what it knows is 3m00s old"
run members 'x*' --json
check "no match in JSON" json 'd["ok"] and d["members"] == []'
check "with the same exit code" exits 1
run members -q 'x*'
check "quiet is quiet" silent err

# ---- why, stats

fake "$top_srcdir/tests/cli/script.json"
run why db-3
check "why is answered" exits 0
check "state, since when, which incarnation" \
	says "db-3 is failed since 02:51:07.120 UTC (2h14m), incarnation 17.2"
check "who refused, by which path" \
	says "02:51:01.302  own probe refused: no direct answer, 2 helpers had none either, TCP refused"
check "who suspected" says "suspected by web-2: no direct answer, TCP silent"
check "the transition" grep -q 'suspect -> failed  *3 of 3' "$tmp/out"
check "the verdict" says "its host is up, but kithd is not"
check "what to do" says "on that host: systemctl status kithd"
check "the name is asked for" asked 'r == {"command": "kith.why", "body": {"name": "db-3"}}'
run why db-3 --json
check "why as JSON" json 'd["verdict"] == "host_up_daemon_down" and len(d["why"]) == 3'

run stats drops.
check "stats are listed" grep -q '^node.datagrams_received  *123$' "$tmp/out"
check "the prefix is kithd's to judge" asked 'r["body"] == {"prefix": "drops."}'
run stats --json
check "stats as JSON" json 'd["stats"]["drops"]["replay"] == 4'
cat >"$tmp/moving.json" <<'MOVING'
{"kith.stats": [{"body": {"v": 1, "ok": true, "stats": {"node": {"rounds": 10, "health": 0}}}},
  {"body": {"v": 1, "ok": true, "stats": {"node": {"rounds": 15, "health": 0}}}}, {"close": true}]}
MOVING
fake "$tmp/moving.json"
run stats --every 100ms
check "what moved, and how far" grep -q '^node.rounds  *15  *+5  *[0-9.]*$' "$tmp/out"
check "what did not is left out" sh -c "! tail -n 2 '$tmp/out' | grep -q health"
check "it ends when kithd does" exits 3

# ---- ping

cat >"$tmp/ping.json" <<'PING'
{"kith.ping": [
  {"body": {"v": 1, "ok": true, "ping": {"name": "db-2", "id": "aa", "state": "alive",
    "direct": {"result": "answered", "message": "answered", "addr": "10.0.1.12:5484", "rtt_us": 9840},
    "via": {"result": "answered", "message": "answered", "by": {"name": "db-1", "id": "bb"},
      "rtt_us": 10449},
    "tcp": {"result": "answered", "message": "answered", "addr": "10.0.1.12:5484", "rtt_us": 910},
    "back": {"result": "answered", "message": "answered", "by": {"name": "db-1", "id": "bb"},
      "rtt_us": 10100}, "message": ""}}},
  {"body": {"v": 1, "ok": true, "ping": {"name": "db-2", "id": "aa", "state": "alive",
    "direct": {"result": "silent", "message": "no answer", "addr": "10.0.1.12:5484", "rtt_us": null},
    "via": {"result": "untried", "message": "not tried", "by": null, "rtt_us": null},
    "tcp": {"result": "refused", "message": "refused", "addr": "10.0.1.12:5484", "rtt_us": null},
    "back": {"result": "untried", "message": "not tried", "by": null, "rtt_us": null},
    "message": "its host is up, but kithd is not"}}},
  {"body": {"v": 1, "ok": true, "ping": {"name": "db-2", "id": "aa", "state": "alive",
    "direct": {"result": "answered", "message": "answered", "addr": "10.0.1.12:5484", "rtt_us": 3000},
    "via": {"result": "nacked", "message": "no answer to it either",
      "by": {"name": "web-2", "id": "cc"}, "rtt_us": null},
    "tcp": {"result": "silent", "message": "\u001b[31m", "addr": "10.0.1.12:5484", "rtt_us": null}}}},
  {"close": true}]}
PING
fake "$tmp/ping.json"
run ping db-2
check "a ping that is answered is a yes" exits 0
check "the ways in one line" \
	grep -qx 'db-2 10.0.1.12:5484  direct 9.8 ms     via db-1 10.4 ms  tcp 0.91 ms    back 10.1 ms' \
	"$tmp/out"
check "one round has no sum" sh -c "[ \$(wc -l <'$tmp/out') -eq 1 ]"
check "who is asked for" asked 'r == {"command": "kith.ping", "body": {"name": "db-2"}}'
run ping db-2
check "one that is not is a no" exits 1
check "with what is known" \
	grep -qx 'db-2 10.0.1.12:5484  direct no answer  via nobody  tcp refused    back not tried' "$tmp/out"
check "and what that tells together" grep -qx '  its host is up, but kithd is not' "$tmp/out"
run ping db-2
check "a helper in vain" says "via web-2 no answer to it either"
check "words of kithd play no tricks" says 'tcp \x1b[31m'
fake "$tmp/ping.json"
run ping db-2 -c 3
check "one of three is missing" exits 1
check "the sum is of the direct answers" \
	grep -qx '3 sent, 2 answered, min/median/max 3.00/6.42/9.84 ms' "$tmp/out"
check "columns line up" \
	grep -qx 'db-2 10.0.1.12:5484  direct no answer  via nobody        tcp refused    back not tried' \
	"$tmp/out"
fake "$tmp/ping.json"
run ping --count 3 db-2 --json
check "rounds become one document" json 'd["node"] == "db-2" and d["sent"] == 3 and d["answered"] == 2'
check "with each answer in its place" json 'd["direct_ms"] == [9.84, None, 3.0]'
check "and all that kithd said" json 'd["rounds"][2]["via"]["by"]["name"] == "web-2"'
check "and the same exit code" exits 1
run ping db-2 --json
check "a daemon that goes is one document too" json 'd["error"]["code"] == "daemon_gone"'
fake "$tmp/ping.json"
run ping db-2 --plain
check "plain is numbers between tabs" grep -qx "$(printf 'db-2\t10.0.1.12:5484\t9.8\tdb-1\t10.4\t0.91\t10.1')" "$tmp/out"
run ping db-2 --plain
check "or the words" \
	grep -qx "$(printf 'db-2\t10.0.1.12:5484\tno answer\t-\tnot tried\trefused\tnot tried')" "$tmp/out"
for bad in 0 x 1001; do
	run ping db-2 -c "$bad"
	check "no count: $bad" exits 2
done

# ---- change

fake "$top_srcdir/tests/cli/script.json"
run join 10.0.0.1 nowhere
check "join tells of each seed" grep -q '^unresolved  *nowhere  *-  *the name has no address$' "$tmp/out"
check "and the next step" tells "1 of 2 answered. Next: kith members"
check "kithd is to wait" asked 'r["body"] == {"addrs": ["10.0.0.1", "nowhere"], "wait_ms": 10000}'
run join 10.0.0.1 --timeout 2s --json
check "but not longer than we do" asked 'r["body"]["wait_ms"] == 1800'
check "join as JSON" json 'd["contacted"] == 1'
run leave
check "leave says what changed" tells "this host has left the cluster"
check "and how to come back" tells "systemctl start kithd"
check "and prints no data" silent out
run leave --json
check "leave as JSON" json 'd["left"] is True'
run reload
check "reload names what needs a restart" tells "reloaded; needs restart: network.listen"
run reload --json
check "reload as JSON" json 'd["message"].startswith("reloaded")'
run release db-3
check "release says how it is" tells "db-3 is quarantined here no longer; it is alive."
check "it is asked by name" asked 'r == {"command": "kith.release", "body": {"name": "db-3"}}'
run release db-3 --json
check "release as JSON" json 'd["released"]["name"] == "db-3"'
run forget db-3
check "forget says what changed" tells "db-3 (failed) is listed here no longer"
check "and how it comes back" tells "If it lives after all, it comes back by itself."
check "it is asked by name" asked 'r == {"command": "kith.forget", "body": {"name": "db-3"}}'
run forget db-3 --json
check "forget as JSON" json 'd["forgotten"]["state"] == "failed"'

# ---- tag

run tag set role="it's db" canary=yes a.b=2
check "tag set is done" exits 0
check "what changed" tells "role=it's db, was web"
check "what is new" tells "canary=yes is new"
check "the undo of what was there" tells "To undo: kith tag set role=web a.b=1"
check "the undo of what was not" tells "To undo: kith tag unset canary"
check "and how long it holds" tells "until kithd restarts"
check "kithd is asked" asked 'r["body"] == {"set": {"role": "it'"'"'s db", "canary": "yes", "a.b": "2"}}'
run tag unset role canary
check "tag unset is asked" asked 'r["body"] == {"unset": ["role", "canary"]}'
run tag unset nothing
check "what was not set" tells "nothing was not set"
check "has no undo" sh -c "! grep -q undo '$tmp/err'"
run tag set role=db --json
check "tag as JSON is the tags afterwards" json 'd["tags"]["canary"] == "yes"'
run tag set role
check "a tag needs a value" exits 2
run tag drop role
check "set or unset" tells "'drop' is neither set nor unset"
cat >"$tmp/tags.json" <<'TAGS'
{"kith.tags": [{"body": {"v": 1, "ok": true, "tags": {"role": "it's db"}}},
  {"body": {"v": 1, "ok": true, "tags": {}}}]}
TAGS
fake "$tmp/tags.json"
run tag unset role
check "what is gone" tells "role is unset, was it's db"
check "the undo is quoted for the shell" tells "To undo: kith tag set 'role=it'\''s db'"

# ---- watch, wait

cat >"$tmp/watch.json" <<'WATCH'
{"kith.changes": [
  {"body": {"v": 1, "ok": true, "index": 8, "changes": [], "lost": false}},
  {"body": {"v": 1, "ok": true, "index": 10, "lost": true, "changes": [
    {"index": 9, "at": "2026-11-23T05:12:44.120Z", "kind": "member", "node": "db-4", "id": "aa",
      "from": null, "to": "alive", "cause": "joined", "by": null, "evidence": 0, "need": 0},
    {"index": 10, "at": "2026-11-23T05:13:02.551Z", "kind": "member", "node": "web-2", "id": "bb",
      "from": "alive", "to": "suspect", "cause": "suspect", "by": {"name": "db-1", "id": "cc"},
      "evidence": 1, "need": 3}]}},
  {"close": true}]}
WATCH
fake "$tmp/watch.json"
run watch
check "a watch ends when kithd does" exits 3
check "a line a change" grep -qx '05:12:44.120  db-4              joined      -' "$tmp/out"
check "with who said so" \
	grep -qx '05:13:02.551  web-2             suspect     was alive, by db-1, 1 of 3' "$tmp/out"
check "what is lost is said" tells "some changes before these are not known"
check "it goes on where it was" asked 'r["body"] == {"from": 10, "wait_ms": 60000}'
fake "$tmp/watch.json"
run watch members --from 7 --json
cat >"$tmp/lines.py" <<'PYTHON'
import json, sys
d = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
assert [x["v"] for x in d] == [1] * 4, d
assert d[0]["kind"] == "lost" and d[1]["node"] == "db-4" and d[1]["from"] is None, d
assert d[2]["by"]["name"] == "db-1" and d[3]["error"]["code"] == "daemon_gone", d
PYTHON
check "as JSON a document a line, the end too" "$python" "$tmp/lines.py" "$tmp/out"
check "from is where it begins" "$python" -c '
import json, sys
asked = [json.loads(line) for line in open(sys.argv[1])]
assert asked[1]["body"] == {"from": 7, "kinds": ["member"], "wait_ms": 60000}, asked' "$tmp/log"
run watch --from x
check "an index is a number" exits 2
run watch events
check "what cannot be watched" tells "'events' is neither members nor services nor log"

cat >"$tmp/wait.json" <<'WAIT'
{"kith.status": [{"body": {"v": 1, "ok": true, "index": 5, "members": {"alive": 2}}},
  {"body": {"v": 1, "ok": true, "index": 6, "members": {"alive": 3}}}],
 "kith.members": {"body": {"v": 1, "ok": true, "index": 7, "members": [{"name": "db-1", "state": "left"},
  {"name": "db-1", "state": "alive"}]}},
 "kith.changes": {"body": {"v": 1, "ok": true, "index": 6, "changes": [], "lost": false}}}
WAIT
fake "$tmp/wait.json"
run wait 'members>=3' --for 60s
check "what is wanted is reached" exits 0
check "said with how it is" grep -q "^reached in [0-9.]*s: 3 members are alive" "$tmp/err"
check "it was woken by a change" grep -q '"kith.changes", "body": {"from": 5, "kinds": \["member"\], "wait_ms": [0-9]*}' "$tmp/log"
run wait 'members < 3' --for 0s
check "time over is a no" exits 1
check "and says how it is" grep -q "not reached in [0-9.]*s: 3 members are alive" "$tmp/err"
run wait member db-1 alive --json
check "one of two with a name will do" json 'd["ok"] and d["reached"] is True and d["value"] == "alive"'
check "left ones are looked at, too" asked 'r["body"] == {"filter": ["name=db-1"], "all": True}'
run wait 'member db-1 failed' --for 0s --json
check "no as JSON" json 'd["ok"] and d["reached"] is False'
check "with its exit code" exits 1
run wait converged
check "what one host cannot know" tells "one host cannot tell"
check "is refused" exits 2
for bad in members 'members>=x' 'member db-1' 'member db-1 dead' 'member db-* alive' 'member a alive b' x; do
	run wait "$bad"
	check "no condition: $bad" exits 2
done

done_testing
