/* SPDX-License-Identifier: ISC */
#include "query/rpc.h"
#include "sim/alloc_fail.h"
#include "support/rpc_client.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void a_server_wants_its_host(void **state)
{
	struct rpc_world w;
	struct kith_rpc_host host;
	struct kith_rpc *s = NULL;

	(void)state;
	rpc_world_init(&w, NULL, NULL);
	host = rpc_world_host(&w);
	host.node = NULL;
	assert_int_equal(kith_rpc_new(&s, &host, w.t), KITH_EINVAL);
	host = rpc_world_host(&w);
	host.leave = NULL;
	assert_int_equal(kith_rpc_new(&s, &host, w.t), KITH_EINVAL);
	host = rpc_world_host(&w);
	host.cluster = NULL;
	assert_int_equal(kith_rpc_new(&s, &host, w.t), KITH_EINVAL);
	host = rpc_world_host(&w);
	host.version = NULL;
	assert_int_equal(kith_rpc_new(&s, &host, w.t), KITH_EINVAL);
	assert_null(s);
	kith_rpc_free(&s);
	rpc_world_fini(&w);
}

/* The least that a host must bring: no log, no counters, no paths. */
static void a_plain_host_suffices(void **state)
{
	struct rpc_world w;
	struct kith_rpc_host host;
	struct kith_rpc_conn *c;

	(void)state;
	rpc_world_init(&w, NULL, NULL);
	host = (struct kith_rpc_host){.node = w.node, .cluster = "c", .version = "0", .ctx = &w,
				      .leave = rpc_world_host(&w).leave};
	kith_rpc_free(&w.server);
	assert_int_equal(kith_rpc_new(&w.server, &host, w.t), 0);
	c = rpc_connect(&w, KITH_RPC_TCP);
	rpc_ask(&w, c, "kith.status", 1, "{}");
	(void)rpc_take(&w, c);
	rpc_holds(rpc_take(&w, c), "'daemon':{'config_path':'','state_dir':'',");
	rpc_ask(&w, c, "kith.stats", 1, "{}");
	(void)rpc_take(&w, c);
	rpc_holds(rpc_take(&w, c), "'rpc':{");
	rpc_ask(&w, c, "auth", 1, "{'AuthKey':'x'}");
	rpc_expect(&w, c, "{'Error':'Invalid authentication token','Seq':1}");
	rpc_send_text(&w, c, "5");
	assert_true(kith_rpc_is_closed(c));
	rpc_world_fini(&w);
}

static void freeing_takes_everything_along(void **state)
{
	struct alloc_fail heap;
	struct kith_alloc alloc;
	struct rpc_world w;

	(void)state;
	alloc_fail_init(&heap);
	alloc = alloc_fail_hook(&heap);
	rpc_world_init(&w, NULL, &alloc);
	for (int i = 0; i < 5; i++) {
		struct kith_rpc_conn *c = rpc_connect(&w, KITH_RPC_TCP);

		rpc_ask(&w, c, "stream", 1, "{}");
		rpc_ask(&w, c, "monitor", 2, "{'LogLevel':'trace'}");
		kith_rpc_log(w.server, w.t, KITH_RPC_INFO, "line");
		rpc_ask(&w, c, "join", 3, "{'Existing':['10.0.0.9']}");
	}
	kith_rpc_event(w.server, w.t, &(struct kith_event){.kind = KITH_EVENT_FAILED});
	assert_true(heap.blocks > 20);
	rpc_world_fini(&w);
	assert_int_equal(heap.blocks, 0);
}

static void connections_that_idle_take_little(void **state)
{
	struct alloc_fail heap;
	struct kith_alloc alloc;
	struct rpc_world w;
	size_t before;

	(void)state;
	alloc_fail_init(&heap);
	alloc = alloc_fail_hook(&heap);
	rpc_world_init(&w, NULL, &alloc);
	for (int i = 0; i < 400; i++)
		fake_node_add(w.node, "m", KITH_STATUS_ALIVE, w.t.now);
	before = heap.bytes;
	for (int i = 0; i < 10; i++) {
		struct kith_rpc_conn *c = rpc_connect(&w, KITH_RPC_TCP);

		rpc_ask(&w, c, "members", 1, NULL);
		while (rpc_take(&w, c)[0] != '\0')
			;
	}
	assert_true(heap.bytes - before < 10 * (size_t)(24 << 10));
	rpc_world_fini(&w);
}

/* Before anything is asked for, nothing is sent: a client that did not ask gets no records. */
static void nothing_comes_unasked(void **state)
{
	struct rpc_world w;
	struct kith_rpc_conn *c;

	(void)state;
	rpc_world_init(&w, NULL, NULL);
	c = rpc_connect(&w, KITH_RPC_TCP);
	for (int kind = 0; kind < KITH_EVENT_COUNT; kind++)
		kith_rpc_event(w.server, w.t, &(struct kith_event){.kind = (enum kith_event_kind)kind});
	kith_rpc_log(w.server, w.t, KITH_RPC_ERR, "line");
	rpc_world_run(&w, 100 * KITH_SECOND);
	rpc_expect(&w, c, "");
	assert_true(kith_rpc_deadline(w.server) == KITH_NEVER);
	rpc_world_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_wants_its_host),
		cmocka_unit_test(a_plain_host_suffices),
		cmocka_unit_test(freeing_takes_everything_along),
		cmocka_unit_test(connections_that_idle_take_little),
		cmocka_unit_test(nothing_comes_unasked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
