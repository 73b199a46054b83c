/* SPDX-License-Identifier: ISC */
/*
 * core/helper.h: through whom a round tries to reach a target that does not answer itself (SWIM §3.1).
 *
 * A wave goes to random members, more of them while the network loses much; besides, to the one through
 * whom this target answered last, and to the one through whom anybody did. Where some pairs of hosts
 * cannot talk, few of many reach both: three of 48 are found at random now and then, but known from then
 * on. A helper can drop but not lie, and the random ones are asked in any case.
 */
#ifndef KITH_CORE_HELPER_H
#define KITH_CORE_HELPER_H

#include <stdbool.h>
#include <stdint.h>

struct kith_node;
struct kith_peer;
struct kith_round;

/* Asks one wave of a round. */
void kith_helpers_ask(struct kith_node *n, struct kith_round *r);
/* The round's target answered through a helper, whom the number of the answer tells; or by itself. */
void kith_helpers_helped(struct kith_node *n, const struct kith_round *r, uint32_t seq);
void kith_helpers_not_needed(const struct kith_round *r);
/* Through whom the target answered last, if it does not answer itself; or NULL. */
struct kith_peer *kith_helper_known(const struct kith_node *n, const struct kith_peer *target);

#endif
