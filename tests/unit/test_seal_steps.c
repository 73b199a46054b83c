/* SPDX-License-Identifier: ISC */
/*
 * seal/stream: steps of the handshake that are taken out of order are our own mistake, and end the
 * process.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "unit/seal_fixture.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct seal_world w;
static struct seal_talk t;

static int setup(void **state)
{
	(void)state;
	seal_world_make(&w);
	memset(&t, 0, sizeof(t));
	return 0;
}

static void channel_before_verify(void)
{
	struct kith_channel ch;
	uint8_t header[KITH_CHANNEL_HEADER_LEN];

	if (kith_hs_m3_open(&t.r, t.m3, t.m3_len, &t.certificate) == 0)
		kith_channel_init(&ch, &t.r, false, header);
}

static void m3_before_verify(void)
{
	kith_hs_m3(&t.i, &w.a.id, party_certificate(&w.a), t.m3, &t.m3_len);
}

static void verify_after_refusal(void)
{
	t.m2[40] ^= 1;
	if (kith_hs_m2_open(&t.i, t.m2, t.m2_len, &t.certificate) != 0)
		(void)!kith_hs_m2_verify(&t.i, w.b.id.pk);
}

static void channel_after_refusal(void)
{
	struct kith_channel ch;
	uint8_t header[KITH_CHANNEL_HEADER_LEN];

	if (kith_hs_m3_open(&t.r, t.m3, t.m3_len, &t.certificate) == 0 &&
	    kith_hs_m3_verify(&t.r, w.b.id.pk) != 0)
		kith_channel_init(&ch, &t.r, false, header);
}

static int aborts(void (*what)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		/* assert() would speak among the TAP. cmocka does not catch SIGABRT. */
		fclose(stderr);
		what();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void steps_out_of_order_stop_us(void **state)
{
	(void)state;
	seal_talk_m2(&w, &t);
	assert_true(aborts(verify_after_refusal));
	assert_int_equal(kith_hs_m2_open(&t.i, t.m2, t.m2_len, &t.certificate), 0);
	assert_true(aborts(m3_before_verify));
	setup(NULL);
	seal_talk_m3(&w, &t);
	assert_true(aborts(channel_before_verify));
	assert_true(aborts(channel_after_refusal));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(steps_out_of_order_stop_us, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
