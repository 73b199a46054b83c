/* SPDX-License-Identifier: ISC */
#include "daemon/log.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int pipe_fds[2];
static struct kith_log *log_;
static char sunk[4096];

static const int64_t start_unix_ms = 1795410782551; /* 2026-11-23T05:13:02.551Z */

static int setup(void **state)
{
	(void)state;
	assert_int_equal(pipe(pipe_fds), 0);
	assert_int_equal(fcntl(pipe_fds[0], F_SETFL, O_NONBLOCK), 0);
	log_ = kith_log_new(pipe_fds[1], KITH_LOG_INFO, KITH_LOG_TEXT);
	kith_log_clock(log_, start_unix_ms);
	sunk[0] = '\0';
	return log_ != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	kith_log_free(&log_);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	return 0;
}

static const char *written(void)
{
	static char out[8192];
	ssize_t n = read(pipe_fds[0], out, sizeof out - 1);

	out[n > 0 ? n : 0] = '\0';
	return out;
}

static void sink(void *ctx, enum kith_log_level level, const char *text)
{
	size_t len = strlen(sunk);

	assert_ptr_equal(ctx, sunk);
	snprintf(sunk + len, sizeof sunk - len, "%u %s|", (unsigned)level, text);
}

static void suspect(const char *node, const char *by)
{
	const struct kith_addr addr = {{10, 0, 0, 5}, 5484, 4, 0};

	kith_log(log_, MEMBER_SUSPECT, kith_f_text("node", node), kith_f_addr("addr", &addr),
		 kith_f_text("by", by), kith_f_number("count", -1));
}

static void three_formats(void **state)
{
	(void)state;
	suspect("web-2", "db-1");
	assert_string_equal(written(), "2026-11-23T05:13:02.551Z warn  member.suspect node=web-2 "
				       "addr=10.0.0.5:5484 by=db-1 count=-1\n");
	kith_log_set(log_, KITH_LOG_INFO, KITH_LOG_JOURNAL);
	suspect("web-3", "db-1");
	assert_string_equal(written(), "<4>member.suspect node=web-3 addr=10.0.0.5:5484 by=db-1 "
				       "count=-1\n");
	kith_log_set(log_, KITH_LOG_INFO, KITH_LOG_JSON);
	suspect("web-4", "db-1");
	assert_string_equal(written(),
			    "{\"time\":\"2026-11-23T05:13:02.551Z\",\"level\":\"warn\","
			    "\"id\":\"member.suspect\",\"msg\":\"a member does not answer two of us\","
			    "\"node\":\"web-4\",\"addr\":\"10.0.0.5:5484\","
			    "\"by\":\"db-1\",\"count\":-1}\n");
}

static void values_cannot_forge_lines(void **state)
{
	(void)state;
	suspect("a b\nlevel=error", "\"x\\");
	assert_string_equal(written(), "2026-11-23T05:13:02.551Z warn  member.suspect "
				       "node=\"a b\\x0alevel=error\" addr=10.0.0.5:5484 "
				       "by=\"\\\"x\\\\\" count=-1\n");
	kith_log_set(log_, KITH_LOG_INFO, KITH_LOG_JSON);
	suspect("\x1b[2J", "");
	assert_non_null(strstr(written(), "\"node\":\"\\u001b[2J\",\"addr\":\"10.0.0.5:5484\","
					  "\"by\":\"\",\"count\""));
}

/* A line that does not fit keeps its form. */
static void long_values(void **state)
{
	char long_text[5000];
	const char *line;

	(void)state;
	memset(long_text, '\x01', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	kith_log_set(log_, KITH_LOG_INFO, KITH_LOG_JSON);
	suspect(long_text, "x");
	line = written();
	assert_string_equal(line + strlen(line) - 13, ",\"cut\":true}\n");
	assert_non_null(strstr(line, "\"id\":\"member.suspect\""));
	kith_log_set(log_, KITH_LOG_INFO, KITH_LOG_TEXT);
	long_text[0] = 'y';
	suspect(long_text, "x");
	line = written();
	assert_true(strlen(line) < 2100);
	assert_int_equal(line[strlen(line) - 1], '\n');
}

static void levels(void **state)
{
	(void)state;
	kith_log(log_, TRACE, kith_f_text("what", "x"));
	assert_string_equal(written(), "");
	kith_log_verbose(log_, true);
	kith_log(log_, TRACE, kith_f_text("what", "x"));
	assert_string_equal(written(), "2026-11-23T05:13:02.551Z debug trace what=x\n");
	kith_log_verbose(log_, false);
	assert_false(kith_log_wants(log_, KITH_LOG_DEBUG));
	kith_log_set(log_, KITH_LOG_ERROR, KITH_LOG_TEXT);
	suspect("a", "b");
	assert_string_equal(written(), "");
}

static void repeats_are_folded(void **state)
{
	(void)state;
	for (int i = 0; i < 42; i++)
		suspect("a", "b");
	assert_string_equal(written(), "2026-11-23T05:13:02.551Z warn  member.suspect node=a "
				       "addr=10.0.0.5:5484 by=b count=-1\n");
	/* Another id in between does not end the folding, another value does. */
	kith_log(log_, NODE_STARTED, kith_f_number("epoch", 1));
	(void)written();
	suspect("a", "b");
	assert_string_equal(written(), "");
	suspect("a", "c");
	assert_string_equal(written(), "2026-11-23T05:13:02.551Z warn  member.suspect node=a "
				       "addr=10.0.0.5:5484 by=c count=-1 suppressed=42\n");
	kith_log_clock(log_, start_unix_ms + 59999);
	suspect("a", "c");
	assert_string_equal(written(), "");
	kith_log_clock(log_, start_unix_ms + 60000);
	suspect("a", "c");
	assert_non_null(strstr(written(), "by=c count=-1 suppressed=1\n"));
}

static void followers_get_what_is_written(void **state)
{
	(void)state;
	kith_log_sink(log_, sink, sunk);
	suspect("a", "b c");
	kith_log(log_, TRACE, kith_f_text("what", "x"));
	assert_string_equal(sunk, "1 member.suspect node=a addr=10.0.0.5:5484 by=\"b c\" count=-1|");
}

static void the_format_fits_the_place(void **state)
{
	(void)state;
	unsetenv("JOURNAL_STREAM");
	kith_log_set(log_, KITH_LOG_INFO, KITH_LOG_AUTO);
	suspect("a", "b");
	assert_int_equal(written()[0], '{'); /* a pipe is read by programs */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(three_formats, setup, teardown),
		cmocka_unit_test_setup_teardown(values_cannot_forge_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(long_values, setup, teardown),
		cmocka_unit_test_setup_teardown(levels, setup, teardown),
		cmocka_unit_test_setup_teardown(repeats_are_folded, setup, teardown),
		cmocka_unit_test_setup_teardown(followers_get_what_is_written, setup, teardown),
		cmocka_unit_test_setup_teardown(the_format_fits_the_place, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
