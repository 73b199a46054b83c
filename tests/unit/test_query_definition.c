/* SPDX-License-Identifier: ISC */
#include "query/definition.h"
#include "base/mem.h"
#include "query/json.h"
#include "support/rpc_client.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct kith_tree *tree;
static struct kith_buf packed;
static char why[160];

static int set_up(void **state)
{
	(void)state;
	tree = kith_tree_new(&kith_alloc_libc);
	kith_buf_init(&packed, &kith_alloc_libc, 1 << 20);
	return tree != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	kith_tree_free(&tree);
	kith_buf_fini(&packed);
	return 0;
}

static int read_text(const char *text, struct kith_definition *d)
{
	const struct kith_tree_limits limits = {.len = 1 << 16, .tokens = 4096, .depth = 4};

	kith_buf_cut(&packed, 0);
	rpc_pack(&packed, text);
	kith_tree_start(tree, &limits);
	assert_int_equal(kith_tree_feed(tree, packed.p, packed.len), 1);
	return kith_definition_read(kith_tree_root(tree), d, why, sizeof(why));
}

static void good(const char *text, struct kith_definition *d)
{
	if (read_text(text, d) != 0)
		fail_msg("%s: %s", text, why);
}

static void bad(const char *text, int rc, const char *sentence)
{
	struct kith_definition d = {.port = 4711};

	assert_int_equal(read_text(text, &d), rc);
	assert_string_equal(why, sentence);
	assert_int_equal(d.port, 4711); /* as it was */
}

/* What is written of it, as JSON with ' for ". */
static void assert_written(const struct kith_definition *d, const char *text)
{
	struct kith_writer w;
	struct kith_buf buf;

	kith_buf_init(&buf, &kith_alloc_libc, 1 << 16);
	kith_write_init(&w, &kith_form_json, &buf);
	kith_write_map(&w);
	kith_definition_write(&w, d);
	kith_write_end(&w);
	assert_true(kith_write_done(&w));
	for (size_t i = 0; i < buf.len; i++)
		if (buf.p[i] == '"')
			buf.p[i] = '\'';
	kith_buf_add(&buf, "", 1);
	assert_string_equal((const char *)buf.p, text);
	kith_buf_fini(&buf);
}

static void what_is_said_comes_out_again(void **state)
{
	const char *all = "{'name':'web','id':'web-1','port':8080,"
			  "'addrs':['10.0.0.5','fd00::5','web.example.org'],"
			  "'ports':{'admin':9090},'tags':['v2','v1'],'meta':{'a':'','b':'x'},'weight':7,"
			  "'health':'warning','note':'slow'}";
	struct kith_service_def def;
	struct kith_definition d, again;

	(void)state;
	good(all, &d);
	assert_written(&d, all);
	good(all, &again);
	assert_true(kith_definition_is_same(&d, &again));
	kith_definition_def(&d, &def);
	assert_string_equal(def.name, "web");
	assert_string_equal(def.id, "web-1");
	assert_string_equal(def.note, "slow");
	assert_int_equal(def.port, 8080);
	assert_int_equal(def.weight, 7);
	assert_int_equal(def.health, KITH_SERVICE_WARNING);
	assert_false(def.maintenance);
	assert_memory_equal(def.ports.p, "\x81\xA5" "admin\xCD\x23\x82", 10);
	assert_memory_equal(def.tags.p, "\x92\xA2v2\xA2v1", 7);
}

static void little_is_enough(void **state)
{
	struct kith_service_def def;
	struct kith_definition d;

	(void)state;
	good("{'name':'web','more':[1]}", &d);
	assert_written(&d, "{'name':'web','id':'web','port':0,'addrs':[],'ports':{},'tags':[],'meta':{},"
			   "'weight':1,'health':'passing','note':''}");
	kith_definition_def(&d, &def);
	assert_null(def.note);
	assert_int_equal(def.addrs.len + def.ports.len + def.tags.len + def.meta.len, 0);
}

static void another_order_is_no_difference(void **state)
{
	struct kith_definition a, b;

	(void)state;
	good("{'name':'web','meta':{'b':'1','a':'2','ab':'3'},'ports':{'y':1,'x':2}}", &a);
	good("{'ports':{'x':2,'y':1},'meta':{'ab':'3','a':'9','b':'1','a':'2'},'name':'web'}", &b);
	assert_true(kith_definition_is_same(&a, &b)); /* of one key the later value counts */
	good("{'name':'web','meta':{'b':'1','a':'2','ab':'4'},'ports':{'y':1,'x':2}}", &b);
	assert_false(kith_definition_is_same(&a, &b));
	/* But tags and addresses have an order. */
	good("{'name':'web','tags':['a','b']}", &a);
	good("{'name':'web','tags':['b','a']}", &b);
	assert_false(kith_definition_is_same(&a, &b));
	/* The same bytes in another place are something else. */
	good("{'name':'web','tags':['a']}", &a);
	good("{'name':'web','addrs':['a']}", &b);
	assert_false(kith_definition_is_same(&a, &b));
}

#define TEN "0123456789"
#define SIXTY TEN TEN TEN TEN TEN TEN

static void mistakes_are_told(void **state)
{
	struct kith_definition d;

	(void)state;
	bad("{}", KITH_EINVAL, "'name' is missing");
	bad("{'name':''}", KITH_EINVAL, "'name' is a text of 1 to 63 bytes, without control characters");
	bad("{'name':'a\n'}", KITH_EINVAL, "'name' is a text of 1 to 63 bytes, without control characters");
	bad("{'name':'\x7f'}", KITH_EINVAL, "'name' is a text of 1 to 63 bytes, without control characters");
	good("{'name':'" SIXTY "012'}", &d);
	bad("{'name':'" SIXTY "0123'}", KITH_EINVAL,
	    "'name' is a text of 1 to 63 bytes, without control characters");
	good("{'name':'a','id':'" SIXTY SIXTY "0123456'}", &d);
	bad("{'name':'a','id':'" SIXTY SIXTY "01234567'}", KITH_EINVAL,
	    "'id' is a text of 1 to 127 bytes, without control characters");
	good("{'name':'a','note':'" SIXTY TEN TEN "'}", &d);
	bad("{'name':'a','note':'" SIXTY TEN TEN "0'}", KITH_EINVAL,
	    "'note' is a text of 0 to 80 bytes, without control characters");
	good("{'name':'a','port':65535,'weight':0}", &d);
	bad("{'name':'a','port':65536}", KITH_EINVAL, "'port' is 0 to 65535");
	bad("{'name':'a','weight':65536}", KITH_EINVAL, "'weight' is 0 to 65535");
	bad("{'name':'a','health':'fine'}", KITH_EINVAL, "'health' is passing, warning or critical");
	bad("{'name':'a','tags':['a','b\t']}", KITH_EINVAL,
	    "'tags' has at most 128 texts without control characters");
	bad("{'name':'a','tags':[1]}", KITH_EINVAL,
	    "'tags' has at most 128 texts without control characters");
	bad("{'name':'a','meta':{'':'x'}}", KITH_EINVAL,
	    "'meta' has at most 128 keys, without control characters, each with a text");
	good("{'name':'a','meta':{'x':'two\nlines'}}", &d);
	bad("{'name':'a','ports':{'x':0}}", KITH_EINVAL,
	    "'ports' has at most 16 names with a port from 1 to 65535");
	bad("{'name':'a','ports':{'a':1,'b':1,'c':1,'d':1,'e':1,'f':1,'g':1,'h':1,'i':1,'j':1,'k':1,'l':1,"
	    "'m':1,'n':1,'o':1,'p':1,'q':1}}", KITH_EINVAL,
	    "'ports' has at most 16 names with a port from 1 to 65535");
	bad("{'name':'a','tags':['" SIXTY SIXTY SIXTY SIXTY SIXTY "'],'meta':{'x':'" SIXTY SIXTY SIXTY SIXTY
	    SIXTY SIXTY SIXTY SIXTY SIXTY SIXTY SIXTY SIXTY SIXTY "'}}", KITH_ETOOBIG,
	    "all that is said of a service takes some 860 bytes at most");
}

/* The client of these tests writes nothing else than UTF-8; others may. */
static void what_is_no_text_is_refused(void **state)
{
	static const char bytes[] = "\x81\xA4name\xA1\xFF";
	const struct kith_tree_limits limits = {.len = 64, .tokens = 16, .depth = 4};
	struct kith_definition d;

	(void)state;
	kith_tree_start(tree, &limits);
	assert_int_equal(kith_tree_feed(tree, (const uint8_t *)bytes, sizeof(bytes) - 1), 1);
	assert_int_equal(kith_definition_read(kith_tree_root(tree), &d, why, sizeof(why)), KITH_EINVAL);
}

static void an_address_has_no_port(void **state)
{
	static const char *const no_hosts[] = {"", "10.0.0.5:80", "[fd00::5]:80", "[fd00::5]", "a b",
					       "-x", ".x", "fe80::1%eth0", "http://x", "a:80"};
	static const char *const hosts[] = {"10.0.0.5", "fd00::5", "::1", "Web-1.example.org", "x_y"};
	struct kith_definition d;
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(no_hosts) / sizeof(no_hosts[0]); i++) {
		(void)snprintf(text, sizeof(text), "{'name':'a','addrs':['%s']}", no_hosts[i]);
		bad(text, KITH_EINVAL,
		    "'addrs' has at most 4 addresses or names of hosts, without a port");
	}
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		(void)snprintf(text, sizeof(text), "{'name':'a','addrs':['%s']}", hosts[i]);
		good(text, &d);
	}
	bad("{'name':'a','addrs':['a','b','c','d','e']}", KITH_EINVAL,
	    "'addrs' has at most 4 addresses or names of hosts, without a port");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_said_comes_out_again),
		TEST(little_is_enough),
		TEST(another_order_is_no_difference),
		TEST(mistakes_are_told),
		TEST(what_is_no_text_is_refused),
		TEST(an_address_has_no_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
