#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Plants one fault after the other into a copy of the core, and claims that a scenario or the swarm
# catches each within a minute. The last column says what caught it; tests/sim/MUTANTS.md keeps a run.

. "${top_srcdir:?}/tests/support/tap.sh"
: "${jobs:=2}"

copy=$top_srcdir/build-check-mutants/tree
build=$top_srcdir/build-check-mutants/build
sim=$build/kith-sim
seconds=60

rm -rf "$top_srcdir/build-check-mutants"
mkdir -p "$copy" "$build" || exit 99
(cd "$top_srcdir" && git ls-files -z | tar -cf - --null -T -) | tar -xf - -C "$copy" || exit 99
(cd "$copy" && autoreconf -fi) >/dev/null 2>&1 || exit 99
(cd "$build" && "$copy/configure" -q CFLAGS='-O1 -g' && make -s -j"$jobs" kith-sim) || exit 99

# catch: the first that does not hold. Its name in $caught.
catch() {
	caught=
	for scenario in "$top_srcdir"/tests/scenario/*.scn; do
		if ! timeout $seconds "$sim" run --clear "$scenario" >"$build/out" 2>&1; then
			caught="scenario $(basename "$scenario" .scn)"
			return 0
		fi
	done
	if ! timeout $((2 * seconds)) "$sim" swarm --clear --count 1000000 --for ${seconds}s \
		>"$build/out" 2>&1; then
		caught="swarm seed $(sed -n 's/.*seed \([0-9]*\) (repeat.*/\1/p' "$build/out" | head -n 1)"
		return 0
	fi
	return 1
}

if catch; then
	not_ok "without a fault nothing is caught"
	diag "$caught: $(tail -n 3 "$build/out")"
else
	ok "without a fault nothing is caught"
fi

# plant NAME FILE SED-EXPRESSION
plant() {
	cp "$copy/$2" "$build/before"
	sed -i "$3" "$copy/$2"
	if cmp -s "$copy/$2" "$build/before"; then
		not_ok "$1: the fault could be planted in $2"
		return
	fi
	if ! make -s -C "$build" -j"$jobs" kith-sim >"$build/out" 2>&1; then
		not_ok "$1: builds"
		diag "$(tail -n 5 "$build/out")"
	elif catch; then
		ok "$1: $caught"
	else
		not_ok "$1: caught"
	fi
	cp "$build/before" "$copy/$2"
}

plant "a refutation does not raise the sequence" src/core/own.c \
	's/\.seq = own->seq + 1,/.seq = own->seq + (cause != KITH_OWN_REFUTE),/'
plant "the newest packet counts twice in the replay window" src/seal/session.c \
	's/if (ctr > w->last)$/if (ctr >= w->last)/'
plant "a helper's no is taken for the target's answer" src/core/probe.c \
	's/^\t\t\tr->nacks++;/\t\t\tr->nacks++, succeed(n, r, true);/'
plant "a tomb covers nothing" src/core/tomb.c \
	's/return t != NULL \&\& kith_incarnation_cmp/return t != NULL \&\& false \&\& kith_incarnation_cmp/'
plant "an older record is news" src/core/store.c \
	's/^\t\treturn c > 0;/\t\treturn c != 0;/'
plant "a rumor is told twenty times more often" src/core/gossip.c \
	's/if (r->sent + 1 >= sends_in(/if (r->sent + 1 >= 20 + sends_in(/'
plant "the digest keeps the leaf of the former record" src/core/peer.c \
	's/^\t\tkith_leaf_renew(n, p);/\t\t(void)former;/'
plant "a newer record leaves the evidence standing" src/core/peer.c \
	'/^bool kith_peer_record/,/^}/s/kith_suspect_close(n, p);/(void)0;/'
plant "an announced absence never ends" src/core/suspect.c \
	's/kith_timer_set(n, \&p->ledger->back, until);/(void)until;/'
plant "parts that differ are not asked about" src/core/compare.c \
	's/: !ask_about(n, y, \&part, differ))/: false)/'
plant "a new life keeps the number of the old one" src/core/own.c \
	's/kith_own_epoch(n, c->epoch + 1);/kith_own_epoch(n, c->epoch > 0 ? c->epoch : 1);/'
plant "revocations that differ are not told" src/core/sync.c \
	's/y->tells_revocations = y->has_asked = true;/y->has_asked = true;/'
plant "a revoked certificate counts" src/core/trust.c \
	's/^\treturn kith_revoke_is(n, \&mid, c->issuer);/\treturn false;/'
plant "what was offered before a restart goes with it" src/core/catalogue.c \
	's/if (has_left || !was_up || kith_offer_is_deleted(o)) {/if (o != NULL) {/'
plant "a word of another life of ours is passed over" src/core/store_service.c \
	's/^\tif (is_foreign)$/\tif (is_foreign \&\& n == NULL)/'
plant "who is suspected does not answer" src/core/own.c \
	's/^\tkith_own_sign(n, KITH_OWN_REFUTE);/\t(void)0;/'
done_testing
