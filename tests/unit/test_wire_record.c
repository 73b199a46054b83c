/* SPDX-License-Identifier: ISC */
#include "wire/record.h"
#include "base/addr.h"
#include "base/cur.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FULL_HEAD = KITH_RECORD_HEAD + KITH_RECORD_SIG };

#define TEXT(literal)                                                                              \
	{                                                                                          \
		(const uint8_t *)(literal), sizeof(literal) - 1                                    \
	}

/* ---- header */

static struct kith_record_head head(uint8_t kind)
{
	struct kith_record_head h = {.kind = kind, .epoch = 3, .seq = 9, .expires = 1767484800};

	memset(h.owner.b, 0xa5, sizeof(h.owner.b));
	return h;
}

static void headers_are_bounded(void **state)
{
	uint8_t bytes[KITH_RECORD_MAX + 1] = {0}, body[KITH_RECORD_MAX] = {0};
	struct kith_record_head h = head(200), back;

	(void)state;
	assert_int_equal(kith_record_write(
				 &h, (struct kith_bytes){body, KITH_RECORD_MAX - FULL_HEAD}, bytes),
			 0);
	assert_int_equal(h.len, KITH_RECORD_MAX);
	assert_int_equal(kith_record_read(bytes, h.len, &back), 0);
	assert_int_equal(back.kind, 200);
	assert_int_equal(back.len, KITH_RECORD_MAX);
	assert_memory_equal(back.owner.b, h.owner.b, sizeof(h.owner.b));
	assert_int_equal(back.epoch, h.epoch);
	assert_int_equal(back.seq, h.seq);
	assert_int_equal(back.expires, h.expires);
	assert_int_equal(
		kith_record_write(&h, (struct kith_bytes){body, KITH_RECORD_MAX - FULL_HEAD + 1},
				  bytes),
		KITH_ETOOBIG);
	kith_put_u16(bytes + 2, KITH_RECORD_MAX + 1);
	assert_int_equal(kith_record_read(bytes, KITH_RECORD_MAX + 1, &back), KITH_EMALFORMED);
	kith_put_u16(bytes + 2, FULL_HEAD);
	assert_int_equal(kith_record_read(bytes, FULL_HEAD, &back), 0);
	for (size_t len = 0; len < FULL_HEAD; len++) {
		kith_put_u16(bytes + 2, (uint16_t)len);
		memset(&back, 0xee, sizeof(back));
		assert_int_equal(kith_record_read(bytes, len, &back), KITH_EMALFORMED);
		assert_int_equal(back.kind, 0xee);
	}
}

static void the_length_field_is_the_length(void **state)
{
	uint8_t bytes[200] = {0};
	struct kith_record_head h = head(KITH_RECORD_SUSPICION), back;

	(void)state;
	assert_int_equal(kith_record_write(&h, (struct kith_bytes){NULL, 0}, bytes), 0);
	for (unsigned len = 0; len <= UINT16_MAX; len++) {
		kith_put_u16(bytes + 2, (uint16_t)len);
		assert_int_equal(kith_record_read(bytes, FULL_HEAD, &back),
				 len == FULL_HEAD ? 0 : KITH_EMALFORMED);
	}
}

static void parts_lie_where_the_drawing_says(void **state)
{
	static const uint8_t body[5] = {1, 2, 3, 4, 5};
	uint8_t bytes[KITH_RECORD_MAX];
	struct kith_record_head h = head(9);

	(void)state;
	memset(bytes, 0xee, sizeof(bytes));
	assert_int_equal(kith_record_write(&h, (struct kith_bytes){body, 5}, bytes), 0);
	assert_int_equal(h.len, FULL_HEAD + 5);
	assert_int_equal(bytes[0], 1);
	assert_int_equal(bytes[1], 9);
	assert_int_equal(kith_get_u16(bytes + 2), FULL_HEAD + 5);
	assert_memory_equal(bytes + 4, h.owner.b, 16);
	assert_int_equal(kith_get_u32(bytes + 20), 3);
	assert_int_equal(kith_get_u32(bytes + 24), 9);
	assert_int_equal(kith_get_u32(bytes + 28), 1767484800);
	assert_memory_equal(bytes + 32, body, 5);
	for (int i = 0; i < KITH_RECORD_SIG; i++)
		assert_int_equal(bytes[37 + i], 0);
	assert_int_equal(bytes[FULL_HEAD + 5], 0xee);
	assert_ptr_equal(kith_record_body(bytes, &h).p, bytes + 32);
	assert_int_equal(kith_record_body(bytes, &h).len, 5);
	assert_ptr_equal(kith_record_signed(bytes, &h).p, bytes);
	assert_int_equal(kith_record_signed(bytes, &h).len, 37);
	assert_ptr_equal(kith_record_sig(bytes, &h), bytes + 37);
}

static void incarnations_are_ordered_by_epoch_then_seq(void **state)
{
	static const uint32_t order[][2] = {
		{0, 0}, {0, 1},		 {0, UINT32_MAX},	   {1, 0},
		{1, 2}, {UINT32_MAX, 0}, {UINT32_MAX, UINT32_MAX},
	};

	(void)state;
	for (int i = 0; i < 7; i++)
		for (int j = 0; j < 7; j++) {
			const uint32_t *a = order[i], *b = order[j];
			int got = kith_incarnation_cmp(a[0], a[1], b[0], b[1]);

			assert_int_equal((got > 0) - (got < 0), (i > j) - (i < j));
		}
}

/* ---- member */

static const struct kith_bytes two_tags = TEXT("\x82\xa1k\xa1v\xa0\xa0");

static struct kith_member_body member(void)
{
	struct kith_member_body m = {
		.proto_min = 1,
		.proto_max = 2,
		.state = KITH_MEMBER_ALIVE,
		.back_s = 513,
		.flags = 4,
		.version = {1, 2, 3},
		.profile = 2,
		.addr_count = 2,
		.tags = two_tags,
	};

	memset(m.session_pk, 0x77, sizeof(m.session_pk));
	assert_int_equal(kith_addr_scan("10.0.0.1:5484", 0, &m.addrs[0]), 0);
	assert_int_equal(kith_addr_scan("[fd00::1]:5485", 0, &m.addrs[1]), 0);
	return m;
}

static size_t write_member(const struct kith_member_body *m, uint8_t out[KITH_RECORD_MAX])
{
	size_t len = KITH_RECORD_MAX;

	assert_int_equal(kith_member_body_write(m, out, &len), 0);
	return len;
}

static void a_member_comes_back(void **state)
{
	uint8_t bytes[KITH_RECORD_MAX];
	struct kith_member_body m = member(), back;
	size_t len = write_member(&m, bytes);

	(void)state;
	assert_int_equal(len, 43 + 8 + 20 + 2 + two_tags.len);
	assert_int_equal(kith_member_body_read((struct kith_bytes){bytes, len}, &back), 0);
	assert_memory_equal(back.session_pk, m.session_pk, 32);
	assert_int_equal(back.proto_min, 1);
	assert_int_equal(back.proto_max, 2);
	assert_int_equal(back.state, KITH_MEMBER_ALIVE);
	assert_int_equal(back.back_s, 513);
	assert_int_equal(back.flags, 4);
	assert_memory_equal(back.version, m.version, 3);
	assert_int_equal(back.profile, 2);
	assert_int_equal(back.addr_count, 2);
	assert_true(kith_addr_eq(&back.addrs[0], &m.addrs[0]));
	assert_true(kith_addr_eq(&back.addrs[1], &m.addrs[1]));
	assert_int_equal(back.tags.len, two_tags.len);
	assert_ptr_equal(back.tags.p, bytes + len - two_tags.len);
}

static void a_member_is_refused_when_cut_anywhere(void **state)
{
	uint8_t bytes[KITH_RECORD_MAX];
	struct kith_member_body m = member(), back;
	size_t len = write_member(&m, bytes);

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		uint8_t *copy = malloc(cut ? cut : 1);

		assert_non_null(copy);
		memcpy(copy, bytes, cut);
		back.state = 77;
		assert_int_equal(kith_member_body_read((struct kith_bytes){copy, cut}, &back),
				 KITH_EMALFORMED);
		assert_int_equal(back.state, 77);
		free(copy);
	}
}

static void writing_a_member_minds_its_room(void **state)
{
	uint8_t bytes[KITH_RECORD_MAX];
	struct kith_member_body m = member();
	size_t need = write_member(&m, bytes);

	(void)state;
	for (size_t room = 0; room <= need; room++) {
		size_t len = room;

		memset(bytes, 0xee, sizeof(bytes));
		assert_int_equal(kith_member_body_write(&m, bytes, &len),
				 room < need ? KITH_ETOOBIG : 0);
		assert_int_equal(len, room);
		assert_int_equal(bytes[room], 0xee);
	}
}

/* One byte of a good body changed: what is taken, for all 256 values of it. */
static void check_byte(size_t at, unsigned first, unsigned last)
{
	uint8_t bytes[KITH_RECORD_MAX];
	struct kith_member_body m = member(), back;
	size_t len = write_member(&m, bytes);

	for (unsigned v = 0; v < 256; v++) {
		bytes[at] = (uint8_t)v;
		if (kith_member_body_read((struct kith_bytes){bytes, len}, &back) !=
		    (v >= first && v <= last ? 0 : KITH_EMALFORMED))
			fail_msg("byte %zu with %u", at, v);
	}
}

static void fields_of_a_member_have_ranges(void **state)
{
	(void)state;
	check_byte(0, 0, 255);	/* session key: judged by seal */
	check_byte(32, 0, 2);	/* proto min, at most the max */
	check_byte(33, 1, 255); /* proto max, at least the min */
	check_byte(34, 1, 3);	/* state */
	check_byte(35, 0, 255); /* back_s */
	check_byte(37, 0, 255); /* flags */
	check_byte(41, 0, 255); /* profile */
	check_byte(42, 2, 2);	/* addresses: any other number misreads what follows */
	check_byte(44, 6, 6);	/* length of the IPv4 address */
	check_byte(52, 18, 18); /* and of the IPv6 one */
}

/* The length of the tags cuts their map, unless it is 0 (then a later version's bytes follow). */
static void the_length_of_the_tags_is_theirs(void **state)
{
	uint8_t bytes[KITH_RECORD_MAX];
	struct kith_member_body m = member(), back;
	size_t len = write_member(&m, bytes), at = len - two_tags.len - 2;

	(void)state;
	for (unsigned v = 0; v <= UINT16_MAX; v++) {
		bool fine = v == 0 || v == two_tags.len;

		kith_put_u16(bytes + at, (uint16_t)v);
		assert_int_equal(kith_member_body_read((struct kith_bytes){bytes, len}, &back),
				 fine ? 0 : KITH_EMALFORMED);
	}
}

static void writing_a_bad_member_is_our_mistake(void **state)
{
	static uint8_t long_tags[KITH_TAGS_MAX + 1];
	static const struct kith_bytes cut_tags = TEXT("\x81\xa1k");
	uint8_t bytes[KITH_RECORD_MAX];

	(void)state;
	for (int i = 0; i < 8; i++) {
		struct kith_member_body m = member();
		size_t len = sizeof(bytes);

		switch (i) {
		case 0:
			m.state = 0;
			break;
		case 1:
			m.state = 4;
			break;
		case 2:
			m.proto_min = 3;
			break;
		case 3:
			m.addr_count = KITH_ADDRS_MAX + 1;
			break;
		case 4:
			m.addrs[1].family = 0;
			break;
		case 5:
			m.addrs[0].family = 7;
			break;
		case 6:
			m.tags = cut_tags;
			break;
		case 7:
			m.tags = (struct kith_bytes){long_tags, sizeof(long_tags)};
			break;
		}
		assert_int_equal(kith_member_body_write(&m, bytes, &len),
				 i < 7 ? KITH_EINVAL : KITH_ETOOBIG);
		assert_int_equal(len, sizeof(bytes));
	}
}

/* ---- suspicion */

static void a_suspicion_comes_back(void **state)
{
	struct kith_suspicion s = {.epoch = 5,
				   .seq = UINT32_MAX,
				   .kind = KITH_SUSPICION_REFUSAL,
				   .path = 16},
			      back;
	uint8_t bytes[KITH_SUSPICION_BODY + 1];

	(void)state;
	memset(bytes, 0xee, sizeof(bytes));
	memset(s.target.b, 0x42, sizeof(s.target.b));
	kith_suspicion_write(&s, bytes);
	assert_int_equal(bytes[KITH_SUSPICION_BODY], 0xee);
	assert_int_equal(
		kith_suspicion_read((struct kith_bytes){bytes, KITH_SUSPICION_BODY}, &back), 0);
	assert_memory_equal(back.target.b, s.target.b, 16);
	assert_int_equal(back.epoch, 5);
	assert_int_equal(back.seq, UINT32_MAX);
	assert_int_equal(back.kind, KITH_SUSPICION_REFUSAL);
	assert_int_equal(back.path, 16);
	for (size_t len = 0; len <= sizeof(bytes); len++)
		assert_int_equal(kith_suspicion_read((struct kith_bytes){bytes, len}, &back),
				 len == KITH_SUSPICION_BODY ? 0 : KITH_EMALFORMED);
	for (unsigned kind = 0; kind < 256; kind++) {
		bytes[24] = (uint8_t)kind;
		assert_int_equal(
			kith_suspicion_read((struct kith_bytes){bytes, KITH_SUSPICION_BODY}, &back),
			kind <= 1 ? 0 : KITH_EMALFORMED);
	}
}

/* ---- tags */

static void tags_are_a_map_of_text_to_text(void **state)
{
	static const struct {
		struct kith_bytes tags;
		bool valid;
	} rows[] = {
		{TEXT(""), true},
		{TEXT("\x80"), true},
		{TEXT("\xde\0\0"), true},
		{TEXT("\x81\xa1k\xa1v"), true},
		{TEXT("\x81\xa0\xa0"), true},
		{TEXT("\xde\0\1\xa1k\xa1v"), true},
		{TEXT("\xdf\0\0\0\1\xd9\1k\xdb\0\0\0\1v"), true},
		{TEXT("\x81\xa1k\xa2\xc3\xa9"), true},
		{TEXT("\x80\x80"), false}, /* more than one */
		{TEXT("\x80\xc0"), false},
		{TEXT("\x82\xa1k\xa1v"), false}, /* cut */
		{TEXT("\x81\xa1k"), false},
		{TEXT("\x81\xa1k\xa2v"), false},
		{TEXT("\x81\xa1"), false},
		{TEXT("\x81"), false},
		{TEXT("\xde\0"), false},
		{TEXT("\xdf\xff\xff\xff\xff\xa1k\xa1v"), false},
		{TEXT("\x92\xa1k\xa1v"), false}, /* no map */
		{TEXT("\xa1k"), false},
		{TEXT("\xc0"), false},
		{TEXT("\x81\xa1k\xc4\1v"), false}, /* no text */
		{TEXT("\x81\xc4\1k\xa1v"), false},
		{TEXT("\x81\xa1k\1"), false},
		{TEXT("\x81\1\xa1v"), false},
		{TEXT("\x81\xa1k\xc0"), false},
		{TEXT("\x81\xa1k\x80"), false},
		{TEXT("\x81\xa1k\x91\xa1v"), false},
		{TEXT("\x81\xa1k\xa1\xff"), false}, /* no UTF-8 */
		{TEXT("\x81\xa1\x80\xa1k"), false},
		{TEXT("\x81\xa1k\xa1\0"), false}, /* NUL */
		{TEXT("\x81\xa2k\0\xa1v"), false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (kith_tags_are_valid(rows[i].tags) != rows[i].valid)
			fail_msg("row %zu is %svalid", i, rows[i].valid ? "not " : "");
}

static void tags_have_a_bound(void **state)
{
	uint8_t tags[KITH_TAGS_MAX + 1];

	(void)state;
	for (size_t len = KITH_TAGS_MAX; len <= KITH_TAGS_MAX + 1; len++) {
		memset(tags, 'x', sizeof(tags));
		memcpy(tags, "\x81\xa1k\xda", 4);
		tags[4] = (uint8_t)((len - 6) >> 8);
		tags[5] = (uint8_t)(len - 6);
		assert_int_equal(kith_tags_are_valid((struct kith_bytes){tags, len}),
				 len == KITH_TAGS_MAX);
	}
}

static void tags_are_walked_in_their_order(void **state)
{
	static const struct kith_bytes rows[] = {
		TEXT("\x83\xa1k\xa1l\xa1v\xa0\xa0\xa1n"),
		TEXT("\xde\0\3\xa1k\xa1l\xa1v\xd9\0\xa0\xa1n"),
		TEXT("\xdf\0\0\0\3\xd9\1k\xda\0\1l\xa1v\xa0\xdb\0\0\0\0\xa1n"),
	};
	static const char *const keys[] = {"k", "v", ""}, *const values[] = {"l", "", "n"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct kith_bytes key, value;
		size_t at = 0;

		assert_true(kith_tags_are_valid(rows[i]));
		for (int pair = 0; pair < 3; pair++) {
			assert_int_equal(kith_tags_next(rows[i], &at, &key, &value), 1);
			assert_int_equal(key.len, strlen(keys[pair]));
			assert_memory_equal(key.p, keys[pair], key.len);
			assert_int_equal(value.len, strlen(values[pair]));
			assert_memory_equal(value.p, values[pair], value.len);
		}
		assert_int_equal(kith_tags_next(rows[i], &at, &key, &value), 0);
		assert_int_equal(kith_tags_next(rows[i], &at, &key, &value), 0);
	}
}

static void no_tags_are_walked_at_once(void **state)
{
	static const struct kith_bytes rows[] = {
		{NULL, 0}, TEXT("\x80"), TEXT("\xde\0\0"), TEXT("\xdf\0\0\0\0")};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct kith_bytes key, value;
		size_t at = 0;

		assert_true(kith_tags_are_valid(rows[i]));
		assert_int_equal(kith_tags_next(rows[i], &at, &key, &value), 0);
		assert_int_equal(kith_tags_next(rows[i], &at, &key, &value), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_bounded),
		cmocka_unit_test(the_length_field_is_the_length),
		cmocka_unit_test(parts_lie_where_the_drawing_says),
		cmocka_unit_test(incarnations_are_ordered_by_epoch_then_seq),
		cmocka_unit_test(a_member_comes_back),
		cmocka_unit_test(a_member_is_refused_when_cut_anywhere),
		cmocka_unit_test(writing_a_member_minds_its_room),
		cmocka_unit_test(fields_of_a_member_have_ranges),
		cmocka_unit_test(the_length_of_the_tags_is_theirs),
		cmocka_unit_test(writing_a_bad_member_is_our_mistake),
		cmocka_unit_test(a_suspicion_comes_back),
		cmocka_unit_test(tags_are_a_map_of_text_to_text),
		cmocka_unit_test(tags_have_a_bound),
		cmocka_unit_test(tags_are_walked_in_their_order),
		cmocka_unit_test(no_tags_are_walked_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
