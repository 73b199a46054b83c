/* SPDX-License-Identifier: ISC */
/*
 * What sealing costs: nanoseconds of processor time per operation, the median of many batches, so
 * that it can be run on a busy machine too. Not a test: nothing passes or fails by time.
 *
 *	make tests/bench/bench_seal && tests/bench/bench_seal
 */
#include "unit/seal_fixture.h"
#include <stdio.h>
#include <time.h>

enum { BATCHES = 101 };

static struct seal_world w;
static struct seal_talk talk;
static struct kith_channel from, to;
static uint8_t plain[KITH_FRAME_MAX], packet[KITH_DATAGRAM_MAX], got[KITH_FRAME_MAX];
static uint8_t frame[KITH_FRAME_MAX];
static size_t data_len, frame_len;
static int sum; /* so that no result is thrown away */

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void bench(const char *name, int rounds, void (*once)(void))
{
	int64_t batch[BATCHES];

	for (int i = 0; i < BATCHES; i++) {
		int64_t began = now_ns();

		for (int k = 0; k < rounds; k++)
			once();
		batch[i] = (now_ns() - began) / rounds;
	}
	qsort(batch, BATCHES, sizeof(batch[0]), by_value);
	printf("%-44s %8lld ns   (best %lld)\n", name, (long long)batch[BATCHES / 2],
	       (long long)batch[0]);
}

/* --- one operation each ------------------------------------------------------------------------ */

static void data_seal(void)
{
	(void)kith_data_seal(&w.a.session, &w.ab, w.b.session.sid, plain, data_len, packet);
}

static void data_open(void)
{
	sum += kith_data_open(&w.ba, packet, data_len + KITH_DATA_OVERHEAD, got);
}

static void window(void)
{
	static uint64_t ctr;

	if (kith_window_check(&w.ba.window, ++ctr))
		kith_window_commit(&w.ba.window, ctr);
}

static struct kith_intro intro_of(void)
{
	return (struct kith_intro){.flags = 1,
				   .certificate = party_certificate(&w.a),
				   .record = {plain, 250},
				   .data = {plain, 100}};
}

static void intro_seal(void)
{
	struct kith_intro in = intro_of();

	sum += kith_intro_seal(&w.gate, &w.a.session, &in, packet);
}

static void intro_open(void)
{
	struct kith_intro in;

	sum += kith_intro_open(&w.gate, 1, packet, got, &in);
}

static void pair(void)
{
	seal_pair(&w, &w.a, &w.b, &w.ab);
}

static void session(void)
{
	struct kith_session s;

	kith_session_new(&s, &w.a.secret, &w.cid, &w.a.id.mid);
}

static void certificate(void)
{
	struct kith_certificate c;

	sum += kith_cert_read(w.a.certificate, w.a.certificate_len, &c);
	sum += kith_cert_verify(w.a.certificate, w.a.certificate_len, w.authority.pk, &w.cid);
}

static void sign(void)
{
	uint8_t sig[KITH_SIG_LEN];

	kith_sign(&w.a.id, KITH_LABEL_RECORD, &w.cid, plain, 186, sig);
}

static void handshake(void)
{
	seal_talk_channels(&w, &talk, &from, &to);
}

static void frame_push(void)
{
	(void)kith_channel_push(&from, plain, frame_len, false, frame);
}

/* A frame opens once, so this pushes too: take the line above off. */
static void frame_push_pull(void)
{
	bool final;

	frame_push();
	sum += kith_channel_pull(&to, frame, frame_len + KITH_FRAME_OVERHEAD, got, &final);
}

int main(void)
{
	static const size_t lens[] = {40, 100, 500, KITH_DATA_PLAIN_MAX};
	char name[64];

	seal_world_make(&w);
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		data_len = lens[i];
		snprintf(name, sizeof(name), "DATA seal %zu B", data_len);
		bench(name, 1000, data_seal);
		snprintf(name, sizeof(name), "DATA open %zu B", data_len);
		bench(name, 1000, data_open);
		packet[data_len + KITH_DATA_OVERHEAD - 1] ^= 1;
		snprintf(name, sizeof(name), "DATA forged %zu B", data_len);
		sum = 0;
		bench(name, 1000, data_open);
		sum = 0;
	}
	bench("window check and commit", 10000, window);
	bench("INTRO seal", 500, intro_seal);
	bench("INTRO open", 500, intro_open);
	bench("pair keys", 20, pair);
	bench("session", 20, session);
	bench("certificate read and verify", 20, certificate);
	bench("record sign", 20, sign);
	bench("handshake, both sides", 5, handshake);
	frame_len = 16384;
	bench("frame push 16 KiB", 20, frame_push);
	seal_talk_channels(&w, &talk, &from, &to);
	bench("frame push and pull 16 KiB", 20, frame_push_pull);
	if (sum != 0)
		puts("something did not open");
	return sum != 0;
}
