#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The same seed gives the same run, byte for byte, whoever compiled it and however: gcc and clang, with
# and without optimisation, tell the same hashes of all scenarios and of some seeds of the swarm, under
# both seals.

. "${top_srcdir:?}/tests/support/tap.sh"
: "${jobs:=2}"

tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

# build NAME CC CFLAGS: kith-sim in a build directory of its own.
build() {
	mkdir -p "$top_srcdir/build-check-same/$1" && cd "$top_srcdir/build-check-same/$1" &&
		"$top_srcdir/configure" -q CC="$2" CFLAGS="$3" && make -s -j"$jobs" kith-sim
}

# hashes NAME: a line for each run.
hashes() {
	sim=$top_srcdir/build-check-same/$1/kith-sim
	for seal in '' --clear; do
		# shellcheck disable=SC2086 # no word, or one
		"$sim" run $seal "$top_srcdir"/tests/scenario/*.scn || return 1
		# shellcheck disable=SC2086
		"$sim" swarm $seal --seed 1 --count 20 --log >"$tmp/swarm" || return 1
		grep ' hash ' "$tmp/swarm"
	done
}

for compiler in gcc clang; do
	for level in O0 O2; do
		name=$compiler-$level
		if ! command -v $compiler >/dev/null; then
			skip "$name" "there is no $compiler"
			continue
		fi
		check "$name is built" build $name $compiler -$level
		hashes $name >"$tmp/$name" 2>&1 || diag "$(tail -n 3 "$tmp/$name")"
		[ -e "$tmp/first" ] || cp "$tmp/$name" "$tmp/first"
		check "$name runs as the first did" cmp "$tmp/$name" "$tmp/first"
	done
done
check "there were runs" test "$(grep -c 'held; seed' "$tmp/first")" -ge 20
check "and seeds of the swarm" test "$(grep -c '^seed .* hash ' "$tmp/first")" -eq 40
done_testing
