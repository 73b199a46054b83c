/* SPDX-License-Identifier: ISC */
#include "query/join.h"
#include "base/addr.h"
#include "sim/alloc_fail.h"
#include "support/rpc_client.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

static struct kith_addr addr(const char *text)
{
	struct kith_addr a;

	assert_int_equal(kith_addr_scan(text, 5484, &a), 0);
	return a;
}

static void seed(const char *text, enum kith_seed_result result)
{
	struct kith_event e = {.kind = KITH_EVENT_SEED, .addr = addr(text), .result = result};

	kith_rpc_event(w.server, w.t, &e);
	rpc_world_run(&w, 0);
}

static void literals_are_dialled_at_once(void **state)
{
	(void)state;
	rpc_ask(&w, c, "join", 1, "{'Existing':['10.0.0.9','10.0.0.8:99','[fd00::1]:7','fd00::2'],'Replay':false}");
	assert_int_equal(w.node->joined_count, 4);
	assert_int_equal(w.node->joined[0].port, 5484);
	assert_memory_equal(w.node->joined[0].ip, "\x0A\0\0\x09", 4);
	assert_int_equal(w.node->joined[1].port, 99);
	assert_int_equal(w.node->joined[2].port, 7);
	assert_int_equal(w.node->joined[3].port, 5484);
	assert_int_equal(w.lookups, 0);
	seed("10.0.0.9", KITH_SEED_JOINED);
	seed("10.0.0.8:99", KITH_SEED_REFUSED);
	seed("[fd00::1]:7", KITH_SEED_BUSY);
	rpc_expect(&w, c, "");
	seed("fd00::2", KITH_SEED_SELF);
	rpc_expect(&w, c, "{'Error':'','Seq':1}"); /* some succeeded: no error */
	rpc_expect(&w, c, "{'Num':3}");
}

static void nobody_to_ask_is_no_error(void **state)
{
	(void)state;
	rpc_ask(&w, c, "join", 1, "{'Existing':[]}");
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	rpc_expect(&w, c, "{'Num':0}");
	rpc_ask(&w, c, "join", 2, "{'Existing':null,'Replay':true}");
	rpc_expect(&w, c, "{'Error':'','Seq':2}");
	rpc_expect(&w, c, "{'Num':0}");
	rpc_ask(&w, c, "kith.join", 3, "{'addrs':[]}");
	rpc_expect(&w, c, "{'Error':'give 1 to 64 addresses','Seq':3}");
	rpc_holds(rpc_take(&w, c), "'code':'usage'");
}

static void an_address_given_twice_counts_twice(void **state)
{
	(void)state;
	rpc_ask(&w, c, "join", 1, "{'Existing':['10.0.0.9','10.0.0.9']}");
	seed("10.0.0.9", KITH_SEED_JOINED);
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	rpc_expect(&w, c, "{'Num':2}");
}

static void failures_are_told_as_serf_tells_them(void **state)
{
	(void)state;
	rpc_ask(&w, c, "join", 1, "{'Existing':['127.0.0.1:7999']}");
	seed("127.0.0.1:7999", KITH_SEED_REFUSED);
	rpc_expect(&w, c, "{'Error':'1 error occurred:\\n\\t* Failed to join 127.0.0.1:7999: "
			  "dial tcp 127.0.0.1:7999: connect: connection refused\\n\\n','Seq':1}");
	rpc_expect(&w, c, "{'Num':0}");
	rpc_ask(&w, c, "join", 2, "{'Existing':['10.0.0.9','no address at all']}");
	seed("10.0.0.9", KITH_SEED_CLOSED);
	rpc_expect(&w, c, "{'Error':'2 errors occurred:\\n\\t* Failed to join 10.0.0.9: dial tcp 10.0.0.9:5484: "
			  "it hung up: it has another cluster key, or does not trust us"
			  "\\n\\t* Failed to join no address at all: it is no address: use host, host:port or "
			  "[v6]:port\\n\\n','Seq':2}");
	rpc_expect(&w, c, "{'Num':0}");
}

static void names_are_looked_up_by_the_host(void **state)
{
	struct kith_addr found[KITH_RPC_JOIN_ADDRS + 2];

	(void)state;
	rpc_ask(&w, c, "kith.join", 1, "{'addrs':['seed.example.org','other:99','gone']}");
	assert_int_equal(w.lookups, 3);
	assert_string_equal(w.looked_up[0], "seed.example.org");
	assert_string_equal(w.looked_up[1], "other:99");
	assert_int_equal(w.node->joined_count, 0);
	for (size_t i = 0; i < KITH_RPC_JOIN_ADDRS + 2; i++)
		found[i] = (struct kith_addr){.ip = {10, 0, 1, (uint8_t)i}, .port = 5, .family = 4};
	kith_rpc_resolved(w.server, w.t, w.tickets[0], found, KITH_RPC_JOIN_ADDRS + 2, NULL);
	assert_int_equal(w.node->joined_count, 0); /* no command from inside the host's callback */
	rpc_world_run(&w, 0);
	assert_int_equal(w.node->joined_count, KITH_RPC_JOIN_ADDRS);
	kith_rpc_resolved(w.server, w.t, w.tickets[2], NULL, 0, "no such host");
	kith_rpc_resolved(w.server, w.t, w.tickets[2], found, 1, NULL); /* said once already */
	kith_rpc_resolved(w.server, w.t, 999, found, 1, NULL);          /* unknown */
	found[0] = addr("10.0.2.1:99");
	kith_rpc_resolved(w.server, w.t, w.tickets[1], found, 1, NULL);
	rpc_world_run(&w, 0);
	assert_int_equal(w.node->joined_count, KITH_RPC_JOIN_ADDRS + 1);
	seed("10.0.2.1:99", KITH_SEED_UNTRUSTED);
	for (unsigned i = 0; i < KITH_RPC_JOIN_ADDRS; i++) {
		struct kith_event e = {.kind = KITH_EVENT_SEED, .result = KITH_SEED_TIMEOUT,
				       .addr = {.ip = {10, 0, 1, (uint8_t)i}, .port = 5, .family = 4}};

		rpc_expect(&w, c, ""); /* one of its addresses may still answer */
		kith_rpc_event(w.server, w.t, &e);
		rpc_world_run(&w, 0);
	}
	rpc_expect(&w, c, "{'Error':'no seed could be joined','Seq':1}");
	rpc_expect(&w, c,
		   "{'v':1,'ok':false,'error':{'code':'refused','message':'no seed could be joined',"
		   "'hint':'','exit':6},'contacted':0,'seeds':["
		   "{'text':'seed.example.org','addr':'10.0.1.7:5','result':'timeout',"
		   "'message':'no answer in time: host down, wrong address, or a firewall'},"
		   "{'text':'other:99','addr':'10.0.2.1:99','result':'untrusted',"
		   "'message':'its certificate is not from an authority of ours'},"
		   "{'text':'gone','addr':null,'result':'unresolved','message':'no such host'}]}");
}

static void one_address_of_a_name_suffices(void **state)
{
	struct kith_addr found[2] = {addr("10.0.1.1"), addr("10.0.1.2")};

	(void)state;
	rpc_ask(&w, c, "kith.join", 1, "{'addrs':['seed']}");
	kith_rpc_resolved(w.server, w.t, w.tickets[0], found, 2, NULL);
	rpc_world_run(&w, 0);
	seed("10.0.1.1", KITH_SEED_REFUSED);
	rpc_expect(&w, c, "");
	seed("10.0.1.2", KITH_SEED_JOINED);
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	rpc_holds(rpc_take(&w, c), "'contacted':1,'seeds':[{'text':'seed','addr':'10.0.1.2:5484',"
				   "'result':'joined','message':'joined'}]}");
}

/* The last moment before the time is over, and the moment itself. */
static void who_does_not_answer_in_time_is_told(void **state)
{
	(void)state;
	rpc_ask(&w, c, "join", 1, "{'Existing':['10.0.0.9']}");
	assert_true(kith_rpc_deadline(w.server) == w.t.now + 10 * KITH_SECOND);
	rpc_world_run(&w, 10 * KITH_SECOND - 1);
	rpc_expect(&w, c, "");
	rpc_world_run(&w, 1);
	rpc_holds(rpc_take(&w, c), "no answer yet; kithd keeps trying");
	rpc_expect(&w, c, "{'Num':0}");
	seed("10.0.0.9", KITH_SEED_JOINED); /* too late for this one */
	rpc_expect(&w, c, "");

	rpc_ask(&w, c, "kith.join", 2, "{'addrs':['10.0.0.9','10.0.0.8'],'wait_ms':500}");
	seed("10.0.0.8", KITH_SEED_REFUSED);
	rpc_world_run(&w, 500 * KITH_MS - 1);
	rpc_expect(&w, c, "");
	rpc_world_run(&w, 1);
	rpc_expect(&w, c, "{'Error':'no seed has answered yet; kithd keeps trying','Seq':2}");
	rpc_holds(rpc_take(&w, c), "'code':'timeout'");

	rpc_ask(&w, c, "kith.join", 3, "{'addrs':['10.0.0.9'],'wait_ms':0}");
	rpc_expect(&w, c, "{'Error':'','Seq':3}"); /* not asked to wait */
	rpc_holds(rpc_take(&w, c), "'contacted':0,'seeds':[{'text':'10.0.0.9','addr':'10.0.0.9:5484',"
				   "'result':'pending'");
	rpc_ask(&w, c, "kith.join", 4, "{'addrs':['10.0.0.9'],'wait_ms':60001}");
	rpc_holds(rpc_take(&w, c), "'wait_ms' goes to 60000");
	(void)rpc_take(&w, c);
}

static void what_the_node_refuses_is_told(void **state)
{
	static const struct {
		int rc;
		const char *text;
	} rows[] = {
		{KITH_ESTATE, "this host has left, or is leaving"},
		{KITH_EINVAL, "the address cannot be a seed: unspecified, multicast or link-local"},
		{KITH_EFULL, "a table is at its bound"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		w.node->join_rc = rows[i].rc;
		rpc_ask(&w, c, "kith.join", 1, "{'addrs':['10.0.0.9']}");
		rpc_expect(&w, c, "{'Error':'no seed could be joined','Seq':1}");
		rpc_holds(rpc_take(&w, c), rows[i].text);
	}
}

static void texts_that_are_no_address_never_reach_the_host(void **state)
{
	static const char *const texts[] = {
		"", " ", "a b", "host:", "host:x", "host:1:2", "[::1", "::1::", "a/b", "%eth0", "-:", "\xC3\xBC",
	};
	char body[1000] = "{'addrs':[";
	const char *text;
	uint32_t count = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		memcpy(body + strlen(body), "'", 2);
		memcpy(body + strlen(body), texts[i], strlen(texts[i]) + 1);
		memcpy(body + strlen(body), "',", 3);
	}
	memset(body + strlen(body), 0, 1);
	memcpy(body + strlen(body), "'", 2);
	memset(body + strlen(body), 'x', 301);
	memcpy(body + strlen(body), "']}", 4);
	rpc_ask(&w, c, "kith.join", 1, body);
	assert_int_equal(w.lookups, 0);
	assert_int_equal(w.node->joined_count, 0);
	(void)rpc_take(&w, c);
	text = rpc_take(&w, c);
	for (const char *p = text; (p = strstr(p, "'result':'unresolved'")) != NULL; p++)
		count++;
	assert_int_equal(count, sizeof(texts) / sizeof(texts[0]) + 1);
}

static void at_most_64_texts(void **state)
{
	char body[2000] = "{'Existing':[";

	(void)state;
	for (int i = 0; i < 65; i++)
		memcpy(body + strlen(body), "'10.0.0.9',", 12);
	memcpy(body + strlen(body), "]}", 3);
	rpc_ask(&w, c, "join", 1, body);
	rpc_expect(&w, c, "{'Error':'give 1 to 64 addresses','Seq':1}");
	rpc_expect(&w, c, "{'Num':0}");
	assert_int_equal(w.node->joined_count, 0);
}

static void a_client_that_goes_away_is_forgotten(void **state)
{
	(void)state;
	rpc_ask(&w, c, "join", 1, "{'Existing':['seed','10.0.0.9']}");
	kith_rpc_close(&c);
	kith_rpc_resolved(w.server, w.t, w.tickets[0], w.node->joined, 1, NULL);
	seed("10.0.0.9", KITH_SEED_JOINED);
	assert_true(kith_rpc_deadline(w.server) == KITH_NEVER);
}

static void a_daemon_without_resolver_says_so(void **state)
{
	struct kith_rpc_host host = rpc_world_host(&w);

	(void)state;
	kith_rpc_free(&w.server);
	host.resolve = NULL;
	assert_int_equal(kith_rpc_new(&w.server, &host, w.t), 0);
	c = rpc_connect(&w, KITH_RPC_TCP);
	rpc_ask(&w, c, "kith.join", 1, "{'addrs':['seed.example.org']}");
	(void)rpc_take(&w, c);
	rpc_holds(rpc_take(&w, c), "this kithd resolves no names; give an address");
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
		alloc_fail_next(&heap, n, true);
		rpc_ask(&w, c, "join", 1, "{'Existing':['10.0.0.9','seed']}");
		if (!kith_rpc_is_closed(c) && w.lookups > 0) {
			kith_rpc_resolved(w.server, w.t, w.tickets[0], w.node->joined, 1, NULL);
			rpc_world_run(&w, 0);
			seed("10.0.0.9", KITH_SEED_JOINED);
		}
		failed = heap.failed;
		if (failed == 0) {
			rpc_expect(&w, c, "{'Error':'','Seq':1}");
			rpc_expect(&w, c, "{'Num':2}");
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
		TEST(literals_are_dialled_at_once),
		TEST(nobody_to_ask_is_no_error),
		TEST(an_address_given_twice_counts_twice),
		TEST(failures_are_told_as_serf_tells_them),
		TEST(names_are_looked_up_by_the_host),
		TEST(one_address_of_a_name_suffices),
		TEST(who_does_not_answer_in_time_is_told),
		TEST(what_the_node_refuses_is_told),
		TEST(texts_that_are_no_address_never_reach_the_host),
		TEST(at_most_64_texts),
		TEST(a_client_that_goes_away_is_forgotten),
		TEST(a_daemon_without_resolver_says_so),
		TEST(it_survives_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
