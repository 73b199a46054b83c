/* SPDX-License-Identifier: ISC */
/*
 * Bytes as the plaintext of a datagram or frame. Each message that can be read can be written, in
 * no more bytes than it came in; what was written reads as the same message and writes the same.
 */
#include "wire/msg.h"
#include "base/check.h"
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

static void is_fixed_inside(const uint8_t *p, size_t len, struct kith_bytes whole)
{
	if (p)
		is_inside((struct kith_bytes){p, len}, whole);
}

static void borrows_from(const struct kith_msg *m, struct kith_bytes plain)
{
	is_fixed_inside(m->mid, 16, plain);
	is_fixed_inside(m->root, 8, plain);
	is_fixed_inside(m->trust, 16, plain);
	is_fixed_inside(m->lo, 16, plain);
	is_fixed_inside(m->hi, 16, plain);
	is_inside(m->blob, plain);
	is_inside(m->certificate, plain);
	KITH_ASSERT(m->item_count <= KITH_MSG_ITEMS_MAX);
	for (uint8_t i = 0; i < m->item_count; i++)
		is_inside(m->items[i], plain);
}

static uint8_t *write_message(const struct kith_msg *m, size_t *len)
{
	size_t room = kith_msg_len(m);
	uint8_t *out = malloc(room);
	bool fits;

	KITH_ASSERT(out);
	*len = 0;
	fits = kith_msg_write(m, out, room, len);
	KITH_ASSERT(fits);
	KITH_ASSERT(*len == room);
	return out;
}

static void comes_back(const struct kith_msg *m, size_t came_in)
{
	size_t first_len, second_len, at = 0;
	uint8_t *first = write_message(m, &first_len), *second;
	struct kith_msg again;
	uint32_t unknown = 0;
	int rc;

	KITH_ASSERT(first_len <= came_in);
	rc = kith_msg_next((struct kith_bytes){first, first_len}, &at, &again, &unknown);
	KITH_ASSERT(rc == 1);
	KITH_ASSERT(at == first_len);
	KITH_ASSERT(again.kind == m->kind);
	second = write_message(&again, &second_len);
	KITH_ASSERT(second_len == first_len);
	KITH_ASSERT(memcmp(first, second, first_len) == 0);
	free(first);
	free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *buf, size_t len)
{
	struct kith_bytes plain = {buf, len};
	size_t at = 0, before = 0;
	uint32_t unknown = 0, known = 0;
	struct kith_msg m;
	int rc;

	while ((rc = kith_msg_next(plain, &at, &m, &unknown)) == 1) {
		KITH_ASSERT(at > before && at <= len);
		KITH_ASSERT(kith_msg_name(m.kind) != NULL);
		borrows_from(&m, plain);
		comes_back(&m, at - before);
		before = at;
		known++;
	}
	KITH_ASSERT(rc == 0 || rc == KITH_EMALFORMED);
	KITH_ASSERT(rc != 0 || at == len);
	KITH_ASSERT((uint64_t)known + unknown <= len);
	return 0;
}
