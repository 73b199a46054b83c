/* SPDX-License-Identifier: ISC */
/*
 * core/coord.h: network coordinates: where a host lies, so that the round trip between any two can be
 * told without measuring each pair. Vivaldi with a height (Dabek et al., SIGCOMM 2004, §4 and §5.4;
 * c_c and c_e, the median and the largest error are those of Serf). An ack carries its sender's; the
 * median of the last three round trips to that sender, and its coordinate, pull ours to where the
 * distance fits.
 *
 * All is whole microseconds: the same samples give the same coordinate on every machine. A
 * coordinate is a claim of its owner, in no record and no digest: it orders answers, and decides
 * neither whom to probe nor who is alive. One that no network has is dropped. One that is five times
 * as far as its answer took, and 50 ms, only makes a host that knows its place less sure of it: so a
 * few liars move nobody, and two halves that grew apart find together. No sample moves us by more than
 * a quarter of what was measured and 2.5 ms.
 */
#ifndef KITH_CORE_COORD_H
#define KITH_CORE_COORD_H

#include <kith/kith.h>

struct kith_peer;

enum {
	KITH_COORD_INTS = KITH_COORDINATE_DIMENSIONS + 2, /* in an ack: as in the struct */
	KITH_COORD_MEDIAN = 3
};

/* What is kept of a member that answers. */
struct kith_coord_heard {
	struct kith_coordinate coord; /* its last sane one */
	bool is_known;
	uint8_t samples;         /* up to KITH_COORD_MEDIAN */
	int32_t rtt_us[KITH_COORD_MEDIAN]; /* the last ones, in any order */
	uint8_t next;            /* which of them is replaced next */
};

/* That of a host which has measured nothing: the origin, with the largest error. */
void kith_coord_init(struct kith_coordinate *c);
/* As the integers of an ack, and back. Fewer than KITH_COORD_INTS: false. */
void kith_coord_write(const struct kith_coordinate *c, int32_t out[KITH_COORD_INTS]);
bool kith_coord_read(struct kith_coordinate *c, const int32_t *ints, uint32_t count);
/* Whether a network can have it: all within 10 s, the error within its bounds. */
bool kith_coord_is_sane(const struct kith_coordinate *c);
/* Moves ours, given what was measured to another. Where both are at the same point the two move
 * apart by `way`, any bytes in which the two differ from others. */
void kith_coord_pull(struct kith_coordinate *ours, const struct kith_coordinate *other, kith_us rtt,
		     const struct kith_mid *way);
/* p answered directly, after rtt, with these integers. */
void kith_coord_sample(struct kith_node *n, struct kith_peer *p, kith_us rtt, const int32_t *ints,
		       uint32_t count);
/* That of p, or ours if it is us; NULL: not known. */
const struct kith_coordinate *kith_coord_of(const struct kith_node *n, const struct kith_peer *p);

#endif
