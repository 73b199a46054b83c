#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What kith-sim says to people: mistakes in a scenario with file, line and what was expected; a claim
# that does not hold with the statement, the seed and the command that repeats it.

. "${top_srcdir:?}/tests/support/tap.sh"
sim=${top_builddir:?}/kith-sim
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

# exits STATUS COMMAND...: the command ends so; what it said is in $tmp/out and $tmp/err.
exits() {
	expected=$1
	shift
	"$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
	[ $status -eq "$expected" ] && return 0
	echo "exit status $status"
	cat "$tmp/out" "$tmp/err"
	return 1
}

# says WORDS: the last command complained so.
says() {
	grep -qF -- "$1" "$tmp/err" && return 0
	cat "$tmp/err"
	return 1
}

check "help is no mistake" exits 0 "$sim" --help
check "nor is it for one command" exits 0 "$sim" bench --help
check "whose flags alone are told" test "$("$sim" help bench | grep -c -e --idle -e --seed)" -eq 1
check "no command is one" exits 2 "$sim"
check "an unknown command is named" exits 2 "$sim" fly
check "so it is" says 'there is no command fly'
check "an unknown flag is refused" exits 2 "$sim" run --fly x.scn
check "a number is a number" exits 2 "$sim" run --seed 1x x.scn
check "and is said to be expected" says 'a whole number'
check "a file that is not there" exits 2 "$sim" run "$tmp/none.scn"

cat >"$tmp/bad.scn" <<'SCN'
hosts 3
seed many
fly n00
weather loss 101%
crash n07
wait n01 dead within 3s
run 5
tag n00 role
zone-weather east west delay 1ms
stat drops.everything min 1
cut n00 off n01
boot
profile wan
SCN
check "a bad scenario is usage" exits 2 "$sim" check "$tmp/bad.scn"
for line in '2: many: a whole number was expected' \
	'3: fly is no statement' \
	'4: 101%: a share like' \
	'5: n07: hosts, like n03' \
	'6: dead: alive, restarting' \
	'7: 5: a duration like' \
	'8: after tag a word' \
	'9: east: a zone that an earlier line names' \
	'10: drops.everything: a counter' \
	'11: off is not understood here; usage: cut HOSTS from HOSTS' \
	'13: profile has to stand before'; do
	check "all mistakes at once: ${line%%:*}" says "$tmp/bad.scn:$line"
done
printf 'hosts 0\nboot\n' >"$tmp/none.scn"
check "no host is no cluster" exits 2 "$sim" check "$tmp/none.scn"
check "and told" says ':1: 1 to 10000 hosts'
: >"$tmp/empty.scn"
check "an empty scenario tries nothing" exits 2 "$sim" check "$tmp/empty.scn"

printf 'hosts 4\nseed 5\nboot\ncrash n03\nwait n03 failed after 3s within 9s\nremains down n03\n' \
	>"$tmp/soon.scn"
check "sooner than the claim says is a failure" exits 1 "$sim" run "$tmp/soon.scn"
check "with its line" says "$tmp/soon.scn:5: wait n03 failed after 3s within 9s"
check "with the command that repeats it" says "kith-sim run --seed 5 $tmp/soon.scn"
printf 'hosts 4\nboot\npower-off n03\nwait n03 failed within 500ms\n' >"$tmp/late.scn"
check "later than the claim says is one" exits 1 "$sim" run "$tmp/late.scn"
printf 'hosts 4\nboot\nnever n03 failed\ncrash n03\nrun 10s\nremains down n03\n' >"$tmp/never.scn"
check "what may never be is one" exits 1 "$sim" run "$tmp/never.scn"
check "and named" says 'n03 for failed, which may never be'
printf 'hosts 4\nboot\ncrash n03\nrun 10s\n' >"$tmp/left.scn"
check "a host that is down at the end has to be explained" exits 1 "$sim" run "$tmp/left.scn"
check "with the words for it" says 'remains down n03'
printf 'hosts 4\nboot\npause n02\ncut n00 from n01\nremains paused n02\n' >"$tmp/cut.scn"
check "so has a cut" exits 1 "$sim" run "$tmp/cut.scn"
printf 'hosts 4\nboot\nstat rounds_failed max 0\nstat rounds min 1\n' >"$tmp/stat.scn"
check "a counter may be asked" exits 0 "$sim" run "$tmp/stat.scn"
check "the log tells statements and changes" exits 0 "$sim" run --log "$tmp/stat.scn"
check "statements" grep -qE '^ +[0-9.]+ stat rounds min 1' "$tmp/out"
check "changes" grep -qE '^ +[0-9.]+ n00 +joined +n01' "$tmp/out"
check "what would not fit is refused before it runs" exits 71 "$sim" bench --hosts 64000 --seal clear
check "with the estimate" says '64000 hosts need about '
check "another seed is another run" test "$("$sim" run --seed 2 "$tmp/stat.scn")" != \
	"$("$sim" run --seed 3 "$tmp/stat.scn")"
done_testing
