#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Fifty seeds of the swarm, small enough for every check: all claims hold, the same seed twice is the
# same run, and what a failure says is a command that can be repeated.

. "${top_srcdir:?}/tests/support/tap.sh"
sim=${top_builddir:?}/kith-sim
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

# has WORDS FILE: the file says so.
has() {
	grep -qF -- "$1" "$2" && return 0
	cat "$2"
	return 1
}

# The hash of the run of one seed.
hash_of() {
	"$sim" swarm --seed "$1" --log | sed -n 's/.* hash \([0-9a-f]*\)$/\1/p'
}

check "fifty seeds hold" "$sim" swarm --seed 1 --count 50
"$sim" swarm --seed 7 --count 2 --log --marks >"$tmp/out" 2>&1
check "the plan is told" has 'seed 7: ' "$tmp/out"
check "the next seed follows" has 'seed 8: held' "$tmp/out"
check "the marks that were not reached are" has 'marks: reached ' "$tmp/out"
check "the last line sums up" has 'swarm: 2 seeds held, ' "$tmp/out"
first=$(hash_of 7)
check "a run has a hash" test -n "$first"
check "the same seed is the same run" test "$(hash_of 7)" = "$first"
check "another seed is another" test "$(hash_of 8)" != "$first"
done_testing
