/* SPDX-License-Identifier: ISC */
#include "query/services.h"
#include "base/mem.h"
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
static const char *ask_on(struct kith_rpc_conn *conn, const char *call, const char *args)
{
	rpc_ask(&w, conn, call, 1, args);
	rpc_expect(&w, conn, "{'Error':'','Seq':1}");
	return rpc_take(&w, conn);
}

static const char *ask(const char *call, const char *args)
{
	return ask_on(c, call, args);
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

/* --- changes --------------------------------------------------------------------------------- */

static void a_service_is_registered_and_withdrawn(void **state)
{
	(void)state;
	rpc_holds(ask("kith.register", "{'name':'web','port':8080,'ports':{'admin':9}}"),
		  ",'registered':{'name':'web','id':'web','change':'added'},'kept':true}");
	assert_int_equal(w.node->put_count, 1);
	assert_string_equal(w.node->puts[0].name, "web");
	assert_int_equal(w.node->puts[0].port, 8080);
	rpc_holds(ask("kith.register", "{'name':'web','port':8080,'ports':{'admin':9}}"), "'change':'none'");
	rpc_holds(ask("kith.register", "{'name':'web','port':8081}"), "'change':'changed'");
	rpc_holds(ask("kith.deregister", "{'id':'web'}"),
		  ",'deregistered':{'name':'web','id':'web','change':'removed'},'kept':true}");
	assert_string_equal(w.node->dropped[0], "web");
	rpc_holds(refused("kith.deregister", "{'id':'web'}", "this host offers no service with the id web"),
		  "'code':'not_found'");
	rpc_holds(refused("kith.register", "{'name':'web','port':70000}", "'port' is 0 to 65535"),
		  "'code':'usage'");
	rpc_holds(refused("kith.register", "{'name':'web','ports':{'x':'y'}}",
			  "kith.register: 'ports' must be a map of text to number"), "'code':'usage'");
	rpc_holds(refused("kith.register", "{}", "kith.register: lacks the argument 'name'"), "'usage'");
}

static void a_refusal_names_its_cure(void **state)
{
	(void)state;
	w.node->put_rc = KITH_ERIGHT;
	rpc_holds(refused("kith.register", "{'name':'db'}",
			  "the certificate of this host does not allow it to offer db"),
		  "'code':'not_allowed','message':'the certificate of this host does not allow it to offer db',"
		  "'hint':'stop kithd, and print KEY: kith init --identity\\nwhere the authority's file is, with all "
		  "that it may offer: kith admit web-1 --key KEY --service 'db'\\nthen here: kith join FILE',"
		  "'exit':4");
	rpc_holds(refused("kith.register", "{'name':'db','addrs':['192.0.2.1']}",
			  "the certificate of this host does not allow it to offer db, or not at an address that "
			  "is not its own"),
		  "kith admit web-1 --key KEY --service 'db' --external\\nthen here");
	w.node->put_rc = KITH_ETOOBIG;
	rpc_holds(refused("kith.register", "{'name':'db'}",
			  "all that is said of a service takes some 860 bytes at most"), "'too_big'");
	w.node->put_rc = KITH_EFULL;
	rpc_holds(refused("kith.register", "{'name':'db'}",
			  "this host offers 256 services, which is the most"), "kith deregister ID");
	w.node->put_rc = KITH_ESTATE;
	rpc_holds(refused("kith.register", "{'name':'db'}", "this host is leaving the cluster"), "'refused'");
	w.node->put_rc = KITH_ENOMEM;
	rpc_holds(refused("kith.register", "{'name':'db'}", "kithd is out of memory"), "'no_memory'");
	w.node->put_rc = 0;
	rpc_holds(ask("kith.register", "{'name':'db'}"), "'change':'added'"); /* nothing of it stayed */
}

/* The answer goes out when the disk has it, and says whether that is so. */
static void what_is_kept_is_answered_from_the_disk(void **state)
{
	const uint8_t *p;

	(void)state;
	w.keep_ticket = 7;
	rpc_ask(&w, c, "kith.register", 1, "{'name':'web'}");
	assert_int_equal(w.kept, KITH_RPC_KEEP_SERVICES);
	assert_int_equal(w.node->put_count, 1); /* offered it is at once */
	assert_int_equal(kith_rpc_output(c, &p), 0);
	assert_false(kith_rpc_wants_input(c));
	kith_rpc_kept(w.server, w.t, KITH_RPC_KEEP_SERVICES, 6, true);
	kith_rpc_kept(w.server, w.t, KITH_RPC_KEEP_MEMBERS, 7, true);
	assert_int_equal(kith_rpc_output(c, &p), 0);
	kith_rpc_kept(w.server, w.t, KITH_RPC_KEEP_SERVICES, 7, true);
	rpc_expect(&w, c, "{'Error':'','Seq':1}");
	rpc_holds(rpc_take(&w, c), "'kept':true}");
	assert_true(kith_rpc_wants_input(c));

	rpc_ask(&w, c, "kith.deregister", 2, "{'id':'web'}");
	kith_rpc_kept(w.server, w.t, KITH_RPC_KEEP_SERVICES, 8, false);
	rpc_expect(&w, c, "{'Error':'','Seq':2}");
	rpc_holds(rpc_take(&w, c),
		  "'deregistered':{'name':'web','id':'web','change':'removed'},'kept':false}");

	rpc_ask(&w, c, "kith.maintenance", 3, "{'on':true,'reason':'move'}");
	rpc_world_run(&w, 5 * KITH_SECOND - 1);
	assert_int_equal(kith_rpc_output(c, &p), 0);
	rpc_world_run(&w, 1);
	rpc_expect(&w, c, "{'Error':'','Seq':3}");
	rpc_holds(rpc_take(&w, c), "'maintenance':{'id':null,'on':true,'reason':'move'},'kept':false}");
}

static void a_session_is_bound_to_its_connection(void **state)
{
	struct kith_rpc_conn *other = rpc_connect(&w, KITH_RPC_UNIX);

	(void)state;
	w.keep_ticket = 7; /* which is nothing to a session */
	rpc_holds(ask("kith.register", "{'name':'job','session':true}"), "'change':'added'},'kept':null}");
	rpc_holds(ask("kith.register", "{'name':'job','port':1,'session':true}"), "'change':'changed'");
	rpc_ask(&w, other, "kith.register", 1, "{'name':'job','session':true}");
	rpc_expect(&w, other, "{'Error':'job is offered by another program, for as long as that runs','Seq':1}");
	rpc_holds(rpc_take(&w, other), "give another --id");
	rpc_holds(refused("kith.register", "{'name':'job'}", "job is offered for this session"), "'refused'");
	(void)ask_on(other, "kith.register", "{'name':'job','id':'job-2','session':true}");
	kith_rpc_close(&c);
	assert_int_equal(w.node->dropped_count, 1);
	assert_string_equal(w.node->dropped[0], "job");
	kith_rpc_eof(other, w.t);
	assert_int_equal(w.node->dropped_count, 2);
	kith_rpc_close(&other);
	assert_int_equal(w.node->dropped_count, 2);
}

static void a_client_that_breaks_the_format_ends_its_session(void **state)
{
	(void)state;
	(void)ask("kith.register", "{'name':'job','session':true}");
	kith_rpc_input(c, w.t, (const uint8_t *)"\xC1", 1);
	assert_int_equal(w.node->dropped_count, 1);
	assert_true(kith_rpc_is_closed(c));
}

static void somebody_elses_id_is_not_taken(void **state)
{
	struct kith_definition d = {.name = "web", .id = "web", .weight = 1};
	uint32_t failed;

	(void)state;
	assert_int_equal(kith_offers_configure(w.offers, w.t.now, &d, 1, &failed), 0);
	rpc_holds(refused("kith.register", "{'name':'web'}", "web is offered by kith.conf"), "kith reload");
	rpc_holds(refused("kith.register", "{'name':'web','session':true}", "web is offered by kith.conf"),
		  "'refused'");
	rpc_holds(refused("kith.deregister", "{'id':'web'}", "web is offered by kith.conf"), "kith drain");
	rpc_holds(ask("kith.maintenance", "{'id':'web','on':true}"),
		  "'maintenance':{'id':'web','on':true,'reason':''},'kept':true}");
	(void)ask("kith.register", "{'name':'web','id':'r'}");
	rpc_holds(refused("kith.register", "{'name':'web','id':'r','session':true}",
			  "r is registered for good"), "kith deregister");
	/* Whoever may change may end another one's session. */
	(void)ask("kith.register", "{'name':'web','id':'s','session':true}");
	rpc_holds(ask_on(rpc_connect(&w, KITH_RPC_UNIX), "kith.deregister", "{'id':'s'}"), "'kept':null}");
}

static void a_drain_is_told(void **state)
{
	(void)state;
	(void)ask("kith.register", "{'name':'web'}");
	rpc_holds(ask("kith.maintenance", "{'id':'web','on':true,'reason':'new disk'}"),
		  "'maintenance':{'id':'web','on':true,'reason':'new disk'},'kept':true}");
	assert_string_equal(w.node->puts[w.node->put_count - 1].note, "new disk");
	(void)ask("kith.maintenance", "{'on':true}");
	rpc_holds(refused("kith.maintenance", "{'id':'web','on':false}",
			  "this host is drained, with all its services"), "kith undrain");
	rpc_holds(ask("kith.maintenance", "{'on':false,'reason':'x'}"),
		  "'maintenance':{'id':null,'on':false,'reason':''},'kept':true}");
	assert_false(w.node->puts[w.node->put_count - 1].maintenance);
	rpc_holds(refused("kith.maintenance", "{'id':'x','on':true}",
			  "this host offers no service with the id x"), "'not_found'");
	rpc_holds(refused("kith.maintenance", "{'on':true,'reason':'a\n'}",
			  "'reason' is a text of at most 80 bytes, without control characters"), "'usage'");
	rpc_holds(refused("kith.maintenance", "{'id':'web'}", "kith.maintenance: lacks the argument 'on'"), "'");
}

static void who_may_only_look_may_only_look(void **state)
{
	(void)state;
	kith_rpc_close(&c);
	c = rpc_connect(&w, KITH_RPC_UNIX_LOOKING);
	rpc_holds(ask("kith.services", "{}"), "'services':[]");
	rpc_holds(refused("kith.register", "{'name':'web'}", "this socket's user may look, not change"),
		  "'not_allowed'");
	assert_int_equal(w.node->put_count, 0);
}

/* --- the list -------------------------------------------------------------------------------- */

static void a_service_has_all_its_keys(void **state)
{
	struct kith_member *m = fake_node_add(w.node, "db-1", KITH_STATUS_ALIVE, w.t.now);
	struct kith_service *s = fake_node_offer(w.node, m, "db", 5432);
	struct kith_definition d = {.name = "own", .id = "own", .weight = 1};

	(void)state;
	rpc_holds(ask("kith.services", "{}"),
		  ",'services':[{'name':'db','id':'db','node':'db-1',"
		  "'node_id':'00020202020202020202020202020202',"
		  "'state':'alive','quarantined':false,'self':false,'origin':null,'zone':'a',"
		  "'addrs':['10.0.0.2'],'port':5432,'ports':{},'tags':[],'meta':{},'weight':1,"
		  "'health':'passing','health_since':null,'note':'','maintenance':false,'usable':true}],"
		  "'total':1,'next':null}");
	s->id = (struct kith_bytes){(const uint8_t *)"db-x", 4};
	s->note = (struct kith_bytes){(const uint8_t *)"slow", 4};
	s->addrs = (struct kith_bytes){(const uint8_t *)"\x92\xA7" "fd00::5\xA1x", 11};
	s->ports = (struct kith_bytes){(const uint8_t *)"\x81\xA1y\x09", 4};
	s->tags = (struct kith_bytes){(const uint8_t *)"\x91\xA2v2", 4};
	s->meta = (struct kith_bytes){(const uint8_t *)"\x81\xA1k\xA1v", 5};
	s->port = 0;
	s->health = KITH_SERVICE_WARNING;
	s->health_since = 1795410764;
	s->maintenance = true;
	w.node->view.service_changes++;
	rpc_holds(ask("kith.services", "{'all':true}"),
		  "'id':'db-x',");
	rpc_holds(ask("kith.services", "{'all':true}"),
		  "'addrs':['fd00::5','x'],'port':null,'ports':{'y':9},'tags':['v2'],'meta':{'k':'v'},"
		  "'weight':1,'health':'warning','health_since':'2026-11-23T05:12:44.000Z','note':'slow',"
		  "'maintenance':true,'usable':false}");
	rpc_holds(ask("kith.services", "{}"), "'services':[],'total':0,'next':null}");
	/* Of this host's it is known who asked for them. */
	assert_int_equal(kith_offers_put(w.offers, w.t.now, &d, KITH_OFFER_REGISTERED, NULL), 0);
	(void)fake_node_offer(w.node, &w.node->members[0], "own", 1);
	w.node->services[1].self = true;
	rpc_holds(ask("kith.services", "{}"), "'self':true,'origin':'registered','zone'");
}

static void services_are_filtered(void **state)
{
	struct kith_member *a, *b;
	struct kith_service *s;

	(void)state;
	a = fake_node_add(w.node, "db-1", KITH_STATUS_ALIVE, w.t.now);
	b = fake_node_add(w.node, "db-2", KITH_STATUS_FAILED, w.t.now);
	s = fake_node_offer(w.node, a, "web", 1);
	s->tags = (struct kith_bytes){(const uint8_t *)"\x92\xA1x\xA2v2", 6};
	(void)fake_node_offer(w.node, a, "web-admin", 2);
	(void)fake_node_offer(w.node, b, "web", 3);
	rpc_holds(ask("kith.services", "{}"), "'total':2,");
	rpc_holds(ask("kith.services", "{'all':true}"), "'total':3,");
	rpc_holds(ask("kith.services", "{'name':'web'}"), "'total':1,");
	rpc_holds(ask("kith.services", "{'name':'web*'}"), "'total':2,");
	rpc_holds(ask("kith.services", "{'name':'web','all':true}"), "'total':2,");
	rpc_holds(ask("kith.services", "{'tag':'v?'}"), "'total':1,");
	rpc_holds(ask("kith.services", "{'tag':'v'}"), "'total':0,");
	rpc_holds(ask("kith.services", "{'node':'db-2','all':true}"), "'total':1,");
	rpc_holds(ask("kith.services", "{'node':'db-?','all':true}"), "'total':3,");
	rpc_holds(ask("kith.services", "{'node':'00030303030303030303030303030303','all':true}"),
		  "'node':'db-2'");
}

/* A tab as JSON writes it becomes one. */
static void unescape(char *text)
{
	char *at;

	while ((at = strstr(text, "\\t")) != NULL) {
		*at = '\t';
		memmove(at + 1, at + 2, strlen(at + 2) + 1);
	}
}

/* Through all pages: each once, and in order. */
static void pages_join(void **state)
{
	static const char *const wanted = "a/db-1 a/db-2 b/db-1 c d/db-1 c d/db-2 ";
	char args[400] = "{'limit':2}", seen[200] = "";

	(void)state;
	for (int i = 1; i <= 2; i++) {
		char name[8];
		struct kith_member *m;

		(void)snprintf(name, sizeof(name), "db-%d", i);
		m = fake_node_add(w.node, name, KITH_STATUS_ALIVE, w.t.now);
		(void)fake_node_offer(w.node, m, "c d", 1);
		(void)fake_node_offer(w.node, m, "a", 1);
		if (i == 1)
			(void)fake_node_offer(w.node, m, "b", 1);
	}
	for (int page = 0; page < 4 && args[0] != '\0'; page++) {
		const char *body = ask("kith.services", args), *at = body, *next;
		char name[64], node[64], after[200];

		while ((at = strstr(at, "{'name':'")) != NULL) {
			assert_int_equal(sscanf(at, "{'name':'%63[^']','id':'%*[^']','node':'%63[^']'",
						name, node), 2);
			(void)snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%s/%s ", name, node);
			at++;
		}
		rpc_holds(body, "'total':5");
		next = strstr(body, "'next':'");
		args[0] = '\0';
		if (next != NULL && sscanf(next, "'next':'%199[^']'", after) == 1)
			(void)snprintf(args, sizeof(args), "{'limit':2,'after':'%s'}", after);
		unescape(args);
	}
	assert_string_equal(seen, wanted);
	rpc_holds(refused("kith.services", "{'limit':0}", "kith.services: 'limit' is 1 to 1000"), "'usage'");
	rpc_holds(refused("kith.services", "{'after':'x'}",
			  "kith.services: 'after' is what 'next' of the page before was"), "'usage'");
	rpc_holds(refused("kith.services", "{'after':'a\tb\t00\tc'}",
			  "kith.services: 'after' is what 'next' of the page before was"), "'usage'");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_service_is_registered_and_withdrawn),
		TEST(a_refusal_names_its_cure),
		TEST(what_is_kept_is_answered_from_the_disk),
		TEST(a_session_is_bound_to_its_connection),
		TEST(a_client_that_breaks_the_format_ends_its_session),
		TEST(somebody_elses_id_is_not_taken),
		TEST(a_drain_is_told),
		TEST(who_may_only_look_may_only_look),
		TEST(a_service_has_all_its_keys),
		TEST(services_are_filtered),
		TEST(pages_join),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
