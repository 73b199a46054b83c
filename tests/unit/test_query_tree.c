/* SPDX-License-Identifier: ISC */
#include "query/tree.h"
#include "base/mem.h"
#include "query/json.h"
#include "sim/alloc_fail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct kith_tree_limits wide = {.len = 1 << 16, .tokens = 1000, .depth = 16};

struct row {
	const char *bytes;
	size_t len;
	const char *json; /* NULL: refused */
	int error;        /* 0 with json NULL: incomplete for ever */
};
#define ROW(b, j) {b, sizeof(b) - 1, j, 0}
#define BAD(b, e) {b, sizeof(b) - 1, NULL, e}

static const struct row rows[] = {
	ROW("\xC0", "null"), ROW("\xC2", "false"), ROW("\xC3", "true"),
	ROW("\x00", "0"), ROW("\x7F", "127"), ROW("\xE0", "-32"), ROW("\xFF", "-1"),
	ROW("\xCC\xFF", "255"), ROW("\xCD\x01\x00", "256"), ROW("\xCE\xFF\xFF\xFF\xFF", "4294967295"),
	ROW("\xCF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", "18446744073709551615"),
	ROW("\xD0\x80", "-128"), ROW("\xD0\x05", "5"), ROW("\xD1\x80\x00", "-32768"),
	ROW("\xD2\x80\x00\x00\x00", "-2147483648"),
	ROW("\xD3\x80\x00\x00\x00\x00\x00\x00\x00", "-9223372036854775808"),
	ROW("\xCA\x3F\x80\x00\x00", "1"), ROW("\xCB\x3F\xF8\x00\x00\x00\x00\x00\x00", "1.5"),
	ROW("\xCB\x7F\xF8\x00\x00\x00\x00\x00\x00", "null"),
	ROW("\xA0", "\"\""), ROW("\xA3" "abc", "\"abc\""), ROW("\xD9\x03" "abc", "\"abc\""),
	ROW("\xDA\x00\x03" "abc", "\"abc\""), ROW("\xDB\x00\x00\x00\x03" "abc", "\"abc\""),
	ROW("\xD9\x00", "\"\""), ROW("\xC4\x03\x01\x02\x03", "\"AQID\""), ROW("\xC4\x00", "\"\""),
	ROW("\xC5\x00\x01\xFF", "\"/w==\""), ROW("\xC6\x00\x00\x00\x01\xFF", "\"/w==\""),
	ROW("\x90", "[]"), ROW("\x92\x01\x90", "[1,[]]"), ROW("\xDC\x00\x01\x01", "[1]"),
	ROW("\xDD\x00\x00\x00\x01\x01", "[1]"), ROW("\xDC\x00\x00", "[]"),
	ROW("\x80", "{}"), ROW("\x81\xA1" "a\x80", "{\"a\":{}}"),
	ROW("\xDE\x00\x01\xA1" "a\x01", "{\"a\":1}"), ROW("\xDF\x00\x00\x00\x01\xA1" "a\x01", "{\"a\":1}"),
	ROW("\x82\xA1" "a\x92\x01\x81\xA1" "b\x93\xC0\xC2\xC3\xA1" "c\xA0",
	    "{\"a\":[1,{\"b\":[null,false,true]}],\"c\":\"\"}"),
	/* refused: extension types of every width, the one unused byte, keys that are no text */
	BAD("\xD4\x01\x00", KITH_EMALFORMED), BAD("\xD5\x01\x00\x00", KITH_EMALFORMED),
	BAD("\xD6\x01\x00\x00\x00\x00", KITH_EMALFORMED),
	BAD("\xD7\x01\x00\x00\x00\x00\x00\x00\x00\x00", KITH_EMALFORMED),
	BAD("\xD8\x01" "0123456789abcdef", KITH_EMALFORMED),
	BAD("\xC7\x01\x05x", KITH_EMALFORMED), BAD("\xC8\x00\x01\x05x", KITH_EMALFORMED),
	BAD("\xC9\x00\x00\x00\x01\x05x", KITH_EMALFORMED),
	BAD("\xC9\xFF\xFF\xFF\xFF", KITH_EMALFORMED), /* its length + 1 is 0 in 32 bits */
	BAD("\xC1", KITH_EMALFORMED),
	BAD("\x81\x01\x01", KITH_EMALFORMED), BAD("\x81\xC0\x01", KITH_EMALFORMED),
	BAD("\x81\xC4\x01" "a\x01", KITH_EMALFORMED), BAD("\x81\x90\x01", KITH_EMALFORMED),
	/* refused before anything is made for them */
	BAD("\xDD\x03\x00\x00\x00", KITH_ETOOBIG), BAD("\xDF\x03\x00\x00\x00", KITH_ETOOBIG),
	BAD("\xDD\xFF\xFF\xFF\xFF", KITH_ETOOBIG), BAD("\xDF\xFF\xFF\xFF\xFF", KITH_ETOOBIG),
	BAD("\xDF\x80\x00\x00\x00", KITH_ETOOBIG), /* twice that is 0 in 32 bits */
	BAD("\xDC\x03\xE8", KITH_ETOOBIG), BAD("\xDE\x01\xF4", KITH_ETOOBIG),
	BAD("\xDB\xFF\xFF\xFF\xFF", KITH_ETOOBIG), BAD("\xC6\x7F\xFF\xFF\xFF", KITH_ETOOBIG),
	BAD("\xDB\x00\x01\x00\x00", KITH_ETOOBIG),
	/* incomplete */
	BAD("\xDA\x00\x03" "ab", 0), BAD("\x92\x01", 0), BAD("\x81\xA1" "a", 0),
	BAD("\xCF\x01", 0), BAD("\xDC\x03", 0), BAD("\xDC\x03\xE7", 0),
};

/* Feeds the bytes in two parts, in exact copies that move; the result as JSON. */
static int parse(struct kith_tree *tree, const char *bytes, size_t len, size_t cut, char *json,
		 size_t size)
{
	struct kith_writer w;
	struct kith_buf buf;
	uint8_t *part;
	int rc = 0;

	kith_tree_start(tree, &wide);
	for (size_t end = cut; end <= len && rc == 0; end = end < len ? len : len + 1) {
		part = malloc(end ? end : 1);
		memcpy(part, bytes, end);
		rc = kith_tree_feed(tree, part, end);
		if (rc == 1) {
			assert_int_equal(kith_tree_used(tree), len);
			kith_buf_init(&buf, &kith_alloc_libc, size - 1);
			kith_write_init(&w, &kith_form_json, &buf);
			kith_write_value(&w, kith_tree_root(tree));
			assert_true(kith_write_done(&w));
			memcpy(json, buf.p, buf.len);
			json[buf.len] = '\0';
			kith_buf_fini(&buf);
		}
		free(part);
	}
	return rc;
}

static void each_row_is_read_however_it_is_split(void **state)
{
	struct kith_tree *tree = kith_tree_new(&kith_alloc_libc);
	char json[256];

	(void)state;
	assert_non_null(tree);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t cut = 0; cut <= rows[i].len; cut++) {
			int rc = parse(tree, rows[i].bytes, rows[i].len, cut, json, sizeof(json));
			int want = rows[i].json != NULL ? 1 : rows[i].error;

			if (rc != want)
				print_error("row %zu cut at %zu\n", i, cut);
			assert_int_equal(rc, want);
			if (rc == 1)
				assert_string_equal(json, rows[i].json);
		}
	}
	kith_tree_free(&tree);
	assert_null(tree);
	kith_tree_free(&tree);
}

static void no_beginning_of_a_value_is_one(void **state)
{
	static const char whole[] = "\x82\xA1" "a\x92\x01\x81\xA1" "b\x93\xC0\xC2\xC3\xA1" "c\xD9\x02xy";
	struct kith_tree *tree = kith_tree_new(&kith_alloc_libc);

	(void)state;
	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		kith_tree_start(tree, &wide);
		assert_int_equal(kith_tree_feed(tree, (const uint8_t *)whole, len), 0);
	}
	/* Byte by byte into the same tree, and one that belongs to the next value. */
	kith_tree_start(tree, &wide);
	for (size_t len = 1; len < sizeof(whole) - 1; len++)
		assert_int_equal(kith_tree_feed(tree, (const uint8_t *)whole, len), 0);
	assert_int_equal(kith_tree_feed(tree, (const uint8_t *)whole, sizeof(whole)), 1);
	assert_int_equal(kith_tree_used(tree), sizeof(whole) - 1);
	kith_tree_free(&tree);
}

static void five_bytes_take_no_memory(void **state)
{
	struct alloc_fail heap;
	struct kith_alloc alloc;
	struct kith_tree *tree;
	size_t before;

	(void)state;
	alloc_fail_init(&heap);
	alloc = alloc_fail_hook(&heap);
	tree = kith_tree_new(&alloc);
	before = heap.bytes_peak;
	kith_tree_start(tree, &wide);
	assert_int_equal(kith_tree_feed(tree, (const uint8_t *)"\xDD\x03\x00\x00\x00", 5), KITH_ETOOBIG);
	assert_int_equal(heap.bytes_peak, before);
	kith_tree_free(&tree);
	assert_int_equal(heap.blocks, 0);
}

static void limits_are_exact(void **state)
{
	struct kith_tree *tree = kith_tree_new(&kith_alloc_libc);
	struct kith_tree_limits limits = {.len = 4, .tokens = 4, .depth = 2};
	const uint8_t *nested = (const uint8_t *)"\x91\x91\x91\xC0";
	const uint8_t *empty = (const uint8_t *)"\x91\x91\x90";
	const uint8_t *flat = (const uint8_t *)"\x93\x01\x02\x03";

	(void)state;
	kith_tree_start(tree, &limits);
	assert_int_equal(kith_tree_feed(tree, flat, 4), 1);
	limits.tokens = 3;
	kith_tree_start(tree, &limits);
	assert_int_equal(kith_tree_feed(tree, flat, 4), KITH_ETOOBIG);
	limits = (struct kith_tree_limits){.len = 3, .tokens = 4, .depth = 2};
	kith_tree_start(tree, &limits);
	assert_int_equal(kith_tree_feed(tree, flat, 3), KITH_ETOOBIG);

	limits = (struct kith_tree_limits){.len = 9, .tokens = 9, .depth = 2};
	kith_tree_start(tree, &limits);
	assert_int_equal(kith_tree_feed(tree, nested, 4), KITH_ETOOBIG);
	kith_tree_start(tree, &limits);
	assert_int_equal(kith_tree_feed(tree, empty, 3), KITH_ETOOBIG);
	limits.depth = 3;
	kith_tree_start(tree, &limits);
	assert_int_equal(kith_tree_feed(tree, nested, 4), 1);
	kith_tree_start(tree, &limits);
	assert_int_equal(kith_tree_feed(tree, empty, 3), 1);
	kith_tree_free(&tree);
}

/* A long text once read must not make a short rest look too long. */
static void a_long_text_leaves_no_trace(void **state)
{
	struct kith_tree *tree = kith_tree_new(&kith_alloc_libc);
	struct kith_tree_limits limits = {.len = 100, .tokens = 4, .depth = 2};
	uint8_t bytes[70] = {0x92, 0xD9, 60};

	(void)state;
	memset(bytes + 3, 'x', 60);
	bytes[63] = 0x05;
	kith_tree_start(tree, &limits);
	assert_int_equal(kith_tree_feed(tree, bytes, 63), 0);
	assert_int_equal(kith_tree_feed(tree, bytes, 64), 1);
	kith_tree_free(&tree);
}

static struct kith_value read_one(struct kith_tree *tree, const char *bytes, size_t len)
{
	kith_tree_start(tree, &wide);
	assert_int_equal(kith_tree_feed(tree, (const uint8_t *)bytes, len), 1);
	return kith_tree_root(tree);
}
#define READ(tree, bytes) read_one(tree, bytes, sizeof(bytes) - 1)

static void numbers_are_lenient_where_clients_are(void **state)
{
	struct kith_tree *tree = kith_tree_new(&kith_alloc_libc);
	struct kith_value none = {.tree = NULL};
	uint64_t u = 7;
	int64_t i = 7;
	double d = 7;
	bool b = false;

	(void)state;
	/* 5e9 as a float, as one client sends every integer from 2^32 on */
	assert_true(kith_value_u64(READ(tree, "\xCB\x41\xF2\xA0\x5F\x20\x00\x00\x00"), &u));
	assert_true(u == 5000000000);
	assert_true(kith_value_i64(READ(tree, "\xCB\xC1\xF2\xA0\x5F\x20\x00\x00\x00"), &i));
	assert_true(i == -5000000000);
	assert_true(kith_value_u64(READ(tree, "\xCB\x80\x00\x00\x00\x00\x00\x00\x00"), &u)); /* -0 */
	assert_true(u == 0);
	u = 7;
	assert_false(kith_value_u64(READ(tree, "\xCB\x3F\xF8\x00\x00\x00\x00\x00\x00"), &u)); /* 1.5 */
	assert_false(kith_value_u64(READ(tree, "\xCB\xBF\xF0\x00\x00\x00\x00\x00\x00"), &u)); /* -1 */
	assert_false(kith_value_u64(READ(tree, "\xCB\x43\xF0\x00\x00\x00\x00\x00\x00"), &u)); /* 2^64 */
	assert_false(kith_value_u64(READ(tree, "\xCB\x7F\xF0\x00\x00\x00\x00\x00\x00"), &u)); /* inf */
	assert_false(kith_value_u64(READ(tree, "\xCB\x7F\xF8\x00\x00\x00\x00\x00\x00"), &u)); /* NaN */
	assert_false(kith_value_u64(READ(tree, "\xFF"), &u));
	assert_false(kith_value_u64(READ(tree, "\xA1" "5"), &u));
	assert_false(kith_value_u64(none, &u));
	assert_true(u == 7);
	assert_false(kith_value_i64(READ(tree, "\xCF\x80\x00\x00\x00\x00\x00\x00\x00"), &i));
	assert_true(kith_value_i64(READ(tree, "\xFF"), &i));
	assert_true(i == -1);
	assert_false(kith_value_real(READ(tree, "\x05"), &d));
	assert_true(d == 7);
	assert_true(kith_value_bool(READ(tree, "\x01"), &b)); /* an integer for a bool is taken */
	assert_true(b);
	assert_false(kith_value_bool(READ(tree, "\xA4" "true"), &b));
	kith_tree_free(&tree);
}

static void maps_and_arrays_are_walked(void **state)
{
	struct kith_tree *tree = kith_tree_new(&kith_alloc_libc);
	struct kith_value root = READ(tree, "\x83\xA1" "a\x92\x01\x91\x02\xA1" "b\xC4\x01z\xA1" "a\x05");
	struct kith_value_walk walk = kith_value_walk(root);
	struct kith_bytes key = {0}, text = {0};
	struct kith_value v;
	uint64_t u = 0;

	(void)state;
	assert_int_equal(kith_value_count(root), 3);
	assert_true(kith_value_pair(&walk, &key, &v));
	assert_true(kith_bytes_are(key, "a"));
	assert_int_equal(kith_value_count(v), 2);
	assert_true(kith_value_pair(&walk, &key, &v));
	assert_true(kith_bytes_are(key, "b"));
	assert_false(kith_bytes_are(key, "bb"));
	assert_false(kith_bytes_are(key, ""));
	assert_false(kith_value_text(v, &text));
	assert_true(kith_value_bytes(v, &text));
	assert_true(kith_bytes_are(text, "z"));
	assert_true(kith_value_pair(&walk, &key, &v));
	assert_false(kith_value_pair(&walk, &key, &v));
	/* The last of equal keys holds; what is not there reads like nil. */
	assert_true(kith_value_u64(kith_value_get(root, "a"), &u));
	assert_int_equal(u, 5);
	v = kith_value_get(root, "A");
	assert_null(v.tree);
	assert_true(kith_value_is(v, KITH_TREE_NIL));
	assert_int_equal(kith_value_count(v), 0);
	walk = kith_value_walk(v);
	assert_false(kith_value_next(&walk, &v));
	assert_null(kith_value_get(READ(tree, "\x91\xA1" "a"), "a").tree);
	kith_tree_free(&tree);
}

static void it_survives_without_memory(void **state)
{
	uint8_t many[500];
	struct alloc_fail heap;
	struct kith_alloc alloc;
	struct kith_tree *tree;
	uint32_t failures = 0;
	int rc = KITH_ENOMEM;

	(void)state;
	memset(many, 0xC0, sizeof(many));
	memcpy(many, "\xDC\x01\xF1", 3); /* 497 nils */
	for (uint64_t n = 1; rc == KITH_ENOMEM; n++) {
		alloc_fail_init(&heap);
		alloc = alloc_fail_hook(&heap);
		alloc_fail_next(&heap, n, true);
		tree = kith_tree_new(&alloc);
		if (tree != NULL) {
			kith_tree_start(tree, &wide);
			rc = kith_tree_feed(tree, many, sizeof(many));
		}
		failures += heap.failed > 0;
		kith_tree_free(&tree);
		assert_int_equal(heap.blocks, 0);
	}
	assert_int_equal(rc, 1);
	assert_true(failures >= 3);
}

/* What a large value took is given back when the next one begins. */
static void a_large_value_is_forgotten(void **state)
{
	uint8_t many[3000];
	const struct kith_tree_limits limits = {.len = 4000, .tokens = 4000, .depth = 2};
	struct alloc_fail heap;
	struct kith_alloc alloc;
	struct kith_tree *tree;
	size_t small;

	(void)state;
	alloc_fail_init(&heap);
	alloc = alloc_fail_hook(&heap);
	tree = kith_tree_new(&alloc);
	small = heap.bytes;
	memset(many, 0xC0, sizeof(many));
	memcpy(many, "\xDC\x0B\xB5", 3); /* 2997 nils */
	kith_tree_start(tree, &limits);
	assert_int_equal(kith_tree_feed(tree, many, sizeof(many)), 1);
	assert_true(heap.bytes > small + 2997 * 16);
	kith_tree_start(tree, &limits);
	assert_int_equal(heap.bytes, small);
	kith_tree_free(&tree);
	assert_int_equal(heap.blocks, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_is_read_however_it_is_split),
		cmocka_unit_test(no_beginning_of_a_value_is_one),
		cmocka_unit_test(five_bytes_take_no_memory),
		cmocka_unit_test(limits_are_exact),
		cmocka_unit_test(a_long_text_leaves_no_trace),
		cmocka_unit_test(numbers_are_lenient_where_clients_are),
		cmocka_unit_test(maps_and_arrays_are_walked),
		cmocka_unit_test(it_survives_without_memory),
		cmocka_unit_test(a_large_value_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
