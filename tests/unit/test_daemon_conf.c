/* SPDX-License-Identifier: ISC */
#include "daemon/conf.h"
#include "support/tmpdir.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct tmpdir dir;
static struct kith_report report;
static struct kith_conf *conf;
static char main_file[600];

static int setup(void **state)
{
	char path[600];

	(void)state;
	tmpdir_make(&dir);
	snprintf(main_file, sizeof main_file, "%s/kith.conf", dir.path);
	snprintf(path, sizeof path, "%s/conf.d", dir.path);
	return mkdir(path, 0700);
}

static int teardown(void **state)
{
	(void)state;
	kith_conf_free(&conf);
	kith_report_clear(&report);
	(void)remove(tmpdir_file(&dir, "conf.d/10.conf"));
	(void)remove(tmpdir_file(&dir, "conf.d/20.conf"));
	tmpdir_remove(&dir);
	return 0;
}

static int load_with(const char *const *overrides, size_t count)
{
	struct kith_conf_source source = {.path = main_file, .overrides = overrides,
					  .override_count = count, .override_origin = "command line"};

	kith_conf_free(&conf);
	return kith_conf_load(&conf, &source, &report);
}

static int load(void)
{
	return load_with(NULL, 0);
}

/* The report with the directory's name taken out of it. */
static const char *mistakes(void)
{
	static char out[8192];
	const char *p = kith_report_text(&report);
	size_t len = 0, dir_len = strlen(dir.path);

	while (*p != '\0') {
		if (strncmp(p, dir.path, dir_len) == 0)
			p += dir_len + 1;
		else
			out[len++] = *p++;
	}
	out[len] = '\0';
	return out;
}

static void nothing_is_all_defaults(void **state)
{
	(void)state;
	assert_int_equal(load(), 0);
	assert_string_equal(kith_conf_text(conf, KITH_OPTION_NETWORK_LISTEN), "[::]:5484");
	assert_int_equal(kith_conf_number(conf, KITH_OPTION_TIMING_RESTART_GRACE), 30 * KITH_SECOND);
	assert_int_equal(kith_conf_number(conf, KITH_OPTION_LOG_LEVEL), 2);
	assert_int_equal(kith_conf_count(conf, KITH_OPTION_NODE_TAG), 0);
	assert_string_equal(kith_conf_text(conf, KITH_OPTION_NODE_NAME), "");
	assert_false(kith_conf_is_set(conf, KITH_OPTION_NETWORK_LISTEN));
	kith_conf_preset(conf, KITH_OPTION_CONTROL_SOCKET, "/run/x");
	kith_conf_preset(conf, KITH_OPTION_NETWORK_LISTEN, "127.0.0.1");
	assert_string_equal(kith_conf_text(conf, KITH_OPTION_CONTROL_SOCKET), "/run/x");
	assert_false(kith_conf_is_set(conf, KITH_OPTION_CONTROL_SOCKET));
	assert_string_equal(kith_conf_text(conf, KITH_OPTION_NETWORK_LISTEN), "[::]:5484");
}

static void later_files_win(void **state)
{
	(void)state;
	tmpdir_write(&dir, "kith.conf", "[log]\nlevel = error\n[node]\ntag = a=1\ntag = b=2\n"
					"[network]\nlisten = 10.0.0.1\nlisten = 10.0.0.2\n"
					"[cluster]\nseed = a.example\n");
	tmpdir_write(&dir, "conf.d/10.conf", "[log]\nlevel = warning\n[node]\ntag = c=3\n");
	tmpdir_write(&dir, "conf.d/20.conf", "[log]\nlevel = debug\n[cluster]\nseed =\nseed = b.example\n");
	assert_int_equal(load(), 0);
	assert_string_equal(kith_conf_text(conf, KITH_OPTION_LOG_LEVEL), "debug");
	assert_int_equal(kith_conf_count(conf, KITH_OPTION_NODE_TAG), 3);
	assert_string_equal(kith_conf_item(conf, KITH_OPTION_NODE_TAG, 2), "c=3");
	/* The default is no value to add to. */
	assert_int_equal(kith_conf_count(conf, KITH_OPTION_NETWORK_LISTEN), 2);
	assert_int_equal(kith_conf_count(conf, KITH_OPTION_CLUSTER_SEED), 1);
	assert_string_equal(kith_conf_text(conf, KITH_OPTION_CLUSTER_SEED), "b.example");
}

static void the_command_line_wins(void **state)
{
	static const char *const overrides[] = {"node.tag=x=9", "log.level=debug", "node.tag=y=8",
						"log.level=error", "cluster.seed="};

	(void)state;
	tmpdir_write(&dir, "kith.conf", "[log]\nlevel = info\n[node]\ntag = a=1\n"
					"[cluster]\nseed = a.example\n");
	assert_int_equal(load_with(overrides, 5), 0);
	assert_string_equal(kith_conf_text(conf, KITH_OPTION_LOG_LEVEL), "error");
	assert_int_equal(kith_conf_count(conf, KITH_OPTION_NODE_TAG), 2);
	assert_string_equal(kith_conf_item(conf, KITH_OPTION_NODE_TAG, 0), "x=9");
	assert_int_equal(kith_conf_count(conf, KITH_OPTION_CLUSTER_SEED), 0);
}

static void all_mistakes_at_once(void **state)
{
	static const char *const overrides[] = {"nonsense", "log.lvel=debug", "log.level=loud"};

	(void)state;
	tmpdir_write(&dir, "kith.conf",
		     "listen = 10.0.0.1\n"
		     "[networc]\n"
		     "listen = 10.0.0.1\n"
		     "port = 1\n"
		     "[network]\n"
		     "lisen = 10.0.0.1\n"
		     "level = info\n"
		     "what = 1\n"
		     "listen = nowhere\n"
		     "[timing]\n"
		     "restart-grace = 5x\n"
		     "forget-after = 1s\n"
		     "profile = lan\n"
		     "  wan\n"
		     "profile = wan\n"
		     "oops\n");
	tmpdir_write(&dir, "conf.d/10.conf", "[zzzz]\na = 1\n[limits]\nmax-members = many\n");
	assert_int_equal(load_with(overrides, 3), 78);
	assert_null(conf);
	assert_string_equal(mistakes(),
		"kith.conf:1: 'listen' stands before the first [section]\n"
		"kith.conf:3: unknown section [networc]; did you mean [network]?\n"
		"kith.conf:6: unknown setting 'lisen' in [network]; did you mean 'listen'?\n"
		"kith.conf:7: unknown setting 'level' in [network]; it belongs in [log]\n"
		"kith.conf:8: unknown setting 'what' in [network]\n"
		"kith.conf:9: network.listen: 'nowhere' is not an address to listen on (use [::]:5484, "
		"0.0.0.0:5484 or 10.0.0.5:5484)\n"
		"kith.conf:11: timing.restart-grace: '5x' is not a duration (use 500ms, 5s, 2m, 1h, 1d)\n"
		"kith.conf:12: timing.forget-after: must be 1m to 30d\n"
		"kith.conf:14: a line that begins with a blank goes on with 'profile', which has one "
		"value; remove the blank\n"
		"kith.conf:15: timing.profile is given twice, first in line 13\n"
		"kith.conf:16: syntax error: neither a comment, a [section] nor KEY = VALUE\n"
		"conf.d/10.conf:2: unknown section [zzzz]\n"
		"conf.d/10.conf:4: limits.max-members: 'many' is not a whole number\n"
		"command line: 'nonsense' is not SECTION.KEY=VALUE\n"
		"command line: unknown setting 'lvel' in [log]; did you mean 'level'?\n"
		"command line: log.level: 'loud' is none of: error warning info debug\n");
}

static void settings_that_contradict(void **state)
{
	(void)state;
	tmpdir_write(&dir, "kith.conf", "[timing]\nprobe-timeout = 2s\nprobe-interval = 2s\n");
	assert_int_equal(load(), 78);
	assert_string_equal(mistakes(), "kith.conf:2: timing.probe-timeout: must be below "
					"timing.probe-interval (2s)\n");
}

static void too_many_values(void **state)
{
	(void)state;
	tmpdir_write(&dir, "kith.conf", "[network]\nlisten = 10.0.0.1\n 10.0.0.2\n 10.0.0.3\n"
					" 10.0.0.4\n 10.0.0.5\n");
	assert_int_equal(load(), 78);
	assert_string_equal(mistakes(), "kith.conf:6: network.listen: there are more than 4 values\n");
}

static void files_that_cannot_be_read(void **state)
{
	struct kith_conf_source source = {.path = main_file, .must_exist = true};

	(void)state;
	assert_int_equal(kith_conf_load(&conf, &source, &report), 78);
	assert_string_equal(mistakes(), "kith.conf: there is no such file\n");
	source.path = dir.path;
	assert_int_equal(kith_conf_load(&conf, &source, &report), 78);
}

static void printed_with_origins(void **state)
{
	static const char *const overrides[] = {"log.level=debug"};
	char *text = NULL, line[900];
	size_t len;
	FILE *f = open_memstream(&text, &len);

	(void)state;
	tmpdir_write(&dir, "kith.conf", "[node]\nname = web-1\ntag = a=1\n");
	assert_int_equal(load_with(overrides, 1), 0);
	kith_conf_print(conf, f);
	fclose(f);
	snprintf(line, sizeof line, "\nname = web-1                             ; %s:2\n", main_file);
	assert_non_null(strstr(text, line));
	assert_non_null(strstr(text, "\nlevel = debug                            ; command line\n"));
	assert_non_null(strstr(text, "\nmax-members = 16384                      ; default\n"));
	assert_non_null(strstr(text, "\n;zone =                                  ; not set\n"));
	/* It is a configuration again, and the same one. */
	{
		struct kith_conf *first = conf;

		conf = NULL;
		tmpdir_write(&dir, "kith.conf", text);
		assert_int_equal(load(), 0);
		for (int i = 0; i < KITH_OPTION_COUNT; i++)
			assert_true(kith_conf_same(first, conf, (enum kith_option_id)i));
		kith_conf_free(&first);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_is_all_defaults, setup, teardown),
		cmocka_unit_test_setup_teardown(later_files_win, setup, teardown),
		cmocka_unit_test_setup_teardown(the_command_line_wins, setup, teardown),
		cmocka_unit_test_setup_teardown(all_mistakes_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(settings_that_contradict, setup, teardown),
		cmocka_unit_test_setup_teardown(too_many_values, setup, teardown),
		cmocka_unit_test_setup_teardown(files_that_cannot_be_read, setup, teardown),
		cmocka_unit_test_setup_teardown(printed_with_origins, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
