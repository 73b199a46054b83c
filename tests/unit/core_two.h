/* SPDX-License-Identifier: ISC */
/*
 * unit/core_two.h: two real nodes with a stream between them. two_know() says what each of them has;
 * two_synchronise() lets the first connect to the second and carries what they say until they are
 * through.
 */
#ifndef KITH_TEST_CORE_TWO_H
#define KITH_TEST_CORE_TWO_H

#include "unit/core_fix.h"

enum { TWO_SECOND = 60000 }; /* the person that the second node is */

struct two {
	struct fix a, b;
	size_t a_seen, b_seen; /* outputs carried over so far */
	uint64_t bytes;        /* on the stream, both ways */
	uint32_t turns;        /* both have spoken, or had nothing to say */
	uint64_t dialled;      /* a's id of the stream; b's is 2 */
};

void two_setup(struct two *t);
void two_setup_for(struct two *t, uint32_t max_members);
void two_end(struct two *t);
/* Member i with a record numbered seq is known to a, to b, or to both. */
void two_know(struct two *t, uint32_t i, uint32_t seq, bool to_a, bool to_b);
/* a synchronises with b; returns the bytes that it took, with the handshake. */
uint64_t two_synchronise(struct two *t);

#endif
