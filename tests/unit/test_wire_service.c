/* SPDX-License-Identifier: ISC */
#include "wire/service.h"
#include "wire/record.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEXT(literal) {(const uint8_t *)(literal), sizeof(literal) - 1}

static struct kith_service_body sample(void)
{
	struct kith_service_body s = {
		.key = {1, 2, 3, 4, 5, 6, 7, 8},
		.flags = KITH_SERVICE_MAINTENANCE,
		.health = KITH_SERVICE_WARNING,
		.since = 1800000000,
		.port = 8080,
		.weight = 10,
		.name = TEXT("web"), .id = TEXT("web-1"), .note = TEXT("slow: 2 s"),
		.addrs = TEXT("\x92\xa8""10.0.0.1\xa3::1"),
		.ports = TEXT("\x81\xa5""admin\xcd\x1f\x91"),
		.tags = TEXT("\x92\xa2v1\xa5K\xc3\xb6ln"),
		.meta = TEXT("\x81\xa1k\xa2\n\t"),
	};

	return s;
}

static bool same(struct kith_bytes a, struct kith_bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

static void what_is_written_comes_back(void **state)
{
	const struct kith_service_body s = sample();
	uint8_t bytes[1024];
	size_t len = sizeof(bytes), room, i;
	struct kith_service_body back;

	(void)state;
	assert_int_equal(kith_service_body_write(&s, bytes, &len), 0);
	assert_int_equal(kith_service_body_read((struct kith_bytes){bytes, len}, &back), 0);
	assert_memory_equal(back.key, s.key, sizeof(s.key));
	assert_int_equal(back.flags, s.flags);
	assert_int_equal(back.health, s.health);
	assert_int_equal(back.since, s.since);
	assert_int_equal(back.port, s.port);
	assert_int_equal(back.weight, s.weight);
	assert_true(same(back.name, s.name) && same(back.id, s.id) && same(back.note, s.note));
	assert_true(same(back.addrs, s.addrs) && same(back.ports, s.ports));
	assert_true(same(back.tags, s.tags) && same(back.meta, s.meta));
	/* A later version says more behind. */
	bytes[len] = 0x55;
	assert_int_equal(kith_service_body_read((struct kith_bytes){bytes, len + 1}, &back), 0);
	for (i = 0; i < len; i++) {
		uint8_t *cut = malloc(i + 1); /* its end is watched */

		memcpy(cut, bytes, i);
		assert_int_equal(kith_service_body_read((struct kith_bytes){cut, i}, &back),
				 KITH_EMALFORMED);
		free(cut);
		room = i;
		assert_int_equal(kith_service_body_write(&s, bytes, &room), KITH_ETOOBIG);
	}
}

static void of_a_deleted_one_the_key_counts(void **state)
{
	struct kith_service_body s = {.key = {9}, .flags = KITH_SERVICE_DELETED}, back;
	uint8_t bytes[64];
	size_t len = sizeof(bytes);

	(void)state;
	assert_int_equal(kith_service_body_write(&s, bytes, &len), 0);
	assert_int_equal(len, KITH_SERVICE_KEY + 1);
	assert_int_equal(kith_service_body_read((struct kith_bytes){bytes, len}, &back), 0);
	assert_int_equal(back.flags, KITH_SERVICE_DELETED);
	assert_int_equal(back.key[0], 9);
	assert_int_equal(kith_service_body_read((struct kith_bytes){bytes, len - 1}, &back),
			 KITH_EMALFORMED);
}

static const struct kith_bytes long_name =
	TEXT("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"); /* 64 */

static void what_is_out_of_form_is_refused(void **state)
{
	enum { NAME, ID, NOTE, ADDRS, PORTS, TAGS, META };
	static const struct {
		int field;
		struct kith_bytes value;
	} rows[] = {
		{NAME, {NULL, 0}}, {NAME, TEXT("a\nb")}, {NAME, TEXT("a\x7f")}, {NAME, TEXT("\xff")},
		{NAME, TEXT("a\0b")}, {ID, {NULL, 0}}, {ID, TEXT("\x1b[0m")}, {NOTE, TEXT("\r")},
		{ADDRS, TEXT("\x95\xa1""a\xa1""b\xa1""c\xa1""d\xa1""e")}, /* five */
		{ADDRS, TEXT("\x91\x01")}, {ADDRS, TEXT("\x81\xa1""a\xa1""b")},
		{ADDRS, TEXT("\x91\xa1""a\xc0")}, {PORTS, TEXT("\x81\xa1""a\xce\x00\x01\x00\x00")},
		{PORTS, TEXT("\x81\xa1""a\xff")}, {PORTS, TEXT("\x81\xa1""a\xa1""1")},
		{TAGS, TEXT("\x91\xa2""a")}, {TAGS, TEXT("\xa1""a")}, {TAGS, TEXT("\x91\xa1\n")},
		{META, TEXT("\x81\xa1""a\x01")}, {META, TEXT("\x81\xa1\n\xa1""a")},
		{META, TEXT("\x81\xa1""a\xa1\xff")}, {META, TEXT("\x91\xa1""a")},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]) + 1; i++) {
		struct kith_service_body s = sample();
		struct kith_bytes *fields[] = {&s.name,  &s.id,   &s.note, &s.addrs,
					       &s.ports, &s.tags, &s.meta};
		uint8_t bytes[1024];
		size_t len = sizeof(bytes);

		if (i < sizeof(rows) / sizeof(rows[0]))
			*fields[rows[i].field] = rows[i].value;
		else
			s.name = long_name;
		if (kith_service_body_write(&s, bytes, &len) != KITH_EINVAL)
			fail_msg("row %zu is taken", i);
	}
}

/* The same on the way in, where the writer did not look. */
static void an_unknown_health_is_refused(void **state)
{
	const struct kith_service_body s = sample();
	struct kith_service_body back;
	uint8_t bytes[1024];
	size_t len = sizeof(bytes);

	(void)state;
	assert_int_equal(kith_service_body_write(&s, bytes, &len), 0);
	bytes[9] = KITH_SERVICE_HEALTH_COUNT;
	assert_int_equal(kith_service_body_read((struct kith_bytes){bytes, len}, &back), KITH_EMALFORMED);
	bytes[9] = KITH_SERVICE_CRITICAL;
	bytes[18 + 1] = '\n'; /* the name's first letter */
	assert_int_equal(kith_service_body_read((struct kith_bytes){bytes, len}, &back), KITH_EMALFORMED);
}

static void values_are_walked(void **state)
{
	const struct kith_service_body s = sample();
	struct kith_bytes text;
	uint16_t port = 0;
	size_t at = 0;

	(void)state;
	assert_int_equal(kith_texts_next(s.addrs, &at, &text), 1);
	assert_memory_equal(text.p, "10.0.0.1", text.len);
	assert_int_equal(kith_texts_next(s.addrs, &at, &text), 1);
	assert_int_equal(text.len, 3);
	assert_int_equal(kith_texts_next(s.addrs, &at, &text), 0);
	at = 0;
	assert_int_equal(kith_ports_next(s.ports, &at, &text, &port), 1);
	assert_int_equal(port, 8081);
	assert_int_equal(kith_ports_next(s.ports, &at, &text, &port), 0);
	at = 0;
	assert_int_equal(kith_texts_next((struct kith_bytes){NULL, 0}, &at, &text), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_comes_back),
		cmocka_unit_test(of_a_deleted_one_the_key_counts),
		cmocka_unit_test(what_is_out_of_form_is_refused),
		cmocka_unit_test(an_unknown_health_is_refused),
		cmocka_unit_test(values_are_walked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
