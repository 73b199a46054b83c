/* SPDX-License-Identifier: ISC */
#include "query/serf.h"
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

/* The bytes of a whole answer, as the stock agent's would be but for the values. */
static void a_member_is_written_byte_for_byte(void **state)
{
	static const char golden[] =
		"\x82\xA5" "Error\xA0\xA3" "Seq\x07"
		"\x81\xA7" "Members\x91\x8B"
		"\xA4" "Addr\xC4\x04\x0A\x00\x00\x01"
		"\xAB" "DelegateCur\x05\xAB" "DelegateMax\x05\xAB" "DelegateMin\x02"
		"\xA4" "Name\xA5web-1"
		"\xA4" "Port\xCD\x15\x6C"
		"\xAB" "ProtocolCur\x01\xAB" "ProtocolMax\x01\xAB" "ProtocolMin\x01"
		"\xA6" "Status\xA5" "alive"
		"\xA4" "Tags\x81\xA4role\xD9\x21" "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
	const uint8_t *p;
	size_t len;

	(void)state;
	fake_node_tags(&w.node->members[0],
		       "\x81\xA4role\xD9\x21xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 1 + 5 + 2 + 33);
	rpc_ask(&w, c, "members", 7, NULL);
	len = kith_rpc_output(c, &p);
	assert_int_equal(len, sizeof(golden) - 1);
	assert_memory_equal(p, golden, len);
}

static void add_all_sorts(void)
{
	struct kith_member *m;

	m = fake_node_add(w.node, "web-2", KITH_STATUS_SUSPECT, w.t.now);
	fake_node_tags(m, "\x81\xA4role\xA3web", 10);
	m = fake_node_add(w.node, "db-1", KITH_STATUS_FAILED, w.t.now);
	fake_node_tags(m, "\x82\xA2" "dc\xA2" "eu\xA4role\xA2" "db", 15);
	m->addrs[0] = (struct kith_addr){.ip = {0xFD, [15] = 1}, .port = 99, .family = 6};
	m = fake_node_add(w.node, "db-2", KITH_STATUS_LEFT, w.t.now);
	m->addr_count = 0;
	fake_node_add(w.node, "cache", KITH_STATUS_RESTARTING, w.t.now);
}

static void members_are_sorted_and_their_states_serfs(void **state)
{
	static const char rest[] = ",'DelegateCur':5,'DelegateMax':5,'DelegateMin':2,";
	const char *text;

	(void)state;
	add_all_sorts();
	rpc_ask(&w, c, "members", 1, NULL);
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	text = rpc_take(&w, c);
	rpc_holds(text, "{'Members':[{'Addr':'CgAABQ=='");
	rpc_holds(text, rest);
	rpc_holds(text, "'Name':'cache','Port':5484,'ProtocolCur':1,'ProtocolMax':1,'ProtocolMin':1,"
			"'Status':'alive','Tags':{}},{'Addr':'/QAAAAAAAAAAAAAAAAAAAQ=='");
	rpc_holds(text, "'Name':'db-1','Port':99,'ProtocolCur':1,'ProtocolMax':1,'ProtocolMin':1,"
			"'Status':'failed','Tags':{'dc':'eu','role':'db'}},{'Addr':null");
	rpc_holds(text, "'Name':'db-2','Port':0,'ProtocolCur':1,'ProtocolMax':1,'ProtocolMin':1,"
			"'Status':'left','Tags':{}},{'Addr':'CgAAAQ=='");
	rpc_holds(text, "'Name':'web-1'");
	rpc_holds(text, "'Name':'web-2','Port':5484,'ProtocolCur':1,'ProtocolMax':1,'ProtocolMin':1,"
			"'Status':'alive','Tags':{'role':'web'}}]}");
}

/* The names in a Members answer, with blanks between. */
static const char *names(const char *body)
{
	static char out[200];
	const char *p;
	size_t len = 0;

	rpc_ask(&w, c, "members-filtered", 1, body);
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	p = rpc_take(&w, c);
	while ((p = strstr(p, "'Name':'")) != NULL) {
		p += 8;
		if (len > 0)
			out[len++] = ' ';
		memcpy(out + len, p, strcspn(p, "'"));
		len += strcspn(p, "'");
	}
	out[len] = '\0';
	return out;
}

static void filters_are_anchored_expressions(void **state)
{
	(void)state;
	add_all_sorts();
	assert_string_equal(names("{'Name':'','Status':'','Tags':{}}"), "cache db-1 db-2 web-1 web-2");
	assert_string_equal(names("null"), "cache db-1 db-2 web-1 web-2");
	assert_string_equal(names("{'Name':'web'}"), "");
	assert_string_equal(names("{'Name':'web-.'}"), "web-1 web-2");
	assert_string_equal(names("{'Name':'db|1'}"), "db-1 db-2 web-1"); /* ^db or 1$ */
	assert_string_equal(names("{'Status':'alive'}"), "cache web-1 web-2");
	assert_string_equal(names("{'Status':'(failed|left)'}"), "db-1 db-2");
	assert_string_equal(names("{'Tags':{'role':'web'}}"), "web-2");
	assert_string_equal(names("{'Tags':{'role':'.+'}}"), "db-1 web-2");
	assert_string_equal(names("{'Tags':{'role':'d.','dc':'eu'}}"), "db-1");
	assert_string_equal(names("{'Tags':{'role':'d.','dc':'us'}}"), "");
	/* A tag that is missing is the empty text; an empty pattern is no filter. */
	assert_string_equal(names("{'Tags':{'nokey':''}}"), "cache db-1 db-2 web-1 web-2");
	assert_string_equal(names("{'Tags':{'role':'^$'}}"), "cache db-2 web-1");
	assert_string_equal(names("{'Name':'db.*','Status':'left','Tags':{'role':''}}"), "db-2");
}

static void a_bad_expression_is_an_error_with_a_body(void **state)
{
	char many[2000] = "{'Tags':{";

	(void)state;
	rpc_ask(&w, c, "members-filtered", 1, "{'Name':'('}");
	rpc_expect(&w, c, "{'Error':'Failed to compile filter: the pattern is no regular expression','Seq':1}");
	rpc_expect(&w, c, "{'Members':[]}");
	rpc_ask(&w, c, "members-filtered", 2, "{'Status':'[a'}");
	rpc_holds(rpc_take(&w, c), "Failed to compile filter: ");
	rpc_expect(&w, c, "{'Members':[]}");
	rpc_ask(&w, c, "members-filtered", 3, "{'Tags':{'a':'b','c':'(a)\\1'}}");
	rpc_holds(rpc_take(&w, c), "Failed to compile filter: ");
	rpc_expect(&w, c, "{'Members':[]}");
	for (int i = 0; i < KITH_FILTER_TERMS_MAX + 1; i++) {
		char pair[] = "'aa':'b',";

		pair[1] = (char)('a' + i / 26);
		pair[2] = (char)('a' + i % 26);
		memcpy(many + strlen(many), pair, sizeof(pair));
	}
	memcpy(many + strlen(many), "}}", 3);
	rpc_ask(&w, c, "members-filtered", 4, many);
	rpc_expect(&w, c, "{'Error':'Failed to compile filter: more than 32 tag filters','Seq':4}");
	rpc_expect(&w, c, "{'Members':[]}");
}

static void what_is_not_offered_is_refused_with_its_whole_body(void **state)
{
	static const char keys[] = "{'Keys':null,'Messages':{},'NumErr':0,'NumNodes':0,'NumResp':0}";
	static const struct {
		const char *command, *request, *error, *body;
	} rows[] = {
		{"install-key", "{'Key':'aa'}", "cluster keys are not changed by a command; see kith-key(1)", keys},
		{"use-key", "{'Key':'aa'}", "cluster keys are not changed by a command; see kith-key(1)", keys},
		{"remove-key", "{}", "cluster keys are not changed by a command; see kith-key(1)", keys},
		{"list-keys", NULL, "cluster keys are not changed by a command; see kith-key(1)", keys},
		{"event", "{'Name':'x','Payload':null,'Coalesce':true}", "user events are not supported by this kithd", ""},
		{"query", "{'Name':'x','RequestAck':true,'RelayFactor':0,'Timeout':0}", "queries are not supported by this kithd", ""},
		{"respond", "{'ID':1,'Payload':b'00'}", "No pending queries matching ID", ""},
		{"force-leave", "{'Node':'x','Prune':false}", "no member is called 'x'", ""},
	};
	char head[200] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		head[0] = '\0';
		rpc_ask(&w, c, rows[i].command, 9, rows[i].request);
		memcpy(head, "{'Error':'", 11);
		memcpy(head + strlen(head), rows[i].error, strlen(rows[i].error) + 1);
		memcpy(head + strlen(head), "','Seq':9}", 11);
		rpc_expect(&w, c, head);
		rpc_expect(&w, c, rows[i].body);
		rpc_expect(&w, c, "");
		assert_false(kith_rpc_is_closed(c));
	}
}

/* In seconds; of whom nothing is known nothing is told. */
static void coordinates_are_told(void **state)
{
	struct kith_member *m = &w.node->members[0];
	char args[100];

	(void)state;
	rpc_ask(&w, c, "get-coordinate", 1, "{'Node':'nobody'}");
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	rpc_expect(&w, c, "{'Coord':{'Adjustment':0,'Error':0,'Height':0,'Vec':null},'Ok':false}");
	m->has_coordinate = true;
	m->coordinate = (struct kith_coordinate){{1000000, -500000, 250000, 0}, 2000000, 32768};
	snprintf(args, sizeof(args), "{'Node':'%s'}", m->name);
	rpc_ask(&w, c, "get-coordinate", 2, args);
	rpc_expect(&w, c, "{'Error':'','Seq':2}");
	rpc_expect(&w, c, "{'Coord':{'Adjustment':0,'Error':0.5,'Height':2,"
			  "'Vec':[1,-0.5,0.25,0,0,0,0,0]},'Ok':true}");
}

/* Floats stay floats: strict readers of coordinates want nothing else. */
static void a_coordinate_holds_float64(void **state)
{
	static const char golden[] = "\x82\xA5" "Coord\x84\xAA" "Adjustment\xCB\0\0\0\0\0\0\0\0";
	const uint8_t *p;

	(void)state;
	rpc_ask(&w, c, "get-coordinate", 1, "{}");
	(void)rpc_take(&w, c);
	assert_true(kith_rpc_output(c, &p) > sizeof(golden));
	assert_memory_equal(p, golden, sizeof(golden) - 1);
}

static void tags_are_unset_then_set(void **state)
{
	(void)state;
	fake_node_tags(&w.node->members[0], "\x82\xA1" "a\xA1" "1\xA1" "b\xA1" "2", 9);
	rpc_ask(&w, c, "tags", 1, "{'Tags':{'c':'3','b':'new'},'DeleteTags':['b','a','nothing']}");
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	assert_int_equal(w.node->members[0].tags.len, 11);
	assert_memory_equal(w.node->tags, "\x82\xA1" "b\xA3new\xA1" "c\xA1" "3", 11);
	rpc_ask(&w, c, "tags", 2, "{'Tags':{},'DeleteTags':null}");
	rpc_expect(&w, c, "{'Error':'','Seq':2}");
	assert_int_equal(w.node->members[0].tags.len, 11);
	w.node->tags_rc = KITH_ESTATE;
	rpc_ask(&w, c, "tags", 3, "{'Tags':{'x':'y'}}");
	rpc_expect(&w, c, "{'Error':'the call does not fit the node\'s state','Seq':3}");
}

static void tags_over_their_bound_are_refused(void **state)
{
	char body[600] = "{'Tags':{'k':'";
	size_t start = strlen(body);

	(void)state;
	memset(body + start, 'x', 506); /* with map, key and head of the text: 512 */
	memcpy(body + start + 506, "'}}", 4);
	rpc_ask(&w, c, "tags", 1, body);
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	memset(body + start, 'x', 507);
	memcpy(body + start + 507, "'}}", 4);
	rpc_ask(&w, c, "tags", 2, body);
	rpc_expect(&w, c, "{'Error':'Encoded length of tags exceeds limit of 512 bytes','Seq':2}");
}

static void stats_are_texts_in_groups(void **state)
{
	const char *text;

	(void)state;
	add_all_sorts();
	w.node->view.health = 3;
	w.node->stats.gossip_queue = 17;
	rpc_ask(&w, c, "stats", 1, NULL);
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	text = rpc_take(&w, c);
	rpc_holds(text, "{'agent':{'name':'web-1'},'event_handlers':{},"
			"'kith':{'cluster':'prod','zone':'a'},");
	rpc_holds(text, "'serf':{'encrypted':'true','failed':'1','health_score':'3','intent_queue':'17',"
			"'left':'1','members':'5'},'tags':{}}");
	rpc_holds(text, "'version':'0.1.0'}");
	/* The stock client fails on a leaf that is no text. */
	for (const char *p = text; (p = strchr(p, ':')) != NULL; p++)
		assert_true(p[1] == '\'' || p[1] == '{');
}

static const char *word(enum kith_status status, bool quarantined)
{
	return kith_serf_status(&(struct kith_member){.status = status, .quarantined = quarantined});
}

static void statuses_have_serfs_words(void **state)
{
	(void)state;
	assert_string_equal(word(KITH_STATUS_ALIVE, false), "alive");
	assert_string_equal(word(KITH_STATUS_RESTARTING, false), "alive");
	assert_string_equal(word(KITH_STATUS_SUSPECT, false), "alive");
	assert_string_equal(word(KITH_STATUS_FAILED, false), "failed");
	assert_string_equal(word(KITH_STATUS_LEFT, false), "left");
	assert_string_equal(word(KITH_STATUS_COUNT, false), "none");
	assert_string_equal(word(KITH_STATUS_ALIVE, true), "failed");
	assert_string_equal(word(KITH_STATUS_LEFT, true), "left");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_member_is_written_byte_for_byte),
		TEST(members_are_sorted_and_their_states_serfs),
		TEST(filters_are_anchored_expressions),
		TEST(a_bad_expression_is_an_error_with_a_body),
		TEST(what_is_not_offered_is_refused_with_its_whole_body),
		TEST(coordinates_are_told),
		TEST(a_coordinate_holds_float64),
		TEST(tags_are_unset_then_set),
		TEST(tags_over_their_bound_are_refused),
		TEST(stats_are_texts_in_groups),
		TEST(statuses_have_serfs_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
