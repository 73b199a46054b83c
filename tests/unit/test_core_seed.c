/* SPDX-License-Identifier: ISC */
/* How the asking of a seed ends, by what its synchronisation says. */
#include "unit/core_fix.h"
#include "unit/core_line.h"

static struct fix f;
static struct person seed, other;

static void set_up(uint32_t max_members)
{
	fix_init(&f);
	f.config.max_members = max_members;
	fix_start(&f);
	person_init(&f, &seed, 1);
	person_init(&f, &other, 2);
}

/* Asks the seed, which says hello, these messages and end. */
static enum kith_seed_result asked(const struct kith_msg *m, size_t count)
{
	struct kith_msg all[8] = {line_hello()};
	const struct kith_addr addr = seed.addr;
	struct line l;

	memcpy(all + 1, m, count * sizeof(*m));
	all[1 + count].kind = KITH_MSG_END;
	assert_int_equal(kith_node_join(f.n, f.now, &addr, 1), 0);
	fix_jump(&f, 1);
	assert_true(line_answer(&f, &l, &seed));
	line_say(&f, &l, all, count + 2, true);
	assert_true(l.closed);
	line_fini(&f, &l);
	assert_true(f.n->join.dials[0].seed.tried);
	fix_forget(&f);
	return f.n->join.dials[0].seed.result;
}

/* Everything of that person, as `owner` tells it. */
static struct kith_msg owner(struct person *p)
{
	static uint8_t records[8][KITH_RECORD_MAX];
	static size_t next;
	uint8_t *record = records[next++ % 8];
	struct kith_msg m = {.kind = KITH_MSG_OWNER, .certificate = {p->cert, p->cert_len},
			     .item_count = 1};

	m.items[0] = (struct kith_bytes){record, person_record(&f, p, record)};
	return m;
}

static void one_that_tells_of_itself_is_joined(void **state)
{
	struct kith_msg m[2];

	(void)state;
	set_up(KITH_MEMBERS_DEFAULT);
	m[0] = owner(&seed);
	m[1] = owner(&other);
	assert_int_equal(asked(m, 2), KITH_SEED_JOINED);
	assert_int_equal(f.n->stats.joins, 1);
	assert_int_equal(f.n->peers.count, 3);
	fix_end(&f);
}

/* By one of the two clocks, or both: it is asked again until its record is taken. */
static void one_whose_record_is_expired(void **state)
{
	struct kith_msg m[2];

	(void)state;
	set_up(KITH_MEMBERS_DEFAULT);
	/* It is not that of another member, */
	other.expires = FIX_UNIX_S - 3600;
	m[0] = owner(&other);
	m[1] = owner(&seed);
	assert_int_equal(asked(m, 2), KITH_SEED_JOINED);
	fix_end(&f);
	set_up(KITH_MEMBERS_DEFAULT);
	/* nor is every record missing for that reason. */
	assert_int_equal(asked(m, 0), KITH_SEED_JOINED);
	seed.expires = FIX_UNIX_S - 3600;
	m[0] = owner(&seed);
	assert_int_equal(asked(m, 1), KITH_SEED_EXPIRED);
	assert_int_equal(f.n->stats.joins_failed, 1);
	fix_run(&f, KITH_DIAL_FIRST);
	assert_int_equal(f.n->join.dials[0].seed.attempts, 3);
	fix_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_tells_of_itself_is_joined),
		cmocka_unit_test(one_whose_record_is_expired),
	};

	return cmocka_run_group_tests_name("core/seed", tests, NULL, NULL);
}
