/* SPDX-License-Identifier: ISC */
/*
 * Bytes as a record, as each kind of body, and as tags. Whatever can be read can be written, and
 * what was written reads and writes the same ever after; where nothing was passed over in reading,
 * the bytes are those that came.
 */
#include "wire/record.h"
#include "base/check.h"
#include "base/cur.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *buf, size_t len);

static void is_inside(struct kith_bytes part, struct kith_bytes whole)
{
	if (part.len == 0)
		return;
	KITH_ASSERT(part.p >= whole.p);
	KITH_ASSERT(part.p + part.len <= whole.p + whole.len);
}

static void try_tags(struct kith_bytes tags)
{
	struct kith_bytes key, value;
	size_t at = 0, before;

	if (!kith_tags_are_valid(tags))
		return;
	while (before = at, kith_tags_next(tags, &at, &key, &value) == 1) {
		KITH_ASSERT(at > before);
		is_inside(key, tags);
		is_inside(value, tags);
		KITH_ASSERT(kith_text_is_valid(key.p, key.len));
		KITH_ASSERT(kith_text_is_valid(value.p, value.len));
	}
	KITH_ASSERT(at == tags.len);
}

static size_t write_member(const struct kith_member_body *m, uint8_t out[KITH_RECORD_MAX])
{
	size_t len = KITH_RECORD_MAX;
	int rc = kith_member_body_write(m, out, &len);

	KITH_ASSERT(rc == 0);
	return len;
}

static void try_member(struct kith_bytes body)
{
	uint8_t first[KITH_RECORD_MAX], second[KITH_RECORD_MAX];
	struct kith_member_body m, again;
	size_t first_len, second_len;
	int rc;

	if (kith_member_body_read(body, &m) != 0)
		return;
	KITH_ASSERT(m.addr_count <= KITH_ADDRS_MAX);
	is_inside(m.tags, body);
	try_tags(m.tags);
	first_len = write_member(&m, first);
	KITH_ASSERT(first_len <= body.len);
	KITH_ASSERT(first_len < body.len || memcmp(first, body.p, first_len) == 0);
	rc = kith_member_body_read((struct kith_bytes){first, first_len}, &again);
	KITH_ASSERT(rc == 0);
	second_len = write_member(&again, second);
	KITH_ASSERT(second_len == first_len);
	KITH_ASSERT(memcmp(first, second, first_len) == 0);
}

static void try_suspicion(struct kith_bytes body)
{
	uint8_t again[KITH_SUSPICION_BODY];
	struct kith_suspicion s;

	if (kith_suspicion_read(body, &s) != 0)
		return;
	kith_suspicion_write(&s, again);
	KITH_ASSERT(body.len == sizeof(again));
	KITH_ASSERT(memcmp(again, body.p, sizeof(again)) == 0);
}

static void try_record(const uint8_t *p, size_t len)
{
	uint8_t again[KITH_RECORD_MAX];
	struct kith_record_head h;
	struct kith_bytes body;
	int rc;

	if (kith_record_read(p, len, &h) != 0)
		return;
	KITH_ASSERT(h.len == len);
	body = kith_record_body(p, &h);
	KITH_ASSERT(body.len == len - KITH_RECORD_HEAD - KITH_RECORD_SIG);
	KITH_ASSERT(kith_record_sig(p, &h) + KITH_RECORD_SIG == p + len);
	KITH_ASSERT(kith_record_signed(p, &h).len == len - KITH_RECORD_SIG);
	rc = kith_record_write(&h, body, again);
	KITH_ASSERT(rc == 0);
	KITH_ASSERT(memcmp(again, p, len - KITH_RECORD_SIG) == 0);
	try_member(body);
	try_suspicion(body);
}

/* The same bytes with a header that fits, so that mutations reach the body. */
static void try_with_good_header(const uint8_t *buf, size_t len)
{
	uint8_t *copy;

	if (len < KITH_RECORD_HEAD + KITH_RECORD_SIG || len > KITH_RECORD_MAX)
		return;
	copy = malloc(len);
	KITH_ASSERT(copy);
	memcpy(copy, buf, len);
	copy[0] = 1;
	kith_put_u16(copy + 2, (uint16_t)len);
	try_record(copy, len);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *buf, size_t len)
{
	struct kith_bytes all = {buf, len};

	try_record(buf, len);
	try_with_good_header(buf, len);
	try_member(all);
	try_suspicion(all);
	try_tags(all);
	return 0;
}
