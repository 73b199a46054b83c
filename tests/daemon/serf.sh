#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The stock serf against rpc.listen: a client that nobody here wrote.

. "${top_srcdir:?}/tests/daemon/lib.sh"
: "${tmp:?}" "${kith:?}" "${kithd:?}" "${ended=}"

if ! command -v serf >/dev/null; then
	skip "serf speaks to kithd" "serf is not installed (Debian: serf)"
	done_testing
	exit
fi

cluster a b
(umask 077 && echo 'correct horse' >"$tmp/key")
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
start a -o "rpc.listen=127.0.0.1:$port" -o "rpc.auth-key-file=$tmp/key" -o node.tag=role=web
start b
as_serf() { # COMMAND ARGUMENT...
	as_command=$1
	shift
	serf "$as_command" "-rpc-addr=127.0.0.1:$port" "-rpc-auth=correct horse" "$@"
}

if serf members "-rpc-addr=127.0.0.1:$port" >"$tmp/out" 2>&1; then
	not_ok "without the key nothing is told"
else
	check "without the key nothing is told" grep -q 'Authentication required' "$tmp/out"
fi
check "a wrong key is refused" sh -c \
	"! serf members -rpc-addr=127.0.0.1:$port -rpc-auth=wrong >'$tmp/out' 2>&1"
check "serf members" sh -c "serf members -rpc-addr=127.0.0.1:$port '-rpc-auth=correct horse' |
	grep -q '^a *127\.0\.0\.1:[0-9]* *alive *role=web'"
check "serf join" as_serf join "$(addr b)"
check "and the two see each other" until_true sees b alive a
check "serf tags" as_serf tags -set role=db
tag_changed() { ask b members --plain 2>/dev/null | grep -q '^alive.a.*role=db'; }
check "whose change is known elsewhere" until_true tag_changed
check "serf info" as_serf info
rtt_is_known() { as_serf rtt b >"$tmp/rtt" 2>&1 && grep -q '^Estimated b <-> a rtt: [0-9.]* ms$' "$tmp/rtt"; }
check "serf rtt" until_true rtt_is_known
check "serf rtt of nobody is an error" sh -c \
	"! serf rtt -rpc-addr=127.0.0.1:$port '-rpc-auth=correct horse' nobody >'$tmp/out' 2>&1"
check "kith rtt tells the same" sh -c "test -n '$(ask a rtt b --plain | cut -f 3)'"
as_serf monitor -log-level=debug >"$tmp/monitor.out" 2>&1 &
echo $! >"$tmp/monitor.pid"
monitors() {
	kill -USR1 "$(pid a)" # repeated lines are folded, other figures are not
	grep -q 'daemon\.state' "$tmp/monitor.out"
}
check "serf monitor follows the log" until_true monitors
kill "$(pid monitor)" 2>/dev/null
stop b QUIT
until_true sees a failed b
check "serf force-leave" as_serf force-leave b
check "forgets who failed" until_true sees_nobody a b
start b -o "cluster.seed=$(addr a)"
check "who comes back by itself" until_true sees b alive a
check "and is seen again" until_true sees a alive b # or its leave has nobody to be told to
check "serf leave" as_serf leave
end_of a
check "ends kithd with 0" test "$ended" -eq 0
check "and b sees that a left" until_true sees b left a

done_testing
