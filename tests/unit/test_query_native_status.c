/* SPDX-License-Identifier: ISC */
/* src/query/native_status.c and native_stats.c: the rows that draw everything together. */
#include "query/native.h"
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
static struct kith_rpc_problem problem;
static uint32_t problem_count;

static bool host_problem(void *ctx, size_t i, struct kith_rpc_problem *p)
{
	(void)ctx;
	*p = problem;
	return i < problem_count;
}

static bool host_counter(void *ctx, size_t i, struct kith_rpc_counter *out)
{
	static const struct kith_rpc_counter all[] = {
		{"loop", "turns", 12}, {"loop", "lag_us_max", 34}, {"udp", "errors", 0}};

	(void)ctx;
	if (i >= sizeof(all) / sizeof(all[0]))
		return false;
	*out = all[i];
	return true;
}

static int set_up(void **state)
{
	struct kith_rpc_host host;

	(void)state;
	rpc_world_init(&w, NULL, NULL);
	kith_rpc_free(&w.server);
	host = rpc_world_host(&w);
	host.problem = host_problem;
	host.counter = host_counter;
	assert_int_equal(kith_rpc_new(&w.server, &host, w.t), 0);
	c = rpc_connect(&w, KITH_RPC_UNIX);
	problem_count = 0;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rpc_world_fini(&w);
	return 0;
}

static const char *ask(const char *call, const char *args)
{
	rpc_ask(&w, c, call, 1, args);
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	return rpc_take(&w, c);
}

static void status_is_one_screen(void **state)
{
	(void)state;
	fake_node_add(w.node, "web-2", KITH_STATUS_ALIVE, w.t.now);
	fake_node_add(w.node, "db-1", KITH_STATUS_FAILED, w.t.now);
	fake_node_add(w.node, "old", KITH_STATUS_LEFT, w.t.now);
	fake_node_add(w.node, "slow", KITH_STATUS_SUSPECT, w.t.now);
	fake_node_add(w.node, "new", KITH_STATUS_RESTARTING, w.t.now);
	w.node->view.synced = w.t.now - 4 * KITH_SECOND;
	w.node->view.answered = w.t.now;
	w.node->view.health = 2;
	memcpy(w.node->view.root, "\x9F\x3C\xA1\xD0\x00\x01\x02\x03", 8);
	w.node->seeds[0] = (struct kith_seed){.addr = w.node->members[1].addrs[0], .tried = true,
					      .result = KITH_SEED_JOINED, .last = w.t.now - KITH_SECOND,
					      .attempts = 2};
	w.node->seeds[1] = (struct kith_seed){.addr = w.node->members[2].addrs[0]};
	w.node->seed_count = 2;
	rpc_world_run(&w, 90 * KITH_SECOND);
	assert_string_equal(
		strstr(ask("kith.status", "{}"), ",'state'"),
		",'state':'degraded','message':'1 member failed',"
		"'members':{'alive':2,'restarting':1,'suspect':1,'failed':1,'left':1},"
		"'self':{'name':'web-1','id':'00010101010101010101010101010101','state':'alive','zone':'a',"
		"'addrs':['10.0.0.1:5484'],'version':'0.1.0','uptime_s':90,"
		"'self_health':2,'epoch':1,'seq':1,"
		"'certificate_not_after':'2033-05-18T03:33:20.000Z','certificate_left_s':204589146},"
		"'sync':{'joined':true,'answered_age_ms':90000,'synced_age_ms':94000,"
		"'root':'9f3ca1d000010203'},"
		"'seeds':[{'addr':'10.0.0.2:5484','result':'joined',"
		"'message':'joined','age_ms':91000,'attempts':2},"
		"{'addr':'10.0.0.3:5484','result':null,'message':'not tried yet','age_ms':null,'attempts':0}],"
		"'cluster':{'name':'prod'},"
		"'daemon':{'config_path':'/etc/kith/kith.conf','state_dir':'/var/lib/kith',"
		"'started':'2026-11-23T05:12:44.120Z'},"
		"'problems':[{'code':'member_failed','member':'db-1','since':'2026-11-23T05:11:44.120Z',"
		"'message':'the member failed','hint':'kith why db-1','note':false}]}");
}

static void the_first_word_is_the_worst_that_holds(void **state)
{
	struct kith_member *other;

	(void)state;
	rpc_holds(ask("kith.status", "{}"), "'state':'alone','message':'no other member is known'");
	w.node->seeds[0] = (struct kith_seed){.addr = w.node->members[0].addrs[0]};
	w.node->seed_count = 1;
	rpc_holds(ask("kith.status", "{}"), "'state':'joining'");
	w.node->seeds[0].tried = true;
	w.node->seeds[0].result = KITH_SEED_SELF;
	rpc_holds(ask("kith.status", "{}"), "'state':'alone'");
	w.node->seeds[0].result = KITH_SEED_CLOSED;
	rpc_holds(ask("kith.status", "{}"),
		  "'state':'degraded','message':'seed 10.0.0.1:5484: it hung up: it has another cluster key, "
		  "or does not trust us'");
	other = fake_node_add(w.node, "db-1", KITH_STATUS_ALIVE, w.t.now);
	rpc_holds(ask("kith.status", "{}"), "'state':'healthy','message':''"); /* we are in by another one */
	w.node->view.joined = false;
	rpc_holds(ask("kith.status", "{}"), "'state':'joining'");
	other->status = KITH_STATUS_SUSPECT; /* a suspect can still refute: no problem yet */
	rpc_holds(ask("kith.status", "{}"), "'state':'joining'");
	other->status = KITH_STATUS_FAILED;
	rpc_holds(ask("kith.status", "{}"), "'state':'degraded','message':'1 member failed'");
	fake_node_add(w.node, "db-2", KITH_STATUS_FAILED, w.t.now);
	rpc_holds(ask("kith.status", "{}"), "'state':'degraded','message':'2 members failed'");
	w.node->view.isolated = true;
	rpc_holds(ask("kith.status", "{}"), "'state':'isolated'");
	rpc_holds(ask("kith.status", "{}"), "'code':'isolated'");
	rpc_ask(&w, c, "kith.leave", 1, "{}");
	kith_rpc_event(w.server, w.t, &(struct kith_event){.kind = KITH_EVENT_LEAVE_DONE});
	(void)rpc_take(&w, c);
	(void)rpc_take(&w, c);
	rpc_world_run(&w, 0);
	rpc_holds(ask("kith.status", "{}"), "'state':'leaving'");
	w.node->view.started = false;
	rpc_holds(ask("kith.status", "{}"), "'state':'starting'");
}

static void a_node_that_has_left_is_leaving(void **state)
{
	(void)state;
	w.node->members[0].status = KITH_STATUS_LEFT;
	rpc_holds(ask("kith.status", "{}"), "'state':'leaving'");
}

static void problems_name_their_cure(void **state)
{
	const int64_t now_s = w.t.unix_ms / 1000;
	struct kith_member *self = &w.node->members[0];

	(void)state;
	fake_node_add(w.node, "db-1", KITH_STATUS_ALIVE, w.t.now);
	rpc_holds(ask("kith.status", "{}"), "'problems':[]}");
	w.node->stats.duplicate_identity = 1;
	rpc_holds(ask("kith.status", "{}"), "'problems':[{'code':'duplicate_identity','member':null,'since':null,"
		  "'message':'another process runs under this host's identity',"
		  "'hint':'stop it, or give this host an identity of its own: kith admit','note':false}]}");
	w.node->stats.duplicate_identity = 0;
	self->certificate_not_after = (uint32_t)(now_s + 14 * 86400);
	rpc_holds(ask("kith.status", "{}"), "'problems':[]}");
	self->certificate_not_after--;
	rpc_holds(ask("kith.status", "{}"), "'code':'certificate_expires'");
	self->certificate_not_after = (uint32_t)now_s;
	rpc_holds(ask("kith.status", "{}"), "'code':'certificate_expires'");
	self->certificate_not_after--;
	rpc_holds(ask("kith.status", "{}"), "'code':'certificate_expired'");
	rpc_holds(ask("kith.status", "{}"), "'certificate_left_s':-1}");
	rpc_holds(ask("kith.status", "{}"), "'state':'degraded','message':'this host's certificate has expired'");
	self->certificate_not_after = 2000000000;
	w.node->view.health = 3;
	rpc_holds(ask("kith.status", "{}"), "'problems':[]}");
	w.node->view.health = 4;
	rpc_holds(ask("kith.status", "{}"), "'code':'self_unhealthy'");
	w.node->view.health = 0;
	problem = (struct kith_rpc_problem){"clock_unsynchronised", "the clock is off", "timedatectl"};
	problem_count = 1;
	rpc_holds(ask("kith.status", "{}"), "'state':'degraded','message':'the clock is off'");
	rpc_holds(ask("kith.status", "{}"), "'problems':[{'code':'clock_unsynchronised','member':null,"
		  "'since':null,'message':'the clock is off','hint':'timedatectl','note':false}]}");
}

static void a_wrong_clock_is_told(void **state)
{
	(void)state;
	fake_node_add(w.node, "db-1", KITH_STATUS_ALIVE, w.t.now);
	w.node->view.clock_ahead_s = -3600;
	w.node->view.clock_others = 3;
	rpc_holds(ask("kith.status", "{}"), "'problems':[]}");
	w.node->view.clock_differs = true;
	rpc_holds(ask("kith.status", "{}"), "'state':'degraded','message':"
		  "'this host's clock is 1 h behind the median of 3 members'");
	rpc_holds(ask("kith.status", "{}"), "'problems':[{'code':'clock_differs','member':null,'since':null,"
		  "'message':'this host's clock is 1 h behind the median of 3 members',"
		  "'hint':'set it: chronyc makestep, or timedatectl','note':false}]}");
	w.node->view.clock_ahead_s = 5400;
	w.node->view.clock_others = 1;
	rpc_holds(ask("kith.status", "{}"), "'message':'this host's clock is 1 h 30 min ahead of the "
		  "only other one: one of the two is wrong','hint':'compare the clocks of both hosts: "
		  "timedatectl','note':false}]}");
}

static void a_full_table_is_told(void **state)
{
	(void)state;
	fake_node_add(w.node, "db-1", KITH_STATUS_LEFT, w.t.now); /* it has its place all the same */
	w.node->view.max_members = 3;
	rpc_holds(ask("kith.status", "{}"), "'problems':[]}");
	fake_node_add(w.node, "db-2", KITH_STATUS_ALIVE, w.t.now);
	rpc_holds(ask("kith.status", "{}"), "'problems':[{'code':'table_full','member':null,'since':null,"
		  "'message':'the member table is full: 3 members, limits.max-members = 3; who comes next "
		  "is refused','hint':'raise limits.max-members on all hosts','note':false}]}");
}

/* A member that has no room for us, or whose record is over here, does not see us or is not seen:
 * a problem although others do. */
static void seeds_that_are_up_and_not_joined_are_told(void **state)
{
	static const struct {
		enum kith_seed_result result;
		const char *holds;
	} rows[] = {
		{KITH_SEED_FULL, "'message':'seed 10.0.0.2:5484: its member table is full; raise "
				 "limits.max-members there'"},
		{KITH_SEED_EXPIRED, "'message':'seed 10.0.0.2:5484: its record is expired here, or from the "
				    "future: compare the clocks'"},
		{KITH_SEED_OVERFLOW, "'problems':[]}"}, /* our table tells of itself */
		{KITH_SEED_REFUSED, "'problems':[]}"},
		{KITH_SEED_BUSY, "'problems':[]}"},
	};

	(void)state;
	fake_node_add(w.node, "db-1", KITH_STATUS_ALIVE, w.t.now);
	w.node->seeds[0] = (struct kith_seed){.addr = w.node->members[1].addrs[0], .tried = true};
	w.node->seed_count = 1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		w.node->seeds[0].result = rows[i].result;
		rpc_holds(ask("kith.status", "{}"), rows[i].holds);
	}
}

/* Rounds are answered by TCP alone for a while, or from the start. */
static void blocked_datagrams_are_named(void **state)
{
	struct kith_member *other;

	(void)state;
	other = fake_node_add(w.node, "db-1", KITH_STATUS_ALIVE, w.t.now);
	w.node->view.answered = w.t.now;
	w.node->stats.rounds_stream = 3;
	rpc_holds(ask("kith.status", "{}"), "'problems':[]}");
	other->heard = w.t.now - 15 * KITH_SECOND;
	rpc_holds(ask("kith.status", "{}"), "'problems':[]}");
	other->heard--;
	rpc_holds(ask("kith.status", "{}"), "'code':'udp_blocked'");
	other->heard = KITH_NEVER;
	rpc_holds(ask("kith.status", "{}"), "'code':'udp_blocked'");
	w.node->stats.rounds_stream = 2;
	rpc_holds(ask("kith.status", "{}"), "'problems':[]}");
	w.node->stats.rounds_stream = 3;
	w.node->view.answered = KITH_NEVER;
	rpc_holds(ask("kith.status", "{}"), "'problems':[]}");
}

static void a_drain_is_not_forgotten(void **state)
{
	const char *body;

	(void)state;
	assert_int_equal(kith_offers_drain(w.offers, w.t.now, NULL, true, "x"), 0);
	rpc_ask(&w, c, "kith.status", 1, "{}");
	(void)rpc_take(&w, c);
	body = rpc_take(&w, c);
	rpc_holds(body, "'state':'alone'"); /* which is no problem */
	rpc_holds(body, "{'code':'host_drained','member':null,'since':null,'message':'this host is drained: no "
			"answer names its services','hint':'kith undrain','note':true}");
}

static void dropped_packets_are_told_for_ten_minutes(void **state)
{
	struct kith_event e = {.kind = KITH_EVENT_DROPPED, .dropped = KITH_DROPPED_KEY};

	(void)state;
	fake_node_add(w.node, "db-1", KITH_STATUS_ALIVE, w.t.now);
	e.addr = w.node->members[1].addrs[0];
	e.addr.port = 0;
	kith_rpc_event(w.server, w.t, &e);
	rpc_world_run(&w, 60 * KITH_SECOND);
	kith_rpc_event(w.server, w.t, &e);
	/* Anybody can send them: the verdict stays. */
	rpc_holds(ask("kith.status", "{}"), "'state':'healthy','message':''");
	rpc_holds(ask("kith.status", "{}"),
		  "'problems':[{'code':'unknown_key','member':null,'since':'2026-11-23T05:12:44.120Z',"
		  "'message':'packets from 10.0.0.2 use an unknown cluster key','hint':'is it of this "
		  "cluster? then there: kith join FILE, as kith admit prints it today','note':true}]");
	e.dropped = KITH_DROPPED_EXPIRED;
	kith_rpc_event(w.server, w.t, &e);
	rpc_holds(ask("kith.status", "{}"), "'code':'record_expired'");
	rpc_world_run(&w, 600 * KITH_SECOND);
	rpc_holds(ask("kith.status", "{}"), "'code':'unknown_key'");
	rpc_world_run(&w, 1);
	rpc_holds(ask("kith.status", "{}"), "'problems':[]}");
	kith_rpc_event(w.server, w.t, &e);
	rpc_holds(ask("kith.status", "{}"), "'since':'2026-11-23T05:23:44.120Z'");
}

static void a_member_that_sends_garbage_is_named(void **state)
{
	struct kith_event e = {.kind = KITH_EVENT_DROPPED, .dropped = KITH_DROPPED_MALFORMED};

	(void)state;
	fake_node_add(w.node, "db-1", KITH_STATUS_ALIVE, w.t.now);
	e.addr = w.node->members[1].addrs[0];
	e.addr.port = 0;
	e.mid = w.node->members[1].mid;
	kith_rpc_event(w.server, w.t, &e);
	rpc_holds(ask("kith.status", "{}"),
		  "'code':'member_malformed','member':'db-1','since':'2026-11-23T05:12:44.120Z',"
		  "'message':'packets from db-1, 10.0.0.2, do not follow the protocol, though they come "
		  "from a member'");
}

static void failed_members_are_named_up_to_a_bound(void **state)
{
	const char *text;
	uint32_t count = 0;

	(void)state;
	for (int i = 0; i < KITH_PROBLEMS_MEMBERS; i++)
		fake_node_add(w.node, "db", KITH_STATUS_FAILED, w.t.now);
	text = ask("kith.status", "{}");
	assert_null(strstr(text, "members_failed"));
	for (const char *p = text; (p = strstr(p, "'member_failed'")) != NULL; p++)
		count++;
	assert_int_equal(count, KITH_PROBLEMS_MEMBERS);
	fake_node_add(w.node, "db", KITH_STATUS_FAILED, w.t.now);
	fake_node_add(w.node, "db", KITH_STATUS_FAILED, w.t.now);
	rpc_holds(ask("kith.status", "{}"), "{'code':'members_failed','member':null,'since':null,"
		  "'message':'more members failed','hint':'kith members state=failed','note':false}]}");
	rpc_holds(ask("kith.status", "{}"), "'message':'18 members failed'");
}

static void stats_come_in_groups(void **state)
{
	const char *text;

	(void)state;
	w.node->stats.rounds = 7;
	w.node->stats.drops.bad_tag = UINT64_MAX;
	text = ask("kith.stats", "{}");
	rpc_holds(text, "'stats':{'node':{'datagrams_received':0,");
	rpc_holds(text, ",'rounds':7,");
	rpc_holds(text, "},'drops':{'length':0,");
	rpc_holds(text, ",'bad_tag':18446744073709551615,");
	rpc_holds(text, "},'rpc':{'connections':1,'connections_opened':1,");
	rpc_holds(text, "},'loop':{'turns':12,'lag_us_max':34},'udp':{'errors':0}}}");
}

static void stats_can_be_asked_for_by_prefix(void **state)
{
	static const struct {
		const char *prefix, *stats;
	} rows[] = {
		{"loop", "'stats':{'loop':{'turns':12,'lag_us_max':34}}}"},
		{"loop.", "'stats':{'loop':{'turns':12,'lag_us_max':34}}}"},
		{"loop.l", "'stats':{'loop':{'lag_us_max':34}}}"},
		{"loop.turns", "'stats':{'loop':{'turns':12}}}"},
		{"loop.turnsx", "'stats':{}}"},
		{"loopx", "'stats':{}}"},
		{"node.rounds", "'stats':{'node':{'rounds':0,'rounds_failed':0,'rounds_express':0,"
				"'rounds_zone':0,'rounds_relayed':0,'rounds_stream':0}}}"},
		{"u", "'stats':{'udp':{'errors':0}}}"},
		{"x", "'stats':{}}"},
	};
	char args[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)snprintf(args, sizeof(args), "{'prefix':'%s'}", rows[i].prefix);
		rpc_holds(ask("kith.stats", args), rows[i].stats);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(status_is_one_screen),
		TEST(the_first_word_is_the_worst_that_holds),
		TEST(a_node_that_has_left_is_leaving),
		TEST(problems_name_their_cure),
		TEST(a_wrong_clock_is_told),
		TEST(a_full_table_is_told),
		TEST(seeds_that_are_up_and_not_joined_are_told),
		TEST(blocked_datagrams_are_named),
		TEST(a_drain_is_not_forgotten),
		TEST(dropped_packets_are_told_for_ten_minutes),
		TEST(a_member_that_sends_garbage_is_named),
		TEST(failed_members_are_named_up_to_a_bound),
		TEST(stats_come_in_groups),
		TEST(stats_can_be_asked_for_by_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
