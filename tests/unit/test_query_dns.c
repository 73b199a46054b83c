/* SPDX-License-Identifier: ISC */
/* What is answered to which question. */
#include "support/dns_world.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct dns_world w;

static int set_up(void **state)
{
	(void)state;
	dns_world_init(&w);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	dns_world_fini(&w);
	return 0;
}

struct row {
	const char *name;
	uint16_t type;
	const char *told;
};

static void claim(const struct row *rows, size_t count)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < count; i++) {
		const char *is = dns_world_told(&w, rows[i].name, rows[i].type);

		if (strcmp(is, rows[i].told) == 0)
			continue;
		wrong++;
		print_error("%s %u\n  is  %s\n  not %s\n", rows[i].name, rows[i].type, is, rows[i].told);
	}
	assert_int_equal(wrong, 0);
}
#define CLAIM(rows) claim(rows, sizeof(rows) / sizeof((rows)[0]))
#define NODATA(zone) "NOERROR aa: / " zone " SOA"
#define NXDOMAIN(zone) "NXDOMAIN aa: / " zone " SOA"

static void services_have_addresses(void **state)
{
	static const struct row rows[] = {
		{"web.service.consul", DNS_A, "NOERROR aa: A 10.0.0.1, A 10.1.1.7"},
		{"web.service.kith.internal", DNS_A, "NOERROR aa: A 10.0.0.1, A 10.1.1.7"},
		{"web.service.consul", DNS_ANY, "NOERROR aa: A 10.0.0.1, A 10.1.1.7"},
		{"web.service.consul", DNS_AAAA, NODATA("consul.")},
		{"six.service.consul", DNS_A, NODATA("consul.")},
		{"six.service.consul", DNS_AAAA, "NOERROR aa: AAAA 2001:db8::5"},
		{"v1.web.service.consul", DNS_A, "NOERROR aa: A 10.0.0.1"},
		{"a.b.web.service.consul", DNS_A, "NOERROR aa: A 10.0.0.1"},
		{"b.web.service.consul", DNS_A, NODATA("consul.")},
		{"v2.web.service.consul", DNS_A, NXDOMAIN("consul.")},
		{"v3.web.service.consul", DNS_A, NXDOMAIN("consul.")},
		{"web.service.dc1.consul", DNS_A, "NOERROR aa: A 10.0.0.1"},
		{"web.service.dc1.dc.consul", DNS_A, "NOERROR aa: A 10.0.0.1"},
		{"web.service.eu.west.consul", DNS_A, "NOERROR aa: A 10.1.1.7"},
		{"web.service.dc9.consul", DNS_A, NXDOMAIN("consul.")},
		{"six.service.eu.west.consul", DNS_A, NXDOMAIN("consul.")},
		{"web.service.consul", DNS_TXT, NODATA("consul.")},
		{"web.service.consul", DNS_MX, NODATA("consul.")},
		{"web.service.consul", DNS_HTTPS, NODATA("consul.")},
		{"web.service.consul", DNS_DS, NODATA("consul.")},
		{"web.service.consul", DNS_SOA, NODATA("consul.")},
		{"_web._tcp.service.consul", DNS_A, "NOERROR aa: A 10.0.0.1, A 10.1.1.7"},
		{"none.service.consul", DNS_A, NXDOMAIN("consul.")},
		{"web.query.consul", DNS_A, NXDOMAIN("consul.")},
		{"web.connect.consul", DNS_A, NXDOMAIN("consul.")},
	};

	(void)state;
	CLAIM(rows);
}

static void services_have_srv_records(void **state)
{
	static const char both[] = "NOERROR aa: SRV 1 10 80 n1.node.consul., SRV 1 3 81 0a010107.addr.consul. /"
				   " / 0a010107.addr.consul. A 10.1.1.7, n1.node.consul. A 10.0.0.1";
	static const char first[] =
		"NOERROR aa: SRV 1 10 80 n1.node.consul. / / n1.node.consul. A 10.0.0.1";
	static const struct row rows[] = {
		{"web.service.consul", DNS_SRV, both},
		{"WEB.sErViCe.CONSUL", DNS_SRV, both},
		{"_web._tcp.service.consul", DNS_SRV, both},
		{"_web._TCP.consul", DNS_SRV, both},
		{"_web._tcp.consul", DNS_ANY, both},
		{"_web._tcp.consul", DNS_A, NODATA("consul.")},
		{"_web._v1.service.consul", DNS_SRV, first},
		{"_web._v1.consul", DNS_SRV, first},
		{"_web._tcp.dc1.consul", DNS_SRV, first},
		{"_web._tcp.service.dc1.consul", DNS_SRV, first},
		{"_six._udp.service.consul", DNS_SRV, NXDOMAIN("consul.")},
		{"_web.service.consul", DNS_SRV, NXDOMAIN("consul.")},
		{"_none._tcp.consul", DNS_SRV, NXDOMAIN("consul.")},
		{"_web._tcp.dc9.consul", DNS_SRV, NXDOMAIN("consul.")},
		{"six.service.kith.internal", DNS_SRV,
		 "NOERROR aa: SRV 1 1 6 20010db8000000000000000000000005.addr.kith.internal. / /"
		 " 20010db8000000000000000000000005.addr.kith.internal. AAAA 2001:db8::5"},
	};

	(void)state;
	CLAIM(rows);
}

static void nodes_have_names(void **state)
{
	static const struct row rows[] = {
		{"n1.node.consul", DNS_A, "NOERROR aa: A 10.0.0.1"},
		{"N1.NODE.CONSUL", DNS_A, "NOERROR aa: A 10.0.0.1"},
		{"n1.node.dc1.consul", DNS_A, "NOERROR aa: A 10.0.0.1"},
		{"n1.node.eu.west.consul", DNS_A, NXDOMAIN("consul.")},
		{"n1.node.dc9.consul", DNS_A, NXDOMAIN("consul.")},
		{"n1.node.consul", DNS_AAAA, NODATA("consul.")},
		{"n1.node.consul", DNS_SRV, NODATA("consul.")},
		{"n1.node.consul", DNS_TXT, "NOERROR aa: TXT \"role=web\", TXT \"x\""},
		{"n1.node.consul", DNS_ANY, "NOERROR aa: A 10.0.0.1, TXT \"role=web\", TXT \"x\""},
		{"n2.node.consul", DNS_TXT, NODATA("consul.")},
		{"db.n3.node.consul", DNS_A, "NOERROR aa: A 10.0.0.3"},
		{"n3.node.consul", DNS_A, NODATA("consul.")},
		{"db\\.n3.node.consul", DNS_A, NXDOMAIN("consul.")},
		{"b.n3.node.consul", DNS_A, NXDOMAIN("consul.")},
		{"n9.node.consul", DNS_A, NXDOMAIN("consul.")},
		{"0a010107.addr.consul", DNS_A, "NOERROR aa: A 10.1.1.7"},
		{"0A010107.addr.dc1.consul", DNS_A, "NOERROR aa: A 10.1.1.7"},
		{"0a010107.addr.consul", DNS_AAAA, NODATA("consul.")},
		{"0a010107.addr.consul", DNS_SRV, NODATA("consul.")},
		{"20010db8000000000000000000000005.addr.consul", DNS_AAAA, "NOERROR aa: AAAA 2001:db8::5"},
		{"0a01010.addr.consul", DNS_A, NXDOMAIN("consul.")},
		{"0a01010g.addr.consul", DNS_A, NXDOMAIN("consul.")},
		{"0a010107.addr.dc9.consul", DNS_A, NXDOMAIN("consul.")},
		{"1.0.0.10.in-addr.arpa", DNS_PTR, "NOERROR aa: PTR n1.node.consul."},
		{"3.0.0.10.IN-ADDR.arpa", DNS_ANY, "NOERROR aa: PTR db.n3.node.consul."},
		{"9.0.0.10.in-addr.arpa", DNS_PTR, "REFUSED:"},
		{"1.0.0.10.in-addr.arpa", DNS_A, "REFUSED:"},
		{"01.0.0.10.in-addr.arpa", DNS_PTR, "REFUSED:"},
		{"0.0.10.in-addr.arpa", DNS_PTR, "REFUSED:"},
	};

	(void)state;
	CLAIM(rows);
}

static void the_domain_is_there(void **state)
{
	static const struct row rows[] = {
		{"consul", DNS_SOA, "NOERROR aa: SOA"},
		{"consul", DNS_NS, "NOERROR aa: NS ns.consul. / / ns.consul. A 10.0.0.1"},
		{"consul", DNS_ANY, "NOERROR aa: NS ns.consul., SOA / / ns.consul. A 10.0.0.1"},
		{"ns.consul", DNS_A, "NOERROR aa: A 10.0.0.1"},
		{"ns.consul", DNS_TXT, NODATA("consul.")},
		/* Parts of other names are there, and have nothing. */
		{"consul", DNS_A, NODATA("consul.")},
		{"service.consul", DNS_A, NODATA("consul.")},
		{"node.consul", DNS_A, NODATA("consul.")},
		{"addr.consul", DNS_A, NODATA("consul.")},
		{"dc1.consul", DNS_A, NODATA("consul.")},
		{"west.consul", DNS_A, NODATA("consul.")},
		{"dc.consul", DNS_A, NODATA("consul.")},
		{"service.dc1.consul", DNS_A, NODATA("consul.")},
		{"_tcp.service.consul", DNS_A, NODATA("consul.")},
		{"_tcp.consul", DNS_A, NODATA("consul.")},
		{"_v1.service.consul", DNS_A, NODATA("consul.")},
		{"_v9.service.consul", DNS_A, NXDOMAIN("consul.")},
		{"service.dc9.consul", DNS_A, NXDOMAIN("consul.")},
		{"dc9.consul", DNS_A, NXDOMAIN("consul.")},
		{"web.consul", DNS_A, NXDOMAIN("consul.")},
		/* Domains in domains, and others. */
		{"n1.node.far.kith.internal", DNS_AAAA, NODATA("far.kith.internal.")},
		{"far.kith.internal", DNS_SOA, "NOERROR aa: SOA"},
		{"internal", DNS_SOA, "REFUSED:"},
		{"nearconsul", DNS_A, "REFUSED:"},
		{"example.com", DNS_A, "REFUSED:"},
		{"", DNS_NS, "REFUSED:"},
		{"consul", DNS_AXFR, "REFUSED:"},
		{"consul", DNS_IXFR, "REFUSED:"},
	};

	(void)state;
	CLAIM(rows);
}

static void the_first_question_may_be_for_what_there_is_not(void **state)
{
	(void)state;
	assert_string_equal(dns_world_told(&w, "none.service.consul", DNS_SRV), NXDOMAIN("consul."));
}

static void only_usable_instances_are_named(void **state)
{
	static const char name[] = "web.service.consul";

	(void)state;
	w.config.only_passing = true;
	dns_world_set(&w);
	assert_string_equal(dns_world_told(&w, name, DNS_A), "NOERROR aa: A 10.0.0.1");
	w.config.only_passing = false;
	dns_world_set(&w);
	w.web1->maintenance = true;
	assert_string_equal(dns_world_told(&w, name, DNS_A), "NOERROR aa: A 10.1.1.7");
	w.n2->status = KITH_STATUS_SUSPECT;
	assert_string_equal(dns_world_told(&w, name, DNS_A), "NOERROR aa: A 10.1.1.7");
	w.n2->status = KITH_STATUS_FAILED;
	assert_string_equal(dns_world_told(&w, name, DNS_A), NXDOMAIN("consul."));
	assert_string_equal(dns_world_told(&w, name, DNS_SRV), NXDOMAIN("consul."));
	/* The node has its name, until it has left. */
	assert_string_equal(dns_world_told(&w, "n2.node.consul", DNS_A), "NOERROR aa: A 10.0.0.2");
	assert_string_equal(dns_world_told(&w, "2.0.0.10.in-addr.arpa", DNS_PTR), "NOERROR aa: PTR n2.node.consul.");
	w.n2->status = KITH_STATUS_LEFT;
	assert_string_equal(dns_world_told(&w, "n2.node.consul", DNS_A), NXDOMAIN("consul."));
	assert_string_equal(dns_world_told(&w, "2.0.0.10.in-addr.arpa", DNS_PTR), "REFUSED:");
}

static void an_answer_names_each_place_once(void **state)
{
	(void)state;
	w.web3->health = KITH_SERVICE_PASSING;
	w.web3->addrs = DNS_MSGPACK("\x91\xA8" "10.1.1.7");
	w.web3->port = 81;
	fake_node_offer(w.node, w.n1, "web", 80)->id = DNS_MSGPACK("again");
	fake_node_offer(w.node, w.n1, "web", 90)->id = DNS_MSGPACK("other");
	w.n1->addrs[1] = w.n1->addrs[0];
	w.n1->addrs[1].port++;
	w.n1->addr_count = 2;
	assert_string_equal(dns_world_told(&w, "web.service.consul", DNS_A), "NOERROR aa: A 10.0.0.1, A 10.1.1.7");
	assert_string_equal(dns_world_told(&w, "n1.node.consul", DNS_A), "NOERROR aa: A 10.0.0.1");
	assert_non_null(strstr(dns_world_told(&w, "web.service.consul", DNS_SRV),
			       "/ 0a010107.addr.consul. A 10.1.1.7, n1.node.consul. A 10.0.0.1"));
	assert_int_equal(dns_count(dns_world_answer(&w, "web.service.consul", DNS_SRV), 1), 3);
}

static void an_instance_may_be_where_a_name_says(void **state)
{
	static const char name[] = "six.service.consul";

	(void)state;
	w.six->addrs = DNS_MSGPACK("\x91\xAB" "example.com");
	assert_string_equal(dns_world_told(&w, name, DNS_A), "NOERROR aa: CNAME example.com.");
	assert_string_equal(dns_world_told(&w, name, DNS_SRV), "NOERROR aa: SRV 1 1 6 example.com.");
	w.six->addrs = DNS_MSGPACK("\x91\xAF" "n2.node.consul.");
	assert_string_equal(dns_world_told(&w, name, DNS_A), "NOERROR aa: CNAME n2.node.consul., n2.node.consul. A 10.0.0.2");
	assert_string_equal(dns_world_told(&w, name, DNS_AAAA), "NOERROR aa: CNAME n2.node.consul.");
	w.six->addrs = DNS_MSGPACK("\x92\xAB" "example.com" "\xA8" "10.1.1.9");
	assert_string_equal(dns_world_told(&w, name, DNS_A), "NOERROR aa: A 10.1.1.9");
	assert_string_equal(dns_world_told(&w, name, DNS_AAAA), NODATA("consul."));
	w.six->addrs = DNS_MSGPACK("\x91\xA4" "a..b");
	assert_string_equal(dns_world_told(&w, name, DNS_A), NODATA("consul."));
	assert_string_equal(dns_world_told(&w, name, DNS_SRV), NODATA("consul."));
}

static void a_node_that_no_name_can_spell_has_its_address(void **state)
{
	(void)state;
	fake_node_offer(w.node, fake_node_add(w.node, "a..b", KITH_STATUS_ALIVE, 0), "odd", 5);
	assert_string_equal(dns_world_told(&w, "odd.service.consul", DNS_SRV),
			    "NOERROR aa: SRV 1 1 5 0a000004.addr.consul. / / 0a000004.addr.consul. A 10.0.0.4");
	assert_string_equal(dns_world_told(&w, "4.0.0.10.in-addr.arpa", DNS_PTR), "REFUSED:");
}

static void a_long_tag_is_several_strings(void **state)
{
	static char tags[1 + 2 + 3 + 300] = "\x81\xA1k\xDA\x01\x2C";
	char expected[400];

	(void)state;
	memset(tags + 6, 'v', 300);
	fake_node_tags(w.n1, tags, sizeof(tags));
	snprintf(expected, sizeof(expected), "NOERROR aa: TXT \"k=%.253s\" \"%.47s\"", tags + 6, tags + 6);
	assert_string_equal(dns_world_told(&w, "n1.node.consul", DNS_TXT), expected);
}

/* --- order ----------------------------------------------------------------------------------- */

/* The first answer's last octet. */
static unsigned first_of(const char *name)
{
	const struct kith_bytes a = dns_world_answer(&w, name, DNS_A);
	size_t at = 12;

	assert_true(dns_count(a, 1) > 0);
	while (a.p[at] != 0)
		at += 1u + a.p[at];
	return a.p[at + 5 + 12 + 3];
}

static void the_order_is_shuffled(void **state)
{
	unsigned firsts[4] = {0};

	(void)state;
	fake_node_offer(w.node, w.n1, "db", 1);
	fake_node_offer(w.node, w.n2, "db", 1);
	fake_node_offer(w.node, w.n3, "db", 1);
	for (int i = 0; i < 300; i++)
		firsts[first_of("db.service.consul")]++;
	for (int i = 1; i < 4; i++)
		assert_in_range(firsts[i], 70, 130);
	/* The one that is suspected is there, but never first. */
	w.n2->status = KITH_STATUS_SUSPECT;
	for (int i = 0; i < 50; i++)
		assert_int_not_equal(first_of("db.service.consul"), 2);
	assert_int_equal(dns_count(dns_world_answer(&w, "db.service.consul", DNS_A), 1), 3);
}

static void the_own_zone_is_preferred(void **state)
{
	static const char name[] = "db.service.consul";

	(void)state;
	fake_node_offer(w.node, w.n1, "db", 1);
	fake_node_offer(w.node, w.n2, "db", 1);
	fake_node_offer(w.node, w.n3, "db", 1);
	w.config.prefer = KITH_DNS_PREFER_ZONE;
	w.config.zone_min = 2;
	dns_world_set(&w);
	assert_string_equal(dns_world_told(&w, name, DNS_A), "NOERROR aa: A 10.0.0.1, A 10.0.0.3");
	assert_string_equal(dns_world_told(&w, "db.service.eu.west.consul", DNS_A), "NOERROR aa: A 10.0.0.2");
	/* They are too few: then all, and the own zone's first. */
	w.config.zone_min = 3;
	dns_world_set(&w);
	assert_string_equal(dns_world_told(&w, name, DNS_A), "NOERROR aa: A 10.0.0.1, A 10.0.0.2, A 10.0.0.3");
	for (int i = 0; i < 50; i++)
		assert_int_not_equal(first_of(name), 2);
	/* One that is suspected is no reason to stay. */
	w.config.zone_min = 2;
	dns_world_set(&w);
	w.n3->status = KITH_STATUS_SUSPECT;
	assert_string_equal(dns_world_told(&w, name, DNS_A), "NOERROR aa: A 10.0.0.1, A 10.0.0.2, A 10.0.0.3");
	w.n1->status = KITH_STATUS_SUSPECT;
	for (int i = 0; i < 50; i++)
		assert_int_equal(first_of(name), 2);
	w.config.zone_min = 1;
	dns_world_set(&w);
	assert_string_equal(dns_world_told(&w, name, DNS_A), "NOERROR aa: A 10.0.0.1, A 10.0.0.2, A 10.0.0.3");
}

static void weight_zero_is_for_when_there_is_no_other(void **state)
{
	(void)state;
	w.web1->weight = 0;
	assert_string_equal(dns_world_told(&w, "web.service.consul", DNS_A), "NOERROR aa: A 10.1.1.7");
	assert_int_equal(dns_count(dns_world_answer(&w, "web.service.consul", DNS_SRV), 1), 2);
	w.web2->weight = 0;
	assert_string_equal(dns_world_told(&w, "web.service.consul", DNS_A), "NOERROR aa: A 10.0.0.1, A 10.1.1.7");
}

static void settings_are_taken_whole_or_not_at_all(void **state)
{
	static const char *const bad[] = {"example.com", "Consul"};
	static const char *const other[] = {"example.com"};
	struct kith_dns *none = NULL;

	(void)state;
	w.config.ttl_s = 9;
	w.config.domains = bad;
	w.config.domain_count = 2;
	assert_int_equal(kith_dns_set(w.dns, &w.config), KITH_EINVAL);
	assert_int_equal(kith_dns_new(&none, &w.config, &w.directory, (const uint8_t[16]){1}), KITH_EINVAL);
	w.config.domain_count = 0;
	assert_int_equal(kith_dns_set(w.dns, &w.config), KITH_EINVAL);
	assert_string_equal(dns_world_told(&w, "n1.node.example.com", DNS_A), "REFUSED:");
	assert_string_equal(dns_world_told(&w, "n1.node.consul", DNS_A), "NOERROR aa: A 10.0.0.1");
	w.config.domains = other;
	w.config.domain_count = 1;
	dns_world_set(&w);
	assert_string_equal(dns_world_told(&w, "n1.node.example.com", DNS_A), "NOERROR aa: A 10.0.0.1");
	assert_string_equal(dns_world_told(&w, "n1.node.consul", DNS_A), "REFUSED:");
	alloc_fail_next(&w.heap, 1, false);
	assert_int_equal(kith_dns_new(&none, &w.config, &w.directory, (const uint8_t[16]){1}), KITH_ENOMEM);
	assert_null(none);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(services_have_addresses),
		TEST(services_have_srv_records),
		TEST(nodes_have_names),
		TEST(the_domain_is_there),
		TEST(the_first_question_may_be_for_what_there_is_not),
		TEST(only_usable_instances_are_named),
		TEST(an_answer_names_each_place_once),
		TEST(an_instance_may_be_where_a_name_says),
		TEST(a_node_that_no_name_can_spell_has_its_address),
		TEST(a_long_tag_is_several_strings),
		TEST(the_order_is_shuffled),
		TEST(the_own_zone_is_preferred),
		TEST(settings_are_taken_whole_or_not_at_all),
		TEST(weight_zero_is_for_when_there_is_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
