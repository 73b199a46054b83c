/* SPDX-License-Identifier: ISC */
#include "wire/record.h"
#include "base/addr.h"
#include "base/check.h"
#include "base/cur.h"
#include "base/text.h"
#include "wire/mp.h"
#include <string.h>

enum {
	RECORD_VERSION = 1,
	ADDR_IP4 = 4, /* kinds of address in a member record */
	ADDR_IP6 = 6,
};

/* The largest member record still fits: everything before the addresses, four addresses, tags. */
_Static_assert(KITH_RECORD_HEAD + 43 + KITH_ADDRS_MAX * 20 + 2 + KITH_TAGS_MAX + KITH_RECORD_SIG <=
		       KITH_RECORD_MAX,
	       "a member record with all addresses and tags");

/* ---- header */

int kith_record_read(const uint8_t *p, size_t len, struct kith_record_head *h)
{
	struct kith_record_head got;
	struct kith_rd r;
	uint8_t version;

	kith_rd_init(&r, p, len);
	version = kith_rd_u8(&r);
	got.kind = kith_rd_u8(&r);
	got.len = kith_rd_u16(&r);
	kith_rd_copy(&r, got.owner.b, sizeof(got.owner.b));
	got.epoch = kith_rd_u32(&r);
	got.seq = kith_rd_u32(&r);
	got.expires = kith_rd_u32(&r);
	if (r.bad || version != RECORD_VERSION || got.len != len || len > KITH_RECORD_MAX ||
	    len < KITH_RECORD_HEAD + KITH_RECORD_SIG)
		return KITH_EMALFORMED;
	*h = got;
	return 0;
}

struct kith_bytes kith_record_body(const uint8_t *p, const struct kith_record_head *h)
{
	KITH_ASSERT(h->len >= KITH_RECORD_HEAD + KITH_RECORD_SIG);
	return (struct kith_bytes){p + KITH_RECORD_HEAD,
				   (size_t)h->len - KITH_RECORD_HEAD - KITH_RECORD_SIG};
}

struct kith_bytes kith_record_signed(const uint8_t *p, const struct kith_record_head *h)
{
	KITH_ASSERT(h->len >= KITH_RECORD_HEAD + KITH_RECORD_SIG);
	return (struct kith_bytes){p, (size_t)h->len - KITH_RECORD_SIG};
}

const uint8_t *kith_record_sig(const uint8_t *p, const struct kith_record_head *h)
{
	KITH_ASSERT(h->len >= KITH_RECORD_HEAD + KITH_RECORD_SIG);
	return p + h->len - KITH_RECORD_SIG;
}

int kith_record_write(struct kith_record_head *h, struct kith_bytes body, uint8_t *out)
{
	struct kith_wr w;

	if (body.len > KITH_RECORD_MAX - KITH_RECORD_HEAD - KITH_RECORD_SIG)
		return KITH_ETOOBIG;
	h->len = (uint16_t)(KITH_RECORD_HEAD + body.len + KITH_RECORD_SIG);
	kith_wr_init(&w, out, KITH_RECORD_MAX);
	kith_wr_u8(&w, RECORD_VERSION);
	kith_wr_u8(&w, h->kind);
	kith_wr_u16(&w, h->len);
	kith_wr_bytes(&w, h->owner.b, sizeof(h->owner.b));
	kith_wr_u32(&w, h->epoch);
	kith_wr_u32(&w, h->seq);
	kith_wr_u32(&w, h->expires);
	kith_wr_bytes(&w, body.p, body.len);
	kith_wr_zero(&w, KITH_RECORD_SIG);
	KITH_ASSERT(!w.bad);
	KITH_ASSERT(kith_wr_len(&w) == h->len);
	return 0;
}

int kith_incarnation_cmp(uint32_t epoch_a, uint32_t seq_a, uint32_t epoch_b, uint32_t seq_b)
{
	if (epoch_a != epoch_b)
		return epoch_a < epoch_b ? -1 : 1;
	return (seq_a > seq_b) - (seq_a < seq_b);
}

/* ---- member record */

static size_t ip_len(uint8_t family)
{
	return family == ADDR_IP4 ? 4 : 16;
}

/* One entry of the address list; false if its length is not that of its kind. */
static bool read_addr(struct kith_rd *r, struct kith_member_body *m)
{
	uint8_t kind = kith_rd_u8(r), len = kith_rd_u8(r);
	const uint8_t *p = kith_rd_bytes(r, len);

	if (!p)
		return false;
	if (kind != ADDR_IP4 && kind != ADDR_IP6)
		return true;
	if (len != ip_len(kind) + 2)
		return false;
	m->addrs[m->addr_count++] = kith_addr_make(kind, p, kith_get_u16(p + ip_len(kind)));
	return true;
}

static bool member_is_valid(const struct kith_member_body *m)
{
	return m->state >= KITH_MEMBER_ALIVE && m->state <= KITH_MEMBER_RESTARTING &&
	       m->proto_min <= m->proto_max && kith_tags_are_valid(m->tags);
}

int kith_member_body_read(struct kith_bytes body, struct kith_member_body *m)
{
	struct kith_member_body got = {.addr_count = 0};
	struct kith_rd r;
	uint8_t entries;

	kith_rd_init(&r, body.p, body.len);
	kith_rd_copy(&r, got.session_pk, sizeof(got.session_pk));
	got.proto_min = kith_rd_u8(&r);
	got.proto_max = kith_rd_u8(&r);
	got.state = kith_rd_u8(&r);
	got.back_s = kith_rd_u16(&r);
	got.flags = kith_rd_u8(&r);
	kith_rd_copy(&r, got.version, sizeof(got.version));
	got.profile = kith_rd_u8(&r);
	entries = kith_rd_u8(&r);
	if (entries > KITH_ADDRS_MAX)
		return KITH_EMALFORMED;
	for (uint8_t i = 0; i < entries; i++)
		if (!read_addr(&r, &got))
			return KITH_EMALFORMED;
	got.tags.len = kith_rd_u16(&r);
	got.tags.p = kith_rd_bytes(&r, got.tags.len);
	if (r.bad || !member_is_valid(&got))
		return KITH_EMALFORMED;
	*m = got;
	return 0;
}

int kith_member_body_write(const struct kith_member_body *m, uint8_t *out, size_t *len)
{
	struct kith_wr w;

	if (m->tags.len > KITH_TAGS_MAX)
		return KITH_ETOOBIG;
	if (!member_is_valid(m) || m->addr_count > KITH_ADDRS_MAX)
		return KITH_EINVAL;
	kith_wr_init(&w, out, *len);
	kith_wr_bytes(&w, m->session_pk, sizeof(m->session_pk));
	kith_wr_u8(&w, m->proto_min);
	kith_wr_u8(&w, m->proto_max);
	kith_wr_u8(&w, m->state);
	kith_wr_u16(&w, m->back_s);
	kith_wr_u8(&w, m->flags);
	kith_wr_bytes(&w, m->version, sizeof(m->version));
	kith_wr_u8(&w, m->profile);
	kith_wr_u8(&w, m->addr_count);
	for (uint8_t i = 0; i < m->addr_count; i++) {
		const struct kith_addr *a = &m->addrs[i];

		if (a->family != ADDR_IP4 && a->family != ADDR_IP6)
			return KITH_EINVAL;
		kith_wr_u8(&w, a->family);
		kith_wr_u8(&w, (uint8_t)(ip_len(a->family) + 2));
		kith_wr_bytes(&w, a->ip, ip_len(a->family));
		kith_wr_u16(&w, a->port);
	}
	kith_wr_u16(&w, (uint16_t)m->tags.len);
	kith_wr_bytes(&w, m->tags.p, m->tags.len);
	if (w.bad)
		return KITH_ETOOBIG;
	*len = kith_wr_len(&w);
	return 0;
}

/* ---- suspicion */

int kith_suspicion_read(struct kith_bytes body, struct kith_suspicion *s)
{
	struct kith_suspicion got;
	struct kith_rd r;

	kith_rd_init(&r, body.p, body.len);
	kith_rd_copy(&r, got.target.b, sizeof(got.target.b));
	got.epoch = kith_rd_u32(&r);
	got.seq = kith_rd_u32(&r);
	got.kind = kith_rd_u8(&r);
	got.path = kith_rd_u8(&r);
	if (r.bad || kith_rd_left(&r) != 0 || got.kind > KITH_SUSPICION_REFUSAL)
		return KITH_EMALFORMED;
	*s = got;
	return 0;
}

void kith_suspicion_write(const struct kith_suspicion *s, uint8_t out[KITH_SUSPICION_BODY])
{
	struct kith_wr w;

	KITH_ASSERT(s->kind <= KITH_SUSPICION_REFUSAL);
	kith_wr_init(&w, out, KITH_SUSPICION_BODY);
	kith_wr_bytes(&w, s->target.b, sizeof(s->target.b));
	kith_wr_u32(&w, s->epoch);
	kith_wr_u32(&w, s->seq);
	kith_wr_u8(&w, s->kind);
	kith_wr_u8(&w, s->path);
	KITH_ASSERT(kith_wr_len(&w) == KITH_SUSPICION_BODY);
}

/* ---- revocation */

int kith_revocation_body_read(struct kith_bytes body, struct kith_mid *target)
{
	if (body.len != KITH_REVOCATION_BODY)
		return KITH_EMALFORMED;
	memcpy(target->b, body.p, sizeof(target->b));
	return 0;
}

void kith_revocation_write(const struct kith_mid *authority, const struct kith_mid *target, uint32_t now_s,
			   uint32_t until, uint8_t out[KITH_REVOCATION_LEN])
{
	struct kith_record_head h = {.kind = KITH_RECORD_REVOKE, .owner = *authority, .seq = now_s,
				     .expires = until};
	uint8_t record[KITH_RECORD_MAX];
	const int r = kith_record_write(&h, (struct kith_bytes){target->b, sizeof(target->b)}, record);

	KITH_ASSERT(r == 0 && h.len == KITH_REVOCATION_LEN);
	memcpy(out, record, KITH_REVOCATION_LEN - KITH_RECORD_SIG);
}

/* ---- tags */

static bool is_text(struct kith_bytes text)
{
	return text.p && kith_text_is_valid(text.p, text.len);
}

bool kith_tags_are_valid(struct kith_bytes tags)
{
	struct kith_mp_in in = {.bytes = tags};
	uint32_t pairs;

	if (tags.len == 0)
		return true;
	if (tags.len > KITH_TAGS_MAX)
		return false;
	pairs = kith_mp_get_map(&in);
	for (uint32_t i = 0; i < pairs; i++)
		if (!is_text(kith_mp_get_str(&in)) || !is_text(kith_mp_get_str(&in)))
			return false;
	return !in.bad && in.at == tags.len;
}

int kith_tags_next(struct kith_bytes tags, size_t *at, struct kith_bytes *key,
		   struct kith_bytes *value)
{
	struct kith_mp_in in = {.bytes = tags, .at = *at};

	if (*at == 0 && tags.len > 0)
		(void)kith_mp_get_map(&in);
	if (in.at < tags.len) {
		*key = kith_mp_get_str(&in);
		*value = kith_mp_get_str(&in);
		KITH_ASSERT(!in.bad);
		*at = in.at;
		return 1;
	}
	*at = in.at;
	return 0;
}
