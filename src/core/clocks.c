/* SPDX-License-Identifier: ISC */
#include "core/clocks.h"

#include "base/time.h"
#include "core/node.h"
#include <string.h>

static int64_t magnitude(int64_t v)
{
	return v < 0 ? -v : v;
}

static struct kith_clock_heard *find(struct kith_clocks *c, const struct kith_mid *mid)
{
	uint32_t i;

	for (i = 0; i < c->count; i++)
		if (memcmp(c->heard[i].mid.b, mid->b, sizeof(mid->b)) == 0)
			return &c->heard[i];
	return NULL;
}

/* A free place, or that of whom we have not heard for longest. */
static struct kith_clock_heard *place(struct kith_clocks *c)
{
	struct kith_clock_heard *oldest = &c->heard[0];
	uint32_t i;

	if (c->count < KITH_CLOCKS_KEPT)
		return &c->heard[c->count++];
	for (i = 1; i < c->count; i++)
		if (c->heard[i].at < oldest->at)
			oldest = &c->heard[i];
	return oldest;
}

/* Those heard lately, in order; returns how many. */
static uint32_t sorted(const struct kith_node *n, int64_t out[KITH_CLOCKS_KEPT])
{
	const struct kith_clocks *c = &n->clocks;
	uint32_t count = 0, i, j;

	for (i = 0; i < c->count; i++) {
		if (kith_us_elapsed(c->heard[i].at, n->now) > KITH_CLOCK_FRESH)
			continue;
		for (j = count++; j > 0 && out[j - 1] > c->heard[i].ahead_s; j--)
			out[j] = out[j - 1];
		out[j] = c->heard[i].ahead_s;
	}
	return count;
}

/* How many have to be heard before the median says anything. */
static uint32_t need(const struct kith_node *n)
{
	const uint32_t *by = n->peers.by_status;
	const uint32_t up = by[KITH_STATUS_ALIVE] + by[KITH_STATUS_SUSPECT];
	const uint32_t others = up > 1 ? up - 1 : 1;

	return others < KITH_CLOCKS_NEED ? others : KITH_CLOCKS_NEED;
}

static void tell(struct kith_node *n)
{
	struct kith_clocks *c = &n->clocks;
	const int64_t apart_s = magnitude(c->ahead_s);
	const bool differs = apart_s > (c->differs ? KITH_CLOCK_AGREES_S : KITH_CLOCK_DIFFERS_S);
	struct kith_event e = {.kind = differs ? KITH_EVENT_CLOCK_DIFFERS : KITH_EVENT_CLOCK_AGREES,
			       .clock_ahead_s = c->ahead_s, .clock_others = c->others};

	n->stats.clock_apart_s = (uint64_t)apart_s;
	if (!c->is_apart)
		c->since = n->now;
	c->is_apart = differs;
	if (differs == c->differs || (differs && kith_us_elapsed(c->since, n->now) < KITH_CLOCK_WAIT))
		return;
	c->differs = differs;
	kith_out_event(n, &e);
}

/* Of an even number of clocks the one of the middle two that is nearer to ours. */
static int64_t median(const int64_t *ahead_s, uint32_t count)
{
	const int64_t low = ahead_s[(count - 1) / 2], high = ahead_s[count / 2];

	return magnitude(low) < magnitude(high) ? low : high;
}

/* Enough clocks judge; or more than the fewer by which we are judged, who were heard when hardly
 * anybody was known, but only for the better. */
static bool are_judges(const struct kith_node *n, const int64_t *ahead_s, uint32_t count)
{
	const struct kith_clocks *c = &n->clocks;

	return count >= need(n) || (c->others > 0 && count > c->others &&
				    magnitude(median(ahead_s, count)) < magnitude(c->ahead_s));
}

/* moved: by our own clock, which tells all there is to know. */
static void judge(struct kith_node *n, bool moved)
{
	struct kith_clocks *c = &n->clocks;
	int64_t ahead_s[KITH_CLOCKS_KEPT];
	const uint32_t count = sorted(n, ahead_s);

	if (are_judges(n, ahead_s, count)) {
		c->ahead_s = median(ahead_s, count);
		c->others = count;
	} else if (c->others == 0 || (count > 0 && !moved)) {
		return; /* too few: for now, or since ever */
	}
	tell(n);
}

/* What we signed of others by the wrong clock is refused by them as well, and would be told again for
 * hours; who still does not answer is suspected anew. */
static void withdraw_suspicions(struct kith_node *n)
{
	uint32_t i;

	for (i = 0; i < n->peers.count; i++)
		kith_own_withdraw(n, kith_ring_at(n, i));
}

/* True: our clock was far from where it is, and is like those of the others now, as far as they are
 * known. What was signed by the wrong one may be taken for expired, or from the future. */
static bool mend(struct kith_node *n)
{
	struct kith_clocks *c = &n->clocks;

	if (!c->is_stale || magnitude(c->ahead_s) > KITH_RECORD_SLACK_S)
		return false;
	c->is_stale = false;
	c->moved_s = 0;
	kith_own_sign(n, KITH_OWN_REFRESH);
	withdraw_suspicions(n);
	if (c->others > 0) /* else nobody says that it is right */
		kith_peers_forget_future(n);
	return true;
}

static void heard(struct kith_node *n, const struct kith_mid *mid, int64_t ahead_s)
{
	struct kith_clock_heard *h = find(&n->clocks, mid);

	if (h == NULL)
		h = place(&n->clocks);
	*h = (struct kith_clock_heard){*mid, n->now, ahead_s};
	judge(n, false);
	(void)mend(n); /* who told us that ours is wrong may have been wrong itself */
}

/* The distance that is congruent mod 2^16 s to the one told, and nearest to `guess`. */
static int64_t nearest(int64_t told, int64_t guess)
{
	return guess + (int16_t)(uint16_t)(uint64_t)(told - guess);
}

/* 18 hours tell no days, so an ack that agrees with what is known confirms it, to the second. Else
 * it was one of the two clocks that was set, most likely right. */
void kith_clocks_ack(struct kith_node *n, const struct kith_mid *mid, uint32_t clock)
{
	const struct kith_clock_heard *h = find(&n->clocks, mid);
	const int64_t known = h != NULL ? h->ahead_s : n->clocks.ahead_s;
	const int64_t told = (int64_t)kith_now_unix_s(n) - (int64_t)clock;
	const int64_t near = nearest(told, known);

	heard(n, mid, magnitude(near - known) <= KITH_CLOCK_DIFFERS_S ? near : nearest(told, 0));
}

void kith_clocks_hello(struct kith_node *n, const struct kith_mid *mid, uint32_t unix_s)
{
	heard(n, mid, (int64_t)kith_now_unix_s(n) - (int64_t)unix_s);
}

/* The others' clocks have not moved, so all is known at once of a host whose clock was set, perhaps
 * in several steps. */
void kith_clocks_moved(struct kith_node *n, int64_t by_ms)
{
	struct kith_clocks *c = &n->clocks;
	const int64_t by_s = by_ms / 1000, before_s = magnitude(c->ahead_s);
	uint32_t i;

	for (i = 0; i < c->count; i++)
		c->heard[i].ahead_s += by_s;
	if (c->others > 0)
		c->ahead_s += by_s;
	judge(n, by_s != 0);
	c->moved_s += by_s;
	c->is_stale |= magnitude(c->moved_s) > KITH_RECORD_SLACK_S;
	/* Nearer to what one other says that may be wrong itself: nobody else can tell, as long as our
	 * record is refused. */
	if (!mend(n) && magnitude(by_s) > KITH_RECORD_SLACK_S && magnitude(c->ahead_s) < before_s)
		kith_own_sign(n, KITH_OWN_REFRESH);
}
