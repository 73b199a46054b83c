#!/bin/sh
# SPDX-License-Identifier: ISC
#
# kith-sim experiment: what it shows, in each of its three ways, and what small sizes can claim. The
# seeds are fixed and time is virtual, so the same figures come out on every machine.

. "${top_srcdir:?}/tests/support/tap.sh"
sim=${top_builddir:?}/kith-sim
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

run() {
	rc=0
	"$sim" experiment "$@" >"$tmp/out" 2>"$tmp/err" || rc=$?
}
exits() { [ "$rc" -eq "$1" ] || { echo "exit code $rc"; cat "$tmp/out" "$tmp/err"; false; }; }
says() { grep -qE -- "$1" "$tmp/out" || { cat "$tmp/out"; false; }; }
tells() { grep -qF -- "$1" "$tmp/err" || { cat "$tmp/err"; false; }; }

# holds EXPRESSION: of the lines of JSON on stdout; t(name) are the rows of a table.
holds() {
	python3 - "$tmp/out" "$1" <<'PY'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
def t(name):
    return [r for r in rows if r["table"] == name]
def c(name, table="configurations"):
    return [r for r in t(table) if r["configuration"] == name][0]
if not eval("(" + sys.argv[2] + ")"):
    print(sys.argv[2])
    print(*rows, sep="\n")
    sys.exit(1)
PY
}

# ---- names and flags

run
check "without a name it lists them" exits 0
for name in bootstrap change churn crash crowd flipflop heal join lifeguard lossy partial regions storm; do
	check "$name is in the list" says "^  $name  +[a-z]"
done
run botstrap
check "a wrong name is refused" exits 2
check "and those that there are told" tells "  bootstrap "
run bootstrap --crashed 3
check "another experiment's flag is refused" exits 2
check "by name" tells "experiment bootstrap takes no --crashed"
for hosts in 1 9x '8,' 8,,9 99999999 ''; do
	run bootstrap --hosts "$hosts"
	check "--hosts '$hosts' is refused" exits 2
done
run crash --hosts 8 --crashed 8
check "nobody left to notice is refused" exits 2
run lifeguard --hosts 8 --blocked 8
check "all blocked are refused" exits 2
run storm --hosts 20
check "a storm that leaves no cluster is refused" exits 2

# ---- bootstrap

run bootstrap --hosts 4,16 --runs 2
check "bootstrap" exits 0
check "a head" says '^hosts  runs  median +max  missed'
check "its units" says '^ +s +s +/host  B/host$'
check "a row for each size, in line" says '^   16     2 +[0-9]+\.[0-9][0-9][0-9] '
check "no progress where nobody looks" test ! -s "$tmp/err"
cp "$tmp/out" "$tmp/first"
run bootstrap --hosts 4,16 --runs 2 --progress
check "the same seed gives the same figures" cmp "$tmp/first" "$tmp/out"
check "progress goes to standard error" tells "bootstrap: "
run bootstrap --hosts 4,16 --runs 2 --seed 77
check "another seed gives others" sh -c "! cmp -s '$tmp/first' '$tmp/out'"
run bootstrap --hosts 4,16 --runs 2 --json
check "lines of JSON" holds '[r["hosts"] for r in t("sizes")] == [4, 16]'
check "with units in their names" holds 'all(r["sent_B_per_host"] > 1000 for r in rows)'
check "all came in within ten seconds" holds \
	'all(0 < r["median_s"] <= r["max_s"] < 10 and r["missed"] == 0 for r in rows)'
check "several sizes were shown on the way" holds '1 <= rows[1]["sizes"] <= 16'

# ---- crash

run crash --hosts 24 --crashed 3 --json
check "crash" exits 0
check "all know within five seconds, nobody is wronged" holds \
	'rows[0]["all_max_s"] < 5 and rows[0]["missed"] == 0 and rows[0]["false"] == 0'
check "in order" holds '0 < rows[0]["first_median_s"] <= rows[0]["each_median_s"] \
	<= rows[0]["each_p99_s"] <= rows[0]["all_max_s"]'
cp "$tmp/out" "$tmp/crash"
run crash --hosts 24 --crashed 3 --silent --json
check "silence takes longer than refusal" holds \
	"rows[0]['all_median_s'] > json.loads(open('$tmp/crash').read())['all_median_s']"

# ---- join, change

run join --hosts 6 --loss 0%,30% --runs 1 --json
check "join" exits 0
check "in turn and at once, for each share" holds \
	'[(r["loss_percent"], r["way"]) for r in rows] == \
	 [(p, w) for p in (0, 30) for w in ("in turn", "at once")]'
check "all five join" holds 'all(r["joined"] == 5 and r["missed"] == 0 for r in rows)'
check "loss costs time" holds 'rows[0]["max_s"] < rows[2]["max_s"]'
for loss in 91% 30 ''; do
	run join --loss "$loss"
	check "--loss '$loss' is refused" exits 2
done
run change --hosts 16 --json
check "change" exits 0
check "all know each of twenty, in time" holds \
	'all(r["changes"] == 20 and r["missed"] == 0 and r["each_median_s"] <= r["all_median_s"] < 2 for r in rows)'

# ---- hosts that are neither up nor down

run flipflop --hosts 16 --faulty 2 --length 12m --json
check "flipflop" exits 0
check "nobody is wronged, and who is deaf is found out" holds \
	'rows[0]["false"] == 0 and rows[0]["missed"] == 0 and rows[0]["first_median_s"] < 20'
check "in time it is told of no more" holds 'rows[0]["early_per_10min"] > 2 and rows[0]["late_per_10min"] == 0'
run lossy --hosts 16 --length 2m --json
check "lossy" exits 0
check "one in a hundred, one at least" holds 'rows[0]["faulty"] == 1 and rows[0]["false"] == 0'
run lossy --hosts 8 --faulty 4
check "most must be fine" exits 2

# ---- regions

run regions --hosts 24 --length 3m --json
check "regions" exits 0
check "without zones and with them" holds '[r["zones"] for r in rows] == [1, 3]'
check "nobody is wronged, and nothing is missed" holds 'all(r["false"] == r["missed"] == 0 for r in rows)'
check "with zones a third crosses of what does without, at most" holds \
	'3 * rows[1]["crossing_B_per_s_per_host"] < rows[0]["crossing_B_per_s_per_host"]'
check "and changes, silence and cuts are found no later than they may" holds \
	'all(r["change_max_s"] < 1.5 and r["silent_max_s"] < 8 and r["cut_max_s"] < 20 and r["heal_max_s"] < 5 for r in rows)'

# ---- heal, partial, churn, crowd, storm

run heal --hosts 12 --cut 30s --churn 10% --json
check "heal" exits 0
check "hosts started again meanwhile" holds 'rows[0]["restarted"] == 2'
check "all see all within seconds" holds \
	'0 < rows[0]["alive_max_s"] <= rows[0]["same_max_s"] < 10 and rows[0]["missed"] == 0'
run partial --hosts 13 --length 2m --json
check "partial partitions" exits 0
check "of three shapes" holds '[r["shape"] for r in rows] == ["pair", "bridge", "few"]'
check "nobody is held failed" holds 'all(r["failed_per_10min"] == r["down"] == 0 for r in rows)'
run churn --hosts 16 --session 1m --length 3m --json
check "churn" exits 0
check "hosts came and went" holds 'rows[0]["lives"] > 10'
check "which was known soon" holds \
	'rows[0]["back_p99_s"] < 5 and rows[0]["left_p99_s"] < 5 and rows[0]["failed_median_s"] < 5'
check "nobody was held failed in a life" holds 'rows[0]["false"] == rows[0]["missed"] == 0'
run crowd --hosts 16 --runs 2 --json
check "a crowd" exits 0
check "comes and goes" holds '(rows[0]["came"], rows[0]["left"]) == (8, 7)'
check "and all know within seconds" holds \
	'rows[0]["in_max_s"] < 5 and rows[0]["out_max_s"] < 5 and rows[0]["missed"] == 0'
run storm --hosts 24 --rate 50 --json
check "a storm" exits 0
check "a leave passes it: all know within two seconds" holds \
	'rows[0]["leaves"] == 10 and rows[0]["missed"] == 0 and rows[0]["all_max_s"] < 2'

# ---- lifeguard

run lifeguard --hosts 16 --blocked 2 --during 16384ms --pause 64ms --length 40s --json
check "lifeguard" exits 0
check "eight configurations" holds 'len(t("configurations")) == len(t("relative")) == 8'
check "and their runs" holds 'len(t("runs")) == 8'
check "Lifeguard and each of its first two parts are better than SWIM" holds \
	'c("Lifeguard")["false"] <= c("LHA-Suspicion")["false"] < c("SWIM")["false"] and
	 c("Lifeguard")["false"] <= c("LHA-Probe")["false"] < c("SWIM")["false"]'
check "by a factor of more than 25" holds 'c("Lifeguard")["false"] * 25 < c("SWIM")["false"]'
check "the Buddy System alone changes little" holds \
	'0.5 < c("Buddy System")["false"] / c("SWIM")["false"] < 2'
check "what blocked hosts say convinces no healthy host of ours" holds \
	'c("kith")["false_healthy"] == 0 < c("SWIM")["false_healthy"]'
check "the blocked are found out, by ours first" holds \
	'0 < c("kith")["all_median_s"] < c("SWIM")["all_median_s"] and
	 all(r["missed"] == 0 for r in t("configurations"))'
check "refusal finds the end of a process out sooner, and nothing else does" holds \
	'c("kith")["crash_all_s"] < 0.8 * c("kith, no refusal")["crash_all_s"] and
	 c("kith, no refusal")["crash_all_s"] <= c("kith, neither")["crash_all_s"]'
check "corroboration finds a silent host out sooner" holds \
	'c("kith, no refusal")["all_p99_s"] < c("kith, neither")["all_p99_s"]'
check "SWIM takes five periods and a round" holds '5 < c("SWIM")["first_median_s"] < 9'
check "the relative table is in percent of SWIM" holds \
	'c("SWIM", "relative")["false_percent"] == 100 and
	 c("SWIM", "relative")["within_2x"] == "yes"'
run lifeguard --hosts 8 --blocked 1 --during 2s --pause 1s --length 4s --stop
check "stopped processes too" exits 0
check "two tables" says '^configuration +false +paper '
check "the runs are for JSON" sh -c "! grep -q seed '$tmp/out'"

# ---- plots

if command -v gnuplot >/dev/null; then
	run bootstrap --hosts 4,8 --runs 1 --plot "$tmp/it's.svg"
	check "a plot" exits 0
	check "is an SVG" grep -q '<svg' "$tmp/it's.svg"
	check "that shows the median" grep -q 'median' "$tmp/it's.svg"
	run bootstrap --hosts 4 --runs 1 --plot "$tmp/no/such.svg"
	check "one that cannot be written" exits 71
else
	skip "a plot" "there is no gnuplot"
fi
mkdir "$tmp/empty"
rc=0
PATH=$tmp/empty "$sim" experiment bootstrap --hosts 4 --plot "$tmp/x.svg" >"$tmp/out" 2>"$tmp/err" ||
	rc=$?
check "without gnuplot" exits 71
check "it is said what to install" tells "apt-get install gnuplot-nox"
check "before anything ran" test ! -s "$tmp/out"

done_testing
