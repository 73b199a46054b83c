/* SPDX-License-Identifier: ISC */
#include "query/changes.h"
#include "sim/alloc_fail.h"
#include "support/rpc_client.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define START 1795410764120u

static struct rpc_world w;
static struct kith_rpc_conn *c;
static struct kith_member *db;

static int set_up(void **state)
{
	(void)state;
	rpc_world_init(&w, NULL, NULL);
	c = rpc_connect(&w, KITH_RPC_UNIX);
	db = fake_node_add(w.node, "db-1", KITH_STATUS_ALIVE, w.t.now);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rpc_world_fini(&w);
	return 0;
}

static void event(enum kith_event_kind kind, enum kith_status from, enum kith_status to)
{
	kith_rpc_event(w.server, w.t, &(struct kith_event){.kind = kind, .mid = db->mid, .from = from,
							   .to = to});
}

static const char *ask(const char *args)
{
	rpc_ask(&w, c, "kith.changes", 1, args);
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	return rpc_take(&w, c);
}

static void changes_are_told_since_an_index(void **state)
{
	(void)state;
	rpc_holds(ask("{}"), "'index':1795410764120,'age_ms':null,'isolated':false,'changes':[],"
			     "'lost':false}");
	event(KITH_EVENT_JOINED, KITH_STATUS_LEFT, KITH_STATUS_ALIVE);
	assert_string_equal(
		strstr(ask("{'from':1795410764120}"), "'changes'"),
		"'changes':[{'index':1795410764121,'at':'2026-11-23T05:12:44.120Z','kind':'member',"
		"'node':'db-1','id':'00020202020202020202020202020202','from':null,'to':'alive',"
		"'cause':'joined','by':null,'evidence':0,'need':0}],'lost':false}");
	kith_rpc_event(w.server, w.t, &(struct kith_event){
		.kind = KITH_EVENT_SUSPECT, .mid = db->mid, .by = w.node->members[0].mid,
		.from = KITH_STATUS_ALIVE, .to = KITH_STATUS_SUSPECT, .evidence = 2, .need = 3});
	rpc_holds(ask("{'from':1795410764121}"),
		  "'changes':[{'index':1795410764122,'at':'2026-11-23T05:12:44.120Z','kind':'member',"
		  "'node':'db-1','id':'00020202020202020202020202020202','from':'alive',"
		  "'to':'suspect','cause':'suspect','by':{'name':'web-1',"
		  "'id':'00010101010101010101010101010101'},'evidence':2,'need':3}]");
	/* Events that concern no member are none. */
	kith_rpc_event(w.server, w.t, &(struct kith_event){.kind = KITH_EVENT_ISOLATED});
	rpc_holds(ask("{'from':1795410764122}"), "'changes':[],'lost':false");
}

static void service_event(enum kith_service_change change)
{
	kith_rpc_event(w.server, w.t, &(struct kith_event){
		.kind = KITH_EVENT_SERVICE, .mid = db->mid, .change = change, .service = "web",
		.service_id = "web-1"});
}

static void services_change_too(void **state)
{
	(void)state;
	service_event(KITH_SERVICE_ADDED);
	event(KITH_EVENT_FAILED, KITH_STATUS_SUSPECT, KITH_STATUS_FAILED);
	service_event(KITH_SERVICE_REMOVED);
	assert_string_equal(
		strstr(ask("{'from':1795410764120,'kinds':['service']}"), "'changes'"),
		"'changes':[{'index':1795410764121,'at':'2026-11-23T05:12:44.120Z','kind':'service',"
		"'service':'web','id':'web-1','node':'db-1','node_id':'00020202020202020202020202020202',"
		"'change':'added'},{'index':1795410764123,'at':'2026-11-23T05:12:44.120Z','kind':'service',"
		"'service':'web','id':'web-1','node':'db-1','node_id':'00020202020202020202020202020202',"
		"'change':'removed'}],'lost':false}");
	rpc_holds(ask("{'from':1795410764121,'kinds':['member']}"), "'changes':[{'index':1795410764122,");
	rpc_holds(ask("{'from':1795410764122}"), "'changes':[{'index':1795410764123,");
	rpc_ask(&w, c, "kith.changes", 1, "{'kinds':['x']}");
	rpc_holds(rpc_take(&w, c), "'kinds' are member and service");
	(void)rpc_take(&w, c);
}

static void nobody_is_woken_for_the_other_kind(void **state)
{
	struct kith_rpc_conn *other = rpc_connect(&w, KITH_RPC_UNIX);

	(void)state;
	rpc_ask(&w, c, "kith.changes", 7, "{'wait_ms':5000,'kinds':['member']}");
	rpc_ask(&w, other, "kith.changes", 8, "{'wait_ms':5000,'kinds':['service']}");
	service_event(KITH_SERVICE_CHANGED);
	rpc_world_run(&w, 0);
	rpc_expect(&w, c, "");
	rpc_expect(&w, other, "{'Error':'','Seq':8}");
	rpc_holds(rpc_take(&w, other), "'change':'changed'");
	rpc_world_run(&w, 0); /* who was answered may ask again */
	service_event(KITH_SERVICE_CHANGED);
	assert_true(kith_rpc_deadline(w.server) > w.t.now);
	event(KITH_EVENT_FAILED, KITH_STATUS_SUSPECT, KITH_STATUS_FAILED);
	rpc_world_run(&w, 0);
	rpc_expect(&w, c, "{'Error':'','Seq':7}");
	rpc_holds(rpc_take(&w, c), "'cause':'failed'");
}

static void one_that_is_reaped_has_its_name(void **state)
{
	(void)state;
	db->status = KITH_STATUS_FAILED;
	event(KITH_EVENT_FAILED, KITH_STATUS_SUSPECT, KITH_STATUS_FAILED);
	w.node->count = 1;
	event(KITH_EVENT_REAPED, KITH_STATUS_FAILED, KITH_STATUS_FAILED);
	rpc_holds(ask("{'from':1795410764121}"), "'node':'db-1'");
	rpc_holds(ask("{'from':1795410764121}"), "'from':'failed','to':null,'cause':'reaped'");
}

static void a_wait_ends_with_the_news(void **state)
{
	struct kith_rpc_conn *other = rpc_connect(&w, KITH_RPC_UNIX);

	(void)state;
	rpc_ask(&w, c, "kith.changes", 7, "{'wait_ms':5000}");
	rpc_ask(&w, other, "kith.changes", 8, "{'from':1795410764120,'wait_ms':9000}");
	rpc_expect(&w, c, "");
	assert_true(kith_rpc_deadline(w.server) == w.t.now + 5 * KITH_SECOND);
	event(KITH_EVENT_SUSPECT, KITH_STATUS_ALIVE, KITH_STATUS_SUSPECT);
	event(KITH_EVENT_FAILED, KITH_STATUS_SUSPECT, KITH_STATUS_FAILED);
	rpc_expect(&w, c, "");
	assert_true(kith_rpc_deadline(w.server) <= w.t.now); /* at the end of the host's turn */
	rpc_world_run(&w, 0);
	rpc_expect(&w, c, "{'Error':'','Seq':7}");
	rpc_holds(rpc_take(&w, c), "'cause':'failed'");
	rpc_expect(&w, other, "{'Error':'','Seq':8}");
	rpc_holds(rpc_take(&w, other), "'cause':'suspect'");
	/* What is known already is not waited for. */
	rpc_holds(ask("{'from':1795410764121,'wait_ms':5000}"), "'cause':'failed'");
}

static void a_wait_has_an_end(void **state)
{
	(void)state;
	rpc_ask(&w, c, "kith.changes", 7, "{'wait_ms':5000}");
	rpc_world_run(&w, 5 * KITH_SECOND - 1);
	rpc_expect(&w, c, "");
	rpc_world_run(&w, 1);
	rpc_expect(&w, c, "{'Error':'','Seq':7}");
	rpc_holds(rpc_take(&w, c), "'changes':[],'lost':false");
	assert_true(kith_rpc_deadline(w.server) <= w.t.now); /* the next request may be taken */
	rpc_world_run(&w, 0);
	assert_true(kith_rpc_deadline(w.server) == KITH_NEVER);
	rpc_ask(&w, c, "kith.changes", 1, "{'wait_ms':600001}");
	rpc_holds(rpc_take(&w, c), "is 0 to 600000");
}

static void who_is_gone_waits_no_longer(void **state)
{
	(void)state;
	rpc_ask(&w, c, "kith.changes", 7, "{'wait_ms':600000}");
	assert_true(kith_rpc_wants_input(c)); /* or nobody would notice */
	kith_rpc_eof(c, w.t);
	assert_true(kith_rpc_deadline(w.server) <= w.t.now);
	rpc_world_run(&w, 0);
	rpc_expect(&w, c, "{'Error':'','Seq':7}");
	rpc_holds(rpc_take(&w, c), "'changes':[]");
	assert_true(kith_rpc_is_closed(c));
}

static void one_request_ahead_waits_its_turn(void **state)
{
	(void)state;
	rpc_ask(&w, c, "kith.changes", 7, "{'wait_ms':5000}");
	rpc_ask(&w, c, "kith.version", 8, "{}");
	rpc_expect(&w, c, "");
	assert_false(kith_rpc_wants_input(c));
	rpc_world_run(&w, 5 * KITH_SECOND);
	rpc_expect(&w, c, "{'Error':'','Seq':7}");
	(void)rpc_take(&w, c);
	rpc_expect(&w, c, "{'Error':'','Seq':8}");
}

static void what_is_kept_has_a_bound(void **state)
{
	char args[64];

	(void)state;
	for (uint32_t i = 0; i < KITH_RPC_CHANGED_KEPT + 2; i++)
		event(KITH_EVENT_UPDATED, KITH_STATUS_ALIVE, KITH_STATUS_ALIVE);
	rpc_holds(ask("{'from':1795410764122}"), "'lost':false");
	rpc_holds(ask("{'from':1795410764122}"), "[{'index':1795410764123,");
	rpc_holds(ask("{'from':1795410764121}"), "'lost':true");
	(void)snprintf(args, sizeof(args), "{'from':%llu}",
		       (unsigned long long)START + KITH_RPC_CHANGED_KEPT + 1);
	rpc_holds(ask(args), "'changes':[{'index':1795410764634,");
	/* Another life's index: older, or by a clock that was ahead. */
	rpc_holds(ask("{'from':5}"), "'lost':true");
	rpc_holds(ask("{'from':1895410764122,'wait_ms':9000}"), "'changes':[],'lost':true");
}

static void without_memory_it_says_so(void **state)
{
	struct alloc_fail fail;
	struct kith_alloc alloc = alloc_fail_hook(&fail);
	struct rpc_world tight;
	struct kith_rpc_conn *k;

	(void)state;
	alloc_fail_init(&fail);
	rpc_world_init(&tight, NULL, &alloc);
	k = rpc_connect(&tight, KITH_RPC_UNIX);
	alloc_fail_next(&fail, 1, false);
	kith_rpc_event(tight.server, tight.t, &(struct kith_event){.kind = KITH_EVENT_UPDATED});
	alloc_fail_next(&fail, 0, false);
	rpc_ask(&tight, k, "kith.changes", 1, "{'from':1795410764120}");
	rpc_expect(&tight, k, "{'Error':'','Seq':1}");
	rpc_holds(rpc_take(&tight, k), "'changes':[],'lost':true");
	rpc_world_fini(&tight);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(changes_are_told_since_an_index),
		TEST(services_change_too),
		TEST(nobody_is_woken_for_the_other_kind),
		TEST(one_that_is_reaped_has_its_name),
		TEST(a_wait_ends_with_the_news),
		TEST(a_wait_has_an_end),
		TEST(who_is_gone_waits_no_longer),
		TEST(one_request_ahead_waits_its_turn),
		TEST(what_is_kept_has_a_bound),
		TEST(without_memory_it_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
