/* SPDX-License-Identifier: ISC */
#include "cli/spawn.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "support/tmpdir.h"
#include <signal.h>
#include <string.h>

static struct kith_cli cli;

static enum kith_exit run(const char *script, int64_t timeout_ms, struct kith_spawned *s)
{
	static char shell[] = "/bin/sh", flag[] = "-c", text[512];
	char *argv[] = {shell, flag, text, NULL};

	snprintf(text, sizeof(text), "%s", script);
	memset(&cli, 0, sizeof(cli));
	cli.timeout_ms = timeout_ms;
	return kith_spawn_run(&cli, argv, s);
}

static void both_outputs_and_the_exit_code(void **state)
{
	struct kith_spawned s;

	(void)state;
	assert_int_equal(run("echo out; echo err >&2; exit 78", 60000, &s), KITH_EXIT_YES);
	assert_int_equal(s.status, 78);
	assert_string_equal(s.out, "out\n");
	assert_string_equal(s.err, "err\n");
	kith_spawned_fini(&s);
	assert_int_equal(run("kill -9 $$", 60000, &s), KITH_EXIT_YES);
	assert_int_equal(s.status, 128 + SIGKILL);
	assert_string_equal(s.out, "");
	kith_spawned_fini(&s);
}

static void more_output_than_we_keep(void **state)
{
	struct kith_spawned s;

	(void)state;
	assert_int_equal(run("head -c 3000000 /dev/zero | tr '\\0' x; echo done >&2", 60000, &s),
			 KITH_EXIT_YES);
	assert_int_equal(s.status, 0);
	assert_in_range(strlen(s.out), KITH_SPAWN_OUTPUT_MAX - 1, KITH_SPAWN_OUTPUT_MAX);
	assert_string_equal(s.err, "done\n");
	kith_spawned_fini(&s);
}

static void one_that_does_not_end_is_killed(void **state)
{
	struct kith_spawned s;

	(void)state;
	assert_int_equal(run("echo begun; exec sleep 1000", 500, &s), KITH_EXIT_TIMEOUT);
	/* As far as it came: on a loaded machine not even there. */
	if (*s.out != '\0')
		assert_string_equal(s.out, "begun\n");
	kith_spawned_fini(&s);
}

static void a_program_that_is_not_there(void **state)
{
	static char none[] = "/nonexistent/kithd";
	char *argv[] = {none, NULL};
	struct kith_spawned s;

	(void)state;
	memset(&cli, 0, sizeof(cli));
	cli.timeout_ms = 60000;
	assert_int_equal(kith_spawn_run(&cli, argv, &s), KITH_EXIT_UNREACHABLE);
	assert_string_equal(cli.failure.message, "/nonexistent/kithd could not be started");
	kith_spawned_fini(&s);
}

static void one_beside_us(void **state)
{
	static char shell[] = "/bin/sh", flag[] = "-c", text[] = "echo here; exec sleep 1000";
	char *argv[] = {shell, flag, text, NULL}, log[512];
	struct tmpdir dir;
	pid_t pid = 0;

	(void)state;
	tmpdir_make(&dir);
	snprintf(log, sizeof(log), "%s", tmpdir_file(&dir, "log"));
	memset(&cli, 0, sizeof(cli));
	assert_int_equal(kith_spawn_start(&cli, argv, log, &pid), KITH_EXIT_YES);
	assert_true(pid > 0);
	assert_false(kith_spawn_ended(&pid, 0));
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_true(kith_spawn_ended(&pid, 60000));
	assert_int_equal(pid, 0);
	assert_true(kith_spawn_ended(&pid, 0));
	tmpdir_remove(&dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_outputs_and_the_exit_code),
		cmocka_unit_test(more_output_than_we_keep),
		cmocka_unit_test(one_that_does_not_end_is_killed),
		cmocka_unit_test(a_program_that_is_not_there),
		cmocka_unit_test(one_beside_us),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
