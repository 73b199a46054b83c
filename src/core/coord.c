/* SPDX-License-Identifier: ISC */
#include "core/coord.h"

#include "base/check.h"
#include "base/time.h"
#include "core/node.h"
#include <string.h>

enum {
	FAR_US = 10 * 1000 * 1000,
	HEIGHT_MIN_US = 10,
	ERROR_MAX = 3 * KITH_COORDINATE_ERROR_ONE / 2,
	ERROR_MIN = KITH_COORDINATE_ERROR_ONE / 100, /* nobody is surer: a liar would be */
	GAIN = 4, /* one by c_c = c_e = 1/4 */
	LIE_US = 10 * 1000, /* what a busy host may add to a short round trip, at the least */
	LIE_TIMES = 5,      /* honest places are off by a fifth: tests/unit/test_core_coord */
	DOUBT = 8 /* a third of all may lie before those that know their place take it for true */
};

static int64_t square(int64_t v)
{
	return v * v;
}

static int64_t magnitude(int64_t v)
{
	return v < 0 ? -v : v;
}

static int64_t clamp(int64_t v, int64_t low, int64_t high)
{
	return v < low ? low : v > high ? high : v;
}

/* The whole part of the root, by halving what is left: the same everywhere. */
static int64_t root(int64_t v)
{
	int64_t low = 0, high = INT64_C(1) << 31;

	while (low + 1 < high) {
		const int64_t middle = low + (high - low) / 2;

		if (middle <= v / middle)
			low = middle;
		else
			high = middle;
	}
	return low;
}

void kith_coord_init(struct kith_coordinate *c)
{
	*c = (struct kith_coordinate){.height_us = HEIGHT_MIN_US, .error = ERROR_MAX};
}

void kith_coord_write(const struct kith_coordinate *c, int32_t out[KITH_COORD_INTS])
{
	memcpy(out, c->at_us, sizeof(c->at_us));
	out[KITH_COORDINATE_DIMENSIONS] = c->height_us;
	out[KITH_COORDINATE_DIMENSIONS + 1] = c->error;
}

bool kith_coord_read(struct kith_coordinate *c, const int32_t *ints, uint32_t count)
{
	if (count < KITH_COORD_INTS)
		return false;
	memcpy(c->at_us, ints, sizeof(c->at_us));
	c->height_us = ints[KITH_COORDINATE_DIMENSIONS];
	c->error = ints[KITH_COORDINATE_DIMENSIONS + 1];
	return true;
}

bool kith_coord_is_sane(const struct kith_coordinate *c)
{
	bool is_near = true;
	int i;

	for (i = 0; i < KITH_COORDINATE_DIMENSIONS; i++)
		is_near = is_near && c->at_us[i] >= -FAR_US && c->at_us[i] <= FAR_US;
	return is_near && c->height_us >= 0 && c->height_us <= FAR_US && c->error >= 0 &&
	       c->error <= ERROR_MAX;
}

/* Between the points below the heights. */
static int64_t flat_distance(const struct kith_coordinate *a, const struct kith_coordinate *b)
{
	int64_t sum = 0;
	int i;

	for (i = 0; i < KITH_COORDINATE_DIMENSIONS; i++)
		sum += square((int64_t)a->at_us[i] - b->at_us[i]);
	return root(sum);
}

kith_us kith_coordinate_rtt(const struct kith_coordinate *a, const struct kith_coordinate *b)
{
	return flat_distance(a, b) + a->height_us + b->height_us;
}

/* By so much away from the other point, in the direction of `from` long `length`. */
static void move(struct kith_coordinate *ours, const int64_t from[KITH_COORDINATE_DIMENSIONS],
		 int64_t length, int64_t by_us)
{
	int i;

	for (i = 0; i < KITH_COORDINATE_DIMENSIONS; i++)
		ours->at_us[i] = (int32_t)clamp(ours->at_us[i] + from[i] * by_us / length, -FAR_US,
						FAR_US);
}

void kith_coord_pull(struct kith_coordinate *ours, const struct kith_coordinate *other, kith_us rtt,
		     const struct kith_mid *way)
{
	const int64_t flat = flat_distance(ours, other), expected = kith_coordinate_rtt(ours, other);
	const int64_t their_error = clamp(other->error, ERROR_MIN, ERROR_MAX);
	/* How much the sample counts, beside what is known: w. */
	const int64_t weight =
		(int64_t)ours->error * KITH_COORDINATE_ERROR_ONE / (ours->error + their_error);
	const int64_t off = clamp(rtt - expected, -(rtt + LIE_US), rtt + LIE_US);
	const int64_t by_us = off * weight / (GAIN * KITH_COORDINATE_ERROR_ONE);
	int64_t from[KITH_COORDINATE_DIMENSIONS], sample_error;
	int i;

	KITH_ASSERT(rtt > 0);
	sample_error = magnitude(rtt - expected) * KITH_COORDINATE_ERROR_ONE / rtt;
	if (ours->error < KITH_COORDINATE_ERROR_ONE / 2 && expected > LIE_TIMES * (rtt + LIE_US)) {
		ours->error += (ERROR_MAX - ours->error) / DOUBT;
		return;
	}
	ours->error = (int32_t)clamp(ours->error + (clamp(sample_error, 0, ERROR_MAX) - ours->error) *
							   weight / (GAIN * KITH_COORDINATE_ERROR_ONE),
				     ERROR_MIN, ERROR_MAX);
	for (i = 0; i < KITH_COORDINATE_DIMENSIONS; i++)
		from[i] = flat > 0 ? (int64_t)ours->at_us[i] - other->at_us[i] : way->b[i] - 128;
	if (flat > 0)
		ours->height_us = (int32_t)clamp(
			ours->height_us + (expected - flat) * by_us / expected, HEIGHT_MIN_US, FAR_US);
	move(ours, from, flat > 0 ? expected : 256, by_us);
}

/* --- of members ------------------------------------------------------------------------------- */

static kith_us median(const struct kith_coord_heard *h)
{
	const int32_t *v = h->rtt_us;
	int32_t low, high;

	if (h->samples < KITH_COORD_MEDIAN)
		return v[0] < v[h->samples - 1] ? v[0] : v[h->samples - 1]; /* delays only add */
	low = v[0] < v[1] ? v[0] : v[1];
	high = v[0] < v[1] ? v[1] : v[0];
	return v[2] < low ? low : v[2] > high ? high : v[2];
}

void kith_coord_sample(struct kith_node *n, struct kith_peer *p, kith_us rtt, const int32_t *ints,
		       uint32_t count)
{
	struct kith_talk *t = kith_talk(n, p);
	struct kith_coordinate theirs;
	struct kith_coord_heard *h;

	if (t == NULL || !kith_coord_read(&theirs, ints, count) || !kith_coord_is_sane(&theirs) ||
	    rtt <= 0 || rtt > FAR_US)
		return;
	h = &t->coord;
	h->coord = theirs;
	h->is_known = true;
	h->rtt_us[h->next] = (int32_t)rtt;
	h->next = (uint8_t)((h->next + 1) % KITH_COORD_MEDIAN);
	h->samples = (uint8_t)(h->samples + (h->samples < KITH_COORD_MEDIAN ? 1 : 0));
	kith_coord_pull(&n->coord, &theirs, median(h), &n->own.secrets->identity.mid);
}

const struct kith_coordinate *kith_coord_of(const struct kith_node *n, const struct kith_peer *p)
{
	const struct kith_talk *t;

	if (p->is_self)
		return &n->coord;
	t = kith_talk_of(n, p);
	return t != NULL && t->coord.is_known ? &t->coord.coord : NULL;
}
