/* SPDX-License-Identifier: ISC */
#include "query/filter.h"
#include "support/fake_node.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The members that the rows speak of, by their letter. */
static struct kith_node *node;
static const char letters[] = "wxdef";

static int set_up(void **state)
{
	struct kith_member *m;

	(void)state;
	node = fake_node_new(8);
	m = fake_node_add(node, "web-1", KITH_STATUS_ALIVE, 0); /* w */
	fake_node_tags(m, "\x82\xA2" "dc\xA2" "eu\xA4role\xA3web", 16);
	m = fake_node_add(node, "web-2", KITH_STATUS_SUSPECT, 0); /* x */
	m->zone = "b";
	fake_node_tags(m, "\x81\xA4role\xA3web", 10);
	m = fake_node_add(node, "db-1", KITH_STATUS_FAILED, 0); /* d */
	m->zone = "b";
	fake_node_tags(m, "\x82\xA2" "dc\xA2us\xA4role\xA2" "db", 15);
	m = fake_node_add(node, "db-2", KITH_STATUS_LEFT, 0); /* e */
	m->zone = "";
	m->version[1] = 2;
	m = fake_node_add(node, "old", KITH_STATUS_RESTARTING, 0); /* f */
	m->addr_count = 2;
	m->addrs[1] = (struct kith_addr){.ip = {0xFD, [15] = 1}, .port = 99, .family = 6};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fake_node_free(node);
	return 0;
}

static int read_words(struct kith_filter *f, const char *words, char *why, size_t size)
{
	int rc = 0;

	kith_filter_init(f);
	for (const char *p = words; rc == 0 && *p != '\0';) {
		size_t len = strcspn(p, "|");

		rc = kith_filter_add(f, (struct kith_bytes){(const uint8_t *)p, len}, why, size);
		p += len + (p[len] == '|');
	}
	return rc != 0 ? rc : kith_filter_end(f, why, size);
}

static bool chooses(const char *words, const struct kith_member *m)
{
	struct kith_filter f;
	char why[256];

	assert_int_equal(read_words(&f, words, why, sizeof(why)), 0);
	return kith_filter_matches(&f, m);
}

static void the_quarantined_are_nothing_else(void **state)
{
	struct kith_member *m = &node->members[0];

	(void)state;
	assert_true(chooses("state=alive", m));
	assert_false(chooses("state=quarantined", m));
	m->quarantined = true;
	assert_false(chooses("state=alive,suspect,failed", m));
	assert_true(chooses("state=quarantined", m));
	assert_true(chooses("state=failed,quarantined", m));
	m->status = KITH_STATUS_FAILED;
	assert_true(chooses("state=quarantined", m));
	assert_false(chooses("state=failed", m));
}

static void words_choose_members(void **state)
{
	static const struct {
		const char *words, *chosen;
	} rows[] = {
		{"", "wxdef"},
		{"web-1", "w"}, {"web-*", "wx"}, {"name=web-?", "wx"}, {"web-*|db-1", "wxd"},
		{"nothing", ""}, {"old|name=db-2", "ef"},
		{"zone=a", "wf"}, {"zone=b", "xd"}, {"zone=", "e"}, {"zone=*", "wxdef"},
		{"zone=a|zone=b", "wxdf"},
		{"state=failed", "d"}, {"state=failed,left", "de"}, {"state=failed|state=alive", "wd"},
		{"state=alive,restarting,suspect,failed,left", "wxdef"},
		{"tag:role=web", "wx"}, {"tag:role=*", "wxd"}, {"tag:role", "wxd"}, {"tag:dc", "wd"},
		{"tag:dc=eu|tag:role=web", "w"}, {"tag:dc=eu|tag:dc=us", "wd"}, {"tag:none=", ""},
		{"id=0001", "w"}, {"id=00010101", "w"}, {"id=00", "wxdef"}, {"id=1", ""},
		{"id=00010101010101010101010101010101", "w"},
		{"id=000101010101010101010101010101010", ""},
		{"version=0.1.*", "wxdf"}, {"version=0.2.0", "e"},
		{"addr=10.0.0.1", "w"}, {"addr=10.0.0.1:5484", "w"}, {"addr=10.0.0.*", "wxdef"},
		{"addr=[fd00::1]:99", "f"}, {"addr=fd00::1", "f"},
		{"not|web-*", "def"}, {"not web-*", "def"}, {"not|not|web-*", "wx"}, {"not not web-1", "w"},
		{"not|zone=b|web-*", "w"}, {"zone=b|not|state=failed", "x"}, {"not|tag:dc", "xef"},
		{"web-*|zone=b", "x"}, {"not|web-1|not|web-2", "def"},
	};
	struct kith_filter f;
	struct kith_member m;
	char why[256] = "", chosen[8];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t cursor = 0;
		size_t count = 0;

		if (read_words(&f, rows[i].words, why, sizeof(why)) != 0)
			fail_msg("'%s': %s", rows[i].words, why);
		while (kith_node_members(node, &cursor, &m))
			if (kith_filter_matches(&f, &m))
				chosen[count++] = letters[cursor - 1];
		chosen[count] = '\0';
		if (strcmp(chosen, rows[i].chosen) != 0)
			fail_msg("'%s' chooses '%s', not '%s'", rows[i].words, chosen, rows[i].chosen);
	}
}

static void mistakes_are_named(void **state)
{
	static const struct {
		const char *words, *why;
	} rows[] = {
		{"zone:b", "unknown filter 'zone:b': use a name, name=, id=, state=, zone=, addr=, version= or tag:KEY="},
		{"role=db", "unknown filter 'role=db': use a name, name=, id=, state=, zone=, addr=, version= or tag:KEY="},
		{"tag=db", "unknown filter 'tag=db': use a name, name=, id=, state=, zone=, addr=, version= or tag:KEY="},
		{"=x", "unknown filter '=x': use a name, name=, id=, state=, zone=, addr=, version= or tag:KEY="},
		{"state=dead", "no state is called 'dead': alive, restarting, suspect, failed, left, quarantined"},
		{"state=failed,", "no state is called '': alive, restarting, suspect, failed, left, quarantined"},
		{"state=", "the filter 'state=' lacks its value"},
		{"name=", "the filter 'name=' lacks its value"},
		{"tag:", "the filter 'tag:' lacks its value"},
		{"tag:=x", "the filter 'tag:=x' lacks its value"},
		{"web-*|not", "'not' wants a filter after it"},
		{"||", "an empty filter"},
	};
	struct kith_filter f;
	char why[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(read_words(&f, rows[i].words, why, sizeof(why)), KITH_EINVAL);
		assert_string_equal(why, rows[i].why);
	}
}

static void terms_are_bounded(void **state)
{
	struct kith_filter f;
	char why[256] = "";

	(void)state;
	kith_filter_init(&f);
	for (int i = 0; i < KITH_FILTER_TERMS_MAX; i++)
		assert_int_equal(kith_filter_add(&f, (struct kith_bytes){(const uint8_t *)"a", 1}, why,
						 sizeof(why)), 0);
	assert_int_equal(kith_filter_add(&f, (struct kith_bytes){(const uint8_t *)"a", 1}, why,
					 sizeof(why)), KITH_EFULL);
	assert_string_equal(why, "more than 32 filters: 'a' is too much");
}

static void it_knows_whether_states_are_spoken_of(void **state)
{
	struct kith_filter f;
	char why[256];

	(void)state;
	assert_int_equal(read_words(&f, "web-*|zone=a", why, sizeof(why)), 0);
	assert_false(f.is_about_state);
	assert_int_equal(read_words(&f, "web-*|not|state=left", why, sizeof(why)), 0);
	assert_true(f.is_about_state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_choose_members),
		cmocka_unit_test(the_quarantined_are_nothing_else),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(terms_are_bounded),
		cmocka_unit_test(it_knows_whether_states_are_spoken_of),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
