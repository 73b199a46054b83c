/* SPDX-License-Identifier: ISC */
#include "query/native.h"
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

static struct rpc_world w;
static struct kith_rpc_conn *c;

static int set_up(void **state)
{
	(void)state;
	rpc_world_init(&w, NULL, NULL);
	c = rpc_connect(&w, KITH_RPC_UNIX);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rpc_world_fini(&w);
	return 0;
}

/* Body of the answer to a call that goes well. */
static const char *ask(const char *call, const char *args)
{
	rpc_ask(&w, c, call, 1, args);
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	return rpc_take(&w, c);
}

/* Body of one that does not. */
static const char *refused(const char *call, const char *args, const char *message)
{
	char head[400];
	(void)snprintf(head, sizeof(head), "{'Error':'%s','Seq':1}", message);
	rpc_ask(&w, c, call, 1, args);
	rpc_expect(&w, c, head);
	return rpc_take(&w, c);
}

static void an_envelope_tells_age_and_index(void **state)
{
	(void)state;
	assert_string_equal(ask("kith.version", "{}"),
			    "{'v':1,'ok':true,'index':1795410764120,'age_ms':null,'isolated':false,"
			    "'version':{'kithd':'0.1.0','libkith':'0.1.0',"
			    "'protocol_min':1,'protocol_max':1}}");
	w.node->view.answered = w.t.now - 1500 * KITH_MS;
	w.node->view.isolated = true;
	/* A change in the same millisecond moves the index by one, one later to its time; what is
	 * no change of a member moves nothing. */
	kith_rpc_event(w.server, w.t, &(struct kith_event){.kind = KITH_EVENT_SUSPECT});
	kith_rpc_event(w.server, w.t, &(struct kith_event){.kind = KITH_EVENT_ISOLATED});
	rpc_holds(ask("kith.version", "null"),
		  "'index':1795410764121,'age_ms':1500,'isolated':true,");
	rpc_world_run(&w, 2 * KITH_SECOND);
	kith_rpc_event(w.server, w.t, &(struct kith_event){.kind = KITH_EVENT_UPDATED});
	rpc_holds(ask("kith.version", "{}"), "'index':1795410766120,'age_ms':3500");
}

static void an_error_tells_what_helps(void **state)
{
	(void)state;
	assert_string_equal(refused("kith.member", "{'name':'db-9'}", "no member is called 'db-9'"),
			    "{'v':1,'ok':false,'error':{'code':'not_found','message':'no member is called "
			    "'db-9'','hint':'kith members --all lists them','exit':1}}");
	rpc_holds(refused("kith.members", "{'x':1}", "kith.members: unknown argument 'x'"),
		  "'code':'usage'");
	rpc_holds(refused("kith.members", "{'filter':['state=dead']}",
		       "no state is called 'dead': alive, restarting, suspect, failed, left, quarantined"),
		  "'hint':'see FILTERS in kith(1)','exit':2");
}

static void a_member_has_all_its_keys(void **state)
{
	struct kith_member *m = fake_node_add(w.node, "db-1", KITH_STATUS_RESTARTING, w.t.now);

	(void)state;
	fake_node_tags(m, "\x81\xA4role\xA2" "db", 9);
	m->rtt = 412;
	m->rights = KITH_RIGHT_SERVICE | KITH_RIGHT_OPERATOR;
	m->evidence = 1;
	m->need = 3;
	m->back_s = 30;
	m->version[0] = 1;
	m->version[2] = 255;
	assert_string_equal(strstr(ask("kith.member", "{'name':'db-1'}"), ",'member':"),
			    ",'member':{'name':'db-1','id':'00020202020202020202020202020202',"
			    "'state':'restarting','self':false,'zone':'a','addrs':['10.0.0.2:5484'],"
			    "'rtt_us':412,'seen_age_ms':1000,'since':'2026-11-23T05:11:44.120Z',"
			    "'state_age_ms':60000,'quarantined_ms':null,'epoch':1,'seq':2,"
			    "'version':'1.1.255',"
			    "'tags':{'role':'db'},"
			    "'protocol_min':1,'protocol_max':1,'rights':['service','operator'],"
			    "'certificate_not_after':'2033-05-18T03:33:20.000Z',"
			    "'issuer':'00000000000000000000000000000000',"
			    "'evidence':1,'need':3,'back_s':30}}");
	m->heard = KITH_NEVER;
	m->rtt = -1;
	m->status = KITH_STATUS_ALIVE;
	m->addr_count = 0;
	rpc_holds(ask("kith.member", "{'name':'db-1'}"),
		  "'addrs':[],'rtt_us':null,'seen_age_ms':null,");
	rpc_holds(ask("kith.member", "{'name':'db-1'}"), "'back_s':null}}");
	rpc_holds(ask("kith.member", "{'name':'web-1'}"), "'self':true");
	rpc_holds(ask("kith.member", "{'name':'web-1'}"), "'seen_age_ms':null");
}

static void a_member_is_found_by_what_people_type(void **state)
{
	(void)state;
	fake_node_add(w.node, "db-1", KITH_STATUS_LEFT, w.t.now);  /* 0002 */
	fake_node_add(w.node, "db-1", KITH_STATUS_ALIVE, w.t.now); /* 0003 */
	fake_node_add(w.node, "db-2", KITH_STATUS_FAILED, w.t.now);
	fake_node_add(w.node, "db-2", KITH_STATUS_LEFT, w.t.now);
	fake_node_add(w.node, "db-3", KITH_STATUS_ALIVE, w.t.now);
	fake_node_add(w.node, "db-3", KITH_STATUS_SUSPECT, w.t.now);
	fake_node_add(w.node, "0002", KITH_STATUS_ALIVE, w.t.now); /* a name goes before an id */
	rpc_holds(ask("kith.member", "{'name':'db-1'}"), "'id':'00030303");
	rpc_holds(ask("kith.member", "{'name':'db-2'}"), "'id':'00040404");
	rpc_holds(refused("kith.member", "{'name':'db-3'}", "several members are called 'db-3'"),
		  "'code':'ambiguous'");
	rpc_holds(ask("kith.member", "{'name':'0002'}"), "'name':'0002'");
	rpc_holds(ask("kith.member", "{'name':'00020'}"), "'state':'left'");
	rpc_holds(ask("kith.member", "{'name':'00060606060606060606060606060606'}"), "'name':'db-3'");
	rpc_holds(refused("kith.member", "{'name':'000606060606060606060606060606060'}",
		       "no member is called '000606060606060606060606060606060'"), "not_found");
	rpc_holds(refused("kith.member", "{'name':'000'}", "no member is called '000'"), "not_found");
	rpc_holds(refused("kith.member", "{'name':''}", "no member is called ''"), "not_found");
	rpc_holds(refused("kith.why", "{'name':'x'}", "no member is called 'x'"), "not_found");
}

/* The names in a body, with blanks between, then total and next. */
static const char *names(const char *args)
{
	static char out[40000];
	const char *text = ask("kith.members", args), *p = text;
	size_t len = 0;
	char name[80];

	out[0] = '\0';
	while ((p = strstr(p, "{'name':'")) != NULL && sscanf(p, "{'name':'%79[^']'", name) == 1) {
		len += (size_t)snprintf(out + len, sizeof(out) - len, "%s ", name);
		p++;
	}
	p = strstr(text, "'total'");
	assert_non_null(p);
	(void)snprintf(out + len, sizeof(out) - len, "%s", p);
	return out;
}

static void members_come_by_name_and_filtered(void **state)
{
	(void)state;
	fake_node_add(w.node, "db-2", KITH_STATUS_FAILED, w.t.now);
	fake_node_add(w.node, "db-1", KITH_STATUS_SUSPECT, w.t.now);
	fake_node_add(w.node, "old", KITH_STATUS_LEFT, w.t.now);
	assert_string_equal(names("{}"), "db-1 db-2 web-1 'total':3,'next':null}");
	assert_string_equal(names("{'all':true}"), "db-1 db-2 old web-1 'total':4,'next':null}");
	assert_string_equal(names("{'filter':['state=left,failed']}"), "db-2 old 'total':2,'next':null}");
	assert_string_equal(names("{'filter':['not','state=suspect']}"),
			    "db-2 old web-1 'total':3,'next':null}");
	assert_string_equal(names("{'filter':['db-*','not state=failed'],'all':false}"),
			    "db-1 'total':1,'next':null}");
	assert_string_equal(names("{'filter':['nothing']}"), "'total':0,'next':null}");
	rpc_holds(refused("kith.members", "{'filter':['not']}", "'not' wants a filter after it"), "'exit':2");
}

static void pages_join_without_gap_or_repeat(void **state)
{
	char args[200] = "{'limit':2}", all[200] = "";
	const char *text;
	int pages = 0;

	(void)state;
	fake_node_add(w.node, "b", KITH_STATUS_ALIVE, w.t.now);
	fake_node_add(w.node, "b", KITH_STATUS_ALIVE, w.t.now); /* the same name over a page's edge */
	fake_node_add(w.node, "b", KITH_STATUS_ALIVE, w.t.now);
	fake_node_add(w.node, "a", KITH_STATUS_ALIVE, w.t.now);
	for (;; pages++) {
		char next[100];

		text = names(args);
		assert_non_null(strstr(text, "'total':5"));
		memcpy(all + strlen(all), text, strcspn(text, "'"));
		text = strstr(text, "'next':");
		if (sscanf(text, "'next':'%99[^']'", next) != 1)
			break;
		(void)snprintf(args, sizeof(args), "{'limit':2,'after':'%s'}", next);
	}
	assert_string_equal(all, "a b b b web-1 ");
	assert_int_equal(pages, 2);
	assert_string_equal(names("{'after':'b'}"), "web-1 'total':5,'next':null}");
	assert_string_equal(names("{'after':'z'}"), "'total':5,'next':null}");
	assert_string_equal(names("{'after':'b 00030303030303030303030303030303'}"),
			    "b web-1 'total':5,'next':null}");
	rpc_holds(refused("kith.members", "{'after':'b 0003'}",
		       "kith.members: 'after' is what 'next' of the page before was"), "usage");
	rpc_holds(refused("kith.members", "{'limit':0}", "kith.members: 'limit' is 1 to 1000"), "usage");
	rpc_holds(refused("kith.members", "{'limit':1001}", "kith.members: 'limit' is 1 to 1000"), "usage");
}

static void a_page_holds_a_thousand(void **state)
{
	const char *text, *p;
	uint32_t count = 0;

	(void)state;
	for (int i = 0; i < 1500; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "m%04d", i);
		fake_node_add(w.node, name, KITH_STATUS_ALIVE, w.t.now);
	}
	text = ask("kith.members", "{}");
	for (p = text; (p = strstr(p, "{'name':")) != NULL; p++)
		count++;
	assert_int_equal(count, 1000);
	rpc_holds(text, "'total':1501,'next':'m0999 ");
}

static void a_round_trip_is_told_from_two_places(void **state)
{
	struct kith_member *m = fake_node_add(w.node, "db-1", KITH_STATUS_ALIVE, w.t.now);
	struct kith_member *self = &w.node->members[0];

	(void)state;
	rpc_holds(refused("kith.rtt", "{'name':'x'}", "no member is called 'x'"), "not_found");
	self->has_coordinate = true;
	self->coordinate = (struct kith_coordinate){{0}, 10, 65536};
	rpc_holds(refused("kith.rtt", "{'name':'db-1'}", "where db-1 lies is not known here yet"), "'code':'refused'");
	m->has_coordinate = true;
	m->coordinate = (struct kith_coordinate){{-5000}, 90, 32768};
	rpc_holds(ask("kith.rtt", "{'name':'db-1'}"), "'rtt_us':5100,'error_percent':100");
	rpc_holds(ask("kith.rtt", "{'name':'db-1','from':'db-1'}"), "'rtt_us':180,'error_percent':50");
	rpc_holds(refused("kith.rtt", "{'name':'db-1','from':'y'}", "no member is called 'y'"), "not_found");
}

static void why_tells_its_evidence(void **state)
{
	struct kith_member *m = fake_node_add(w.node, "db-1", KITH_STATUS_FAILED, w.t.now);
	const char *text;

	(void)state;
	m->heard = m->since;
	m->epoch = 17;
	w.node->why_of = 1;
	w.node->whys[0] = (struct kith_why){
		.kind = KITH_WHY_ROUND, .unix_ms = w.t.unix_ms,
		.path = KITH_PATH_DIRECT | 2 << KITH_PATH_NACK_SHIFT |
		KITH_PATH_TCP_REFUSED, .refusal = true, .evidence = 1, .need = 3, .epoch = 17, .seq = 2};
	w.node->whys[1] = (struct kith_why){
		.kind = KITH_WHY_SUSPICION, .unix_ms = w.t.unix_ms + 500, .by = w.node->members[0].mid,
		.by_name = "web-1", .path = KITH_PATH_TCP_TIMEOUT, .evidence = 2, .need = 3};
	w.node->whys[2] = (struct kith_why){.kind = KITH_WHY_STATUS, .from = KITH_STATUS_SUSPECT,
					    .to = KITH_STATUS_FAILED, .by_name = ""};
	w.node->why_count = 3;
	text = ask("kith.why", "{'name':'db-1'}");
	rpc_holds(text, "'member':{'name':'db-1','id':");
	rpc_holds(text, "'back_s':null},'verdict':'host_up_daemon_down','message':'its host is up, but kithd is not',"
			"'hint':'on that host: systemctl status kithd','why':["
			"{'at':'2026-11-23T05:12:44.120Z','kind':'round','by':null,'refusal':true,"
			"'path':['direct','nack:2','tcp_refused'],'from':null,'to':null,"
			"'evidence':1,'need':3,"
			"'epoch':17,'seq':2},"
			"{'at':'2026-11-23T05:12:44.620Z','kind':'suspicion','by':{'name':'web-1',"
			"'id':'00010101010101010101010101010101'},'refusal':false,'path':['tcp_timeout'],"
			"'from':null,'to':null,'evidence':2,'need':3,'epoch':0,'seq':0},"
			"{'at':'1970-01-01T00:00:00.000Z','kind':'status','by':null,"
			"'refusal':false,'path':[],"
			"'from':'suspect','to':'failed','evidence':0,'need':0,'epoch':0,'seq':0}]}");
	w.node->whys[3] = (struct kith_why){.kind = KITH_WHY_ANSWER, .by_name = ""};
	w.node->why_count = 4; /* what was held against it before it answered holds no more */
	rpc_holds(ask("kith.why", "{'name':'db-1'}"), "'verdict':'silent'");
	rpc_holds(ask("kith.why", "{'name':'db-1'}"), "'kind':'answer'");
	w.node->whys[3] = (struct kith_why){.kind = KITH_WHY_STATUS, .from = KITH_STATUS_FAILED,
					    .to = KITH_STATUS_ALIVE, .by_name = ""};
	rpc_holds(ask("kith.why", "{'name':'db-1'}"), "'verdict':'silent'");
	w.node->why_count = 1;
	m->status = KITH_STATUS_SUSPECT;
	rpc_holds(ask("kith.why", "{'name':'db-1'}"), "'verdict':'suspect_refused'");
	w.node->why_count = 0;
	rpc_holds(ask("kith.why", "{'name':'db-1'}"), "'verdict':'suspect_silent'");
	m->status = KITH_STATUS_ALIVE;
	rpc_holds(ask("kith.why", "{'name':'db-1'}"), "'verdict':'answers'");
	m->evidence = 1;
	rpc_holds(ask("kith.why", "{'name':'db-1'}"), "'verdict':'doubted'");
	m->evidence = 0;
	m->heard = KITH_NEVER;
	rpc_holds(ask("kith.why", "{'name':'db-1'}"), "'verdict':'unproven'");
	m->status = KITH_STATUS_RESTARTING;
	rpc_holds(ask("kith.why", "{'name':'db-1'}"), "'verdict':'restarting'");
	m->status = KITH_STATUS_LEFT;
	rpc_holds(ask("kith.why", "{'name':'db-1'}"), "'verdict':'left'");
	rpc_holds(ask("kith.why", "{'name':'web-1'}"), "'verdict':'self'");
}

static void expect_verdict(const char *word)
{
	char expected[80];

	snprintf(expected, sizeof(expected), "'verdict':'%s'", word);
	rpc_holds(ask("kith.why", "{'name':'db-1'}"), expected);
}

static void add_why(enum kith_why_kind kind, uint8_t path, bool refusal)
{
	const struct kith_member *m = &w.node->members[w.node->why_of];

	w.node->whys[w.node->why_count++] = (struct kith_why){.kind = kind, .by_name = "", .path = path,
							      .refusal = refusal, .epoch = m->epoch,
							      .seq = m->seq};
}

/* What tells most comes first: a refusal, then that it is heard, then an accepted connection. */
static void silence_has_reasons(void **state)
{
	struct kith_member *m = fake_node_add(w.node, "db-1", KITH_STATUS_FAILED, w.t.now);

	(void)state;
	w.node->why_of = 1;
	m->since = w.t.now - 60;
	m->heard = w.t.now - 63;
	add_why(KITH_WHY_RESTORED, 0, false);
	expect_verdict("unknown");
	add_why(KITH_WHY_ROUND, KITH_PATH_DIRECT | KITH_PATH_TCP_TIMEOUT, false);
	expect_verdict("silent");
	w.node->view.isolated = true;
	expect_verdict("cut_off");
	add_why(KITH_WHY_SUSPICION, KITH_PATH_DIRECT | KITH_PATH_TCP_ACCEPTED, false);
	expect_verdict("stopped");
	m->status = KITH_STATUS_SUSPECT;
	expect_verdict("stopped");
	/* Its host went down meanwhile. */
	add_why(KITH_WHY_ROUND, KITH_PATH_DIRECT | KITH_PATH_TCP_TIMEOUT, false);
	w.node->view.isolated = false;
	expect_verdict("suspect_silent");
	m->heard = m->since + 1;
	expect_verdict("one_way");
	add_why(KITH_WHY_ROUND, KITH_PATH_TCP_REFUSED, true);
	expect_verdict("suspect_refused");
	m->epoch++; /* what is there now was started later */
	expect_verdict("one_way");
	m->epoch--;
	m->seq++; /* or has answered */
	expect_verdict("one_way");
	m->seq--;
	expect_verdict("suspect_refused");
	add_why(KITH_WHY_ANSWER, 0, false);
	expect_verdict("one_way");
}

static void an_answer_may_be_late_or_come_round(void **state)
{
	struct kith_member *m;

	(void)state;
	fake_node_add(w.node, "db-2", KITH_STATUS_ALIVE, w.t.now)->rtt = 30 * KITH_MS;
	m = fake_node_add(w.node, "db-1", KITH_STATUS_ALIVE, w.t.now);
	m->rtt = 120 * KITH_MS - 1; /* four times 30 are not reached */
	expect_verdict("answers");
	m->rtt = 120 * KITH_MS;
	expect_verdict("slow");
	w.node->members[1].rtt = 2 * KITH_MS;
	m->rtt = 100 * KITH_MS - 1; /* that is not much */
	expect_verdict("answers");
	m->evidence = 1;
	expect_verdict("doubted");
	m->indirect = true;
	expect_verdict("indirect");
	m->disputed = true;
	expect_verdict("disputed");
}

/* The answer goes out when the disk has it, or when the disk takes too long. */
static void what_is_forgotten_stays_it_after_a_crash(void **state)
{
	const uint8_t *p;

	(void)state;
	fake_node_add(w.node, "db-1", KITH_STATUS_FAILED, w.t.now);
	fake_node_add(w.node, "db-2", KITH_STATUS_FAILED, w.t.now);
	w.keep_ticket = 7;
	rpc_ask(&w, c, "kith.forget", 1, "{'name':'db-1'}");
	assert_int_equal(kith_rpc_output(c, &p), 0);
	assert_false(kith_rpc_wants_input(c));
	kith_rpc_kept(w.server, w.t, KITH_RPC_KEEP_MEMBERS, 6, true);
	assert_int_equal(kith_rpc_output(c, &p), 0);
	kith_rpc_kept(w.server, w.t, KITH_RPC_KEEP_MEMBERS, 7, true);
	assert_ptr_equal(kith_rpc_ready(w.server), c);
	assert_int_not_equal(kith_rpc_output(c, &p), 0);
	assert_true(kith_rpc_wants_input(c));
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	kith_rpc_consume(c, w.t, kith_rpc_output(c, &p));

	w.keep_ticket = 8;
	rpc_ask(&w, c, "kith.forget", 2, "{'name':'db-2'}");
	rpc_world_run(&w, 5 * KITH_SECOND - 1);
	assert_int_equal(kith_rpc_output(c, &p), 0);
	assert_int_equal(kith_rpc_deadline(w.server), w.t.now + 1);
	rpc_world_run(&w, 1);
	assert_int_not_equal(kith_rpc_output(c, &p), 0);
}

static void the_quarantined_are_released(void **state)
{
	struct kith_member *m = fake_node_add(w.node, "db-1", KITH_STATUS_ALIVE, w.t.now);

	(void)state;
	m->quarantined = true;
	m->released = w.t.now + 90 * KITH_SECOND;
	rpc_holds(ask("kith.member", "{'name':'db-1'}"), "'quarantined_ms':90000,");
	rpc_holds(ask("kith.why", "{'name':'db-1'}"), "'verdict':'flapping'");
	rpc_holds(ask("kith.status", "{}"),
		  "{'code':'member_quarantined','member':'db-1','since':null,'message':'the member fails and "
		  "comes back, again and again','hint':'kith why db-1','note':false}");
	rpc_holds(ask("kith.release", "{'name':'db-1'}"),
		  "'released':{'name':'db-1','id':'00020202020202020202020202020202','state':'alive'}}");
	rpc_holds(ask("kith.member", "{'name':'db-1'}"), "'quarantined_ms':null,");
	rpc_holds(refused("kith.release", "{'name':'db-1'}", "that member is not quarantined here"),
		  "'hint':'each host quarantines by itself: ask the one that shows it so'");
	rpc_holds(refused("kith.release", "{'name':'db-2'}", "no member is called 'db-2'"),
		  "'code':'not_found'");
}

static void only_the_gone_are_forgotten(void **state)
{
	(void)state;
	fake_node_add(w.node, "db-1", KITH_STATUS_ALIVE, w.t.now);
	fake_node_add(w.node, "db-2", KITH_STATUS_FAILED, w.t.now);
	fake_node_add(w.node, "db-3", KITH_STATUS_LEFT, w.t.now);
	fake_node_add(w.node, "db-4", KITH_STATUS_FAILED, w.t.now);
	rpc_holds(ask("kith.forget", "{'name':'db-2'}"),
		  "'forgotten':{'name':'db-2','id':'00030303030303030303030303030303','state':'failed'}}");
	rpc_holds(ask("kith.forget", "{'name':'db-3'}"), "'state':'left'");
	rpc_holds(refused("kith.forget", "{'name':'db-1'}",
			  "db-1 is alive; only members that failed or left can be forgotten"),
		  "'hint':'on that host: kith leave; if it is gone for good, wait until it has failed'");
	rpc_holds(refused("kith.forget", "{'name':'web-1'}",
			  "web-1 is this host; only members that failed or left can be forgotten"),
		  "'code':'refused'");
	rpc_holds(refused("kith.forget", "{'name':'db-2'}", "no member is called 'db-2'"),
		  "'code':'not_found'");
	w.node->forget_rc = KITH_ENOMEM;
	rpc_holds(refused("kith.forget", "{'name':'db-4'}", "out of memory"), "'code':'refused'");
	w.node->forget_rc = 0;
	/* Serf's way. */
	rpc_ask(&w, c, "force-leave", 1, "{'Node':'db-4','Prune':true}");
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	rpc_expect(&w, c, "");
	rpc_ask(&w, c, "force-leave", 1, "{'Node':'db-1'}");
	rpc_expect(&w, c, "{'Error':'db-1 is alive; only members that failed or left can be forgotten',"
			  "'Seq':1}");
	rpc_expect(&w, c, "");
	assert_int_equal(w.node->count, 2);
}

static void an_authoritys_word_is_taken(void **state)
{
	char hex[2 * KITH_REVOCATION_SIZE + 1], args[400];
	size_t i;

	(void)state;
	fake_node_add(w.node, "db-1", KITH_STATUS_ALIVE, w.t.now);
	for (i = 0; i < KITH_REVOCATION_SIZE; i++) /* whom it names, as fake_node_add() makes it */
		snprintf(hex + 2 * i, 3, "%02x", i > 32 && i < 48 ? 2u : 0u);
	snprintf(args, sizeof(args), "{'revocation':'%s'}", hex);
	rpc_holds(ask("kith.revoke", args),
		  "'revoked':{'id':'00020202020202020202020202020202','name':'db-1'}}");
	rpc_holds(refused("kith.revoke", "{'revocation':'00'}", "the bytes do not follow the format"),
		  "'code':'refused'");
	w.node->revoke_rc = KITH_ECERT;
	rpc_holds(refused("kith.revoke", args,
			  "the certificate is malformed or not signed by a trusted authority"),
		  "'hint':'kith revoke signs it, with the file of the authority that admitted the member'");
}

static void tags_are_told_and_changed(void **state)
{
	(void)state;
	rpc_holds(ask("kith.tags", "{}"), "'tags':{}}");
	rpc_holds(ask("kith.tags", "{'set':{'b':'2','a':'1'}}"), "'tags':{'a':'1','b':'2'}}");
	rpc_holds(ask("kith.tags", "{'unset':['a','c'],'set':{'b':'3'}}"), "'tags':{'b':'3'}}");
	rpc_holds(ask("kith.tags", "{'unset':['b']}"), "'tags':{}}");
	assert_int_equal(w.node->members[0].tags.len, 1);
	rpc_holds(ask("kith.tags", "{'set':{'long':''}}"), "'tags':{'long':''}}");
	w.node->tags_rc = KITH_ETOOBIG;
	rpc_holds(refused("kith.tags", "{'set':{'a':'b'}}", "tags take 512 bytes at most, all together"),
		  "'code':'too_big'");
	w.node->tags_rc = KITH_ESTATE;
	rpc_holds(refused("kith.tags", "{'set':{'a':'b'}}", "the call does not fit the node's state"),
		  "'code':'refused'");
	rpc_holds(ask("kith.tags", "{'set':{},'unset':[]}"), "'tags':{'long':''}}"); /* asks nothing of it */
}

static void a_leave_is_answered_when_it_is_done(void **state)
{
	struct kith_rpc_conn *serf = rpc_connect(&w, KITH_RPC_TCP);

	(void)state;
	rpc_ask(&w, c, "kith.leave", 1, "{}");
	rpc_ask(&w, serf, "leave", 2, NULL);
	assert_int_equal(w.left, 2); /* the daemon answers the second one that it is leaving */
	rpc_expect(&w, c, "");
	rpc_world_run(&w, 10 * KITH_SECOND - 1);
	rpc_expect(&w, c, "");
	kith_rpc_event(w.server, w.t, &(struct kith_event){.kind = KITH_EVENT_LEAVE_DONE});
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	rpc_holds(rpc_take(&w, c), "'left':true}");
	rpc_expect(&w, serf, "{'Error':'','Seq':2}");
	rpc_expect(&w, serf, "");
	rpc_ask(&w, serf, "leave", 3, NULL); /* has left: at once */
	rpc_expect(&w, serf, "{'Error':'','Seq':3}");
	assert_int_equal(w.left, 2);
	/* They hang up first, or the end could overtake the answer at their side. */
	kith_rpc_eof(c, w.t);
	assert_false(kith_rpc_is_idle(w.server));
	kith_rpc_eof(serf, w.t);
	assert_true(kith_rpc_is_idle(w.server));
}

static void a_leave_that_takes_too_long_is_told(void **state)
{
	(void)state;
	w.leave_rc = KITH_ESTATE; /* it is already leaving: we wait as well */
	rpc_ask(&w, c, "leave", 1, NULL);
	assert_true(kith_rpc_deadline(w.server) == w.t.now + 10 * KITH_SECOND);
	rpc_world_run(&w, 10 * KITH_SECOND);
	rpc_expect(&w, c, "{'Error':'timeout while waiting for graceful leave','Seq':1}");
	w.leave_rc = KITH_ENOMEM;
	rpc_holds(refused("kith.leave", "{}", "out of memory"), "'code':'refused'");
}

static void reload_and_stop_are_the_hosts(void **state)
{
	struct kith_rpc_host host = rpc_world_host(&w);

	(void)state;
	w.said = "reloaded; needs restart: network.listen";
	rpc_holds(ask("kith.reload", "{}"), "'message':'reloaded; needs restart: network.listen'}");
	w.reload_rc = KITH_EINVAL;
	w.said = "kith.conf:18: dns.ttl: no duration";
	rpc_holds(refused("kith.reload", "{}", "kith.conf:18: dns.ttl: no duration"),
		  "'code':'config','message':'kith.conf:18: dns.ttl: no duration',"
		  "'hint':'nothing has changed; kith config check lists all mistakes','exit':78");
	w.said = "";
	rpc_holds(refused("kith.reload", "{}", "an argument is out of its range"), "'exit':78");
	assert_int_equal(w.reloads, 3);
	rpc_holds(ask("kith.stop", "{}"), "'stopping':true}");
	assert_int_equal(w.stops, 1);
	w.stop_rc = KITH_ESTATE;
	rpc_holds(refused("kith.stop", "{}", "the call does not fit the node's state"), "'exit':6");

	kith_rpc_free(&w.server);
	host.reload = NULL;
	host.stop = NULL;
	assert_int_equal(kith_rpc_new(&w.server, &host, w.t), 0);
	c = rpc_connect(&w, KITH_RPC_UNIX);
	rpc_holds(refused("kith.reload", "{}", "this kithd does not reload"), "'code':'not_offered'");
	rpc_holds(refused("kith.stop", "{}", "this kithd is not stopped by a call"), "'code':'not_offered'");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_envelope_tells_age_and_index),
		TEST(an_error_tells_what_helps),
		TEST(a_member_has_all_its_keys),
		TEST(a_member_is_found_by_what_people_type),
		TEST(members_come_by_name_and_filtered),
		TEST(pages_join_without_gap_or_repeat),
		TEST(a_page_holds_a_thousand),
		TEST(a_round_trip_is_told_from_two_places),
		TEST(why_tells_its_evidence),
		TEST(silence_has_reasons),
		TEST(an_answer_may_be_late_or_come_round),
		TEST(what_is_forgotten_stays_it_after_a_crash),
		TEST(the_quarantined_are_released),
		TEST(only_the_gone_are_forgotten),
		TEST(an_authoritys_word_is_taken),
		TEST(tags_are_told_and_changed),
		TEST(a_leave_is_answered_when_it_is_done),
		TEST(a_leave_that_takes_too_long_is_told),
		TEST(reload_and_stop_are_the_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
