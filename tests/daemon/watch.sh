#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Watching, waiting and forgetting, with real daemons: who waits is told as it happens.

. "${top_srcdir:?}/tests/daemon/lib.sh"

: "${tmp:?}" "${kith:?}"

cluster a b c
ask a wait 'members>=1' --for 0s 2>"$tmp/wait.out"
check "no daemon, and no time to wait for it" test $? -eq 3
ask a wait 'members>=1' --for 60s 2>"$tmp/wait.out" &
wait_pid=$!
start a
wait $wait_pid
check "a wait for a daemon that comes later" test $? -eq 0
"$kith" --socket "$tmp/a.sock" watch --json >"$tmp/watch.json" 2>&1 &
watch_pid=$!
"$kith" --socket "$tmp/a.sock" watch >"$tmp/watch.txt" 2>&1 &
watch_text_pid=$!
"$kith" --socket "$tmp/a.sock" watch log >"$tmp/watch.log" 2>&1 &
watch_log_pid=$!

check "nobody else yet" sh -c "'$kith' --socket '$tmp/a.sock' wait 'members==1' --for 0s 2>/dev/null"
ask a wait 'members>=3' --for 60s >"$tmp/wait.out" 2>&1 &
wait_pid=$!
start b -o "cluster.seed=$(addr a)"
start c -o "cluster.seed=$(addr a)"
wait $wait_pid
check "a wait ends with 0 when it is reached" test $? -eq 0
check "and says so" grep -q '^reached in .*: 3 members are alive$' "$tmp/wait.out"
ask a wait 'members>3' --for 100ms 2>"$tmp/wait.out"
check "and with 1 when its time is over" test $? -eq 1
check "a member in a state" ask a wait member b alive --for 20s

index=$("$kith" --socket "$tmp/a.sock" status --json | sed 's/.*"index":\([0-9]*\).*/\1/')
stop b QUIT
check "a failure ends a wait" ask a wait 'member b failed' --for 60s
check "it is in the stream of lines" until_true grep -q '^[0-9:.]*  b  *failed  *was suspect' "$tmp/watch.txt"
check "and in that of documents" until_true python3 -c '
import json, sys
d = [json.loads(line) for line in open(sys.argv[1])]
b = [x["cause"] for x in d if x["node"] == "b"]
assert b[0] == "joined" and b[-2:] == ["suspect", "failed"], d
assert all(x["index"] < y["index"] for x, y in zip(d, d[1:])), d
' "$tmp/watch.json"
check "and in the log" until_true grep -q 'member\.failed.*node=b' "$tmp/watch.log"
"$kith" --socket "$tmp/a.sock" watch --plain --from "$index" >"$tmp/later.txt" 2>&1 &
later_pid=$!
check "who comes later sees it from an index on" until_true grep -q "	b	failed	" "$tmp/later.txt"
check "and nothing before" sh -c "! grep -q joined '$tmp/later.txt'"

# ---- forget

ask a forget c 2>"$tmp/forget.out"
check "one that lives is not forgotten" test $? -eq 6
check "and it is said what to do" grep -q 'on that host: kith leave' "$tmp/forget.out"
check "one that failed is" ask a forget b
check "at once, here" sees_nobody a b
check "and only here" until_true sees c failed b
check "a watcher is told" until_true grep -q "	b	reaped	failed	-" "$tmp/later.txt"

# ---- a host with another cluster key

mkdir "$tmp/other"
"$kith" init other --name d --state "$tmp/d" --config "$tmp/conf.d" --seed 127.0.0.1:1 \
	--authority "$tmp/other/other.authority" >"$tmp/other.out" 2>&1
start d -o "cluster.seed=$(addr a)"
knows_cause() { ask a status 2>/dev/null | grep -q '! packets from 127\.0\.0\.1 use an unknown cluster key.*kith join FILE'; }
check "status names where its packets come from, and the cure" until_true knows_cause
check "the log does" until_true logged a 'packets\.dropped from=127\.0\.0\.1 they="use an unknown cluster key"'
stop d QUIT

# ---- the end

# Who is gone holds no place in kithd.
kill $watch_pid $watch_text_pid $watch_log_pid $later_pid
few() { ask a stats rpc.connections --plain | grep -q '^rpc.connections	1$'; }
check "watchers that are killed are noticed" until_true few

stop a QUIT
ask a wait 'members>=1' --for 100ms
check "no kithd, no answer" test $? -eq 3
done_testing
