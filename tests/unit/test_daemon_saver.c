/* SPDX-License-Identifier: ISC */
#include "daemon/saver.h"
#include "files/epoch.h"
#include "support/tmpdir.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ev.h>
#include <string.h>

static struct tmpdir dir;
static struct kith_report report;
static struct ev_loop *loop;
static struct kith_saver *saver;
static const struct kith_mid mid = {{4, 5, 6}};

static struct {
	int calls;
	enum kith_save what;
	uint64_t token;
	enum kith_file_result result;
	char text[512];
} last;

static void on_saved(void *ctx, enum kith_save what, uint64_t token, enum kith_file_result result,
		     const char *text)
{
	assert_ptr_equal(ctx, &last);
	last.calls++;
	last.what = what;
	last.token = token;
	last.result = result;
	memcpy(last.text, text, strlen(text) + 1);
	ev_break(loop, EVBREAK_ONE);
}

static int setup(void **state)
{
	(void)state;
	tmpdir_make(&dir);
	memset(&last, 0, sizeof last);
	loop = ev_loop_new(EVFLAG_NOENV);
	saver = kith_saver_new(loop, dir.path, &mid, on_saved, &last);
	return saver != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	kith_saver_free(&saver);
	ev_loop_destroy(loop);
	kith_report_clear(&report);
	tmpdir_remove(&dir);
	return 0;
}

static void wait_for_calls(int calls)
{
	while (last.calls < calls)
		ev_run(loop, 0);
}

static void an_epoch_is_told_when_it_is_durable(void **state)
{
	uint32_t epoch = 0;

	(void)state;
	kith_saver_epoch(saver, 7, 42);
	wait_for_calls(1);
	assert_int_equal(last.what, KITH_SAVE_EPOCH);
	assert_int_equal(last.token, 42);
	assert_int_equal(last.result, KITH_FILE_OK);
	assert_string_equal(last.text, "");
	assert_int_equal(kith_epoch_read(dir.path, &mid, &epoch, &report), KITH_FILE_OK);
	assert_int_equal(epoch, 7);
}

static void a_full_disk_is_told_and_survived(void **state)
{
	uint32_t epoch = 0;

	(void)state;
	kith_saver_epoch(saver, 7, 1);
	wait_for_calls(1);
	tmpdir_limit(20);
	kith_saver_epoch(saver, 8, 2);
	wait_for_calls(2);
	tmpdir_limit(0);
	assert_int_equal(last.result, KITH_FILE_FULL);
	assert_int_equal(last.token, 2);
	assert_non_null(strstr(last.text, "free some space"));
	assert_int_equal(kith_epoch_read(dir.path, &mid, &epoch, &report), KITH_FILE_OK);
	assert_int_equal(epoch, 7);
	kith_saver_epoch(saver, 8, 3);
	wait_for_calls(3);
	assert_int_equal(last.result, KITH_FILE_OK);
	assert_int_equal(kith_epoch_read(dir.path, &mid, &epoch, &report), KITH_FILE_OK);
	assert_int_equal(epoch, 8);
}

static void give(const char *text, bool whole)
{
	struct kith_kept_batch b = {.bytes = NULL};

	assert_true(kith_kept_add(&b, (struct kith_bytes){(const uint8_t *)text, strlen(text)}));
	kith_saver_kept(saver, &b, whole, 9);
	assert_null(b.bytes);
}

static size_t kept(void)
{
	struct kith_kept_log log;
	size_t count;

	assert_int_equal(kith_kept_read(tmpdir_file(&dir, "kept"), KITH_KEPT_NODE, &log, &report),
			 KITH_FILE_OK);
	count = log.count;
	kith_kept_log_free(&log);
	return count;
}

/* Whatever is merged while the disk is slow, nothing is lost between a whole and what follows. */
static void what_is_kept_adds_up(void **state)
{
	(void)state;
	give("a", true);
	give("b", false);
	give("c", false);
	kith_saver_free(&saver);
	assert_int_equal(kept(), 3);
	saver = kith_saver_new(loop, dir.path, &mid, on_saved, NULL);
	assert_non_null(saver);
	give("d", false);
	give("e", true);
	kith_saver_free(&saver);
	assert_int_equal(kept(), 1);
}

static void give_services(const char *text, uint64_t token)
{
	struct kith_kept_batch b = {.bytes = NULL};

	assert_true(kith_kept_add(&b, (struct kith_bytes){(const uint8_t *)text, strlen(text)}));
	kith_saver_services(saver, &b, token);
	assert_null(b.bytes);
}

/* The only entry of the file. */
static void assert_services(const char *text)
{
	struct kith_kept_log log;

	assert_int_equal(kith_kept_read(tmpdir_file(&dir, "services"), KITH_KEPT_SERVICES, &log, &report),
			 KITH_FILE_OK);
	assert_int_equal(log.count, 1);
	assert_int_equal(log.entries[0].len, strlen(text));
	assert_memory_equal(log.entries[0].p, text, strlen(text));
	kith_kept_log_free(&log);
}

/* They are all of them: the last ones take the place of what waits and of what is there. */
static void services_replace_each_other(void **state)
{
	(void)state;
	give_services("a", 1);
	wait_for_calls(1);
	assert_int_equal(last.what, KITH_SAVE_SERVICES);
	assert_int_equal(last.token, 1);
	assert_services("a");
	tmpdir_limit(10);
	give_services("b", 2);
	wait_for_calls(2);
	tmpdir_limit(0);
	assert_int_equal(last.result, KITH_FILE_FULL);
	assert_services("a");
	give_services("c", 3);
	give_services("d", 4);
	give("x", true); /* another file */
	kith_saver_free(&saver);
	assert_services("d");
	assert_int_equal(kept(), 1);
}

static void a_file_that_is_gone_is_told(void **state)
{
	(void)state;
	give("a", false);
	wait_for_calls(1);
	assert_int_equal(last.result, KITH_FILE_ABSENT);
	assert_non_null(strstr(last.text, "written anew"));
}

/* The last words of a daemon are written although nobody waits in the loop any more. */
static void ending_finishes_what_waits(void **state)
{
	(void)state;
	give("a", true);
	kith_saver_free(&saver);
	assert_null(saver);
	assert_int_equal(kept(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_epoch_is_told_when_it_is_durable, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_disk_is_told_and_survived, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_kept_adds_up, setup, teardown),
		cmocka_unit_test_setup_teardown(services_replace_each_other, setup, teardown),
		cmocka_unit_test_setup_teardown(a_file_that_is_gone_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(ending_finishes_what_waits, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
