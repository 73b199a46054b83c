/* SPDX-License-Identifier: ISC */
#include "wire/msg.h"
#include "base/text.h"
#include "support/vectors.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct row {
	const char *name, *fields;
	unsigned kind;
} rows[] = {
#define X(upper, lower, number, fields, help) {#lower, fields, number},
	KITH_MSGS(X)
#undef X
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]), ROOM = 2048 };

static const uint8_t octets[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

/* A message with something in every field that its kind has. */
static struct kith_msg sample(unsigned kind)
{
	return (struct kith_msg){
		.kind = (enum kith_msg_kind)kind,
		.n = 1,
		.e = 200,
		.q = 300,
		.k = 70000,
		.u = UINT32_MAX,
		.d = 0,
		.o = 127,
		.p = 128,
		.f = 255,
		.h = 256,
		.t = 65535,
		.mid = octets,
		.root = octets,
		.trust = octets,
		.lo = octets,
		.hi = octets,
		.blob = {octets, 3},
		.certificate = {octets, 5},
		.coord = {0, -1, 100000, -100000, 10, 65536},
		.coord_count = 6,
		.items = {{octets, 1}, {octets, 0}, {octets, 16}},
		.item_count = 3,
	};
}

/* ---- what a message says, as the vectors write it */

static void say_bytes(struct kith_text *t, const char *word, const uint8_t *p, size_t len)
{
	kith_text_str(t, word);
	if (p)
		kith_text_hex(t, p, len);
	else
		kith_text_str(t, "nil");
}

static void say_uint(struct kith_text *t, const char *word, uint32_t v)
{
	kith_text_str(t, word);
	kith_text_u64(t, v);
}

static void say_coord(struct kith_text *t, const struct kith_msg *m)
{
	kith_text_str(t, " coord=");
	if (m->coord_count == 0)
		kith_text_str(t, "nil");
	for (uint8_t i = 0; i < m->coord_count; i++) {
		kith_text_str(t, i > 0 ? "," : "");
		kith_text_i64(t, m->coord[i]);
	}
}

static void say_items(struct kith_text *t, const struct kith_msg *m)
{
	for (uint8_t i = 0; i < m->item_count; i++)
		say_bytes(t, " item=", m->items[i].p, m->items[i].len);
}

static void say_field(struct kith_text *t, char letter, const struct kith_msg *m)
{
	const struct {
		char letter;
		const char *word;
		uint32_t v;
	} numbers[] = {
		{'n', " seq=", m->n},	 {'e', " epoch=", m->e},  {'q', " record_seq=", m->q},
		{'k', " id=", m->k},	 {'u', " unix_s=", m->u}, {'d', " depth=", m->d},
		{'o', " owners=", m->o}, {'p', " proto=", m->p},  {'f', " flags=", m->f},
		{'h', " health=", m->h}, {'t', " clock=", m->t},
	};
	const struct {
		char letter;
		const char *word;
		const uint8_t *p;
		size_t len;
	} binaries[] = {
		{'M', " mid=", m->mid, 16},
		{'R', " root=", m->root, 8},
		{'T', " trust=", m->trust, 16},
		{'L', " lo=", m->lo, 16},
		{'H', " hi=", m->hi, 16},
		{'B', " blob=", m->blob.p, m->blob.len},
		{'C', " certificate=", m->certificate.len ? m->certificate.p : NULL,
		 m->certificate.len},
	};
	int said = letter == '*' || letter == 'Z';

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i].letter == letter)
			said++, say_uint(t, numbers[i].word, numbers[i].v);
	for (size_t i = 0; i < sizeof(binaries) / sizeof(binaries[0]); i++)
		if (binaries[i].letter == letter)
			said++, say_bytes(t, binaries[i].word, binaries[i].p, binaries[i].len);
	if (letter == '*')
		say_items(t, m);
	if (letter == 'Z')
		say_coord(t, m);
	assert_int_equal(said, 1);
}

static void say(struct kith_text *t, const struct kith_msg *m)
{
	const char *name = kith_msg_name(m->kind);

	assert_non_null(name);
	kith_text_str(t, name);
	for (int i = 0; i < ROWS; i++)
		if (rows[i].kind == m->kind)
			for (const char *letter = rows[i].fields; *letter; letter++)
				say_field(t, *letter, m);
	kith_text_str(t, "\n");
}

/* ---- helpers */

/* Reads all messages of bytes that lie in a block of exactly their size; the last return value. */
static int read_all(const uint8_t *bytes, size_t len, char *text, size_t text_size,
		    uint32_t *unknown)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct kith_msg *m = malloc(sizeof(*m));
	struct kith_text t;
	size_t at = 0, before = 0;
	int rc;

	assert_true(copy && m);
	if (len)
		memcpy(copy, bytes, len);
	memset(m, 0xee, sizeof(*m));
	kith_text_init(&t, text, text_size);
	while ((rc = kith_msg_next((struct kith_bytes){copy, len}, &at, m, unknown)) == 1) {
		assert_true(at > before && at <= len);
		before = at;
		say(&t, m);
	}
	if (rc == 0)
		assert_int_equal(at, len);
	else
		assert_int_equal(at >= before && at < len, 1);
	free(m);
	free(copy);
	assert_false(t.cut);
	return rc;
}

static int read_quietly(const uint8_t *bytes, size_t len)
{
	char text[4 * ROOM];
	uint32_t unknown = 0;

	return read_all(bytes, len, text, sizeof(text), &unknown);
}

/* ---- vectors */

/* Reading them and writing them again gives the same bytes. */
static void check_canonical(const struct vector *v, const uint8_t *bytes, size_t len)
{
	uint8_t again[ROOM];
	struct kith_msg m;
	size_t at = 0, again_len = 0, before;
	uint32_t unknown = 0;

	while (before = at,
	       kith_msg_next((struct kith_bytes){bytes, len}, &at, &m, &unknown) == 1) {
		assert_int_equal(kith_msg_len(&m), at - before);
		assert_true(kith_msg_write(&m, again, sizeof(again), &again_len));
	}
	if (again_len != len || memcmp(again, bytes, len) != 0)
		fail_msg("vector %s is written otherwise", v->name);
	assert_int_equal(unknown, 0);
}

static void check_vector(const struct vector *v)
{
	uint8_t bytes[VECTOR_BYTES_MAX];
	char text[4 * ROOM];
	const char *value;
	uint32_t unknown = 0;
	size_t len = vector_hex(v, bytes);

	assert_true(len > 0);
	assert_int_equal(read_all(bytes, len, text, sizeof(text), &unknown), 0);
	vector_means(v, text);
	check_canonical(v, bytes, len);
	for (size_t n = 0; (value = vector_value(v, "also", n)) != NULL; n++) {
		len = vector_bytes(v, value, bytes);
		if (read_all(bytes, len, text, sizeof(text), &unknown) != 0)
			fail_msg("vector %s: refused is %s", v->name, value);
		vector_means(v, text);
	}
	for (size_t n = 0; (value = vector_value(v, "refused", n)) != NULL; n++) {
		len = vector_bytes(v, value, bytes);
		if (read_all(bytes, len, text, sizeof(text), &unknown) != KITH_EMALFORMED)
			fail_msg("vector %s: not refused is %s", v->name, value);
	}
}

static void golden_bytes_stay(void **state)
{
	(void)state;
	assert_int_equal(vectors_each("messages.txt", check_vector), 28);
}

static unsigned kinds_seen;

static void note_kind(const struct vector *v)
{
	uint8_t bytes[VECTOR_BYTES_MAX];
	struct kith_msg m;
	size_t at = 0, len = vector_hex(v, bytes);
	uint32_t unknown = 0;

	while (kith_msg_next((struct kith_bytes){bytes, len}, &at, &m, &unknown) == 1)
		kinds_seen |= 1u << m.kind;
}

static void every_kind_has_a_vector(void **state)
{
	(void)state;
	(void)vectors_each("messages.txt", note_kind);
	for (int i = 0; i < ROWS; i++)
		if (!(kinds_seen & 1u << rows[i].kind))
			fail_msg("no golden bytes for %s", rows[i].name);
}

/* ---- the codec, row by row */

static void every_message_comes_back(void **state)
{
	(void)state;
	for (int i = 0; i < ROWS; i++) {
		struct kith_msg m = sample(rows[i].kind), back;
		char want[ROOM], got[ROOM];
		struct kith_text t;
		uint8_t bytes[ROOM];
		size_t len = 0, at = 0;
		uint32_t unknown = 0;

		assert_true(kith_msg_write(&m, bytes, sizeof(bytes), &len));
		assert_int_equal(
			kith_msg_next((struct kith_bytes){bytes, len}, &at, &back, &unknown), 1);
		assert_int_equal(at, len);
		kith_text_init(&t, want, sizeof(want));
		say(&t, &m);
		kith_text_init(&t, got, sizeof(got));
		say(&t, &back);
		assert_string_equal(got, want);
		assert_int_equal(
			kith_msg_next((struct kith_bytes){bytes, len}, &at, &back, &unknown), 0);
	}
}

static void every_message_is_refused_when_cut_anywhere(void **state)
{
	(void)state;
	for (int i = 0; i < ROWS; i++) {
		struct kith_msg m = sample(rows[i].kind);
		uint8_t bytes[ROOM];
		size_t len = 0;

		assert_true(kith_msg_write(&m, bytes, sizeof(bytes), &len));
		assert_int_equal(read_quietly(bytes, 0), 0);
		for (size_t cut = 1; cut < len; cut++)
			assert_int_equal(read_quietly(bytes, cut), KITH_EMALFORMED);
	}
}

static void writing_needs_all_the_room_or_writes_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < ROWS; i++) {
		struct kith_msg m = sample(rows[i].kind);
		size_t need = kith_msg_len(&m);

		for (size_t left = 0; left <= need + 1; left++) {
			uint8_t bytes[ROOM], untouched[ROOM];
			size_t len = 10;
			bool fits = left >= need;

			memset(bytes, 0xee, sizeof(bytes));
			memset(untouched, 0xee, sizeof(untouched));
			assert_int_equal(kith_msg_write(&m, bytes, 10 + left, &len), fits);
			assert_int_equal(len, fits ? 10 + need : 10);
			assert_memory_equal(bytes, untouched, 10);
			if (fits)
				assert_memory_equal(bytes + len, untouched, ROOM - len);
			else
				assert_memory_equal(bytes, untouched, ROOM);
		}
	}
}

/* The bytes of one element as sample() would have them written. */
static size_t element(char letter, uint8_t *out)
{
	static const char fixed[] = "MRTLHD";
	static const uint8_t lengths[] = {16, 8, 16, 16, 16, 8};
	const char *which = strchr(fixed, letter);

	if (which) {
		out[0] = 0xc4;
		out[1] = lengths[which - fixed];
		memcpy(out + 2, octets, out[1]);
		return 2u + out[1];
	}
	if (strchr("BC*", letter)) {
		memcpy(out, "\xc4\x02\x01\x02", 4);
		return 4;
	}
	out[0] = letter == 'Z' ? 0xc0 : 7;
	return 1;
}

/* A message of the row's kind, with its element number `at` (the kind is not counted) replaced. */
static size_t with_element(const struct row *row, size_t at, struct kith_bytes v, uint8_t *out)
{
	size_t count = strlen(row->fields), len = 0;

	out[len++] = (uint8_t)(0x90 + 1 + count);
	out[len++] = (uint8_t)row->kind;
	for (size_t i = 0; i < count; i++) {
		if (i != at) {
			len += element(row->fields[i], out + len);
			continue;
		}
		memcpy(out + len, v.p, v.len);
		len += v.len;
	}
	return len;
}

/* What may stand where: u integers, f binary of fixed length, b binary, c binary or nil,
 * z coordinate. */
static char class_of(char letter)
{
	if (strchr("MRTLHD", letter))
		return 'f';
	if (strchr("B*", letter))
		return 'b';
	return letter == 'C' ? 'c' : letter == 'Z' ? 'z' : 'u';
}

static void every_field_refuses_every_other_type_and_range(void **state)
{
#define BYTES(literal)                                                                             \
	{                                                                                          \
		(const uint8_t *)(literal), sizeof(literal) - 1                                    \
	}
	static const struct {
		struct kith_bytes value;
		const char *fine; /* for these classes */
	} values[] = {
		{BYTES("\x05"), "u"},
		{BYTES("\xce\xff\xff\xff\xff"), "u"},
		{BYTES("\xd3\0\0\0\0\0\0\0\5"), "u"},
		{BYTES("\xcf\0\0\0\1\0\0\0\0"), ""},   /* 2^32 */
		{BYTES("\xff"), ""},		       /* -1 */
		{BYTES("\xd3\x80\0\0\0\0\0\0\0"), ""}, /* the least */
		{BYTES("\xc0"), "cz"},
		{BYTES("\xc2"), ""},
		{BYTES("\xc3"), ""},
		{BYTES("\xca\x40\xa0\0\0"), ""}, /* 5.0 */
		{BYTES("\xcb\x40\x14\0\0\0\0\0\0"), ""},
		{BYTES("\xa0"), ""},
		{BYTES("\xb0ghijklmnopqrstuv"), ""}, /* text of a mid's length */
		{BYTES("\xd9\1x"), ""},
		{BYTES("\xc4\0"), "bc"},
		{BYTES("\xc4\7ghijklm"), "bc"},
		{BYTES("\xc4\x09ghijklmno"), "bc"},
		{BYTES("\xc4\x0fghijklmnopqrstu"), "bc"},
		{BYTES("\xc4\x11ghijklmnopqrstuvw"), "bc"},
		{BYTES("\xc5\0\1x"), "bc"},
		{BYTES("\x90"), "z"},
		{BYTES("\x98\1\2\3\4\5\6\7\x08"), "z"},
		{BYTES("\x92\xd2\xff\xff\xff\xff\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), "z"},
		{BYTES("\x99\1\2\3\4\5\6\7\x08\x09"), ""},
		{BYTES("\x91\xc0"), ""},
		{BYTES("\x91\x90"), ""},
		{BYTES("\x91\xca\0\0\0\0"), ""},
		{BYTES("\x80"), ""},
		{BYTES("\x81\1\1"), ""},
		{BYTES("\xd4\1\0"), ""},
		{BYTES("\xc7\0\1"), ""},
		{BYTES("\xc1"), ""},
	};
#undef BYTES
	(void)state;
	for (int i = 0; i < ROWS; i++)
		for (size_t at = 0; at < strlen(rows[i].fields); at++)
			for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
				uint8_t bytes[ROOM];
				char letter = rows[i].fields[at];
				bool fine = strchr(values[v].fine, class_of(letter)) &&
					    values[v].fine[0];
				size_t len = with_element(&rows[i], at, values[v].value, bytes);

				if (read_quietly(bytes, len) != (fine ? 0 : KITH_EMALFORMED))
					fail_msg("%s: value %zu as element %c is %s", rows[i].name,
						 v, letter, fine ? "refused" : "taken");
			}
}

static void every_message_with_an_element_less_is_refused(void **state)
{
	(void)state;
	for (int i = 0; i < ROWS; i++) {
		size_t full = strlen(rows[i].fields), needed = full;

		if (full && rows[i].fields[full - 1] == '*')
			needed--; /* items may be none at all */
		for (size_t count = 0; count <= full; count++) {
			uint8_t bytes[ROOM];
			size_t len = 0;

			bytes[len++] = (uint8_t)(0x90 + 1 + count);
			bytes[len++] = (uint8_t)rows[i].kind;
			for (size_t j = 0; j < count; j++)
				len += element(rows[i].fields[j], bytes + len);
			assert_int_equal(read_quietly(bytes, len),
					 count < needed ? KITH_EMALFORMED : 0);
		}
	}
}

/* Elements that a later version appends: scalars, and containers of scalars; but nothing deeper,
 * no extension, and nothing that is cut. */
static void elements_of_a_later_version_are_skipped(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		int rc;
	} extras[] = {
		{"\x92\x05\x07", 3, 0},
		{"\x94\x05\x07\xc0\xc3", 5, 0},
		{"\x93\x05\x07\x92\x01\xa1x", 7, 0},
		{"\x93\x05\x07\x82\x01\x02\xa1x\xc0", 9, 0},
		{"\x93\x05\x07\xcb\0\0\0\0\0\0\0\0", 12, 0},
		{"\x93\x05\x07\x91\x91\x01", 6, KITH_EMALFORMED},
		{"\x93\x05\x07\x81\x01\x90", 6, KITH_EMALFORMED},
		{"\x93\x05\x07\xd4\x01\x00", 6, KITH_EMALFORMED},
		{"\x93\x05\x07", 3, KITH_EMALFORMED},
		{"\x93\x05\x07\xc1", 4, KITH_EMALFORMED},
		{"\x93\x05\x07\x92\x01", 5, KITH_EMALFORMED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(extras) / sizeof(extras[0]); i++)
		assert_int_equal(read_quietly((const uint8_t *)extras[i].bytes, extras[i].len),
				 extras[i].rc);
}

static void unknown_kinds_are_skipped_and_counted(void **state)
{
	/* Every number that is no kind, each before a nack. */
	(void)state;
	for (unsigned kind = 0; kind < 128; kind++) {
		const uint8_t bytes[] = {0x93, (uint8_t)kind, 0xa1, 'x', 0xc0, 0x92, 5, 7};
		char text[ROOM];
		uint32_t unknown = 0;

		if (kith_msg_name(kind))
			continue;
		assert_int_equal(read_all(bytes, sizeof(bytes), text, sizeof(text), &unknown), 0);
		assert_string_equal(text, "nack seq=7\n");
		assert_int_equal(unknown, 1);
	}
}

static void many_unknown_messages_are_all_counted(void **state)
{
	uint8_t bytes[ROOM];
	char text[ROOM];
	uint32_t unknown = 5;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i += 2)
		memcpy(bytes + i, "\x91\x7f", 2);
	assert_int_equal(read_all(bytes, sizeof(bytes), text, sizeof(text), &unknown), 0);
	assert_int_equal(unknown, 5 + ROOM / 2);
	assert_string_equal(text, "");
}

static void items_have_a_bound(void **state)
{
	uint8_t bytes[3 + 2 + 65 * 2];
	struct kith_msg m;

	(void)state;
	for (int count = 63; count <= 65; count++) {
		size_t len = 5, at = 0;
		uint32_t unknown = 0;

		memcpy(bytes, "\xdc\0\0\x09\x01", 5);
		bytes[2] = (uint8_t)(count + 2);
		for (int i = 0; i < count; i++, len += 2)
			memcpy(bytes + len, "\xc4\0", 2);
		assert_int_equal(kith_msg_next((struct kith_bytes){bytes, len}, &at, &m, &unknown),
				 count > KITH_MSG_ITEMS_MAX ? KITH_EMALFORMED : 1);
		assert_int_equal(at, count > KITH_MSG_ITEMS_MAX ? 0 : len);
	}
}

static void a_message_leaves_nothing_of_the_one_before(void **state)
{
	struct kith_msg m = sample(KITH_MSG_PUT);
	const uint8_t bytes[] = {0x93, 9, 1, 0xc4, 0, 0x92, 5, 7, 0x92, 9, 2};
	size_t at = 0;
	uint32_t unknown = 0;

	(void)state;
	assert_int_equal(
		kith_msg_next((struct kith_bytes){bytes, sizeof(bytes)}, &at, &m, &unknown), 1);
	assert_int_equal(m.item_count, 1);
	assert_null(m.mid);
	assert_int_equal(m.t, 0);
	assert_int_equal(
		kith_msg_next((struct kith_bytes){bytes, sizeof(bytes)}, &at, &m, &unknown), 1);
	assert_int_equal(m.kind, KITH_MSG_NACK);
	assert_int_equal(m.item_count, 0);
	assert_int_equal(m.k, 0);
	assert_int_equal(
		kith_msg_next((struct kith_bytes){bytes, sizeof(bytes)}, &at, &m, &unknown), 1);
	assert_int_equal(m.item_count, 0);
	assert_int_equal(m.n, 0);
	assert_int_equal(m.k, 2);
}

static void names_and_numbers(void **state)
{
	(void)state;
	assert_string_equal(kith_msg_name(KITH_MSG_PING), "ping");
	assert_string_equal(kith_msg_name(KITH_MSG_NAMES), "names");
	assert_null(kith_msg_name(0));
	assert_null(kith_msg_name(11));
	assert_null(kith_msg_name(17));
	assert_null(kith_msg_name(28));
	assert_null(kith_msg_name(UINT32_MAX));
	for (int i = 0; i < ROWS; i++)
		for (int j = 0; j < i; j++)
			assert_int_not_equal(rows[i].kind, rows[j].kind);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_bytes_stay),
		cmocka_unit_test(every_kind_has_a_vector),
		cmocka_unit_test(every_message_comes_back),
		cmocka_unit_test(every_message_is_refused_when_cut_anywhere),
		cmocka_unit_test(writing_needs_all_the_room_or_writes_nothing),
		cmocka_unit_test(every_field_refuses_every_other_type_and_range),
		cmocka_unit_test(every_message_with_an_element_less_is_refused),
		cmocka_unit_test(elements_of_a_later_version_are_skipped),
		cmocka_unit_test(unknown_kinds_are_skipped_and_counted),
		cmocka_unit_test(many_unknown_messages_are_all_counted),
		cmocka_unit_test(items_have_a_bound),
		cmocka_unit_test(a_message_leaves_nothing_of_the_one_before),
		cmocka_unit_test(names_and_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
