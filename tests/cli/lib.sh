# shellcheck shell=sh
# SPDX-License-Identifier: ISC
#
# What the black-box tests of kith share. Source it after tests/support/tap.sh.
#
#	fake SCRIPT.json      a kithd that answers from the script; its socket is $sock
#	run ARGUMENT...       kith on that socket; then $rc, and files $tmp/out and $tmp/err
#	exits N / says WORD / tells WORD / json EXPRESSION      claims about the last run

tmp=$(mktemp -d) || exit 99
sock=$tmp/kithd.sock
kith=${KITH:-${top_builddir:?}/kith}
# The interpreter itself: what is found in PATH may be a slow script in front of it.
python=$(python3 -c 'import sys; print(sys.executable)') || exit 99
fake_pid=
rc=0
unset KITH_SOCKET XDG_RUNTIME_DIR XDG_STATE_HOME XDG_CONFIG_HOME NO_COLOR KITHD
HOME=$tmp/home
export HOME
mkdir "$HOME"

cleanup() {
	[ -z "$fake_pid" ] || kill "$fake_pid" 2>/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 99' INT TERM HUP

# await SECONDS COMMAND...: until the command succeeds.
await() {
	await_end=$(($(date +%s) + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$await_end" ] || return 1
		sleep 0.1
	done
}

fake() {
	[ -z "$fake_pid" ] || kill "$fake_pid"
	[ -z "$fake_pid" ] || wait "$fake_pid" 2>/dev/null
	rm -f "$sock" "$tmp/log"
	"$python" "${top_srcdir:?}/tests/cli/fake_kithd.py" "$sock" "$1" "$tmp/log" &
	fake_pid=$!
	await 30 test -S "$sock" || echo "Bail out! the fake kithd does not start"
}

# shellcheck disable=SC2034 # callers look at $rc
run() {
	rc=0
	"$kith" --socket "$sock" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || rc=$?
}

exits() { [ "$rc" -eq "$1" ] || { echo "exit code $rc"; cat "$tmp/out" "$tmp/err"; false; }; }
says() { grep -qF -- "$1" "$tmp/out" || { cat "$tmp/out" "$tmp/err"; false; }; }
tells() { grep -qF -- "$1" "$tmp/err" || { cat "$tmp/out" "$tmp/err"; false; }; }
silent() { [ ! -s "$tmp/$1" ] || { cat "$tmp/$1"; false; }; }

# json EXPRESSION: stdout is exactly one line that is one JSON document d, of which it holds.
json() {
	"$python" - "$1" "$tmp/out" <<'PYTHON'
import json, sys
text = open(sys.argv[2], encoding="utf-8").read()
assert text.endswith("\n") and text.count("\n") == 1, repr(text)
d = json.loads(text)
assert eval(f"({sys.argv[1]})"), d
PYTHON
}

# asked EXPRESSION: of the last request, a dictionary r with command and body.
asked() {
	"$python" - "$1" "$tmp/log" <<'PYTHON'
import json, sys
r = json.loads(open(sys.argv[2], encoding="utf-8").read().splitlines()[-1])
assert eval(f"({sys.argv[1]})"), r
PYTHON
}
