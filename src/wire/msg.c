/* SPDX-License-Identifier: ISC */
#include "wire/msg.h"
#include "base/check.h"
#include "wire/mp.h"
#include <string.h>

static const struct row {
	const char *name, *fields;
} rows[] = {
#define X(upper, lower, number, fields, help) [number] = {#lower, fields},
	KITH_MSGS(X)
#undef X
};

/* Letters that stand for a field of struct kith_msg: integers, and binary of one length. */
static const struct slot {
	char letter;
	uint8_t len; /* 0: an unsigned integer */
	uint16_t offset;
} slots[] = {
#define UINT(name) {#name[0], 0, offsetof(struct kith_msg, name)}
	UINT(n), UINT(e), UINT(q), UINT(k), UINT(u), UINT(d), UINT(o), UINT(p), UINT(f), UINT(h),
	UINT(t),
#undef UINT
	{'M', 16, offsetof(struct kith_msg, mid)},
	{'R', 8, offsetof(struct kith_msg, root)},
	{'T', 16, offsetof(struct kith_msg, trust)},
	{'L', 16, offsetof(struct kith_msg, lo)},
	{'H', 16, offsetof(struct kith_msg, hi)},
};

static const struct row *find_row(uint32_t kind)
{
	if (kind >= sizeof(rows) / sizeof(rows[0]) || !rows[kind].name)
		return NULL;
	return &rows[kind];
}

static const struct slot *find_slot(char letter)
{
	size_t i = 0;

	while (slots[i].letter != letter) {
		i++;
		KITH_ASSERT(i < sizeof(slots) / sizeof(slots[0]));
	}
	return &slots[i];
}

const char *kith_msg_name(unsigned kind)
{
	const struct row *row = find_row(kind);

	return row ? row->name : NULL;
}

/* ---- reading */

static void read_slot(struct kith_mp_in *in, const struct slot *slot, struct kith_msg *m)
{
	char *field = (char *)m + slot->offset;

	if (slot->len == 0) {
		uint32_t v = kith_mp_get_uint(in);

		memcpy(field, &v, sizeof(v));
	} else {
		struct kith_bytes v = kith_mp_get_bin(in);

		if (v.len != slot->len)
			in->bad = true;
		memcpy(field, &v.p, sizeof(v.p));
	}
}

static void read_items(struct kith_mp_in *in, uint32_t count, struct kith_msg *m)
{
	if (count > KITH_MSG_ITEMS_MAX) {
		in->bad = true;
		return;
	}
	m->item_count = (uint8_t)count;
	for (uint32_t i = 0; i < count; i++)
		m->items[i] = kith_mp_get_bin(in);
}

/* The `count` elements after the kind. */
static void read_fields(struct kith_mp_in *in, const char *fields, uint32_t count,
			struct kith_msg *m)
{
	for (; *fields; fields++) {
		if (*fields == '*') {
			read_items(in, count, m);
			return;
		}
		if (count-- == 0) {
			in->bad = true;
			return;
		}
		if (*fields == 'B')
			m->blob = kith_mp_get_bin(in);
		else if (*fields == 'C')
			m->certificate = kith_mp_get_bin_or_nil(in);
		else if (*fields == 'Z')
			m->coord_count = (uint8_t)kith_mp_get_ints(in, m->coord, KITH_MP_INTS);
		else
			read_slot(in, find_slot(*fields), m);
	}
	while (count-- > 0 && !in->bad)
		kith_mp_skip(in);
}

int kith_msg_next(struct kith_bytes plain, size_t *at, struct kith_msg *m, uint32_t *unknown)
{
	while (*at < plain.len) {
		struct kith_mp_in in = {.bytes = plain, .at = *at};
		uint32_t count = kith_mp_get_array(&in);
		uint32_t kind = kith_mp_get_uint(&in);
		const struct row *row = find_row(kind);

		if (in.bad || count == 0)
			return KITH_EMALFORMED;
		/* All but the items, which item_count governs and which are most of it. */
		memset(m, 0, offsetof(struct kith_msg, items));
		m->kind = (enum kith_msg_kind)kind;
		read_fields(&in, row ? row->fields : "", count - 1, m);
		if (in.bad)
			return KITH_EMALFORMED;
		*at = in.at;
		if (row)
			return 1;
		(*unknown)++;
	}
	return 0;
}

/* ---- writing */

static void write_slot(struct kith_mp_out *out, const struct slot *slot, const struct kith_msg *m)
{
	const char *field = (const char *)m + slot->offset;

	if (slot->len == 0) {
		uint32_t v;

		memcpy(&v, field, sizeof(v));
		kith_mp_put_uint(out, v);
	} else {
		struct kith_bytes v = {.len = slot->len};

		memcpy(&v.p, field, sizeof(v.p));
		KITH_ASSERT(v.p != NULL);
		kith_mp_put_bin(out, v);
	}
}

static void write_coord(struct kith_mp_out *out, const struct kith_msg *m)
{
	if (m->coord_count == 0) {
		kith_mp_put_nil(out);
		return;
	}
	kith_mp_put_array(out, m->coord_count);
	for (uint8_t i = 0; i < m->coord_count; i++)
		kith_mp_put_int(out, m->coord[i]);
}

static void write_field(struct kith_mp_out *out, char letter, const struct kith_msg *m)
{
	switch (letter) {
	case 'B':
		kith_mp_put_bin(out, m->blob);
		break;
	case 'C':
		if (m->certificate.len)
			kith_mp_put_bin(out, m->certificate);
		else
			kith_mp_put_nil(out);
		break;
	case 'Z':
		write_coord(out, m);
		break;
	case '*':
		for (uint8_t i = 0; i < m->item_count; i++)
			kith_mp_put_bin(out, m->items[i]);
		break;
	default:
		write_slot(out, find_slot(letter), m);
	}
}

static void write_message(struct kith_mp_out *out, const struct kith_msg *m)
{
	const struct row *row = find_row(m->kind);
	uint32_t count = 1;

	KITH_ASSERT(row != NULL);
	KITH_ASSERT(m->item_count <= KITH_MSG_ITEMS_MAX);
	for (const char *letter = row->fields; *letter; letter++)
		count += *letter == '*' ? m->item_count : 1;
	kith_mp_put_array(out, count);
	kith_mp_put_uint(out, m->kind);
	for (const char *letter = row->fields; *letter; letter++)
		write_field(out, *letter, m);
}

size_t kith_msg_len(const struct kith_msg *m)
{
	struct kith_mp_out out = {.p = NULL};

	write_message(&out, m);
	return out.len;
}

bool kith_msg_write(const struct kith_msg *m, uint8_t *out, size_t room, size_t *len)
{
	struct kith_mp_out to = {.p = out, .room = room, .len = *len};

	KITH_ASSERT(*len <= room);
	if (kith_msg_len(m) > room - *len)
		return false;
	write_message(&to, m);
	KITH_ASSERT(!to.full);
	*len = to.len;
	return true;
}
