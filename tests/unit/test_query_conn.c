/* SPDX-License-Identifier: ISC */
#include "query/conn.h"
#include "base/mem.h"
#include "sim/alloc_fail.h"
#include "support/rpc_client.h"
#include <stdlib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A session with a bit of everything that answers at once. */
static const char session[] =
	"{'Command':'handshake','Seq':0}{'Version':1}"
	"{'Command':'members','Seq':1}"
	"{'Seq':2,'Command':'members-filtered','Extra':[1,{'a':null}]}{'Name':'web.*','Tags':null}"
	"{'Command':'tags','Seq':3}{'Tags':{'role':'web'},'DeleteTags':null}"
	"{'Command':'stats','Seq':4}"
	"{'Command':'kith.status','Seq':5}{}"
	"{'Command':'kith.members','Seq':6}null"
	"{'Command':'kith.members','Seq':7}{'limit':0}"
	"{'Command':'get-coordinate','Seq':8}{'Node':'web-1'}"
	"{'Command':'stream','Seq':9}{'Type':'*'}"
	"{'Command':'stop','Seq':10}{'Stop':9}"
	"{'Command':'nonsense','Seq':18446744073709551615}";

static struct kith_buf packed(const char *text)
{
	struct kith_buf buf;

	kith_buf_init(&buf, &kith_alloc_libc, 1 << 22);
	rpc_pack(&buf, text);
	return buf;
}

/* Runs a session whose bytes come in parts of `part` bytes, the first of `first`. */
static struct kith_buf run_in_parts(const struct kith_buf *in, size_t first, size_t part)
{
	struct rpc_world w;
	struct kith_rpc_conn *c;
	struct kith_buf out;
	const uint8_t *p;
	size_t len;

	rpc_world_init(&w, NULL, NULL);
	c = kith_rpc_open(w.server, w.t, KITH_RPC_UNIX, NULL);
	for (size_t at = 0; at < in->len;) {
		size_t n = at == 0 ? first : part;

		n = n < in->len - at ? n : in->len - at;
		kith_rpc_input(c, w.t, in->p + at, n);
		at += n;
	}
	kith_buf_init(&out, &kith_alloc_libc, 1 << 22);
	len = kith_rpc_output(c, &p);
	kith_buf_add(&out, p, len);
	assert_true(kith_rpc_is_closed(c)); /* the last command is unknown */
	rpc_world_fini(&w);
	return out;
}

static void the_parts_in_which_bytes_come_do_not_matter(void **state)
{
	struct kith_buf in = packed(session);
	struct kith_buf whole = run_in_parts(&in, in.len, in.len);

	(void)state;
	assert_true(whole.len > 1000);
	for (size_t first = 1; first < in.len; first++) {
		struct kith_buf out = run_in_parts(&in, first, in.len);

		assert_int_equal(out.len, whole.len);
		assert_memory_equal(out.p, whole.p, whole.len);
		kith_buf_fini(&out);
	}
	for (size_t part = 1; part < 8; part++) {
		struct kith_buf out = run_in_parts(&in, part, part);

		assert_int_equal(out.len, whole.len);
		assert_memory_equal(out.p, whole.p, whole.len);
		kith_buf_fini(&out);
	}
	kith_buf_fini(&whole);
	kith_buf_fini(&in);
}

static void the_first_command_is_a_handshake(void **state)
{
	static const char *const firsts[] = {
		"{'Command':'members','Seq':5}", "{'Command':'join','Seq':5}", "{'Command':'x','Seq':5}",
		"{'Command':'kith.status','Seq':5}", "{'Command':'auth','Seq':5}", "{'Seq':5}",
	};
	struct rpc_world w;

	(void)state;
	rpc_world_init(&w, NULL, NULL);
	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		struct kith_rpc_conn *c = kith_rpc_open(w.server, w.t, KITH_RPC_TCP, NULL);

		rpc_send_text(&w, c, firsts[i]);
		rpc_expect(&w, c, "{'Error':'Handshake required','Seq':5}");
		assert_true(kith_rpc_is_closed(c));
		rpc_expect(&w, c, "");
	}
	rpc_world_fini(&w);
}

static void handshakes_are_judged(void **state)
{
	struct rpc_world w;
	struct kith_rpc_conn *c;

	(void)state;
	rpc_world_init(&w, NULL, NULL);
	c = kith_rpc_open(w.server, w.t, KITH_RPC_TCP, &w);
	assert_ptr_equal(kith_rpc_user(c), &w);
	rpc_ask(&w, c, "handshake", 0, "{'Version':2}");
	rpc_expect(&w, c, "{'Error':'Unsupported IPC version','Seq':0}");
	rpc_ask(&w, c, "handshake", 1, "null");
	rpc_expect(&w, c, "{'Error':'Unsupported IPC version','Seq':1}");
	rpc_ask(&w, c, "handshake", 18446744073709551615u, "{'Version':1}");
	rpc_expect(&w, c, "{'Error':'','Seq':18446744073709551615}");
	rpc_ask(&w, c, "handshake", 3, "{'Version':1}");
	rpc_expect(&w, c, "{'Error':'Handshake already performed','Seq':3}");
	assert_false(kith_rpc_is_closed(c));
	/* Neither a command nor a seq is the empty command with seq 0. */
	rpc_send_text(&w, c, "{}");
	rpc_expect(&w, c, "{'Error':'Unsupported command','Seq':0}");
	assert_true(kith_rpc_is_closed(c));
	rpc_world_fini(&w);
}

static void the_key_comes_before_all_else(void **state)
{
	struct rpc_world w;
	struct kith_rpc_conn *c;

	(void)state;
	rpc_world_init(&w, "sesame", NULL);
	c = rpc_connect(&w, KITH_RPC_TCP);
	/* No body in the answer, whatever the command; the request's body is taken away. */
	rpc_ask(&w, c, "members", 1, NULL);
	rpc_expect(&w, c, "{'Error':'Authentication required','Seq':1}");
	rpc_ask(&w, c, "join", 2, "{'Existing':['10.0.0.9'],'Replay':false}");
	rpc_expect(&w, c, "{'Error':'Authentication required','Seq':2}");
	rpc_ask(&w, c, "kith.leave", 3, "{}");
	rpc_expect(&w, c, "{'Error':'Authentication required','Seq':3}");
	rpc_expect(&w, c, "");
	assert_int_equal(w.left, 0);
	rpc_ask(&w, c, "auth", 4, "{'AuthKey':'sesamE'}");
	rpc_expect(&w, c, "{'Error':'Invalid authentication token','Seq':4}");
	rpc_ask(&w, c, "auth", 5, "{'AuthKey':'sesam'}");
	rpc_expect(&w, c, "{'Error':'Invalid authentication token','Seq':5}");
	rpc_ask(&w, c, "auth", 6, "{'AuthKey':'sesamesesame'}");
	rpc_expect(&w, c, "{'Error':'Invalid authentication token','Seq':6}");
	rpc_ask(&w, c, "auth", 7, "{}");
	rpc_expect(&w, c, "{'Error':'Invalid authentication token','Seq':7}");
	rpc_ask(&w, c, "members", 8, NULL);
	rpc_expect(&w, c, "{'Error':'Authentication required','Seq':8}");
	rpc_ask(&w, c, "auth", 9, "{'AuthKey':'sesame'}");
	rpc_expect(&w, c, "{'Error':'','Seq':9}");
	rpc_ask(&w, c, "auth", 10, "{'AuthKey':'wrong'}"); /* the success before stays */
	rpc_expect(&w, c, "{'Error':'Invalid authentication token','Seq':10}");
	rpc_ask(&w, c, "tags", 11, "{}");
	rpc_expect(&w, c, "{'Error':'','Seq':11}");
	rpc_holds(w.log, "rpc: a client showed a wrong key");

	/* The daemon's own socket needs none. */
	c = rpc_connect(&w, KITH_RPC_UNIX);
	rpc_ask(&w, c, "tags", 1, "{}");
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	rpc_world_fini(&w);
}

static void without_a_configured_key_only_the_empty_one_is_right(void **state)
{
	struct rpc_world w;
	struct kith_rpc_conn *c;

	(void)state;
	rpc_world_init(&w, "", NULL);
	c = rpc_connect(&w, KITH_RPC_TCP);
	rpc_ask(&w, c, "auth", 1, "{'AuthKey':'any'}");
	rpc_expect(&w, c, "{'Error':'Invalid authentication token','Seq':1}");
	rpc_ask(&w, c, "auth", 2, "{'AuthKey':''}");
	rpc_expect(&w, c, "{'Error':'','Seq':2}");
	rpc_ask(&w, c, "tags", 3, "{}");
	rpc_expect(&w, c, "{'Error':'','Seq':3}");
	rpc_world_fini(&w);
}

static void who_may_look_may_not_change(void **state)
{
	struct rpc_world w;
	struct kith_rpc_conn *c;

	(void)state;
	rpc_world_init(&w, NULL, NULL);
	c = rpc_connect(&w, KITH_RPC_UNIX_LOOKING);
	rpc_ask(&w, c, "join", 1, "{'Existing':['10.0.0.9']}");
	rpc_expect(&w, c, "{'Error':'this socket\'s user may look, not change','Seq':1}");
	rpc_expect(&w, c, "{'Num':0}");
	rpc_ask(&w, c, "leave", 2, NULL);
	rpc_expect(&w, c, "{'Error':'this socket\'s user may look, not change','Seq':2}");
	rpc_ask(&w, c, "kith.stop", 3, "{}");
	rpc_expect(&w, c, "{'Error':'this socket\'s user may look, not change','Seq':3}");
	rpc_holds(rpc_take(&w, c), "'error':{'code':'not_allowed'");
	rpc_ask(&w, c, "kith.status", 4, "{}");
	rpc_expect(&w, c, "{'Error':'','Seq':4}");
	rpc_holds(rpc_take(&w, c), "'ok':true");
	assert_int_equal(w.left + w.stops, 0);
	rpc_world_fini(&w);
}

static void who_breaks_the_format_is_closed_without_a_word(void **state)
{
	static const char *const values[] = {
		"5", "null", "[1]", "'handshake'", "true",
		"{'Command':5,'Seq':1}", "{'Command':b'6162','Seq':1}", "{'Command':'members','Seq':-1}",
		"{'Command':'members','Seq':1.5}", "{'Command':'members','Seq':'1'}",
		"{'Command':'stop','Seq':1}{'Stop':-1}", "{'Command':'stop','Seq':1}{'Stop':0.5}",
		"{'Command':'stream','Seq':1}{'Type':5}", "{'Command':'stream','Seq':1}{'Type':b'2a'}",
		"{'Command':'stream','Seq':1}[1]", "{'Command':'stream','Seq':1}5",
		"{'Command':'join','Seq':1}{'Existing':'a'}", "{'Command':'join','Seq':1}{'Existing':[5]}",
		"{'Command':'join','Seq':1}{'Replay':'true'}",
		"{'Command':'tags','Seq':1}{'Tags':['a']}", "{'Command':'tags','Seq':1}{'Tags':{'a':1}}",
		"{'Command':'query','Seq':1}{'Timeout':1.5}",
	};
	struct rpc_world w;

	(void)state;
	rpc_world_init(&w, NULL, NULL);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct kith_rpc_conn *c = rpc_connect(&w, KITH_RPC_TCP);

		rpc_send_text(&w, c, values[i]);
		if (!kith_rpc_is_closed(c))
			fail_msg("%s is taken", values[i]);
		rpc_expect(&w, c, "");
		rpc_send_text(&w, c, "{'Command':'members','Seq':1}"); /* too late */
		rpc_expect(&w, c, "");
		kith_rpc_close(&c);
		assert_null(c);
	}
	rpc_holds(w.log, "rpc: a client's bytes do not follow the format; closed it");
	rpc_world_fini(&w);
}

static void known_quirks_of_clients_are_taken(void **state)
{
	struct rpc_world w;
	struct kith_rpc_conn *c;

	(void)state;
	rpc_world_init(&w, NULL, NULL);
	c = rpc_connect(&w, KITH_RPC_TCP);
	rpc_ask(&w, c, "tags", 1, "null"); /* nil for a whole body */
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	rpc_send_text(&w, c, "{'Command':'stop','Seq':2.0}{'Stop':4294967296.0}"); /* floats */
	rpc_expect(&w, c, "{'Error':'','Seq':2}");
	rpc_ask(&w, c, "event", 3, "{'Name':'a','Payload':'text','Coalesce':1,'More':[]}");
	rpc_expect(&w, c, "{'Error':'user events are not supported by this kithd','Seq':3}");
	rpc_ask(&w, c, "query", 4, "{'Name':'a','Timeout':5000000000.0,'FilterNodes':null}");
	rpc_expect(&w, c, "{'Error':'queries are not supported by this kithd','Seq':4}");
	rpc_send_text(&w, c, "{'Command':null,'Command':'tags','Seq':1,'Seq':5}{}"); /* the last holds */
	rpc_expect(&w, c, "{'Error':'','Seq':5}");
	/* `leave` whose sender closes its writing side right behind it is still done. */
	rpc_ask(&w, c, "leave", 6, NULL);
	kith_rpc_eof(c, w.t);
	assert_int_equal(w.left, 1);
	assert_false(kith_rpc_is_closed(c));
	kith_rpc_event(w.server, w.t, &(struct kith_event){.kind = KITH_EVENT_LEAVE_DONE});
	rpc_expect(&w, c, "{'Error':'','Seq':6}");
	rpc_world_run(&w, 0);
	assert_true(kith_rpc_is_closed(c));
	rpc_world_fini(&w);
}

static void sizes_are_bounded(void **state)
{
	static char zeros[KITH_RPC_BODY_MAX + 1000];
	struct rpc_world w;
	struct kith_rpc_conn *c;

	(void)state;
	rpc_world_init(&w, "key", NULL);
	/* A header of 4 KiB. */
	c = rpc_connect(&w, KITH_RPC_TCP);
	kith_rpc_input(c, w.t, (const uint8_t *)"\x81\xDA\x10\x00", 4);
	assert_true(kith_rpc_is_closed(c));
	/* Without the key a body of 64 KiB. */
	c = rpc_connect(&w, KITH_RPC_TCP);
	rpc_ask(&w, c, "join", 1, NULL);
	kith_rpc_input(c, w.t, (const uint8_t *)"\x81\xDB\x00\x01\x00\x00", 6);
	assert_true(kith_rpc_is_closed(c));
	/* With it one of 1 MiB. */
	c = rpc_connect(&w, KITH_RPC_UNIX);
	rpc_ask(&w, c, "join", 1, NULL);
	kith_rpc_input(c, w.t, (const uint8_t *)"\x81\xDB\x00\x0F\xFF\x00", 6);
	assert_false(kith_rpc_is_closed(c));
	for (int i = 0; i < 15; i++)
		kith_rpc_input(c, w.t, (const uint8_t *)zeros, 1 << 16);
	assert_false(kith_rpc_is_closed(c));
	kith_rpc_input(c, w.t, (const uint8_t *)zeros, (1 << 16) - 256 + 1);
	assert_false(kith_rpc_is_closed(c));
	rpc_expect(&w, c, "{'Error':'','Seq':1}"); /* its one key is unknown */
	rpc_expect(&w, c, "{'Num':0}");
	c = rpc_connect(&w, KITH_RPC_UNIX);
	rpc_ask(&w, c, "join", 1, NULL);
	kith_rpc_input(c, w.t, (const uint8_t *)"\x81\xDB\x00\x10\x00\x00", 6);
	assert_true(kith_rpc_is_closed(c));
	/* Depth, ext, the bomb of five bytes. */
	c = rpc_connect(&w, KITH_RPC_UNIX);
	rpc_send_text(&w, c, "{'Command':'tags','Seq':1}"
			     "{'x':[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]}");
	assert_true(kith_rpc_is_closed(c));
	c = rpc_connect(&w, KITH_RPC_UNIX);
	kith_rpc_input(c, w.t, (const uint8_t *)"\xDD\x03\x00\x00\x00", 5);
	assert_true(kith_rpc_is_closed(c));
	/* A host that goes on reading although it should not is stopped by the bound. */
	c = rpc_connect(&w, KITH_RPC_UNIX);
	rpc_ask(&w, c, "leave", 1, NULL);
	assert_false(kith_rpc_wants_input(c));
	kith_rpc_input(c, w.t, (const uint8_t *)zeros, sizeof(zeros));
	assert_false(kith_rpc_is_closed(c));
	kith_rpc_input(c, w.t, (const uint8_t *)zeros, 1 << 17);
	assert_true(kith_rpc_is_closed(c));
	rpc_world_fini(&w);
}

static void requests_are_answered_in_their_order(void **state)
{
	struct rpc_world w;
	struct kith_rpc_conn *c;

	(void)state;
	rpc_world_init(&w, NULL, NULL);
	c = rpc_connect(&w, KITH_RPC_TCP);
	assert_true(kith_rpc_wants_input(c));
	rpc_ask(&w, c, "join", 1, "{'Existing':['10.0.0.9']}");
	assert_false(kith_rpc_wants_input(c));
	rpc_ask(&w, c, "tags", 2, "{}");
	rpc_expect(&w, c, "");
	kith_rpc_event(w.server, w.t,
		       &(struct kith_event){.kind = KITH_EVENT_SEED, .addr = w.node->joined[0],
					    .result = KITH_SEED_JOINED});
	assert_true(kith_rpc_deadline(w.server) <= w.t.now);
	rpc_world_run(&w, 0);
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	rpc_expect(&w, c, "{'Num':1}");
	rpc_world_run(&w, 0);
	rpc_expect(&w, c, "{'Error':'','Seq':2}");
	rpc_expect(&w, c, "");
	assert_true(kith_rpc_wants_input(c));
	assert_true(kith_rpc_deadline(w.server) == KITH_NEVER);
	rpc_world_fini(&w);
}

/* A client that asks and asks and never reads is not asked further: its answers stay bounded. */
static void answers_that_are_not_read_stop_the_questions(void **state)
{
	struct rpc_world w;
	struct kith_rpc_conn *c, *ready;
	const uint8_t *p;
	size_t waiting, before;
	uint32_t asked = 0;

	(void)state;
	rpc_world_init(&w, NULL, NULL);
	for (int i = 0; i < 200; i++)
		fake_node_add(w.node, "another", KITH_STATUS_ALIVE, w.t.now);
	c = rpc_connect(&w, KITH_RPC_TCP);
	while (kith_rpc_wants_input(c)) {
		rpc_ask(&w, c, "members", ++asked, NULL);
		assert_true(asked < 1000);
	}
	waiting = kith_rpc_output(c, &p);
	assert_in_range(waiting, KITH_RPC_OUT_HIGH, KITH_RPC_OUT_HIGH + 100000);
	rpc_ask(&w, c, "members", ++asked, NULL); /* stays in the input */
	assert_int_equal(kith_rpc_output(c, &p), waiting);
	while ((ready = kith_rpc_ready(w.server)) != NULL)
		assert_ptr_equal(ready, c);
	/* Read to just above the low mark: nothing new; below it: the waiting question is taken. */
	before = waiting - KITH_RPC_OUT_LOW;
	kith_rpc_consume(c, w.t, before);
	assert_false(kith_rpc_wants_input(c));
	assert_null(kith_rpc_ready(w.server));
	kith_rpc_consume(c, w.t, 1);
	assert_ptr_equal(kith_rpc_ready(w.server), c);
	assert_true(kith_rpc_deadline(w.server) <= w.t.now);
	rpc_world_run(&w, 0);
	assert_true(kith_rpc_output(c, &p) > KITH_RPC_OUT_LOW);
	assert_true(kith_rpc_wants_input(c));
	kith_rpc_consume(c, w.t, 0);
	rpc_world_fini(&w);
}

static void the_ready_list_names_each_connection_once(void **state)
{
	struct rpc_world w;
	struct kith_rpc_conn *a, *b;

	(void)state;
	rpc_world_init(&w, NULL, NULL);
	assert_true(kith_rpc_is_idle(w.server));
	a = rpc_connect(&w, KITH_RPC_TCP);
	b = rpc_connect(&w, KITH_RPC_TCP);
	while (kith_rpc_ready(w.server) != NULL)
		;
	rpc_ask(&w, b, "tags", 1, "{}");
	rpc_ask(&w, a, "tags", 1, "{}");
	rpc_ask(&w, b, "tags", 2, "{}");
	assert_false(kith_rpc_is_idle(w.server));
	assert_ptr_equal(kith_rpc_ready(w.server), b);
	assert_ptr_equal(kith_rpc_ready(w.server), a);
	assert_null(kith_rpc_ready(w.server));
	rpc_ask(&w, a, "tags", 2, "{}");
	kith_rpc_close(&a); /* forgotten, although it was ready */
	assert_null(kith_rpc_ready(w.server));
	rpc_world_fini(&w);
}

static void an_end_of_file_closes_when_all_is_answered(void **state)
{
	struct rpc_world w;
	struct kith_rpc_conn *c;

	(void)state;
	rpc_world_init(&w, NULL, NULL);
	c = rpc_connect(&w, KITH_RPC_TCP);
	rpc_ask(&w, c, "stream", 1, "{'Type':'*'}");
	rpc_ask(&w, c, "tags", 2, "{}");
	kith_rpc_eof(c, w.t);
	kith_rpc_eof(c, w.t);
	assert_true(kith_rpc_is_closed(c));
	assert_false(kith_rpc_wants_input(c));
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	rpc_expect(&w, c, "{'Error':'','Seq':2}");
	/* In the middle of a request nothing more can come. */
	c = rpc_connect(&w, KITH_RPC_TCP);
	rpc_send_text(&w, c, "{'Command':'tags','Seq':2}");
	assert_false(kith_rpc_is_closed(c));
	kith_rpc_eof(c, w.t);
	assert_true(kith_rpc_is_closed(c));
	rpc_expect(&w, c, "");
	rpc_world_fini(&w);
}

static void connections_are_bounded(void **state)
{
	struct rpc_world w;
	struct kith_rpc_conn *first = NULL;

	(void)state;
	rpc_world_init(&w, NULL, NULL);
	for (int i = 0; i < KITH_RPC_CONNS_MAX; i++) {
		struct kith_rpc_conn *c = kith_rpc_open(w.server, w.t, KITH_RPC_TCP, NULL);

		assert_non_null(c);
		first = first != NULL ? first : c;
	}
	assert_null(kith_rpc_open(w.server, w.t, KITH_RPC_TCP, NULL));
	kith_rpc_close(&first);
	kith_rpc_close(&first);
	assert_non_null(kith_rpc_open(w.server, w.t, KITH_RPC_TCP, NULL));
	rpc_world_fini(&w);
}

/* Without memory at any point: no leak, no crash, and an answer or a closed connection. */
static void it_survives_without_memory(void **state)
{
	struct kith_buf in = packed(session);
	struct alloc_fail heap;
	struct kith_alloc alloc;
	uint64_t failed = 1;
	uint32_t runs = 0;

	(void)state;
	for (uint64_t n = 1; failed > 0; n++, runs++) {
		struct kith_rpc_conn *c = NULL;
		struct rpc_world w;
		const uint8_t *p;

		alloc_fail_init(&heap);
		alloc = alloc_fail_hook(&heap);
		alloc_fail_next(&heap, n, n % 2);
		rpc_world_init(&w, NULL, &alloc);
		if (w.server != NULL)
			c = kith_rpc_open(w.server, w.t, KITH_RPC_UNIX, NULL);
		if (c != NULL) {
			kith_rpc_input(c, w.t, in.p, in.len);
			assert_true(kith_rpc_is_closed(c));
			assert_true(heap.failed > 0 || kith_rpc_output(c, &p) > 1000);
		}
		failed = heap.failed;
		rpc_world_fini(&w);
		assert_int_equal(heap.blocks, 0);
	}
	assert_true(runs > 10);
	kith_buf_fini(&in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_parts_in_which_bytes_come_do_not_matter),
		cmocka_unit_test(the_first_command_is_a_handshake),
		cmocka_unit_test(handshakes_are_judged),
		cmocka_unit_test(the_key_comes_before_all_else),
		cmocka_unit_test(without_a_configured_key_only_the_empty_one_is_right),
		cmocka_unit_test(who_may_look_may_not_change),
		cmocka_unit_test(who_breaks_the_format_is_closed_without_a_word),
		cmocka_unit_test(known_quirks_of_clients_are_taken),
		cmocka_unit_test(sizes_are_bounded),
		cmocka_unit_test(requests_are_answered_in_their_order),
		cmocka_unit_test(answers_that_are_not_read_stop_the_questions),
		cmocka_unit_test(the_ready_list_names_each_connection_once),
		cmocka_unit_test(an_end_of_file_closes_when_all_is_answered),
		cmocka_unit_test(connections_are_bounded),
		cmocka_unit_test(it_survives_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
