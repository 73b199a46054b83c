/* SPDX-License-Identifier: ISC */
#include "wire/service.h"

#include "base/check.h"
#include "base/cur.h"
#include "base/text.h"
#include "wire/mp.h"
#include "wire/record.h"
#include <string.h>

bool kith_service_text_is_valid(struct kith_bytes text)
{
	return kith_text_is_line(text.p, text.len);
}

static bool is_text(struct kith_bytes text, size_t least, size_t most)
{
	return text.len >= least && text.len <= most && kith_service_text_is_valid(text);
}

/* The next text of a value that was opened; false: there is none, or it is none that may be here. */
static bool get_text(struct kith_mp_in *in, struct kith_bytes *text)
{
	*text = kith_mp_get_str(in);
	return !in->bad && kith_service_text_is_valid(*text);
}

static bool texts_are_valid(struct kith_bytes texts, uint32_t most)
{
	struct kith_mp_in in = {.bytes = texts};
	struct kith_bytes text;
	uint32_t count, i;

	if (texts.len == 0)
		return true;
	count = kith_mp_get_array(&in);
	for (i = 0; i < count; i++)
		if (!get_text(&in, &text))
			return false;
	return !in.bad && in.at == texts.len && count <= most;
}

static bool ports_are_valid(struct kith_bytes ports)
{
	struct kith_mp_in in = {.bytes = ports};
	struct kith_bytes name;
	uint32_t count, i;

	if (ports.len == 0)
		return true;
	count = kith_mp_get_map(&in);
	for (i = 0; i < count; i++)
		if (!get_text(&in, &name) || kith_mp_get_uint(&in) > UINT16_MAX)
			return false;
	return !in.bad && in.at == ports.len && count <= KITH_SERVICE_PORTS_MAX;
}

/* Values of meta are anything that tags of a member may be, at any length. */
static bool meta_is_valid(struct kith_bytes meta)
{
	struct kith_mp_in in = {.bytes = meta};
	struct kith_bytes key;
	uint32_t count, i;

	if (meta.len == 0)
		return true;
	count = kith_mp_get_map(&in);
	for (i = 0; i < count; i++) {
		struct kith_bytes value;

		if (!get_text(&in, &key))
			return false;
		value = kith_mp_get_str(&in);
		if (in.bad || !kith_text_is_valid(value.p, value.len))
			return false;
	}
	return !in.bad && in.at == meta.len;
}

static bool is_valid(const struct kith_service_body *s)
{
	return s->health < KITH_SERVICE_HEALTH_COUNT && is_text(s->name, 1, KITH_SERVICE_NAME_MAX) &&
	       is_text(s->id, 1, KITH_SERVICE_ID_MAX) && is_text(s->note, 0, KITH_SERVICE_NOTE_MAX) &&
	       texts_are_valid(s->addrs, KITH_SERVICE_ADDRS_MAX) && ports_are_valid(s->ports) &&
	       texts_are_valid(s->tags, UINT32_MAX) && meta_is_valid(s->meta);
}

static struct kith_bytes read_bytes(struct kith_rd *r, size_t len)
{
	const uint8_t *p = kith_rd_bytes(r, len);

	return (struct kith_bytes){p, p != NULL ? len : 0};
}

int kith_service_body_read(struct kith_bytes body, struct kith_service_body *s)
{
	struct kith_service_body got = {.flags = 0};
	struct kith_rd r;

	kith_rd_init(&r, body.p, body.len);
	kith_rd_copy(&r, got.key, sizeof(got.key));
	got.flags = kith_rd_u8(&r);
	if (!r.bad && (got.flags & KITH_SERVICE_DELETED) != 0) {
		*s = got;
		return 0;
	}
	got.health = kith_rd_u8(&r);
	got.since = kith_rd_u32(&r);
	got.port = kith_rd_u16(&r);
	got.weight = kith_rd_u16(&r);
	got.name = read_bytes(&r, kith_rd_u8(&r));
	got.id = read_bytes(&r, kith_rd_u8(&r));
	got.note = read_bytes(&r, kith_rd_u8(&r));
	got.addrs = read_bytes(&r, kith_rd_u16(&r));
	got.ports = read_bytes(&r, kith_rd_u16(&r));
	got.tags = read_bytes(&r, kith_rd_u16(&r));
	got.meta = read_bytes(&r, kith_rd_u16(&r));
	if (r.bad || !is_valid(&got))
		return KITH_EMALFORMED;
	*s = got;
	return 0;
}

static void write8(struct kith_wr *w, struct kith_bytes text)
{
	kith_wr_u8(w, (uint8_t)text.len);
	kith_wr_bytes(w, text.p, text.len);
}

static void write16(struct kith_wr *w, struct kith_bytes value)
{
	kith_wr_u16(w, (uint16_t)value.len);
	kith_wr_bytes(w, value.p, value.len);
}

static bool fits(const struct kith_service_body *s)
{
	return s->addrs.len <= KITH_RECORD_MAX && s->ports.len <= KITH_RECORD_MAX &&
	       s->tags.len <= KITH_RECORD_MAX && s->meta.len <= KITH_RECORD_MAX;
}

int kith_service_body_write(const struct kith_service_body *s, uint8_t *out, size_t *len)
{
	const bool is_deleted = (s->flags & KITH_SERVICE_DELETED) != 0;
	struct kith_wr w;

	if (!is_deleted && !fits(s))
		return KITH_ETOOBIG;
	if (!is_deleted && !is_valid(s))
		return KITH_EINVAL;
	kith_wr_init(&w, out, *len);
	kith_wr_bytes(&w, s->key, sizeof(s->key));
	kith_wr_u8(&w, s->flags);
	if (!is_deleted) {
		kith_wr_u8(&w, s->health);
		kith_wr_u32(&w, s->since);
		kith_wr_u16(&w, s->port);
		kith_wr_u16(&w, s->weight);
		write8(&w, s->name);
		write8(&w, s->id);
		write8(&w, s->note);
		write16(&w, s->addrs);
		write16(&w, s->ports);
		write16(&w, s->tags);
		write16(&w, s->meta);
	}
	if (w.bad)
		return KITH_ETOOBIG;
	*len = kith_wr_len(&w);
	return 0;
}

int kith_texts_next(struct kith_bytes texts, size_t *at, struct kith_bytes *text)
{
	struct kith_mp_in in = {.bytes = texts, .at = *at};

	if (*at == 0 && texts.len > 0)
		(void)kith_mp_get_array(&in);
	*at = in.at;
	if (in.at >= texts.len)
		return 0;
	*text = kith_mp_get_str(&in);
	KITH_ASSERT(!in.bad);
	*at = in.at;
	return 1;
}

int kith_ports_next(struct kith_bytes ports, size_t *at, struct kith_bytes *name, uint16_t *port)
{
	struct kith_mp_in in = {.bytes = ports, .at = *at};

	if (*at == 0 && ports.len > 0)
		(void)kith_mp_get_map(&in);
	*at = in.at;
	if (in.at >= ports.len)
		return 0;
	*name = kith_mp_get_str(&in);
	*port = (uint16_t)kith_mp_get_uint(&in);
	KITH_ASSERT(!in.bad);
	*at = in.at;
	return 1;
}
