/* SPDX-License-Identifier: ISC */
#include "query/stream.h"
#include "sim/alloc_fail.h"
#include "support/rpc_client.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

static void subscribe(const char *type)
{
	char body[200];

	(void)snprintf(body, sizeof(body), "{'Type':'%s'}", type);
	rpc_ask(&w, c, "stream", 7, body);
	rpc_expect(&w, c, "{'Error':'','Seq':7}");
	rpc_expect(&w, c, "");
}

static void event(enum kith_event_kind kind, uint32_t member, enum kith_status from,
		  enum kith_status to)
{
	struct kith_event e = {.kind = kind, .mid = w.node->members[member].mid, .from = from, .to = to};

	w.node->members[member].status = to;
	kith_rpc_event(w.server, w.t, &e);
}
#define EVENT(kind, member, from, to) \
	event(KITH_EVENT_##kind, member, KITH_STATUS_##from, KITH_STATUS_##to)

/* The records that come now, each as "event name:status name:status". */
static const char *records(void)
{
	static char out[4000];
	size_t len = 0;

	out[0] = '\0';
	for (;;) {
		const char *text = rpc_take(&w, c), *p;
		char name[100], status[20], kind[40];

		if (text[0] == '\0')
			return out;
		assert_string_equal(text, "{'Error':'','Seq':7}");
		text = rpc_take(&w, c);
		assert_int_equal(sscanf(text, "{'Event':'%39[a-z-]','Members':[", kind), 1);
		len += (size_t)snprintf(out + len, sizeof(out) - len, "%s%s", len ? "\n" : "", kind);
		for (p = text; (p = strstr(p, "'Name':'")) != NULL; p++) {
			assert_int_equal(sscanf(p, "'Name':'%99[^']'", name), 1);
			assert_int_equal(sscanf(strstr(p, "'Status':"), "'Status':'%19[^']'", status), 1);
			len += (size_t)snprintf(out + len, sizeof(out) - len, " %s:%s", name, status);
			assert_true(len < sizeof(out));
		}
	}
}

static void types_are_lists_without_blanks(void **state)
{
	static const struct {
		const char *type;
		uint32_t mask; /* 0: refused */
	} rows[] = {
		{"", 0x7F}, {"*", 0x7F}, {"member-join", 1}, {"member-leave,member-failed", 6},
		{"member-update,member-reap,user,query", 0x78}, {"user:deploy", 0x20}, {"user:", 0x20},
		{"query:load,member-join", 0x41}, {"*,member-join", 0x7F},
		{"member-join, member-leave", 0}, {",", 0}, {"member-join,", 0}, {"members", 0},
		{"user-x", 0}, {" ", 0}, {"Member-join", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kith_bytes text = {(const uint8_t *)rows[i].type, strlen(rows[i].type)};
		uint32_t mask = 0;

		assert_int_equal(kith_stream_read_mask(text, &mask), rows[i].mask != 0);
		assert_int_equal(mask, rows[i].mask);
	}
}

static void subscriptions_are_judged(void **state)
{
	(void)state;
	rpc_ask(&w, c, "stream", 7, "{'Type':'nonsense'}");
	rpc_expect(&w, c, "{'Error':'Invalid event filter','Seq':7}");
	subscribe("*");
	rpc_ask(&w, c, "stream", 7, "{'Type':'*'}");
	rpc_expect(&w, c, "{'Error':'Stream with given sequence exists','Seq':7}");
	for (uint64_t seq = 8; seq < 8 + KITH_RPC_STREAMS_MAX; seq++) {
		rpc_ask(&w, c, "stream", seq, "{}");
		rpc_holds(rpc_take(&w, c), "'Error':''");
	}
	rpc_ask(&w, c, "stream", 99, "{}");
	rpc_expect(&w, c, "{'Error':'too many streams on this connection','Seq':99}");
	rpc_ask(&w, c, "stop", 100, "{'Stop':8}");
	rpc_expect(&w, c, "{'Error':'','Seq':100}");
	rpc_ask(&w, c, "stream", 8, "{}");
	rpc_expect(&w, c, "{'Error':'','Seq':8}");
}

/* A second of quiet; the moment before nothing is told. */
static void a_change_is_told_after_a_second_of_quiet(void **state)
{
	(void)state;
	fake_node_add(w.node, "db-1", KITH_STATUS_ALIVE, w.t.now);
	subscribe("*");
	assert_true(kith_rpc_deadline(w.server) == KITH_NEVER);
	EVENT(JOINED, 1, ALIVE, ALIVE);
	assert_true(kith_rpc_deadline(w.server) == w.t.now + KITH_SECOND);
	rpc_world_run(&w, KITH_SECOND - 1);
	rpc_expect(&w, c, "");
	rpc_world_run(&w, 1);
	assert_string_equal(records(), "member-join db-1:alive");
	assert_true(kith_rpc_deadline(w.server) == KITH_NEVER);
}

static void unrest_is_told_after_three_seconds(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++)
		fake_node_add(w.node, (const char *[]){"e", "d", "c", "b", "a"}[i], KITH_STATUS_ALIVE, w.t.now);
	subscribe("*");
	for (uint32_t i = 1; i <= 4; i++) {
		EVENT(JOINED, i, ALIVE, ALIVE);
		rpc_world_run(&w, 700 * KITH_MS);
	}
	rpc_expect(&w, c, ""); /* at 2.8 s */
	rpc_world_run(&w, 200 * KITH_MS - 1);
	EVENT(JOINED, 5, ALIVE, ALIVE);
	rpc_world_run(&w, 0);
	rpc_expect(&w, c, "");
	rpc_world_run(&w, 1);
	assert_string_equal(records(), "member-join a:alive b:alive c:alive d:alive e:alive");
}

static void only_the_net_change_is_told(void **state)
{
	(void)state;
	for (int i = 1; i < 12; i++) {
		char name[] = "m-00";

		name[2] = (char)('0' + i / 10);
		name[3] = (char)('0' + i % 10);
		fake_node_add(w.node, name, KITH_STATUS_ALIVE, w.t.now);
	}
	subscribe("*");
	EVENT(FAILED, 1, SUSPECT, FAILED); /* failed and back: nothing */
	EVENT(ALIVE, 1, FAILED, ALIVE);
	EVENT(SUSPECT, 2, ALIVE, SUSPECT); /* never visible to Serf */
	EVENT(ALIVE, 2, SUSPECT, ALIVE);
	EVENT(RESTARTING, 3, ALIVE, RESTARTING);
	EVENT(FAILED, 4, RESTARTING, FAILED);
	EVENT(JOINED, 5, ALIVE, ALIVE); /* an update of a newcomer: it joins */
	EVENT(UPDATED, 5, ALIVE, ALIVE);
	EVENT(FAILED, 6, SUSPECT, FAILED); /* failed, back, updated: updated */
	EVENT(ALIVE, 6, FAILED, ALIVE);
	EVENT(UPDATED, 6, ALIVE, ALIVE);
	EVENT(FAILED, 7, SUSPECT, FAILED); /* failed, then left: left */
	EVENT(LEFT, 7, FAILED, LEFT);
	EVENT(ALIVE, 8, FAILED, ALIVE); /* was failed before: joins */
	EVENT(UPDATED, 9, SUSPECT, SUSPECT);
	EVENT(UPDATED, 10, ALIVE, ALIVE); /* updated, then failed: failed */
	EVENT(FAILED, 10, SUSPECT, FAILED);
	EVENT(JOINED, 11, ALIVE, ALIVE); /* came and left again: left */
	EVENT(LEFT, 11, ALIVE, LEFT);
	rpc_world_run(&w, 3 * KITH_SECOND);
	assert_string_equal(records(), "member-join m-05:alive m-08:alive\n"
				       "member-leave m-07:left m-11:left\n"
				       "member-failed m-04:failed m-10:failed\n"
				       "member-update m-06:alive m-09:alive");
	rpc_world_run(&w, 3 * KITH_SECOND);
	assert_string_equal(records(), "");
}

static void a_filter_is_held(void **state)
{
	(void)state;
	fake_node_add(w.node, "a", KITH_STATUS_ALIVE, w.t.now);
	fake_node_add(w.node, "b", KITH_STATUS_ALIVE, w.t.now);
	subscribe("member-failed,user:x");
	EVENT(JOINED, 1, ALIVE, ALIVE);
	EVENT(FAILED, 2, SUSPECT, FAILED);
	rpc_world_run(&w, KITH_SECOND);
	assert_string_equal(records(), "member-failed b:failed");
	rpc_ask(&w, c, "stop", 8, "{'Stop':7}");
	rpc_expect(&w, c, "{'Error':'','Seq':8}");
	EVENT(ALIVE, 2, FAILED, ALIVE);
	EVENT(FAILED, 2, SUSPECT, FAILED);
	rpc_world_run(&w, KITH_SECOND);
	assert_string_equal(records(), "");
	assert_true(kith_rpc_deadline(w.server) == KITH_NEVER);
}

/* It had failed, and that is all that is told until it is released. */
static void who_is_quarantined_has_failed(void **state)
{
	(void)state;
	fake_node_add(w.node, "a", KITH_STATUS_ALIVE, w.t.now);
	subscribe("*");
	EVENT(FAILED, 1, SUSPECT, FAILED);
	rpc_world_run(&w, KITH_SECOND);
	assert_string_equal(records(), "member-failed a:failed");
	EVENT(QUARANTINED, 1, FAILED, ALIVE);
	rpc_world_run(&w, KITH_SECOND);
	assert_string_equal(records(), "");
	EVENT(RELEASED, 1, FAILED, ALIVE);
	rpc_world_run(&w, KITH_SECOND);
	assert_string_equal(records(), "member-join a:alive");
	EVENT(FAILED, 1, SUSPECT, FAILED);
	EVENT(QUARANTINED, 1, FAILED, ALIVE);
	rpc_world_run(&w, KITH_SECOND);
	assert_string_equal(records(), "member-failed a:failed");
	EVENT(RELEASED, 1, FAILED, FAILED);
	rpc_world_run(&w, KITH_SECOND);
	assert_string_equal(records(), "");
	EVENT(QUARANTINED, 1, FAILED, ALIVE);
	EVENT(RELEASED, 1, FAILED, LEFT);
	rpc_world_run(&w, KITH_SECOND);
	assert_string_equal(records(), "member-leave a:left");
}

static void only_what_comes_after_the_subscription_is_told(void **state)
{
	struct kith_rpc_conn *first = c;

	(void)state;
	fake_node_add(w.node, "a", KITH_STATUS_ALIVE, w.t.now);
	fake_node_add(w.node, "b", KITH_STATUS_ALIVE, w.t.now);
	EVENT(JOINED, 1, ALIVE, ALIVE);
	subscribe("*");
	rpc_world_run(&w, 3 * KITH_SECOND);
	assert_string_equal(records(), "");
	EVENT(FAILED, 1, SUSPECT, FAILED);
	c = rpc_connect(&w, KITH_RPC_TCP);
	subscribe("*");
	EVENT(JOINED, 2, ALIVE, ALIVE);
	rpc_world_run(&w, KITH_SECOND);
	assert_string_equal(records(), "member-join b:alive");
	c = first;
	assert_string_equal(records(), "member-failed a:failed\nmember-join b:alive");
}

/* When it is reaped the node knows the member no more. */
static void a_reaped_member_has_its_name(void **state)
{
	struct kith_event reaped = {.kind = KITH_EVENT_REAPED, .from = KITH_STATUS_FAILED,
				    .to = KITH_STATUS_FAILED};

	(void)state;
	fake_node_add(w.node, "old", KITH_STATUS_ALIVE, w.t.now);
	reaped.mid = w.node->members[1].mid;
	EVENT(FAILED, 1, SUSPECT, FAILED); /* nobody listens yet */
	subscribe("*");
	w.node->count = 1;
	kith_rpc_event(w.server, w.t, &reaped);
	rpc_world_run(&w, KITH_SECOND);
	rpc_expect(&w, c, "{'Error':'','Seq':7}");
	rpc_expect(&w, c, "{'Event':'member-reap','Members':[{'Addr':'CgAAAg==','DelegateCur':5,"
			  "'DelegateMax':5,'DelegateMin':2,'Name':'old','Port':5484,'ProtocolCur':1,"
			  "'ProtocolMax':1,'ProtocolMin':1,'Status':'failed','Tags':{}}]}");
	kith_rpc_event(w.server, w.t, &reaped); /* its name is forgotten now */
	rpc_world_run(&w, KITH_SECOND);
	assert_string_equal(records(), "");
	/* Without a stream it is forgotten at once; a member that came back has no name kept. */
	w.node->count = 2;
	rpc_ask(&w, c, "stop", 8, "{'Stop':7}");
	(void)rpc_take(&w, c);
	EVENT(LEFT, 1, ALIVE, LEFT);
	EVENT(JOINED, 1, LEFT, ALIVE);
	w.node->count = 1;
	subscribe("*");
	kith_rpc_event(w.server, w.t, &reaped);
	rpc_world_run(&w, KITH_SECOND);
	assert_string_equal(records(), "");
}

static void many_members_come_in_several_records(void **state)
{
	const char *text;
	char head[] = "member-join m000";
	uint32_t count = 0;

	(void)state;
	for (int i = 0; i < KITH_RPC_RECORD_MEMBERS + 5; i++) {
		char name[8];

		(void)snprintf(name, sizeof(name), "m%03d", i);
		fake_node_add(w.node, name, KITH_STATUS_ALIVE, w.t.now);
	}
	subscribe("member-join");
	for (uint32_t i = KITH_RPC_RECORD_MEMBERS + 5; i > 0; i--)
		EVENT(JOINED, i, ALIVE, ALIVE);
	rpc_world_run(&w, KITH_SECOND);
	text = records();
	assert_memory_equal(text, head, sizeof(head) - 1);
	rpc_holds(text, "\nmember-join m128:alive m129:alive m130:alive m131:alive m132:alive");
	for (const char *p = text; (p = strstr(p, "member-join")) != NULL; p++)
		count++;
	assert_int_equal(count, 2);
}

static void who_does_not_read_loses_records_not_us(void **state)
{
	struct kith_rpc_conn *reader;
	const uint8_t *p;
	size_t len;
	char dump[9000];

	(void)state;
	fake_node_add(w.node, "a", KITH_STATUS_ALIVE, w.t.now);
	subscribe("*");
	for (int i = 0; i < KITH_RPC_STREAM_QUEUE; i++) {
		EVENT(UPDATED, 1, ALIVE, ALIVE);
		rpc_world_run(&w, KITH_SECOND);
	}
	len = kith_rpc_output(c, &p);
	assert_string_equal(w.log, "");
	EVENT(UPDATED, 1, ALIVE, ALIVE);
	rpc_world_run(&w, KITH_SECOND);
	EVENT(UPDATED, 1, ALIVE, ALIVE);
	rpc_world_run(&w, KITH_SECOND);
	assert_int_equal(kith_rpc_output(c, &p), len); /* 513 and 514 are lost, one line is logged */
	assert_string_equal(w.log, "rpc: a client does not read its stream; it loses events\n");
	/* One record read makes room for one. */
	rpc_expect(&w, c, "{'Error':'','Seq':7}");
	(void)rpc_take(&w, c);
	EVENT(UPDATED, 1, ALIVE, ALIVE);
	rpc_world_run(&w, KITH_SECOND);
	EVENT(UPDATED, 1, ALIVE, ALIVE);
	rpc_world_run(&w, KITH_SECOND);
	assert_int_equal(kith_rpc_output(c, &p), len);
	assert_string_equal(w.log, "rpc: a client does not read its stream; it loses events\n");
	/* Its commands are still answered, behind the records. */
	rpc_ask(&w, c, "tags", 9, "{}");
	for (int i = 0; i < 2 * KITH_RPC_STREAM_QUEUE; i++)
		assert_true(rpc_take(&w, c)[0] != '\0');
	rpc_expect(&w, c, "{'Error':'','Seq':9}");
	rpc_expect(&w, c, "");
	EVENT(UPDATED, 1, ALIVE, ALIVE);
	rpc_world_run(&w, KITH_SECOND);
	assert_string_equal(records(), "member-update a:alive");
	reader = rpc_connect(&w, KITH_RPC_UNIX);
	rpc_ask(&w, reader, "kith.stats", 1, "{'prefix':'rpc.records'}");
	(void)rpc_take(&w, reader);
	(void)snprintf(dump, sizeof(dump), "%s", rpc_take(&w, reader));
	rpc_holds(dump, "'stats':{'rpc':{'records':514,'records_lost':3}}");
}

/* A stop in the middle of a full queue, and records whose stream is gone being read. */
static void a_stopped_stream_leaves_its_records_in_order(void **state)
{
	(void)state;
	fake_node_add(w.node, "a", KITH_STATUS_ALIVE, w.t.now);
	subscribe("*");
	EVENT(UPDATED, 1, ALIVE, ALIVE);
	rpc_world_run(&w, KITH_SECOND);
	rpc_ask(&w, c, "stop", 8, "{'Stop':7}");
	rpc_ask(&w, c, "stream", 7, "{'Type':'*'}");
	EVENT(UPDATED, 1, ALIVE, ALIVE);
	rpc_world_run(&w, KITH_SECOND);
	rpc_expect(&w, c, "{'Error':'','Seq':7}");
	rpc_holds(rpc_take(&w, c), "member-update");
	rpc_expect(&w, c, "{'Error':'','Seq':8}");
	rpc_expect(&w, c, "{'Error':'','Seq':7}");
	assert_string_equal(records(), "member-update a:alive");
}

/* More changes than are kept: they are told early, none is lost. */
static void a_storm_is_told_early(void **state)
{
	uint32_t joined = 0, n = KITH_RPC_CHANGES_MAX / 2;
	struct kith_event e = {.kind = KITH_EVENT_JOINED};
	const char *text;

	(void)state;
	for (uint32_t i = 0; i < n; i++)
		fake_node_add(w.node, "m", KITH_STATUS_ALIVE, w.t.now);
	subscribe("*");
	for (uint32_t i = 1; i <= n; i++)
		EVENT(JOINED, i, ALIVE, ALIVE);
	/* Strangers, of whom nothing is known: they only fill the table. */
	for (uint32_t i = 0; i < n + 1; i++) {
		e.mid = (struct kith_mid){.b = {0xFF, (uint8_t)(i >> 8), (uint8_t)i}};
		kith_rpc_event(w.server, w.t, &e);
	}
	while ((text = rpc_take(&w, c))[0] != '\0')
		for (; (text = strstr(text, "'Name':'m'")) != NULL; text++)
			joined++;
	assert_int_equal(joined, n);
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
		fake_node_add(w.node, "a", KITH_STATUS_ALIVE, w.t.now);
		alloc_fail_next(&heap, n, n % 2);
		rpc_ask(&w, c, "stream", 7, "{'Type':'*'}");
		EVENT(FAILED, 1, ALIVE, FAILED);
		rpc_world_run(&w, KITH_SECOND);
		failed = heap.failed;
		if (failed == 0) {
			rpc_expect(&w, c, "{'Error':'','Seq':7}");
			assert_string_equal(records(), "member-failed a:failed");
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
		TEST(types_are_lists_without_blanks),
		TEST(subscriptions_are_judged),
		TEST(a_change_is_told_after_a_second_of_quiet),
		TEST(unrest_is_told_after_three_seconds),
		TEST(only_the_net_change_is_told),
		TEST(a_filter_is_held),
		TEST(who_is_quarantined_has_failed),
		TEST(only_what_comes_after_the_subscription_is_told),
		TEST(a_reaped_member_has_its_name),
		TEST(many_members_come_in_several_records),
		TEST(who_does_not_read_loses_records_not_us),
		TEST(a_stopped_stream_leaves_its_records_in_order),
		TEST(a_storm_is_told_early),
		TEST(it_survives_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
