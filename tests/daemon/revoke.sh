#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Losing a host, with real daemons: what the operator types, what the others and the host itself say, and
# what each of them still knows after a restart.

. "${top_srcdir:?}/tests/daemon/lib.sh"

: "${tmp:?}" "${kith:?}" "${ended:=}"

cluster a b c d
start a
for name in b c d; do
	start $name -o "cluster.seed=$(addr a)"
done
for name in a b c d; do
	ask $name wait 'members>=4' --for 20s >/dev/null 2>&1 || not_ok "$name joins"
done
index=$("$kith" --socket "$tmp/c.sock" status --json | sed 's/.*"index":\([0-9]*\).*/\1/')
"$kith" --socket "$tmp/c.sock" watch --plain --from "$index" >"$tmp/watch.txt" 2>&1 &
watch_pid=$!
c_seed=$(addr c)
stop d TERM # a restart with time to spare; it hears nothing meanwhile

# ---- who may

mkdir "$tmp/other"
"$kith" init other --name x --state "$tmp/x" --config "$tmp/conf.x" --seed 127.0.0.1:1 \
	--authority "$tmp/other/other.authority" >"$tmp/other.out" 2>&1
ask a revoke b --authority "$tmp/other/other.authority" 2>"$tmp/out"
check "another authority's file does not do" test $? -eq 78
check "and it is said whose does" grep -q 'b was admitted by authority' "$tmp/out"
(cd "$tmp/other" && "$kith" --socket "$tmp/a.sock" revoke nobody 2>"$tmp/out")
check "nobody of that name" test $? -ne 0
check "nobody went" sees a alive b

# ---- the host goes

ask a revoke b --authority "$tmp/test.authority" 2>"$tmp/out"
check "its own does" test $? -eq 0
check "and it is said" grep -q '^b (.*) is expelled, for good' "$tmp/out"
id=$(sed -n 's/^b (\([0-9a-f]*\)).*/\1/p' "$tmp/out")
end_of b
check "the host stops" test "$ended" -eq 78
check "and says why" logged b 'node\.revoked.*node=b'
check "here it is gone" until_true sees_nobody a b
check "and there" until_true sees_nobody c b
check "a watcher is told" until_true grep -q "	b	revoked	alive" "$tmp/watch.txt"
check "so is the log" logged c 'member\.revoked.*node=b'
ask a revoke b --authority "$tmp/test.authority" 2>"$tmp/out"
check "a name that is gone is unknown" test $? -ne 0
check "its id is known all the same, and twice is no error" ask a revoke "$id" \
	--authority "$tmp/test.authority"

# ---- it stays away

launch b -o "cluster.seed=$(addr a)"
end_of b
check "it stops whenever it is started" test "$ended" -eq 78
rm -f "$tmp/b/peers"
launch b -o "cluster.seed=$c_seed"
end_of b
check "also when it has lost what it kept" test "$ended" -eq 78
start d -o "cluster.seed=$c_seed"
check "who was away hears of it" until_true logged d 'member\.revoked.*node=b'
check "and does not list it" until_true sees_nobody d b
stop a QUIT
start a -o "cluster.seed=$c_seed"
check "after a restart it still holds" until_true sees a alive c
check "whatever was kept before" sees_nobody a b
kill $watch_pid
for name in a c d; do
	stop $name QUIT
done
done_testing
