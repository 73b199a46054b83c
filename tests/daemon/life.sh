#!/bin/sh
# SPDX-License-Identifier: ISC
#
# How a daemon ends, and what the others see of it; how it comes back.

. "${top_srcdir:?}/tests/daemon/lib.sh"
: "${tmp:?}" "${kith:?}" "${kithd:?}" "${ended=}"

cluster a b c
start a
start b -o "cluster.seed=$(addr a)"
start c -o "cluster.seed=$(addr a)"
for one in a b c; do
	for other in a b c; do
		check "$one sees $other" until_true sees $one alive $other
	done
done

# ---- the ways to end

listen_b=$(addr b)
stop b TERM
check "TERM ends with 0" test "$ended" -eq 0
check "and announces a restart" until_true sees a restarting b
check "the control socket is removed" test ! -e "$tmp/b.sock"
check "nothing is left half-written" sh -c "! ls $tmp/b/*.tmp 2>/dev/null"
start b -o "network.listen=$listen_b"
check "b is back, found through those it knew" until_true sees b alive c
check "who they were was known at once" logged b 'kept\.restored members=2'
check "and seen by the others" until_true sees a alive b

stop b INT
check "INT ends with 0, too" test "$ended" -eq 0
start b -o "network.listen=$listen_b" -o timing.restart-grace=0
until_true sees a alive b
stop b TERM
check "without restart-grace TERM leaves" until_true sees a left b
start b -o "network.listen=$listen_b"
check "who left may come back" until_true sees a alive b

ask b leave >"$tmp/leave.out" 2>&1
check "kith leave says so" grep -q 'has left the cluster' "$tmp/leave.out"
end_of b
check "and ends kithd with 0" test "$ended" -eq 0
check "at once seen by all" until_true sees c left b

start b -o "network.listen=$listen_b"
until_true sees a alive b
stop b QUIT
check "QUIT ends with 0" test "$ended" -eq 0
check "without a word: the others find out" until_true sees a failed b
start b -o "network.listen=$listen_b"
check "failed members come back" until_true sees a alive b

kill -STOP "$(pid a)" "$(pid c)" # nobody confirms, so a leave takes its time
kill -TERM "$(pid b)"
until_true logged b 'daemon\.stop why=SIGTERM'
kill -TERM "$(pid b)"
end_of b
check "a second TERM ends at once, with 0" test "$ended" -eq 0
kill -CONT "$(pid a)" "$(pid c)"

# ---- files

check "all files of the state directory are private" \
	test "$(find "$tmp/a" -type f ! -perm 0600 | wc -l)" -eq 0
check "so is the directory" test "$(stat -c %a "$tmp/a")" = 700
check "the control socket is the group's" test "$(stat -c %a "$tmp/a.sock")" = 660
check "what is known is kept" until_true test -s "$tmp/c/kept"

# ---- what was said to be done is done, whatever comes

start b -o "network.listen=$listen_b"
until_true sees c alive b
stop b KILL
until_true sees c failed b
check "a failed member is forgotten" ask c forget b
stop c KILL
start c -o "network.listen=$(addr c)" -o "cluster.seed=$(addr a)"
check "and stays it after a crash" sees_nobody c b
until_true sees c alive a

# ---- power loss: all at once, and the one configured seed stays down

listen_c=$(addr c)
start b -o "network.listen=$listen_b"
# What b kept says that c is alive at once, and may have an older address of it: they have met when
# each holds what the other says of itself by now.
until_true sees c alive b
until_true lists b "$listen_c"
stop b TERM # saves what it knows
kill -9 "$(pid a)" "$(pid c)"
end_of a
end_of c
start b -o "network.listen=$listen_b"
start c -o "network.listen=$listen_c"
check "b finds c without any seed" until_true sees b alive c
check "and c finds b" until_true sees c alive b
check "and who does not come back is failed" until_true sees b failed a

done_testing
