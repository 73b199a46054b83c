/* SPDX-License-Identifier: ISC */
#include "files/kept.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "support/tmpdir.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct tmpdir dir;
static struct kith_report report;
static const char *path;

static int setup(void **state)
{
	(void)state;
	tmpdir_make(&dir);
	path = tmpdir_file(&dir, "kept");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	kith_report_clear(&report);
	tmpdir_remove(&dir);
	return 0;
}

/* Entry i: 1 + i bytes of the value i. */
static void add(struct kith_kept_batch *b, size_t i)
{
	uint8_t bytes[512];

	memset(bytes, (int)i, sizeof bytes);
	assert_true(kith_kept_add(b, (struct kith_bytes){bytes, 1 + i}));
}

static void claim_entries(const struct kith_kept_log *log, size_t count)
{
	assert_int_equal(log->count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(log->entries[i].len, 1 + i);
		for (size_t k = 0; k <= i; k++)
			assert_int_equal(log->entries[i].p[k], (uint8_t)i);
	}
}

static void written_added_read(void **state)
{
	struct kith_kept_batch b = {.bytes = NULL}, more = {.bytes = NULL};
	struct kith_kept_log log;
	struct stat st;
	size_t i;

	(void)state;
	for (i = 0; i < 100; i++)
		add(&b, i);
	assert_int_equal(kith_kept_write(path, KITH_KEPT_NODE, &b, &report), KITH_FILE_OK);
	kith_kept_batch_free(&b);
	for (; i < 300; i++)
		add(&b, i);
	for (; i < 400; i++)
		add(&more, i);
	assert_true(kith_kept_join(&b, &more));
	assert_null(more.bytes);
	assert_int_equal(kith_kept_append(path, &b, &report), KITH_FILE_OK);
	kith_kept_batch_free(&b);
	assert_int_equal(kith_kept_read(path, KITH_KEPT_NODE, &log, &report), KITH_FILE_OK);
	claim_entries(&log, 400);
	kith_kept_log_free(&log);
	assert_int_equal(report.count, 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);

	/* An empty one is whole, too. */
	assert_int_equal(kith_kept_write(path, KITH_KEPT_NODE, &b, &report), KITH_FILE_OK);
	assert_int_equal(kith_kept_read(path, KITH_KEPT_NODE, &log, &report), KITH_FILE_OK);
	assert_int_equal(log.count, 0);
	kith_kept_log_free(&log);
}

static void no_entry_is_out_of_bounds(void **state)
{
	static uint8_t bytes[UINT16_MAX + 1];
	struct kith_kept_batch b = {.bytes = NULL};

	(void)state;
	assert_false(kith_kept_add(&b, (struct kith_bytes){bytes, 0}));
	assert_false(kith_kept_add(&b, (struct kith_bytes){bytes, sizeof bytes}));
	assert_true(kith_kept_add(&b, (struct kith_bytes){bytes, UINT16_MAX}));
	kith_kept_batch_free(&b);
}

static void absent_is_no_failure(void **state)
{
	struct kith_kept_batch b = {.bytes = NULL};
	struct kith_kept_log log;

	(void)state;
	assert_int_equal(kith_kept_read(path, KITH_KEPT_NODE, &log, &report), KITH_FILE_ABSENT);
	assert_int_equal(log.count, 0);
	kith_kept_log_free(&log);
	add(&b, 1);
	assert_int_equal(kith_kept_append(path, &b, &report), KITH_FILE_ABSENT);
	kith_kept_batch_free(&b);
	assert_int_equal(report.count, 0);
}

static void overwrite(const char *data, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

/* Torn at any byte, or any byte changed: what is before it is used, and nothing behind it. */
static void damage_costs_what_is_behind_it(void **state)
{
	struct kith_kept_batch b = {.bytes = NULL};
	struct kith_kept_log whole, log;
	size_t ends[9] = {12};

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		add(&b, i);
		ends[i + 1] = 12 + b.len;
	}
	assert_int_equal(kith_kept_write(path, KITH_KEPT_NODE, &b, &report), KITH_FILE_OK);
	kith_kept_batch_free(&b);
	assert_int_equal(kith_kept_read(path, KITH_KEPT_NODE, &whole, &report), KITH_FILE_OK);
	for (size_t at = 0; at < whole.len; at++) {
		size_t before = 0;

		while (before < 8 && ends[before + 1] <= at)
			before++;
		overwrite(whole.data, at);
		assert_int_equal(kith_kept_read(path, KITH_KEPT_NODE, &log, &report),
				 at == ends[before] ? KITH_FILE_OK : KITH_FILE_BAD);
		claim_entries(&log, before);
		kith_kept_log_free(&log);

		whole.data[at] ^= 0x20;
		overwrite(whole.data, whole.len);
		whole.data[at] ^= 0x20;
		assert_int_equal(kith_kept_read(path, KITH_KEPT_NODE, &log, &report), KITH_FILE_BAD);
		claim_entries(&log, before);
		kith_kept_log_free(&log);
		kith_report_clear(&report);
	}
	overwrite(whole.data, whole.len);
	kith_kept_log_free(&whole);
	assert_int_equal(kith_kept_read(path, KITH_KEPT_NODE, &log, &report), KITH_FILE_OK);
	claim_entries(&log, 8);
	kith_kept_log_free(&log);
}

/* Half an entry at the end would hide all that comes later. */
/* One kind of file is not another, nor is another version. */
static void the_first_line_tells_what_it_is(void **state)
{
	struct kith_kept_batch b = {.bytes = NULL};
	struct kith_kept_log log;

	(void)state;
	add(&b, 0);
	assert_int_equal(kith_kept_write(path, KITH_KEPT_SERVICES, &b, &report), KITH_FILE_OK);
	kith_kept_batch_free(&b);
	assert_int_equal(kith_kept_read(path, KITH_KEPT_SERVICES, &log, &report), KITH_FILE_OK);
	claim_entries(&log, 1);
	kith_kept_log_free(&log);
	assert_int_equal(report.count, 0);
	assert_int_equal(kith_kept_read(path, KITH_KEPT_NODE, &log, &report), KITH_FILE_BAD);
	assert_int_equal(log.count, 0);
	kith_kept_log_free(&log);
	overwrite("kith-services 2\n", 16);
	assert_int_equal(kith_kept_read(path, KITH_KEPT_SERVICES, &log, &report), KITH_FILE_BAD);
	assert_int_equal(log.count, 0);
	kith_kept_log_free(&log);
	assert_non_null(strstr(kith_report_text(&report),
			       "its first line is not \"kith-services 1\"; it is not used"));
}

static void a_full_disk_leaves_the_file_as_it_was(void **state)
{
	struct kith_kept_batch b = {.bytes = NULL};
	struct kith_kept_log log;

	(void)state;
	add(&b, 0);
	assert_int_equal(kith_kept_write(path, KITH_KEPT_NODE, &b, &report), KITH_FILE_OK);
	kith_kept_batch_free(&b);
	for (size_t i = 1; i < 10; i++)
		add(&b, i);
	tmpdir_limit(60);
	assert_int_equal(kith_kept_append(path, &b, &report), KITH_FILE_FULL);
	tmpdir_limit(0);
	assert_int_equal(kith_kept_read(path, KITH_KEPT_NODE, &log, &report), KITH_FILE_OK);
	claim_entries(&log, 1);
	kith_kept_log_free(&log);
	assert_int_equal(kith_kept_append(path, &b, &report), KITH_FILE_OK);
	kith_kept_batch_free(&b);
	assert_int_equal(kith_kept_read(path, KITH_KEPT_NODE, &log, &report), KITH_FILE_OK);
	claim_entries(&log, 10);
	kith_kept_log_free(&log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(written_added_read, setup, teardown),
		cmocka_unit_test_setup_teardown(no_entry_is_out_of_bounds, setup, teardown),
		cmocka_unit_test_setup_teardown(absent_is_no_failure, setup, teardown),
		cmocka_unit_test_setup_teardown(damage_costs_what_is_behind_it, setup, teardown),
		cmocka_unit_test_setup_teardown(the_first_line_tells_what_it_is, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_disk_leaves_the_file_as_it_was, setup,
						teardown),
	};

	return cmocka_run_group_tests_name("files_kept", tests, NULL, NULL);
}
