#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A full disk: nothing is corrupted, it is told, and the daemon runs on. A limit of the file size
# fails a write as a full disk does; what kithd logs goes through a pipe, which has no such limit.

. "${top_srcdir:?}/tests/daemon/lib.sh"
: "${tmp:?}" "${kith:?}" "${kithd:?}" "${ended=}"

cluster a b
# launch_full NAME OPTION...: kithd whose files may not grow beyond nothing.
launch_full() {
	full_name=$1
	shift
	mkfifo "$tmp/$full_name.pipe"
	cat "$tmp/$full_name.pipe" >>"$tmp/$full_name.log" &
	(
		# shellcheck disable=SC3045 # dash has it, too
		ulimit -S -f 0
		exec "$kithd" -c "$tmp/none.conf" --state "$tmp/$full_name" \
			--socket "$tmp/$full_name.sock" -o network.listen=127.0.0.1:0 --log text "$@" \
			>"$tmp/$full_name.pipe" 2>&1 </dev/null
	) &
	echo $! >"$tmp/$full_name.pid"
}

# It has a problem, which status answers with 1; that it cannot be asked would be 3.
answers() {
	ask "$1" status
	[ $? -le 1 ]
}

cp "$tmp/a/epoch" "$tmp/epoch.before"
start b
launch_full a -o "cluster.seed=$(addr b)"
check "the failure is told, with its cure" until_true logged a \
	'error file\.failed file=epoch why=".*/epoch: cannot write it: File too large; free some space'
check "the daemon answers" until_true answers a
check "status names the problem" sh -c "'$kith' --socket '$tmp/a.sock' status | grep -q 'cannot be written'"
check "the old epoch is whole" cmp "$tmp/a/epoch" "$tmp/epoch.before"
check "nothing half-written lies about" test "$(find "$tmp/a" -name '*.tmp' | wc -l)" -eq 0
check "it does not sign under an epoch that is not on disk" sees_nobody b a
ask a register web --port 80 >"$tmp/out" 2>&1
check "a service that cannot be kept is offered all the same" test $? -eq 0
check "and that is told" grep -q 'is forgotten when kithd restarts' "$tmp/out"
if command -v prlimit >/dev/null; then
	prlimit --pid "$(pid a)" --fsize=unlimited:
	check "space is noticed" until_true logged a 'file\.written file=epoch'
	check "and the member joins" until_true sees b alive a
	check "with its service" until_true ask b wait 'service web>=1' --for 0s
	check "which is kept now" until_true grep -q '^kith-services 1' "$tmp/a/services"
	check "under a new epoch" grep -q '^epoch = 1$' "$tmp/a/epoch"
else
	skip "space is noticed" "prlimit(1) is missing"
fi
stop a QUIT
check "it ends as usual" test "$ended" -eq 0

done_testing
