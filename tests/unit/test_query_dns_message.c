/* SPDX-License-Identifier: ISC */
/* Which bytes are a query, and what an answer is like that does not fit. */
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

/* --- messages -------------------------------------------------------------------------------- */

static void not_even_no_is_said_before_the_node_has_started(void **state)
{
	const struct dns_query q = dns_query_edns("web.service.consul", DNS_A, 1232, 0);

	(void)state;
	w.node->view.started = false;
	assert_string_equal(dns_world_told(&w, "web.service.consul", DNS_A), "SERVFAIL:");
	assert_string_equal(dns_world_told(&w, "example.com", DNS_A), "REFUSED:");
	assert_string_equal(dns_told(&q, dns_world_ask(&w, KITH_DNS_UDP, &q)), "SERVFAIL: / edns");
	w.node->view.started = true;
	alloc_fail_next(&w.heap, 1, true);
	assert_string_equal(dns_world_told(&w, "web.service.consul", DNS_A), "SERVFAIL:");
	assert_string_equal(dns_world_told(&w, "consul", DNS_SOA), "SERVFAIL:");
	alloc_fail_next(&w.heap, 2, true); /* a directory, and nothing to pick in */
	assert_string_equal(dns_world_told(&w, "web.service.consul", DNS_A), "SERVFAIL:");
	alloc_fail_next(&w.heap, 0, false);
	assert_string_equal(dns_world_told(&w, "web.service.consul", DNS_A), "NOERROR aa: A 10.0.0.1, A 10.1.1.7");
	assert_int_equal(kith_dns_counters(w.dns)->unready, 5);
}

static void edns_is_answered_in_kind(void **state)
{
	struct dns_query q = dns_query_edns("six.service.consul", DNS_A, 4096, 0);
	struct kith_bytes a;

	(void)state;
	a = dns_world_ask(&w, KITH_DNS_UDP, &q);
	assert_string_equal(dns_told(&q, a), "NOERROR aa: / consul. SOA / edns");
	assert_memory_equal(a.p + a.len - 11, "\0\0\x29\x04\xD0\0\0\0\0\0\0", 11); /* 1232 */
	q = dns_query_edns("web.service.consul", DNS_A, 4096, 1);
	assert_string_equal(dns_told(&q, dns_world_ask(&w, KITH_DNS_UDP, &q)), "BADVERS: / edns");
	q = dns_query_edns("web.service.consul", DNS_A, 0, 0);
	assert_string_equal(dns_told(&q, dns_world_ask(&w, KITH_DNS_UDP, &q)),
			    "NOERROR aa: A 10.0.0.1, A 10.1.1.7 / edns");
	q = dns_query("six.service.consul", DNS_AAAA);
	q.p[2] = 0;    /* RD */
	q.p[3] = 0x30; /* AD, CD */
	assert_string_equal(dns_told(&q, dns_world_ask(&w, KITH_DNS_UDP, &q)), "NOERROR aa cd: AAAA 2001:db8::5");
}

static void what_is_no_question_is_not_taken_for_one(void **state)
{
	static const struct {
		size_t at;
		uint8_t v;
		const char *told;
	} rows[] = {
		{2, 0x81, "nothing"},     /* an answer */
		{2, 0x11, "NOTIMP:"},     /* IQUERY */
		{2, 0x21, "NOTIMP:"},     /* NOTIFY */
		{2, 0x29, "NOTIMP:"},     /* UPDATE */
		{5, 0, "FORMERR:"},
		{5, 2, "FORMERR:"},
		{4, 1, "FORMERR:"},
		{7, 1, "FORMERR:"},
		{9, 1, "FORMERR:"},
		{11, 1, "FORMERR:"},      /* and it is not there */
		{11, 2, "FORMERR:"},
		{10, 1, "FORMERR:"},
		{12, 64, "FORMERR:"},     /* a label of a kind that there is not */
		{12, 63, "FORMERR:"},     /* longer than the packet */
		{2, 0x07, "NOERROR aa: A 10.0.0.1, A 10.1.1.7"}, /* AA and TC are for answers */
	};
	const struct dns_query good = dns_query("web.service.consul", DNS_A);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dns_query q = good;

		q.p[rows[i].at] = rows[i].v;
		assert_string_equal(dns_told(&q, dns_world_ask(&w, KITH_DNS_UDP, &q)), rows[i].told);
	}
	for (size_t len = 0; len < good.len; len++) {
		struct dns_query q = good;

		q.len = len;
		assert_string_equal(dns_told(&q, dns_world_ask(&w, KITH_DNS_UDP, &q)), len < 12 ? "nothing" : "FORMERR:");
	}
	assert_int_equal(kith_dns_counters(w.dns)->ignored, 1 + 12);
}

static void long_queries_are_refused(void **state)
{
	struct dns_query q = dns_query_edns("web.service.consul", DNS_A, 1232, 0);

	(void)state;
	/* An option that pads the query to 512 bytes is fine. */
	q.p[q.len - 2] = (uint8_t)((512 - q.len) >> 8);
	q.p[q.len - 1] = (uint8_t)(512 - q.len);
	memset(q.p + q.len, 0, sizeof(q.p) - q.len);
	q.p[q.len + 1] = 12;
	q.p[q.len + 2] = (uint8_t)((512 - q.len - 4) >> 8);
	q.p[q.len + 3] = (uint8_t)(512 - q.len - 4);
	q.len = 512;
	assert_string_equal(dns_told(&q, dns_world_ask(&w, KITH_DNS_UDP, &q)),
			    "NOERROR aa: A 10.0.0.1, A 10.1.1.7 / edns");
	q.len = 513;
	assert_string_equal(dns_told(&q, dns_world_ask(&w, KITH_DNS_TCP, &q)), "FORMERR:");
}

static void other_classes_are_refused(void **state)
{
	struct dns_query q = dns_query("version.bind", DNS_TXT);

	(void)state;
	q.p[q.len - 1] = 3;
	assert_string_equal(dns_told(&q, dns_world_ask(&w, KITH_DNS_UDP, &q)), "REFUSED:");
	q = dns_query("web.service.consul", DNS_A);
	q.p[q.len - 1] = 255;
	assert_string_equal(dns_told(&q, dns_world_ask(&w, KITH_DNS_UDP, &q)), "REFUSED:");
}

static void above_its_rate_a_source_is_sent_to_tcp(void **state)
{
	const struct dns_query q = dns_query_edns("web.service.consul", DNS_A, 1232, 0);
	struct dns_query bad = q;

	(void)state;
	assert_string_equal(dns_told(&q, dns_world_ask(&w, KITH_DNS_UDP_LIMITED, &q)), "NOERROR tc: / edns");
	assert_int_equal(dns_world_ask(&w, KITH_DNS_UDP_LIMITED, &q).len, q.len);
	bad.p[5] = 2;
	assert_string_equal(dns_told(&bad, dns_world_ask(&w, KITH_DNS_UDP_LIMITED, &bad)), "FORMERR:");
	assert_int_equal(kith_dns_counters(w.dns)->limited, 3);
}

static void a_negative_answer_says_for_how_long(void **state)
{
	const struct kith_bytes a = dns_world_answer(&w, "none.service.consul", DNS_A);
	const uint8_t *end = a.p + a.len;

	(void)state;
	assert_memory_equal(end - 4, "\0\0\0\x02", 4);
	assert_memory_equal(end - 20, "\x6B\x49\xD2\0", 4); /* the serial: when */
	assert_memory_equal(end - 20 - 5 - 13 - 6, "\0\0\0\x02", 4);
}

/* --- length ---------------------------------------------------------------------------------- */

static void sixty_instances(void **state)
{
	const struct dns_query plain = dns_query("many.service.consul", DNS_A);
	const struct dns_query edns = dns_query_edns("many.service.consul", DNS_A, 1232, 0);
	const struct dns_query srv = dns_query_edns("many.service.consul", DNS_SRV, 4096, 0);
	struct kith_bytes a;

	(void)state;
	dns_world_offer_sixty(&w);
	a = dns_world_ask(&w, KITH_DNS_UDP, &plain);
	assert_true(dns_is_cut(a));
	assert_in_range(a.len, 512 - 16 + 1, 512);
	a = dns_world_ask(&w, KITH_DNS_UDP, &edns);
	assert_false(dns_is_cut(a));
	assert_int_equal(dns_count(a, 1), 60);
	assert_int_equal(a.len, 12 + 21 + 4 + 60 * 16 + 11);
	a = dns_world_ask(&w, KITH_DNS_UDP, &srv);
	assert_true(dns_is_cut(a));
	assert_true(dns_count(a, 1) > 0 && a.len <= 1232);
	assert_int_equal(dns_count(a, 3), 1); /* OPT */
	a = dns_world_ask(&w, KITH_DNS_TCP, &srv);
	assert_false(dns_is_cut(a));
	assert_int_equal(dns_count(a, 1), 60);
	assert_int_equal(dns_count(a, 3), 61);
	assert_string_not_equal(dns_told(&srv, a), "");
	assert_int_equal(kith_dns_counters(w.dns)->truncated, 2);
	assert_int_equal(kith_dns_counters(w.dns)->queries_tcp, 1);
}

/* For each size that a client can name: what fits is there, and the answer says whether that was all. */
static void answers_are_cut_at_the_byte(void **state)
{
	static const uint16_t types[] = {DNS_A, DNS_SRV};
	const size_t question = 12 + 21 + 4, opt = 11;

	(void)state;
	dns_world_offer_sixty(&w);
	w.config.udp_limit = KITH_DNS_UDP_MOST;
	dns_world_set(&w);
	for (size_t t = 0; t < 2; t++) {
		struct dns_query q = dns_query_edns("many.service.consul", types[t], 65535, 0);
		const size_t whole = dns_world_ask(&w, KITH_DNS_UDP, &q).len;

		assert_in_range(whole, 513, KITH_DNS_UDP_MOST);
		for (uint16_t size = 500; size < whole + 2; size++) {
			const size_t room = size < 512 ? 512 : size;
			struct kith_bytes a;

			q = dns_query_edns("many.service.consul", types[t], size, 0);
			a = dns_world_ask(&w, KITH_DNS_UDP, &q);
			assert_true(a.len <= room);
			assert_int_equal(dns_is_cut(a), size < whole);
			assert_non_null(strstr(dns_told(&q, a), "/ edns"));
			if (types[t] == DNS_A && size < whole)
				assert_int_equal(dns_count(a, 1), (room - question - opt) / 16);
		}
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(not_even_no_is_said_before_the_node_has_started),
		TEST(edns_is_answered_in_kind),
		TEST(what_is_no_question_is_not_taken_for_one),
		TEST(long_queries_are_refused),
		TEST(other_classes_are_refused),
		TEST(above_its_rate_a_source_is_sent_to_tcp),
		TEST(a_negative_answer_says_for_how_long),
		TEST(sixty_instances),
		TEST(answers_are_cut_at_the_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
