/* SPDX-License-Identifier: ISC */
#include "query/monitor.h"
#include "sim/alloc_fail.h"
#include "support/rpc_client.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct rpc_world w;
static struct kith_rpc_conn *c;

static int set_up(void **state)
{
	(void)state;
	rpc_world_init(&w, NULL, NULL);
	c = rpc_connect(&w, KITH_RPC_TCP);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rpc_world_fini(&w);
	return 0;
}

static void log_line(enum kith_rpc_level level, const char *text)
{
	kith_rpc_log(w.server, w.t, level, text);
}

static void lines_come_as_serf_prints_them(void **state)
{
	(void)state;
	rpc_ask(&w, c, "monitor", 3, "{'LogLevel':'DEBUG'}");
	rpc_expect(&w, c, "{'Error':'','Seq':3}");
	log_line(KITH_RPC_INFO, "member.joined node=db-1");
	rpc_expect(&w, c, "{'Error':'','Seq':3}");
	rpc_expect(&w, c, "{'Log':'2026/11/23 05:12:44 [INFO] kith: member.joined node=db-1'}");
	log_line(KITH_RPC_TRACE, "too fine");
	log_line(KITH_RPC_DEBUG, "a\nb\n\n");
	rpc_expect(&w, c, "{'Error':'','Seq':3}");
	rpc_expect(&w, c, "{'Log':'2026/11/23 05:12:44 [DEBUG] kith: a\\nb'}");
	/* An empty line would be the end for the client. */
	log_line(KITH_RPC_ERR, "");
	log_line(KITH_RPC_ERR, "\n\n");
	rpc_expect(&w, c, "");
}

static void levels_have_any_case(void **state)
{
	static const struct {
		const char *body, *error;
	} rows[] = {
		{"{'LogLevel':'info'}", ""}, {"{'LogLevel':'Warn'}", ""}, {"{'LogLevel':'ERR'}", ""},
		{"{'LogLevel':'trace'}", ""},
		{"{'LogLevel':'foo'}", "Unknown log level: FOO"}, {"{'LogLevel':''}", "Unknown log level: "},
		{"{}", "Unknown log level: "},
		{"{'LogLevel':'a very long name of a level that is none'}",
		 "Unknown log level: A VERY LONG NAME OF A LEVEL THA"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char want[200];

		(void)snprintf(want, sizeof(want), "{'Error':'%s','Seq':3}", rows[i].error);
		rpc_ask(&w, c, "monitor", 3, rows[i].body);
		rpc_expect(&w, c, want);
		rpc_ask(&w, c, "stop", 4, "{'Stop':3}");
		rpc_expect(&w, c, "{'Error':'','Seq':4}");
	}
}

static void one_monitor_a_connection(void **state)
{
	struct kith_rpc_conn *other = rpc_connect(&w, KITH_RPC_UNIX_LOOKING);

	(void)state;
	rpc_ask(&w, c, "monitor", 3, "{'LogLevel':'INFO'}");
	rpc_expect(&w, c, "{'Error':'','Seq':3}");
	rpc_ask(&w, c, "monitor", 4, "{'LogLevel':'INFO'}");
	rpc_expect(&w, c, "{'Error':'Monitor already exists','Seq':4}");
	rpc_ask(&w, other, "monitor", 5, "{'LogLevel':'WARN'}");
	rpc_expect(&w, other, "{'Error':'','Seq':5}");
	/* A stream may have the same seq; stop ends both. */
	rpc_ask(&w, c, "stream", 3, "{}");
	rpc_expect(&w, c, "{'Error':'','Seq':3}");
	log_line(KITH_RPC_WARN, "for both");
	rpc_expect(&w, c, "{'Error':'','Seq':3}");
	rpc_holds(rpc_take(&w, c), "for both");
	rpc_expect(&w, other, "{'Error':'','Seq':5}");
	rpc_holds(rpc_take(&w, other), "for both");
	rpc_ask(&w, c, "stop", 6, "{'Stop':3}");
	rpc_expect(&w, c, "{'Error':'','Seq':6}");
	log_line(KITH_RPC_WARN, "for one");
	rpc_expect(&w, c, "");
	rpc_expect(&w, other, "{'Error':'','Seq':5}");
	rpc_holds(rpc_take(&w, other), "for one");
}

static void the_last_512_lines_come_first(void **state)
{
	(void)state;
	for (int i = 0; i < 600; i++) {
		char line[32];

		(void)snprintf(line, sizeof(line), "line %d", i);
		log_line(i % 2 ? KITH_RPC_INFO : KITH_RPC_DEBUG, line);
	}
	rpc_ask(&w, c, "monitor", 3, "{'LogLevel':'INFO'}");
	log_line(KITH_RPC_INFO, "alive");
	rpc_expect(&w, c, "{'Error':'','Seq':3}");
	for (int i = 89; i < 600; i += 2) { /* 600 - 512 = 88 is the oldest; every other is too fine */
		char want[80];

		(void)snprintf(want, sizeof(want), "{'Log':'2026/11/23 05:12:44 [INFO] kith: line %d'}", i);
		rpc_expect(&w, c, "{'Error':'','Seq':3}");
		rpc_expect(&w, c, want);
	}
	rpc_expect(&w, c, "{'Error':'','Seq':3}");
	rpc_holds(rpc_take(&w, c), "kith: alive");
	rpc_expect(&w, c, "");
}

static void long_lines_are_cut_and_bytes_are_cleaned(void **state)
{
	char line[3000];
	const char *text;

	(void)state;
	memset(line, 'x', sizeof(line));
	line[0] = (char)0xFF;
	line[sizeof(line) - 1] = '\0';
	rpc_ask(&w, c, "monitor", 3, "{'LogLevel':'INFO'}");
	rpc_expect(&w, c, "{'Error':'','Seq':3}");
	log_line(KITH_RPC_INFO, line);
	rpc_expect(&w, c, "{'Error':'','Seq':3}");
	text = rpc_take(&w, c);
	rpc_holds(text, "kith: \xEF\xBF\xBDxxx");
	assert_int_equal(strlen(text), strlen("{'Log':'2026/11/23 05:12:44 [INFO] kith: '}") + 1022 + 3);
}

static void who_does_not_read_loses_lines(void **state)
{
	const uint8_t *p;
	size_t len;

	(void)state;
	rpc_ask(&w, c, "monitor", 3, "{'LogLevel':'INFO'}");
	rpc_expect(&w, c, "{'Error':'','Seq':3}");
	for (int i = 0; i < KITH_RPC_MONITOR_QUEUE; i++)
		log_line(KITH_RPC_INFO, "line");
	len = kith_rpc_output(c, &p);
	log_line(KITH_RPC_INFO, "line");
	assert_int_equal(kith_rpc_output(c, &p), len);
	assert_string_equal(w.log, ""); /* a line about it would be lost as well */
}

static void it_survives_without_memory(void **state)
{
	uint64_t failed = 1;

	(void)state;
	rpc_world_fini(&w);
	for (uint64_t n = 1; failed > 0; n++) {
		struct alloc_fail heap;
		struct kith_alloc alloc;

		alloc_fail_init(&heap);
		alloc = alloc_fail_hook(&heap);
		rpc_world_init(&w, NULL, &alloc);
		c = rpc_connect(&w, KITH_RPC_TCP);
		alloc_fail_next(&heap, n, n % 2);
		log_line(KITH_RPC_INFO, "before");
		rpc_ask(&w, c, "monitor", 3, "{'LogLevel':'INFO'}");
		log_line(KITH_RPC_INFO, "after");
		failed = heap.failed;
		if (failed == 0) {
			rpc_expect(&w, c, "{'Error':'','Seq':3}");
			rpc_expect(&w, c, "{'Error':'','Seq':3}");
			rpc_holds(rpc_take(&w, c), "before");
			rpc_expect(&w, c, "{'Error':'','Seq':3}");
			rpc_holds(rpc_take(&w, c), "after");
		}
		rpc_world_fini(&w);
		assert_int_equal(heap.blocks, 0);
	}
	rpc_world_init(&w, NULL, NULL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_come_as_serf_prints_them),
		TEST(levels_have_any_case),
		TEST(one_monitor_a_connection),
		TEST(the_last_512_lines_come_first),
		TEST(long_lines_are_cut_and_bytes_are_cleaned),
		TEST(who_does_not_read_loses_lines),
		TEST(it_survives_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
