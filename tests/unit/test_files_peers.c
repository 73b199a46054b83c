/* SPDX-License-Identifier: ISC */
#include "files/peers.h"
#include "base/addr.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "support/tmpdir.h"
#include <stdio.h>
#include <string.h>

static struct tmpdir dir;
static struct kith_report report;

static int setup(void **state)
{
	(void)state;
	tmpdir_make(&dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	kith_report_clear(&report);
	tmpdir_remove(&dir);
	return 0;
}

static void write_then_read(void **state)
{
	static struct kith_peers p, back;
	static const uint8_t v6[16] = {0xfd, [15] = 1};

	(void)state;
	for (size_t i = 0; i < KITH_PEERS_MAX; i++) {
		struct kith_peer *peer = &p.all[p.count++];
		uint8_t v4[4] = {10, 0, (uint8_t)(i >> 8), (uint8_t)i};

		snprintf(peer->name, sizeof peer->name, "%063zu", i);
		peer->addr = i % 2 ? kith_addr_make(6, v6, (uint16_t)(1 + i))
				   : kith_addr_make(4, v4, 65535);
		peer->status = i % 3 ? KITH_STATUS_ALIVE : KITH_STATUS_FAILED;
	}
	assert_int_equal(kith_peers_write(tmpdir_file(&dir, "peers"), &p, &report), KITH_FILE_OK);
	assert_int_equal(kith_peers_read(dir.file, &back, &report), KITH_FILE_OK);
	assert_memory_equal(&p, &back, sizeof p);
	assert_int_equal(report.count, 0);
}

/* It is a hint: what can be read is used. */
static void bad_lines_are_skipped(void **state)
{
	static struct kith_peers p;

	(void)state;
	tmpdir_write(&dir, "peers", "version = 1\n"
				    "peer = a 10.0.0.1:1 alive\n"
				    "peer = b 10.0.0.2:1\n"
				    "peer = C 10.0.0.3:1 alive\n"
				    "peer = d 10.0.0.4:1 left\n"
				    "peer = e 10.0.0.5 alive\n"
				    "peer = f 10.0.0.6:1 alive more\n"
				    "peer = g 10.0.0.7:1 restarting\n");
	assert_int_equal(kith_peers_read(dir.file, &p, &report), KITH_FILE_BAD);
	assert_int_equal(report.count, 5);
	assert_int_equal(p.count, 2);
	assert_string_equal(p.all[0].name, "a");
	assert_string_equal(p.all[1].name, "g");
	assert_int_equal(p.all[1].status, KITH_STATUS_RESTARTING);
}

static void an_absent_file_is_empty(void **state)
{
	static struct kith_peers p;

	(void)state;
	p.count = 3;
	assert_int_equal(kith_peers_read(tmpdir_file(&dir, "peers"), &p, &report), KITH_FILE_ABSENT);
	assert_int_equal(p.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(write_then_read, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_lines_are_skipped, setup, teardown),
		cmocka_unit_test_setup_teardown(an_absent_file_is_empty, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
