/* SPDX-License-Identifier: ISC */
#include "query/ping.h"
#include "base/addr.h"
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
static struct kith_member *db1, *db2;

static int set_up(void **state)
{
	(void)state;
	rpc_world_init(&w, NULL, NULL);
	c = rpc_connect(&w, KITH_RPC_UNIX_LOOKING); /* it changes nothing */
	db1 = fake_node_add(w.node, "db-1", KITH_STATUS_ALIVE, w.t.now);
	db2 = fake_node_add(w.node, "db-2", KITH_STATUS_FAILED, w.t.now);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rpc_world_fini(&w);
	return 0;
}

static void ended(uint64_t token, enum kith_ping_way way, enum kith_ping_result result, kith_us rtt)
{
	struct kith_event e = {.kind = KITH_EVENT_PING, .mid = db2->mid, .token = token, .way = way,
			       .ping = result, .rtt = rtt};

	const bool is_through = way == KITH_PING_RELAYED || way == KITH_PING_BACK;

	if (is_through && result != KITH_PING_UNTRIED)
		e.by = db1->mid;
	if (!is_through)
		e.addr = db2->addrs[0];
	kith_rpc_event(w.server, w.t, &e);
	assert_int_equal(kith_rpc_deadline(w.server), w.t.now);
	rpc_world_run(&w, 0);
}

static void refused(const char *args, const char *message, const char *code)
{
	char head[200];

	rpc_ask(&w, c, "kith.ping", 1, args);
	(void)snprintf(head, sizeof(head), "{'Error':'%s','Seq':1}", message);
	rpc_expect(&w, c, head);
	rpc_holds(rpc_take(&w, c), code);
}

static void it_is_answered_when_each_way_ended(void **state)
{
	const char *body;

	(void)state;
	rpc_ask(&w, c, "kith.ping", 1, "{'name':'db-2'}");
	assert_int_equal(w.node->pinged_count, 1);
	assert_memory_equal(&w.node->pinged[0], &db2->mid, sizeof(db2->mid));
	ended(1, KITH_PING_TCP, KITH_PING_REFUSED, -1);
	ended(1, KITH_PING_DIRECT, KITH_PING_ANSWERED, 9800);
	assert_false(kith_rpc_wants_input(c));
	rpc_expect(&w, c, "");
	ended(1, KITH_PING_RELAYED, KITH_PING_NACKED, -1);
	rpc_expect(&w, c, "");
	ended(1, KITH_PING_BACK, KITH_PING_UNTRIED, -1);
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	body = rpc_take(&w, c);
	rpc_holds(body, "'ping':{'name':'db-2','id':'00030303030303030303030303030303','state':'failed',"
			"'direct':{'result':'answered','message':'answered','addr':'10.0.0.3:5484',"
			"'rtt_us':9800},"
			"'via':{'result':'nacked','message':'no answer to it either',"
			"'by':{'name':'db-1','id':'00020202020202020202020202020202'},'rtt_us':null},"
			"'tcp':{'result':'refused','message':'refused','addr':'10.0.0.3:5484',"
			"'rtt_us':null},"
			"'back':{'result':'untried','message':'not tried','by':null,'rtt_us':null},"
			"'message':'UDP passes, TCP does not'}}");
	assert_true(kith_rpc_wants_input(c));
}

static void a_way_that_was_not_there_is_told(void **state)
{
	(void)state;
	rpc_ask(&w, c, "kith.ping", 1, "{'name':'db-2'}");
	ended(1, KITH_PING_RELAYED, KITH_PING_UNTRIED, -1);
	ended(1, KITH_PING_DIRECT, KITH_PING_SILENT, -1);
	ended(1, KITH_PING_TCP, KITH_PING_CLOSED, -1);
	ended(1, KITH_PING_BACK, KITH_PING_UNTRIED, -1);
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	rpc_holds(rpc_take(&w, c),
		  "'via':{'result':'untried','message':'not tried','by':null,'rtt_us':null}");
}

/* What the ways tell together. */
static void the_ways_tell_more_than_each(void **state)
{
	static const struct {
		enum kith_ping_result direct, relayed, tcp, back;
		const char *message;
	} cases[] = {
		{KITH_PING_ANSWERED, KITH_PING_SILENT, KITH_PING_ANSWERED, KITH_PING_SILENT, ""},
		{KITH_PING_ANSWERED, KITH_PING_ANSWERED, KITH_PING_SILENT, KITH_PING_ANSWERED,
		 "UDP passes, TCP does not"},
		{KITH_PING_SILENT, KITH_PING_ANSWERED, KITH_PING_SILENT, KITH_PING_ANSWERED,
		 "its datagrams arrive here, ours do not arrive there"},
		{KITH_PING_SILENT, KITH_PING_ANSWERED, KITH_PING_SILENT, KITH_PING_SILENT,
		 "it is up, but its datagrams do not arrive here"},
		{KITH_PING_SILENT, KITH_PING_ANSWERED, KITH_PING_ANSWERED, KITH_PING_SILENT,
		 "its datagrams do not arrive here; TCP passes"},
		{KITH_PING_SILENT, KITH_PING_SILENT, KITH_PING_ANSWERED, KITH_PING_UNTRIED,
		 "TCP passes, UDP does not"},
		{KITH_PING_SILENT, KITH_PING_NACKED, KITH_PING_REFUSED, KITH_PING_UNTRIED,
		 "its host is up, but kithd is not"},
		{KITH_PING_SILENT, KITH_PING_NACKED, KITH_PING_SILENT, KITH_PING_UNTRIED, ""},
	};
	char expected[120];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const uint64_t token = i + 1;

		rpc_ask(&w, c, "kith.ping", token, "{'name':'db-2'}");
		ended(token, KITH_PING_DIRECT, cases[i].direct, -1);
		ended(token, KITH_PING_RELAYED, cases[i].relayed, -1);
		ended(token, KITH_PING_TCP, cases[i].tcp, -1);
		ended(token, KITH_PING_BACK, cases[i].back, -1);
		snprintf(expected, sizeof(expected), "{'Error':'','Seq':%u}", (unsigned)token);
		rpc_expect(&w, c, expected);
		snprintf(expected, sizeof(expected), "'message':'%s'}}", cases[i].message);
		rpc_holds(rpc_take(&w, c), expected);
	}
}

/* Two clients ask: each hears of its own. */
static void pings_are_not_mistaken_for_each_other(void **state)
{
	struct kith_rpc_conn *other = rpc_connect(&w, KITH_RPC_TCP);
	int way;

	(void)state;
	rpc_ask(&w, c, "kith.ping", 1, "{'name':'db-2'}");
	rpc_ask(&w, other, "kith.ping", 7, "{'name':'db-1'}");
	for (way = 0; way < KITH_PING_WAY_COUNT; way++)
		ended(2, (enum kith_ping_way)way, KITH_PING_ANSWERED, 1000);
	rpc_expect(&w, c, "");
	rpc_expect(&w, other, "{'Error':'','Seq':7}");
	rpc_holds(rpc_take(&w, other), "'ping':{'name':'db-1'");
	for (way = 0; way < KITH_PING_WAY_COUNT; way++)
		ended(1, (enum kith_ping_way)way, KITH_PING_ANSWERED, 2000);
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	rpc_holds(rpc_take(&w, c), "'rtt_us':2000");
}

/* The node had no memory for an event: the client does not wait for ever. */
static void what_is_not_told_was_not_answered(void **state)
{
	const char *body;

	(void)state;
	rpc_ask(&w, c, "kith.ping", 1, "{'name':'db-2'}");
	ended(1, KITH_PING_DIRECT, KITH_PING_ANSWERED, 300);
	rpc_world_run(&w, KITH_RPC_PING_WAIT - 1);
	rpc_expect(&w, c, "");
	assert_true(kith_rpc_deadline(w.server) <= w.t.now + 1);
	rpc_world_run(&w, 1);
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	body = rpc_take(&w, c);
	rpc_holds(body, "'direct':{'result':'answered'");
	rpc_holds(body, "'via':{'result':'silent','message':'no answer','by':null,'rtt_us':null}");
	rpc_holds(body, "'tcp':{'result':'silent','message':'no answer','addr':null,'rtt_us':null}");
}

static void what_cannot_be_asked_is_refused(void **state)
{
	(void)state;
	refused("{'name':'db-9'}", "no member is called 'db-9'", "'code':'not_found'");
	refused("{}", "kith.ping: lacks the argument 'name'", "'code':'usage'");
	w.node->ping_rc = KITH_ESTATE;
	refused("{'name':'web-1'}", "web-1 is this host itself", "'code':'refused'");
	refused("{'name':'db-1'}", "this host has not started yet, or has left", "'code':'refused'");
	w.node->ping_rc = KITH_EFULL;
	refused("{'name':'db-1'}", "too many pings at once", "'hint':'try again in a second'");
}

/* The member is forgotten and the client hangs up while the ping is under way. */
static void who_is_gone_is_no_trouble(void **state)
{
	struct kith_rpc_conn *other = rpc_connect(&w, KITH_RPC_UNIX);
	int way;

	(void)state;
	rpc_ask(&w, c, "kith.ping", 1, "{'name':'db-2'}");
	rpc_ask(&w, other, "kith.ping", 1, "{'name':'db-2'}");
	kith_rpc_close(&other);
	for (way = 0; way < KITH_PING_WAY_COUNT; way++)
		ended(2, (enum kith_ping_way)way, KITH_PING_ANSWERED, 1000);
	assert_int_equal(kith_node_forget(w.node, w.t.now, &db2->mid), 0);
	for (way = 0; way < KITH_PING_WAY_COUNT; way++)
		ended(1, (enum kith_ping_way)way, KITH_PING_SILENT, -1);
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	rpc_holds(rpc_take(&w, c), "'ping':{'name':'db-2'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_is_answered_when_each_way_ended, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_way_that_was_not_there_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_ways_tell_more_than_each, set_up, tear_down),
		cmocka_unit_test_setup_teardown(pings_are_not_mistaken_for_each_other, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_told_was_not_answered, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_be_asked_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_is_gone_is_no_trouble, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
