/* SPDX-License-Identifier: ISC */
#include "query/table.h"
#include "base/mem.h"
#include "support/rpc_client.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct kith_bytes bytes(const char *text)
{
	return (struct kith_bytes){(const uint8_t *)text, strlen(text)};
}

static void every_row_is_whole_and_named_once(void **state)
{
	size_t count = 0;

	(void)state;
	for (const struct kith_call *row; (row = kith_call_row(count)) != NULL; count++) {
		assert_ptr_equal(kith_call_find(bytes(row->name)), row);
		assert_non_null(row->run);
		assert_int_equal(strncmp(row->name, "kith.", 5) == 0, row->kind == KITH_CALL_NATIVE);
		if (row->kind == KITH_CALL_NATIVE) {
			assert_true(row->has_body);
			assert_int_equal(row->shape, KITH_REPLY_ENVELOPE);
			assert_null(row->refusal);
		}
		assert_true(row->args == NULL || row->has_body);
	}
	assert_int_equal(count, 41);
	assert_null(kith_call_find(bytes("")));
	assert_null(kith_call_find(bytes("Members")));
	assert_null(kith_call_find(bytes("member")));
}

/* What the stock client may send: name and whether a body follows. */
static void every_command_of_serf_is_there(void **state)
{
	static const struct {
		const char *name;
		bool has_body;
	} known[] = {
		{"handshake", true}, {"auth", true}, {"event", true}, {"force-leave", true},
		{"join", true}, {"members", false}, {"members-filtered", true}, {"tags", true},
		{"stream", true}, {"monitor", true}, {"stop", true}, {"query", true},
		{"respond", true}, {"leave", false}, {"install-key", true}, {"use-key", true},
		{"remove-key", true}, {"list-keys", false}, {"stats", false}, {"get-coordinate", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const struct kith_call *row = kith_call_find(bytes(known[i].name));

		assert_non_null(row);
		assert_int_equal(row->kind, KITH_CALL_SERF);
		assert_int_equal(row->has_body, known[i].has_body);
	}
}

static void arguments_are_checked(void **state)
{
	static const struct {
		const char *call, *args, *why;
	} rows[] = {
		{"kith.members", "{}", NULL},
		{"kith.members", "null", NULL},
		{"kith.members", "{'filter':['a','b'],'all':true,'after':'x','limit':5}", NULL},
		{"kith.members", "{'filter':null,'all':null}", NULL},
		{"kith.members", "{'filter':'a'}", "kith.members: 'filter' must be a list of texts"},
		{"kith.members", "{'filter':['a',5]}", "kith.members: 'filter' must be a list of texts"},
		{"kith.members", "{'all':'yes'}", "kith.members: 'all' must be true or false"},
		{"kith.members", "{'limit':-1}", "kith.members: 'limit' must be a number from 0"},
		{"kith.members", "{'after':5}", "kith.members: 'after' must be a text"},
		{"kith.members", "{'filters':[]}", "kith.members: unknown argument 'filters'"},
		{"kith.members", "[]", "kith.members: the arguments are no map"},
		{"kith.members", "5", "kith.members: the arguments are no map"},
		{"kith.member", "{}", "kith.member: lacks the argument 'name'"},
		{"kith.member", "null", "kith.member: lacks the argument 'name'"},
		{"kith.member", "{'name':null}", "kith.member: lacks the argument 'name'"},
		{"kith.member", "{'name':''}", NULL},
		{"kith.tags", "{'set':{'a':'b'},'unset':['c']}", NULL},
		{"kith.tags", "{'set':{'a':5}}", "kith.tags: 'set' must be a map of text to text"},
		{"kith.tags", "{'set':['a']}", "kith.tags: 'set' must be a map of text to text"},
		{"members-filtered", "{'Names':5}", NULL}, /* Serf skips what it does not know */
		{"members-filtered", "{'Name':5}", "members-filtered: 'Name' must be a text"},
		{"event", "{'Payload':b'00ff'}", NULL},
		{"event", "{'Payload':'text'}", NULL},
		{"event", "{'Payload':5}", "event: 'Payload' must be bytes"},
		{"query", "{'Timeout':-5}", NULL},
		{"query", "{'Timeout':'1s'}", "query: 'Timeout' must be a number"},
		{"kith.reload", "{'x':1}", "kith.reload: unknown argument 'x'"},
	};
	const struct kith_tree_limits limits = {.len = 1000, .tokens = 100, .depth = 8};
	struct kith_tree *tree = kith_tree_new(&kith_alloc_libc);
	char why[128];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kith_buf buf;
		int rc;

		kith_buf_init(&buf, &kith_alloc_libc, 1000);
		rpc_pack(&buf, rows[i].args);
		kith_tree_start(tree, &limits);
		assert_int_equal(kith_tree_feed(tree, buf.p, buf.len), 1);
		rc = kith_call_check(kith_call_find(bytes(rows[i].call)), kith_tree_root(tree), why,
				     sizeof(why));
		assert_int_equal(rc, rows[i].why != NULL ? KITH_EINVAL : 0);
		if (rows[i].why != NULL)
			assert_string_equal(why, rows[i].why);
		kith_buf_fini(&buf);
	}
	kith_tree_free(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_whole_and_named_once),
		cmocka_unit_test(every_command_of_serf_is_there),
		cmocka_unit_test(arguments_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
