#!/bin/sh
# SPDX-License-Identifier: ISC
#
# run.sh SECONDS JOBS PROGRAM...: fuzzes each program for SECONDS, JOBS of them at a time, and
# says in TAP which ones held. Seeds are the committed corpus; what is new goes to fuzz-corpus/.
# An input that breaks a program is left as fuzz-corpus/<program>-crash-*.

. "$(dirname "$0")/../support/tap.sh"
corpus=$(cd "$(dirname "$0")" && pwd) || exit 99
seconds=$1 slots=$2
shift 2

# one PROGRAM: its log and, at the end, its exit status in fuzz-corpus/.
one() {
	name=$(basename "$1")
	mkdir -p "fuzz-corpus/$name"
	set -- "./$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
		-artifact_prefix="fuzz-corpus/$name-" -print_final_stats=1 "fuzz-corpus/$name"
	for kind in in repro; do
		[ -d "$corpus/$name.$kind" ] && set -- "$@" "$corpus/$name.$kind"
	done
	[ -f "$corpus/$name.dict" ] && set -- "$@" -dict="$corpus/$name.dict"
	"$@" >"fuzz-corpus/$name.log" 2>&1
	echo $? >"fuzz-corpus/$name.status"
}

running=0
for program; do
	one "$program" &
	running=$((running + 1))
	if [ $running -ge "$slots" ]; then
		wait
		running=0
	fi
done
wait

for program; do
	name=$(basename "$program")
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "fuzz-corpus/$name.log")
	if [ "$(cat "fuzz-corpus/$name.status")" -eq 0 ] && [ "${runs:-0}" -gt 0 ]; then
		ok "$name held for $seconds s, $runs runs"
	else
		not_ok "$name held for $seconds s"
		diag "$(tail -n 30 "fuzz-corpus/$name.log")"
	fi
done
[ $# -gt 0 ] || skip "fuzz targets" "there is none yet"
done_testing
