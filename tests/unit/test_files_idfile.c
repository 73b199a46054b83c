/* SPDX-License-Identifier: ISC */
#include "files/idfile.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "support/tmpdir.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

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

static void fill(struct kith_idfile *f, size_t certificate_len)
{
	*f = (struct kith_idfile){
		.cluster = "prod",
		.authority_count = 1,
		.cluster_key_count = 2,
		.seeds = {"10.0.0.1:5484", "seed.example.org"},
		.seed_count = 2,
		.name = "web-1",
		.certificate_len = certificate_len,
		.has_identity = true,
	};
	memset(f->authorities[0], 1, KITH_KEY_LEN);
	memset(f->cluster_keys[0], 2, KITH_KEY_LEN);
	memset(f->cluster_keys[1], 3, KITH_KEY_LEN);
	for (size_t i = 0; i < certificate_len; i++)
		f->certificate[i] = (uint8_t)i;
	memset(f->identity, 4, KITH_KEY_LEN);
}

static void printed_form(void **state)
{
	struct kith_idfile f;
	char text[KITH_IDFILE_TEXT_MAX];
	size_t len;

	(void)state;
	fill(&f, 60);
	len = kith_idfile_print(&f, text);
	assert_int_equal(len, strlen(text));
	assert_string_equal(text,
			    "# SECRET: this is web-1 of prod\n"
			    "version = 1\n"
			    "cluster = prod\n"
			    "authority = AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQHMnzFi\n"
			    "cluster-key = AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgJvwX3v\n"
			    "cluster-key = AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMOC0aU\n"
			    "seed = 10.0.0.1:5484\n"
			    "seed = seed.example.org\n"
			    "name = web-1\n"
			    "certificate = AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v\n"
			    "\tMDEyMzQ1Njc4OTo7\n"
			    "identity = BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBARoepQu\n");
}

static void write_then_read(void **state)
{
	static const size_t lens[] = {48, 141, KITH_CERTIFICATE_MAX};
	struct kith_idfile f, back;

	(void)state;
	for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
		fill(&f, lens[i]);
		memset(&back, 0, sizeof back);
		assert_int_equal(kith_idfile_write(tmpdir_file(&dir, "f"), 0, &f, &report),
				 KITH_FILE_OK);
		assert_int_equal(kith_idfile_read(tmpdir_file(&dir, "f"), &back, &report),
				 KITH_FILE_OK);
		assert_memory_equal(&f, &back, sizeof f);
	}
	kith_idfile_wipe(&back);
	assert_int_equal(back.identity[0], 0);
}

/* Everything at its bound fits the room for the text, and reads back. */
static void the_largest_file(void **state)
{
	struct kith_idfile f, back;

	(void)state;
	fill(&f, KITH_CERTIFICATE_MAX);
	memset(f.cluster, 'c', KITH_CLUSTER_NAME_MAX);
	memset(f.name, 'n', KITH_NAME_MAX);
	f.authority_count = KITH_AUTHORITIES_MAX;
	f.cluster_key_count = KITH_CLUSTER_KEYS_MAX;
	f.seed_count = KITH_SEEDS_MAX;
	for (int i = 0; i < KITH_SEEDS_MAX; i++)
		for (int j = 0; j < KITH_SEED_TEXT_MAX; j++)
			f.seeds[i][j] = j % 60 == 59 ? '.' : 's';
	assert_int_equal(kith_idfile_write(tmpdir_file(&dir, "f"), 0, &f, &report), KITH_FILE_OK);
	assert_int_equal(kith_idfile_read(dir.file, &back, &report), KITH_FILE_OK);
	assert_memory_equal(&f, &back, sizeof f);
}

static void all_mistakes_with_their_lines(void **state)
{
	static const char text[] = "# SECRET: this is web-1 of prod\n"
				   "version = 1\n"
				   "cluster = Prod\n"
				   "authority = AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQHMnzFA\n"
				   "clusterkey = AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgJvwX3v\n"
				   "seed = 0.0.0.0\n"
				   "name = web-1\n"
				   "name = web-2\n"
				   "certificate = AAEC\n"
				   "identity\n";
	struct kith_idfile f = {.name = "untouched"};

	(void)state;
	assert_int_equal(kith_idfile_parse("-", text, sizeof text - 1, &f, &report), KITH_FILE_BAD);
	assert_string_equal(kith_report_text(&report),
		"-:3: cluster: a name is 1 to 63 of a-z, 0-9, '.' and '-', beginning with a letter or digit\n"
		"-:4: authority: not a key of 48 characters with a checksum that fits; a typing error?\n"
		"-:5: unknown key 'clusterkey'; did you mean 'cluster-key'?\n"
		"-:6: seed: a seed is an address or a host name that others can be reached at, with :port "
		"if it is not 5484\n"
		"-:8: name is given twice\n"
		"-:10: syntax error: neither a comment, a [section] nor KEY = VALUE\n"
		"-: there is no line 'cluster-key = ...'\n");
	assert_string_equal(f.name, "untouched");
}

static void certificates_that_are_none(void **state)
{
	static const char *const bad[] = {"AAE", "not base64", "AAEC\n ===="};
	char text[2048];
	struct kith_idfile f;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(text, sizeof text, "version = 1\nname = a\ncertificate = %s\n", bad[i]);
		assert_int_equal(kith_idfile_parse("f", text, strlen(text), &f, &report),
				 KITH_FILE_BAD);
		assert_non_null(strstr(kith_report_text(&report), "f: certificate: not base64"));
		kith_report_clear(&report);
	}
}

static void secrets_stay_secret(void **state)
{
	struct kith_idfile f;

	(void)state;
	fill(&f, 48);
	assert_int_equal(kith_idfile_write(tmpdir_file(&dir, "f"), 0, &f, &report), KITH_FILE_OK);
	assert_int_equal(chmod(dir.file, 0604), 0);
	assert_int_equal(kith_idfile_read(dir.file, &f, &report), KITH_FILE_DENIED);
	assert_int_equal(kith_idfile_read(tmpdir_file(&dir, "none"), &f, &report), KITH_FILE_ABSENT);
	/* Not even a mistyped secret is repeated. */
	assert_int_equal(kith_idfile_parse("f", "identity = hunter2\n", 19, &f, &report),
			 KITH_FILE_BAD);
	assert_null(strstr(kith_report_text(&report), "hunter2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(printed_form, setup, teardown),
		cmocka_unit_test_setup_teardown(write_then_read, setup, teardown),
		cmocka_unit_test_setup_teardown(the_largest_file, setup, teardown),
		cmocka_unit_test_setup_teardown(all_mistakes_with_their_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(certificates_that_are_none, setup, teardown),
		cmocka_unit_test_setup_teardown(secrets_stay_secret, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
