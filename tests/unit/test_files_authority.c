/* SPDX-License-Identifier: ISC */
#include "files/authority.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "support/tmpdir.h"
#include <string.h>

static struct tmpdir dir;
static struct kith_report report;

static int setup(void **state)
{
	(void)state;
	tmpdir_make(&dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	kith_report_clear(&report);
	tmpdir_remove(&dir);
	return 0;
}

static void write_then_read(void **state)
{
	struct kith_authority_file f = {
		.cluster = "prod", .cluster_key_count = 1, .seeds = {"a.example"}, .seed_count = 1};
	struct kith_authority_file back;

	(void)state;
	memset(f.seed, 9, sizeof f.seed);
	memset(f.cluster_keys[0], 8, KITH_KEY_LEN);
	assert_int_equal(kith_authority_write(tmpdir_file(&dir, "prod.authority"), KITH_FILE_NEW, &f,
					      &report), KITH_FILE_OK);
	assert_int_equal(kith_authority_read(dir.file, &back, &report), KITH_FILE_OK);
	assert_memory_equal(&f, &back, sizeof f);
	assert_memory_equal(tmpdir_read(&dir, "prod.authority"),
			    "# SECRET: who has this file admits members to prod.", 51);
	/* An authority lost by a slip would be a new cluster. */
	assert_int_equal(kith_authority_write(tmpdir_file(&dir, "prod.authority"), KITH_FILE_NEW, &f,
					      &report), KITH_FILE_EXISTS);
	kith_authority_wipe(&back);
	assert_int_equal(back.seed[0], 0);
}

static void other_files_are_no_authority(void **state)
{
	struct kith_authority_file f;

	(void)state;
	tmpdir_write(&dir, "f", "version = 1\nname = web-1\n");
	assert_int_equal(kith_authority_read(dir.file, &f, &report), KITH_FILE_BAD);
	assert_non_null(strstr(kith_report_text(&report), "/f:2: unknown key 'name'\n"));
	assert_non_null(strstr(kith_report_text(&report),
			       "/f: there is no line 'authority-seed = ...'\n"));
	assert_int_equal(kith_authority_read(tmpdir_file(&dir, "none"), &f, &report),
			 KITH_FILE_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(write_then_read, setup, teardown),
		cmocka_unit_test_setup_teardown(other_files_are_no_authority, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
