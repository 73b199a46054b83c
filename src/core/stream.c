/* SPDX-License-Identifier: ISC */
#include "core/stream.h"

#include "base/addr.h"
#include "base/check.h"
#include "base/mem.h"
#include "core/handshake.h"
#include "core/node.h"
#include <string.h>

void kith_streams_init(struct kith_node *n)
{
	struct kith_streams *ss = &n->streams;

	kith_list_init(&ss->list);
	ss->next_id = 1;
}

static struct kith_stream *find(struct kith_node *n, uint64_t id)
{
	struct kith_link *l;

	for (l = n->streams.list.next; l != &n->streams.list; l = l->next) {
		struct kith_stream *s = KITH_CONTAINER(l, struct kith_stream, link);

		if (s->id == id)
			return s;
	}
	return NULL;
}

bool kith_stream_is_accepted(struct kith_node *n, uint64_t id)
{
	const struct kith_stream *s = find(n, id);

	return s != NULL && s->state != KITH_STREAM_CONNECTING;
}

static bool is_unproven(const struct kith_stream *s)
{
	return s->purpose == KITH_STREAM_FOR_PEER && !s->is_proven;
}

static void stream_free(struct kith_node *n, struct kith_stream *s)
{
	kith_list_remove(&s->link);
	n->streams.count--;
	n->stats.streams = n->streams.count;
	if (is_unproven(s))
		n->streams.unproven--;
	kith_timer_fini(n, &s->timer);
	kith_sync_free(n, &s->sync);
	if (s->hs != NULL)
		kith_wipe(s->hs, sizeof(*s->hs));
	if (s->ch != NULL)
		kith_wipe(s->ch, sizeof(*s->ch));
	kith_mem_free(&n->alloc, s->hs);
	kith_mem_free(&n->alloc, s->ch);
	kith_mem_free(&n->alloc, s->rx);
	kith_mem_free(&n->alloc, s);
}

void kith_streams_fini(struct kith_node *n)
{
	struct kith_streams *ss = &n->streams;

	while (ss->list.next != NULL && !kith_list_is_empty(&ss->list))
		stream_free(n, KITH_CONTAINER(ss->list.next, struct kith_stream, link));
	kith_mem_free(&n->alloc, ss->m1_seen);
	ss->m1_seen = NULL;
}

static struct kith_stream *stream_new(struct kith_node *n, uint64_t id,
				      enum kith_stream_purpose purpose)
{
	struct kith_stream *s;

	if (n->streams.count >= KITH_STREAMS_MAX) {
		KITH_DROP(n, stream_rate);
		return NULL;
	}
	s = kith_mem_new(&n->alloc, 1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->hs = kith_mem_new(&n->alloc, 1, sizeof(*s->hs));
	if (s->hs == NULL || !kith_timer_init(n, &s->timer, KITH_TIMER_STREAM, s)) {
		kith_mem_free(&n->alloc, s->hs);
		kith_mem_free(&n->alloc, s);
		return NULL;
	}
	s->id = id;
	s->purpose = purpose;
	kith_list_append(&n->streams.list, &s->link);
	n->streams.count++;
	n->stats.streams = n->streams.count;
	return s;
}

static void close_out(struct kith_node *n, uint64_t id)
{
	struct kith_out o = {.kind = KITH_OUT_STREAM_CLOSE, .stream = id};

	kith_out_put(n, &o);
}

void kith_stream_end(struct kith_node *n, struct kith_stream *s, enum kith_seed_result result,
		     bool is_gone)
{
	const uint64_t id = s->id;
	const enum kith_stream_purpose purpose = s->purpose;
	const uint32_t seed = s->seed;

	if (!is_gone)
		close_out(n, id);
	stream_free(n, s);
	if (purpose == KITH_STREAM_FOR_PROBE && kith_ping_on_tcp(n, id, result))
		return;
	if (purpose == KITH_STREAM_FOR_PROBE)
		kith_probe_on_tcp(n, id, result == KITH_SEED_JOINED ? KITH_PROBE_TCP_PROVEN
				  : result == KITH_SEED_REFUSED	    ? KITH_PROBE_TCP_REFUSED
								    : KITH_PROBE_TCP_NONE);
	else if (purpose == KITH_STREAM_FOR_SEED)
		kith_join_on_end(n, seed, result);
	else if (purpose == KITH_STREAM_FOR_SYNC)
		kith_partner_on_end(n, id, result);
}

void kith_stream_end_all(struct kith_node *n, const struct kith_mid *peer)
{
	struct kith_link *l = n->streams.list.next;

	while (l != &n->streams.list) {
		struct kith_stream *s = KITH_CONTAINER(l, struct kith_stream, link);

		l = l->next;
		if (s->is_proven && !s->is_revoked && memcmp(s->peer.b, peer->b, sizeof(peer->b)) == 0) {
			kith_stream_end(n, s, KITH_SEED_UNTRUSTED, false);
			l = n->streams.list.next; /* whoever was told may have ended others */
		}
	}
}

void kith_stream_abandon(struct kith_node *n, uint64_t id)
{
	struct kith_stream *s = find(n, id);

	if (s == NULL)
		return;
	close_out(n, id);
	stream_free(n, s);
}

uint64_t kith_stream_dial(struct kith_node *n, const struct kith_addr *to,
			  enum kith_stream_purpose purpose, const struct kith_mid *want,
			  uint32_t seed)
{
	struct kith_out o = {.kind = KITH_OUT_CONNECT, .addr = *to};
	struct kith_stream *s;

	if (!kith_own_is_started(n))
		return 0;
	s = stream_new(n, n->streams.next_id, purpose);
	if (s == NULL)
		return 0;
	n->streams.next_id += 2;
	s->state = KITH_STREAM_CONNECTING;
	s->addr = *to;
	if (want != NULL)
		s->want = *want;
	s->seed = seed;
	kith_timer_set(n, &s->timer, kith_us_add(n->now, KITH_HANDSHAKE_TIME));
	KITH_COUNT(n, streams_opened);
	o.stream = s->id;
	kith_out_put(n, &o);
	return s->id;
}

/* --- accepting ------------------------------------------------------------------------------ */

/* One without the cluster's key never gets beyond m1, so those who have not sent it go first: then
 * the oldest. */
static bool has_room_for(struct kith_node *n, const struct kith_addr *from)
{
	struct kith_stream *oldest = NULL, *silent = NULL;
	struct kith_link *l;
	uint32_t same = 0;

	for (l = n->streams.list.next; l != &n->streams.list; l = l->next) {
		struct kith_stream *s = KITH_CONTAINER(l, struct kith_stream, link);

		if (!is_unproven(s))
			continue;
		if (oldest == NULL)
			oldest = s;
		if (silent == NULL && s->state == KITH_STREAM_WAITS_M1)
			silent = s;
		same += kith_addr_same_host(&s->addr, from) ? 1 : 0;
	}
	if (same >= KITH_STREAMS_PER_SOURCE)
		return false;
	if (n->streams.unproven >= KITH_STREAMS_UNPROVEN_MAX && oldest != NULL) {
		KITH_DROP(n, stream_rate);
		kith_stream_end(n, silent != NULL ? silent : oldest, KITH_SEED_CLOSED, false);
	}
	return true;
}

static void accept_stream(struct kith_node *n, uint64_t id, const struct kith_addr *from)
{
	struct kith_stream *s = NULL;

	if (!kith_own_is_started(n) || n->own.is_over || find(n, id) != NULL) {
		close_out(n, id);
		return;
	}
	if (has_room_for(n, from))
		s = stream_new(n, id, KITH_STREAM_FOR_PEER);
	else
		KITH_DROP(n, stream_rate);
	if (s == NULL) {
		close_out(n, id);
		return;
	}
	n->streams.unproven++;
	s->state = KITH_STREAM_WAITS_M1;
	s->addr = *from;
	KITH_COUNT(n, streams_accepted);
	kith_timer_set(n, &s->timer, kith_us_add(n->now, KITH_M1_TIME));
}

/* Before somebody has proven who is there, nobody can tell. */
static void count_zone(struct kith_node *n, const struct kith_stream *s, uint64_t *count, size_t len)
{
	const struct kith_peer *p = s->is_proven ? kith_peer_find(n, &s->peer) : NULL;

	if (p != NULL)
		kith_zone_bytes(n, p, count, len);
}

/* --- writing -------------------------------------------------------------------------------- */

void kith_stream_write(struct kith_node *n, struct kith_stream *s, const uint8_t *p, size_t len)
{
	s->ahead += (uint32_t)len;
	count_zone(n, s, &n->stats.zone_bytes_sent, len);
	kith_out_stream(n, s->id, p, len);
}

void kith_stream_send(struct kith_node *n, struct kith_stream *s, const uint8_t *plain, size_t len,
		      bool final)
{
	uint8_t *frame = kith_mem_bytes(&n->alloc, len + KITH_FRAME_OVERHEAD);

	KITH_ASSERT(s->state == KITH_STREAM_OPEN);
	if (frame == NULL)
		return; /* the stream stalls and ends at its deadline */
	kith_stream_write(n, s, frame, kith_channel_push(s->ch, plain, len, final, frame));
	kith_mem_free(&n->alloc, frame);
}

/* Lets the synchronisation write on; ends the stream when it is through. */
static void pump(struct kith_node *n, struct kith_stream *s)
{
	if (s->state == KITH_STREAM_OPEN && s->sync != NULL && kith_sync_pump(n, s)) {
		const enum kith_seed_result result = kith_sync_result(n, s);

		if (s->sync->refusal == KITH_SEED_JOINED) {
			if (s->sync->is_initiator)
				kith_suspect_not_alone(n, s->sync->began);
			kith_partner_synced(n, &s->peer, s->sync->news, s->sync->is_initiator);
		}
		kith_stream_end(n, s, result, false);
	}
}

/* --- frames --------------------------------------------------------------------------------- */

/* Something moved on an open stream: it lives on, within the bound of all. */
/* Whoever is expelled has the time of a handshake to hear that. */
static void prolong(struct kith_node *n, struct kith_stream *s)
{
	if (s->is_revoked)
		return;
	kith_timer_set(n, &s->timer,
		       kith_us_min(kith_us_add(n->now, KITH_SYNC_TIME),
				   kith_us_add(s->opened, KITH_SYNC_TOTAL)));
}

static bool take_header(struct kith_node *n, struct kith_stream *s)
{
	if (kith_channel_header(s->ch, s->rx) != 0) {
		kith_handshake_refuse(n, s, KITH_SEED_CLOSED);
		return false;
	}
	s->state = KITH_STREAM_OPEN;
	s->opened = n->now;
	prolong(n, s);
	if (!kith_sync_begin(n, s)) {
		kith_stream_end(n, s, KITH_SEED_CLOSED, false);
		return false;
	}
	return true;
}

static bool take_frame(struct kith_node *n, struct kith_stream *s, size_t len)
{
	const size_t plain_len = len - KITH_FRAME_OVERHEAD;
	uint8_t *plain = kith_mem_bytes(&n->alloc, plain_len);
	struct kith_bytes bytes = {plain, plain_len};
	bool final, ok;

	if (plain == NULL) {
		kith_stream_end(n, s, KITH_SEED_CLOSED, false);
		return false;
	}
	ok = kith_channel_pull(s->ch, s->rx, len, plain, &final) == 0;
	if (ok) {
		prolong(n, s);
		ok = kith_sync_frame(n, s, bytes);
	}
	kith_mem_free(&n->alloc, plain);
	if (!ok) {
		KITH_DROP(n, stream_frame);
		kith_stream_end(n, s, s->sync->overflows ? KITH_SEED_OVERFLOW : KITH_SEED_CLOSED,
				false);
	}
	return ok;
}

/* --- reading -------------------------------------------------------------------------------- */

/* Length of the unit that rx starts with: 0 = not known yet, negative = impossible. */
static int unit_len(const struct kith_stream *s)
{
	size_t len;
	int r;

	switch (s->state) {
	case KITH_STREAM_WAITS_M1:
		return KITH_M1_LEN;
	case KITH_STREAM_WAITS_M2:
		return kith_hs_m2_len(s->rx, s->rx_len);
	case KITH_STREAM_WAITS_M3:
		return kith_hs_m3_len(s->rx, s->rx_len);
	case KITH_STREAM_WAITS_HEADER:
		return KITH_CHANNEL_HEADER_LEN;
	case KITH_STREAM_OPEN:
		if (s->rx_len < 4)
			return 0;
		r = kith_channel_frame_len(s->rx, &len);
		return r != 0 ? r : (int)len;
	default:
		return KITH_ESTATE;
	}
}

static bool take_unit(struct kith_node *n, struct kith_stream *s, size_t len)
{
	switch (s->state) {
	case KITH_STREAM_WAITS_M1:
		return kith_handshake_m1(n, s);
	case KITH_STREAM_WAITS_M2:
		return kith_handshake_m2(n, s, len);
	case KITH_STREAM_WAITS_M3:
		return kith_handshake_m3(n, s, len);
	case KITH_STREAM_WAITS_HEADER:
		return take_header(n, s);
	default:
		return take_frame(n, s, len);
	}
}

/* Takes all complete units out of rx. False: the stream is gone. */
static bool drain(struct kith_node *n, struct kith_stream *s)
{
	for (;;) {
		const int len = s->rx_len > 0 ? unit_len(s) : 0;

		if (len < 0) {
			KITH_DROP(n, stream_frame);
			kith_stream_end(n, s, KITH_SEED_CLOSED, false);
			return false;
		}
		if (len == 0 || s->rx_len < (uint32_t)len)
			return true;
		if (!take_unit(n, s, (size_t)len))
			return false;
		s->rx_len -= (uint32_t)len;
		memmove(s->rx, s->rx + len, s->rx_len);
	}
}

void kith_stream_data_in(struct kith_node *n, uint64_t id, const uint8_t *buf, size_t len)
{
	struct kith_stream *s = find(n, id);

	if (s == NULL)
		return;
	n->stats.stream_bytes_received += len;
	count_zone(n, s, &n->stats.zone_bytes_received, len);
	while (len > 0) {
		/* Never more than one frame is kept, however much comes at once. */
		size_t part = KITH_FRAME_MAX - s->rx_len;
		void *rx = s->rx;

		part = part < len ? part : len;
		if (!kith_mem_grow(&n->alloc, &rx, &s->rx_room, s->rx_len + (uint32_t)part, 1)) {
			kith_stream_end(n, s, KITH_SEED_CLOSED, false);
			return;
		}
		s->rx = rx;
		memcpy(s->rx + s->rx_len, buf, part);
		s->rx_len += (uint32_t)part;
		buf += part;
		len -= part;
		if (!drain(n, s))
			return;
	}
	pump(n, s);
}

void kith_stream_in(struct kith_node *n, uint64_t id, enum kith_stream_what what,
		    const struct kith_addr *from)
{
	struct kith_stream *s;

	if (what == KITH_STREAM_ACCEPTED) {
		accept_stream(n, id, from);
		return;
	}
	s = find(n, id);
	if (s == NULL)
		return;
	switch (what) {
	case KITH_STREAM_CONNECTED:
		if (s->state == KITH_STREAM_CONNECTING)
			kith_handshake_begin(n, s);
		break;
	case KITH_STREAM_WRITABLE:
		if (s->state == KITH_STREAM_OPEN && s->ahead > 0)
			prolong(n, s);
		s->ahead = 0;
		pump(n, s);
		break;
	case KITH_STREAM_REFUSED:
		kith_stream_end(n, s, KITH_SEED_REFUSED, true);
		break;
	case KITH_STREAM_FAILED:
		kith_stream_end(n, s, s->state == KITH_STREAM_CONNECTING ? KITH_SEED_TIMEOUT
									  : KITH_SEED_CLOSED, true);
		break;
	default:
		kith_stream_end(n, s, KITH_SEED_CLOSED, true);
		break;
	}
}

void kith_stream_on_timer(struct kith_node *n, void *owner)
{
	struct kith_stream *s = owner;

	KITH_DROP(n, stream_late);
	kith_stream_end(n, s, KITH_SEED_TIMEOUT, false);
}
