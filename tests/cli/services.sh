#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The verbs of services, against a kithd that answers from a script: what people read, what programs
# read, and what is asked of kithd.

. "${top_srcdir:?}/tests/support/tap.sh"
. "$top_srcdir/tests/cli/lib.sh"
: "${tmp:?}" "${sock:?}" "${kith:?}" "${rc:?}" "${python:?}"

# ---- services

cat >"$tmp/services.json" <<'SERVICES'
{"kith.services": {"body": {"v": 1, "ok": true, "index": 7, "age_ms": 4, "isolated": false, "total": 4,
  "next": null, "services": [
  {"name": "web", "id": "web-1", "node": "a-1", "node_id": "aa", "state": "alive", "quarantined": false,
   "self": true, "origin": "registered", "zone": "b", "addrs": ["10.0.0.5", "fd00::5"], "port": 8080,
   "ports": {"admin": 9090}, "tags": ["v2", "\u001b[31m"], "meta": {"k": "v"}, "weight": 10,
   "health": "passing", "health_since": "2026-11-23T02:51:07.000Z", "note": "", "maintenance": false,
   "usable": true},
  {"name": "web", "id": "web", "node": "a-2", "node_id": "bb", "state": "failed", "quarantined": false,
   "self": false, "origin": null, "zone": "", "addrs": ["fd00::6"], "port": 80, "ports": {}, "tags": [],
   "meta": {}, "weight": 1, "health": "passing", "health_since": null, "note": "", "maintenance": false,
   "usable": false},
  {"name": "web", "id": "web", "node": "a-3", "node_id": "cc", "state": "alive", "quarantined": false,
   "self": false, "origin": null, "zone": "", "addrs": ["fd00::7"], "port": null, "ports": {}, "tags": [],
   "meta": {}, "weight": 1, "health": "critical", "health_since": null, "note": "new disk",
   "maintenance": true, "usable": false},
  {"name": "web", "id": "web", "node": "a-4", "node_id": "dd", "state": "alive", "quarantined": true,
   "self": false, "origin": null, "zone": "", "addrs": [], "port": 1, "ports": {}, "tags": [],
   "meta": {}, "weight": 1, "health": "warning", "health_since": null, "note": "", "maintenance": false,
   "usable": false}]}}}
SERVICES
fake "$tmp/services.json"
run services
check "services are listed" exits 0
check "the head" grep -q '^STATE  *NAME  *NODE  *ZONE  *ADDRESS  *WEIGHT  *TAGS  *NOTE$' "$tmp/out"
check "a row, and no tricks on the terminal" \
	grep -qF 'passing      web   a-1   b     10.0.0.5:8080  10      v2 \x1b[31m  -' "$tmp/out"
check "a failed host goes before health" grep -q '^failed  *web  *a-2  *-  *\[fd00::6\]:80  *1  *-  *-$' "$tmp/out"
check "so does a drain; without a port none is shown" \
	grep -q '^drained  *web  *a-3  *-  *fd00::7  *1  *-  *new disk$' "$tmp/out"
check "and a quarantine" grep -q '^quarantined  *web  *a-4  *-  *-  *1' "$tmp/out"
check "usable ones are asked for" asked 'r["body"] == {"all": False, "limit": 1000}'
run services -v
check "more with -v" says '10.0.0.5:8080 [fd00::5]:8080'
check "ids, ports, meta, origin" grep -q ' web-1 .* admin=9090  *k=v  *registered  *aa$' "$tmp/out"
check "and a legend" says 'STATE: why it is not to be used'
run services 'web*' --tag 'v?' --node a-1 --all --json
check "filters go to kithd as they are" \
	asked 'r["body"] == {"name": "web*", "tag": "v?", "node": "a-1", "all": True, "limit": 1000}'
check "JSON is the reply" json '[s["node"] for s in d["services"]] == ["a-1", "a-2", "a-3", "a-4"] and d["total"] == 4'
run services --plain
check "tabs" grep -q "^passing$(printf '\t')web$(printf '\t')a-1$(printf '\t')b" "$tmp/out"
run services a b
check "one name at most" exits 2

cat >"$tmp/pages.json" <<'PAGES'
{"kith.services": [
  {"body": {"v": 1, "ok": true, "total": 3000, "next": "x\ty\tz\tid", "services":
    [{"repeat": 2000, "item": {"name": "m1", "state": "alive", "addrs": []}}]}},
  {"body": {"v": 1, "ok": true, "total": 3000, "next": null, "services":
    [{"repeat": 1000, "item": {"name": "m3", "state": "alive", "addrs": []}}]}}]}
PAGES
fake "$tmp/pages.json"
run services --json
check "pages become one document" json 'len(d["services"]) == 3000 and "next" not in d'
check "the next page begins after the last" asked 'r["body"]["after"] == "x\ty\tz\tid"'
echo '{"kith.services": {"body": {"v": 1, "ok": true, "total": 0, "next": null, "services": []}}}' >"$tmp/none.json"
fake "$tmp/none.json"
run services web
check "no match is a no" exits 1
check "said in words, and what to try" tells '--all shows the others'
run services web --all
check "unless it was tried" sh -c "! grep -q 'all shows' '$tmp/err'"

# ---- register, deregister, drain

cat >"$tmp/change.json" <<'CHANGE'
{"kith.register": [
   {"body": {"v": 1, "ok": true, "registered": {"name": "web", "id": "web-1", "change": "added"}, "kept": true}},
   {"body": {"v": 1, "ok": true, "registered": {"name": "web", "id": "web", "change": "none"}, "kept": true}},
   {"body": {"v": 1, "ok": true, "registered": {"name": "web", "id": "web", "change": "changed"}, "kept": false}},
   {"error": "no", "body": {"v": 1, "ok": false, "error": {"code": "not_allowed", "message": "no",
     "hint": "kith admit x --service 'web'", "exit": 4}}}],
 "kith.deregister": {"body": {"v": 1, "ok": true, "deregistered": {"name": "web", "id": "w", "change": "removed"},
   "kept": true}},
 "kith.maintenance": {"body": {"v": 1, "ok": true, "maintenance": {"id": null, "on": true, "reason": ""},
   "kept": true}}}
CHANGE
fake "$tmp/change.json"
run register web --port 8080 --port admin=9090 --id web-1 --addr 10.0.0.5 --addr x.example --tag v2 --tag 'a b' \
	--meta k=v --meta e= --meta 'x=y=z' --weight 7
check "a service is registered" exits 0
check "with all that is said of it" asked 'r["body"] == {"name": "web", "id": "web-1", "port": 8080,
	"ports": {"admin": 9090}, "addrs": ["10.0.0.5", "x.example"], "tags": ["v2", "a b"],
	"meta": {"k": "v", "e": "", "x": "y=z"}, "weight": 7}'
check "the undo is told" tells 'To undo: kith deregister web-1'
check "on standard error" silent out
run register web
check "a name is enough" asked 'r["body"] == {"name": "web", "id": "web", "port": 0, "ports": {},
	"addrs": [], "tags": [], "meta": {}}'
check "no change is told as none" tells 'offered already'
run register web --json
check "a disk that failed shows in JSON" json 'd["kept"] is False and d["registered"]["change"] == "changed"'
run register web
check "a refusal" exits 4
check "with its cure" tells "kith admit x --service 'web'"
for wrong in '--port 0' '--port x' '--port =5' '--port 1 --port 2' '--port admin=70000' '--weight x' \
	'--weight 65536' '--meta x' '--meta =x'; do
	# shellcheck disable=SC2086 # two words
	run register web $wrong
	check "register web $wrong is a mistake" exits 2
done
sed -i 's/"kept": true/"kept": false/' "$tmp/change.json"
fake "$tmp/change.json"
run register web
check "a disk that failed is told" tells 'is forgotten when kithd restarts'
check "which is no failure" exits 0
run deregister w
check "one is withdrawn" tells 'web is no longer offered'
check "by its id" asked 'r["body"] == {"id": "w"}'
run drain --reason 'new disk'
check "a host is drained" tells 'To undo: kith undrain'
check "with a reason" asked 'r["body"] == {"on": True, "reason": "new disk"}'
run drain w
check "or a service" tells 'To undo: kith undrain w'
check "of an id" asked 'r["body"] == {"id": "w", "on": True}'
run undrain w
check "and back" asked 'r["body"] == {"id": "w", "on": False}'
run drain --json
check "as JSON" json 'd["maintenance"]["on"] is True'

# ---- watch, wait

cat >"$tmp/watch.json" <<'WATCH'
{"kith.changes": [{"body": {"v": 1, "ok": true, "index": 9, "lost": false, "changes": [
  {"index": 8, "at": "2026-11-23T05:12:44.120Z", "kind": "service", "service": "web", "id": "web-1",
   "node": "a-1", "node_id": "aa", "change": "added"},
  {"index": 8, "at": "2026-11-23T05:12:44.120Z", "kind": "planet", "id": "x"},
  {"index": 9, "at": "2026-11-23T05:12:44.120Z", "kind": "service", "service": "db", "id": "db",
   "node": "", "node_id": "aa", "change": "removed"}]}}, {"close": true}]}
WATCH
fake "$tmp/watch.json"
run watch services
check "a change of a service" grep -qx '05:12:44.120  a-1               added       service web web-1' "$tmp/out"
check "an id that is the name is left out" grep -q ' removed  *service db$' "$tmp/out"
check "kinds of later versions are left out" sh -c "[ \$(wc -l <'$tmp/out') -eq 2 ]"
check "only those are asked for" asked 'r["body"]["kinds"] == ["service"]'
fake "$tmp/watch.json"
run watch --plain
check "tabs" grep -qx "8	2026-11-23T05:12:44.120Z	a-1	service	added	web	web-1" "$tmp/out"
check "without a word all are asked for" asked '"kinds" not in r["body"]'

cat >"$tmp/wait.json" <<'WAIT'
{"kith.services": [{"body": {"v": 1, "ok": true, "index": 7, "total": 1, "services": [], "next": null}},
   {"body": {"v": 1, "ok": true, "index": 8, "total": 2, "services": [], "next": null}}],
 "kith.changes": {"body": {"v": 1, "ok": true, "index": 8, "changes": [], "lost": false}}}
WAIT
fake "$tmp/wait.json"
run wait 'service web >= 2'
check "a wait for a service" exits 0
check "is told" tells '2 of web may be used'
check "of that name" asked 'r["body"] == {"name": "web", "limit": 1}'
fake "$tmp/wait.json"
run wait service 'a b' '==1' --json
check "a name may have a blank" asked 'r["body"]["name"] == "a b"'
check "as JSON" json 'd["reached"] and d["value"] == 1'
run wait 'service web>=9' --for 0s
check "a wait that is over" exits 1
for wrong in 'service' 'service web' 'service >=2' 'service w*>=2' 'service web>=x'; do
	run wait "$wrong"
	check "'$wrong' is no condition" exits 2
done

# ---- run

run run --service web:8080 --json -- true
check "run has no answer to print" exits 2
run run -- true
check "a service has to be named" tells '--service is missing'
run run --service web:0 -- true
check "a port is 1 to 65535" exits 2
run run --service :80 -- true
check "a name is not empty" exits 2
run run --service web --ready-tcp -- true
check "a port to wait for" tells 'no port to wait for'
run run --service web --grace x -- true
check "a duration" exits 2
run run --service web
check "a command" exits 2
cat >"$tmp/run.json" <<'RUN'
{"kith.register": {"body": {"v": 1, "ok": true, "registered": {"name": "web", "id": "web", "change": "added"},
  "kept": null}}}
RUN
fake "$tmp/run.json"
run run --service 'web:8080' --tag x -- sh -c 'until grep -q kith.register "$0"; do sleep 0.1; done; echo "out $1"; exit 3' \
	"$tmp/log" -q
check "it exits as the command does" exits 3
check "standard output is the command's" says 'out -q'
check "a session is asked for" asked 'r["body"] == {"session": True, "name": "web", "id": "web", "port": 8080,
	"addrs": [], "tags": ["x"], "meta": {}}'
run run --service web -- sh -c 'kill -9 $$'
check "a command that is killed" exits 137
run run --service web -- /nonexistent/program
check "one that is not there" exits 127
run run --service web -- "$tmp"
check "one that cannot be run" exits 126
kill "$fake_pid"
wait "$fake_pid" 2>/dev/null
fake_pid=
rm -f "$sock"
run run --service web -- sh -c 'sleep 1; exit 5'
check "without kithd the command runs" exits 5
check "and why it is not offered is told, once" sh -c "[ \$(grep -c 'cannot reach kithd' '$tmp/err') -eq 1 ]"

done_testing
