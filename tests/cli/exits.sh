#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The exit codes of kith(1), each in text and in JSON: with --json there is exactly one document
# on standard output whatever happens, and it names the exit code.

. "${top_srcdir:?}/tests/support/tap.sh"
. "$top_srcdir/tests/cli/lib.sh"
: "${tmp:?}" "${sock:?}" "${kith:?}" "${rc:?}"

# both CODE WORD SENTENCE ARGUMENT...: in text, with words on stderr only; and in JSON.
both() {
	code=$1 word=$2 sentence=$3
	shift 3
	run "$@"
	check "exit $code: $* ($word)" exits "$code"
	check "  in words" tells "$sentence"
	check "  no data" silent out
	run "$@" --json
	check "  the same with --json" exits "$code"
	check "  one document" \
		json "not d['ok'] and d['error']['code'] == '$word' and d['error']['exit'] == $code"
	check "  no words" silent err
}

cat >"$tmp/script.json" <<'SCRIPT'
{"kith.why": {"error": "there is no member db-9", "body": {"v": 1, "ok": false, "error":
   {"code": "not_found", "message": "there is no member db-9", "hint": "kith members", "exit": 1}}},
 "kith.leave": {"error": "this socket only looks", "body": {"v": 1, "ok": false, "error":
   {"code": "not_allowed", "message": "this socket only looks", "hint": "", "exit": 4}}},
 "kith.reload": {"error": "x", "body": {"v": 1, "ok": false, "error": {"code": "config",
   "message": "/etc/kith/kith.conf:3: unknown setting", "hint": "kith config check", "exit": 78}}},
 "kith.join": {"error": "no seed answered", "body": {"v": 1, "ok": false, "contacted": 0, "seeds":
   [{"text": "10.0.0.9", "addr": "10.0.0.9:5484", "result": "refused", "message": "connection refused"}],
   "error": {"code": "refused", "message": "no seed answered", "hint": "is kithd running there?", "exit": 6}}},
 "kith.members": {"silent": true},
 "kith.stats": {"raw": "82a353657103a54572726f72a0ddffffffff"},
 "kith.status": {"body": {"v": 1, "ok": true, "state": "healthy", "message": ""}}}
SCRIPT
fake "$tmp/script.json"

run status
check "exit 0: healthy" exits 0
run status --json
check "  the same with --json" exits 0
check "  one document" json 'd["ok"] and d["state"] == "healthy"'

both 1 not_found "kith: there is no member db-9" why db-9
both 2 usage "something is missing: kith why NODE" why
both 2 usage "did you mean kith members?" mebers
both 2 usage "unknown flag --al" members --al
both 2 usage "--timeout: 'soon' is not a duration" members --timeout soon
both 2 usage "'b' is too much" why a b
both 4 not_allowed "this socket only looks" leave
both 5 timeout "no answer from kithd within 0.3s" members --timeout 300ms
run join 10.0.0.9
check "exit 6: join, and no seed answered" exits 6
check "  in words" tells "no seed answered"
check "  each seed is told as data" says "connection refused"
run join 10.0.0.9 --json
check "  the same with --json" exits 6
check "  one document, the seeds in it" \
	json 'd["error"]["code"] == "refused" and d["seeds"][0]["result"] == "refused"'
both 70 bad_answer "is no answer that kith understands" stats
both 78 config "/etc/kith/kith.conf:3: unknown setting" reload

# Nobody there: no socket, and a socket that nobody listens on.
kill "$fake_pid"
wait "$fake_pid" 2>/dev/null
fake_pid=
both 3 daemon_down "nobody listens there" status
rm -f "$sock"
both 3 daemon_down "no such socket" status
check "the cure is told" sh -c "'$kith' --socket '$sock' 2>&1 | grep -q 'systemctl start kithd'"

# Somebody who is not a kithd: closes, never speaks msgpack, claims four billion items, says
# yes to another request.
for raw in ffff dd03000000 dfffffffff "$(printf 'c4%.0s' 1 2 3 4 5 6 7 8)" 82a353657101a54572726f72a0; do
	printf '{"handshake": {"raw": "%s"}}' "$raw" >"$tmp/raw.json"
	fake "$tmp/raw.json"
	run members --json --timeout 2s
	check "no kithd, but $raw" json 'not d["ok"] and d["error"]["exit"] in (5, 6, 70)'
done
printf '{"handshake": {"close": true}}' >"$tmp/close.json"
fake "$tmp/close.json"
both 3 daemon_gone "closed the connection before it answered" status
printf '{"handshake": {"error": "Unsupported IPC version"}}' >"$tmp/old.json"
fake "$tmp/old.json"
both 6 refused "Unsupported IPC version" status
echo '{}' >"$tmp/empty.json"
fake "$tmp/empty.json"
both 6 unsupported "this kithd does not know kith.status" status

# Permission: only somebody who is not root can be refused.
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	chmod 755 "$tmp"
	chmod 600 "$sock"
	out=$(setpriv --reuid 65534 --regid 65534 --clear-groups "$kith" --socket "$sock" status --json)
	rc=$?
	echo "$out" >"$tmp/out"
	check "exit 4: a socket of somebody else" exits 4
	check "  one document" json 'd["error"]["code"] == "denied"'
elif [ "$(id -u)" -ne 0 ]; then
	chmod 000 "$sock"
	both 4 denied "not allowed to talk to kithd" status
else
	skip "exit 4: a socket of somebody else" "setpriv is missing"
fi

# A full disk behind stdout.
if [ -c /dev/full ]; then
	rc=0
	"$kith" help >/dev/full 2>"$tmp/err" || rc=$?
	check "exit 70: the answer cannot be written" exits 70
	check "  in words" tells "cannot write the answer"
fi

done_testing
