/* SPDX-License-Identifier: ISC */
/* The calls that change a node: arguments are judged here, and nowhere deeper. */
#include "lib/config.h"

#include "base/addr.h"
#include "base/check.h"
#include "core/node.h"
#include "wire/record.h"

/* The formats carry unix seconds in 32 bits. */
#define UNIX_MS_MAX ((int64_t)UINT32_MAX * 1000)

int kith_node_new(struct kith_node **n, const struct kith_config *c, kith_us now, int64_t unix_ms)
{
	int r;

	if (n == NULL || c == NULL || now < 0 || now == KITH_NEVER || unix_ms < 0 ||
	    unix_ms > UNIX_MS_MAX)
		return KITH_EINVAL;
	r = kith_seal_init();
	if (r == 0)
		r = kith_config_check(c);
	return r != 0 ? r : kith_core_new(n, c, now, unix_ms);
}

void kith_node_free(struct kith_node **n)
{
	if (n != NULL)
		kith_core_free(n);
}

void kith_node_tick(struct kith_node *n, kith_us now)
{
	kith_core_tick(n, now);
}

kith_us kith_node_deadline(const struct kith_node *n)
{
	const struct kith_heap_node *first = kith_heap_first(&n->timers);

	return first != NULL ? first->at : KITH_NEVER;
}

void kith_node_datagram(struct kith_node *n, kith_us now, const struct kith_addr *from,
			const uint8_t *buf, size_t len)
{
	KITH_ASSERT(from != NULL && (buf != NULL || len == 0));
	kith_core_datagram(n, now, from, buf, len);
}

void kith_node_unreachable(struct kith_node *n, kith_us now, const struct kith_addr *to,
			   enum kith_unreachable why, const uint8_t *quoted, size_t len)
{
	/* What is quoted could tell a genuine error from a forged one; as long as an error only
	 * hurries a round, both do the same. */
	(void)why;
	(void)quoted;
	(void)len;
	KITH_ASSERT(to != NULL);
	kith_core_unreachable(n, now, to);
}

void kith_node_stream(struct kith_node *n, kith_us now, uint64_t id, enum kith_stream_what what,
		      const struct kith_addr *from)
{
	KITH_ASSERT(what != KITH_STREAM_ACCEPTED || (from != NULL && id % 2 == 0));
	kith_core_stream(n, now, id, what, from);
}

void kith_node_stream_data(struct kith_node *n, kith_us now, uint64_t id, const uint8_t *buf,
			   size_t len)
{
	KITH_ASSERT(buf != NULL || len == 0);
	kith_core_stream_data(n, now, id, buf, len);
}

void kith_node_clock(struct kith_node *n, kith_us now, int64_t unix_ms, bool trusted)
{
	/* A clock that nobody vouches for is still better than the one told before it. */
	(void)trusted;
	kith_core_clock(n, now, unix_ms < 0 ? 0 : unix_ms > UNIX_MS_MAX ? UNIX_MS_MAX : unix_ms);
}

void kith_node_persisted(struct kith_node *n, kith_us now, uint64_t token)
{
	kith_core_persisted(n, now, token);
}

int kith_node_next(struct kith_node *n, struct kith_out *out)
{
	return kith_out_take(n, out) ? 1 : 0;
}

int kith_node_join(struct kith_node *n, kith_us now, const struct kith_addr *seeds, size_t count)
{
	size_t i;

	if (n == NULL || (seeds == NULL && count > 0))
		return KITH_EINVAL;
	for (i = 0; i < count; i++)
		if (!kith_addr_is_usable(&seeds[i]))
			return KITH_EINVAL;
	return kith_core_join(n, now, seeds, count);
}

int kith_node_leave(struct kith_node *n, kith_us now)
{
	return n == NULL ? KITH_EINVAL : kith_core_leave(n, now);
}

int kith_node_restart(struct kith_node *n, kith_us now, uint16_t back_s)
{
	if (n == NULL || back_s == 0 || back_s > KITH_RESTART_MAX_S)
		return KITH_EINVAL;
	return kith_core_restart(n, now, back_s);
}

int kith_node_tags(struct kith_node *n, kith_us now, struct kith_bytes tags)
{
	if (n == NULL || (tags.p == NULL && tags.len > 0))
		return KITH_EINVAL;
	if (tags.len > KITH_TAGS_MAX)
		return KITH_ETOOBIG;
	if (!kith_tags_are_valid(tags))
		return KITH_EINVAL;
	return kith_core_tags(n, now, tags);
}

int kith_node_keep(struct kith_node *n, struct kith_bytes *entry)
{
	KITH_ASSERT(entry != NULL);
	return kith_kept_next(n, entry);
}

void kith_node_keep_all(struct kith_node *n)
{
	kith_kept_reset(n);
}

int kith_node_restore(struct kith_node *n, kith_us now, struct kith_bytes entry)
{
	KITH_ASSERT(entry.p != NULL || entry.len == 0);
	return kith_core_restore(n, now, entry);
}

int kith_node_forget(struct kith_node *n, kith_us now, const struct kith_mid *mid)
{
	return n == NULL || mid == NULL ? KITH_EINVAL : kith_core_forget(n, now, mid);
}

int kith_node_release(struct kith_node *n, kith_us now, const struct kith_mid *mid)
{
	return n == NULL || mid == NULL ? KITH_EINVAL : kith_core_release(n, now, mid);
}

int kith_node_revoke(struct kith_node *n, kith_us now, struct kith_bytes revocation)
{
	return n == NULL || revocation.p == NULL ? KITH_EINVAL : kith_core_revoke(n, now, revocation);
}

int kith_node_ping(struct kith_node *n, kith_us now, const struct kith_mid *mid, uint64_t *token)
{
	return n == NULL || mid == NULL || token == NULL ? KITH_EINVAL
							  : kith_core_ping(n, now, mid, token);
}

void kith_node_check(const struct kith_node *n)
{
	kith_core_check(n);
}
