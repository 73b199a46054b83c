/* SPDX-License-Identifier: ISC */
/*
 * seal/stream, what comes after the handshake: frames that are changed, cut, moved, repeated, left
 * out or lie about their length, and the end of a direction.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/cur.h"
#include "unit/seal_fixture.h"
#include <sodium.h>

static struct seal_world w;
static struct kith_channel i, r; /* the initiator's and the responder's */

enum { PLAIN_MAX = KITH_FRAME_MAX - KITH_FRAME_OVERHEAD };
static uint8_t frame[KITH_FRAME_MAX + 1], plain[KITH_FRAME_MAX];

static int setup(void **state)
{
	static struct seal_talk t;

	(void)state;
	seal_world_make(&w);
	seal_talk_channels(&w, &t, &i, &r);
	return 0;
}

static size_t push(struct kith_channel *ch, const char *text, uint8_t *out)
{
	return kith_channel_push(ch, (const uint8_t *)text, strlen(text), false, out);
}

/* Pulls into a buffer of exactly the right size; `want` is the text, NULL if it must not open. */
static void pulls(struct kith_channel *ch, const uint8_t *p, size_t len, const char *want)
{
	size_t room = len > KITH_FRAME_OVERHEAD ? len - KITH_FRAME_OVERHEAD : 0;
	uint8_t *got = malloc(room + 1), *exact = malloc(len + 1);
	bool final = true;
	int rc;

	assert_non_null(got);
	assert_non_null(exact);
	memcpy(exact, p, len);
	rc = kith_channel_pull(ch, exact, len, got, &final);
	if (want == NULL) {
		assert_int_equal(rc, KITH_EAUTH);
		assert_true(final); /* untouched */
	} else {
		assert_int_equal(rc, 0);
		assert_false(final);
		assert_int_equal(room, strlen(want));
		assert_memory_equal(got, want, room);
	}
	free(got);
	free(exact);
}

static void both_directions(void **state)
{
	size_t len;

	(void)state;
	for (int round = 0; round < 3; round++) {
		len = push(&i, "to the responder", frame);
		assert_int_equal(len, 16 + KITH_FRAME_OVERHEAD);
		assert_int_equal(kith_get_u32(frame), 16 + 17);
		pulls(&r, frame, len, "to the responder");
		len = push(&r, "to the initiator", frame);
		pulls(&i, frame, len, "to the initiator");
		len = push(&i, "", frame);
		pulls(&r, frame, len, "");
	}
}

static void frames_of_many_lengths(void **state)
{
	static uint8_t text[PLAIN_MAX];
	static const size_t lens[] = {0, 1, 63, 64, 65, 1188, 4096, PLAIN_MAX - 1, PLAIN_MAX};
	bool final = true;

	(void)state;
	seal_fill(text, sizeof(text), 5);
	for (size_t k = 0; k < sizeof(lens) / sizeof(lens[0]); k++) {
		size_t told, len = lens[k] + KITH_FRAME_OVERHEAD;

		frame[len] = plain[lens[k]] = 0xee;
		assert_int_equal(kith_channel_push(&i, text, lens[k], false, frame), len);
		assert_int_equal(kith_channel_frame_len(frame, &told), 0);
		assert_int_equal(told, len);
		assert_int_equal(kith_channel_pull(&r, frame, len, plain, &final), 0);
		assert_false(final);
		assert_memory_equal(plain, text, lens[k]);
		assert_int_equal(frame[len], 0xee);
		assert_int_equal(plain[lens[k]], 0xee);
	}
}

static void frame_lengths(void **state)
{
	uint8_t p[4];
	size_t len = 7;

	(void)state;
	for (uint32_t rest = 0; rest <= 0x20000; rest++) {
		int want = rest < 17 ? KITH_EMALFORMED : rest > 0xfffc ? KITH_ETOOBIG : 0;

		kith_put_u32(p, rest);
		assert_int_equal(kith_channel_frame_len(p, &len), want);
		if (want == 0)
			assert_int_equal(len, rest + 4);
	}
	kith_put_u32(p, UINT32_MAX);
	len = 7;
	assert_int_equal(kith_channel_frame_len(p, &len), KITH_ETOOBIG);
	assert_int_equal(len, 7);
}

static void any_bit_flipped(void **state)
{
	struct kith_channel fresh = r;
	size_t len = push(&i, "what was said", frame);

	(void)state;
	for (size_t bit = 0; bit < len * 8; bit++) {
		frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
		r = fresh;
		pulls(&r, frame, len, NULL);
		frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	r = fresh;
	pulls(&r, frame, len, "what was said");
}

/* Cut short or too long, with the old length told and with the true one. */
static void lengths_that_lie(void **state)
{
	struct kith_channel fresh = r;
	size_t len = push(&i, "what was said", frame);

	(void)state;
	for (size_t cut = 0; cut < len + 20; cut++) {
		if (cut == len)
			continue;
		r = fresh;
		pulls(&r, frame, cut, NULL);
		if (cut >= KITH_FRAME_OVERHEAD) {
			kith_put_u32(frame, (uint32_t)(cut - 4));
			r = fresh;
			pulls(&r, frame, cut, NULL);
			kith_put_u32(frame, (uint32_t)(len - 4));
		}
	}
	r = fresh;
	pulls(&r, frame, len, "what was said");
}

static void out_of_order(void **state)
{
	uint8_t one[64], two[64];
	struct kith_channel fresh = r;
	size_t one_len = push(&i, "one", one), two_len = push(&i, "two", two);

	(void)state;
	pulls(&r, two, two_len, NULL); /* the first was left out */
	pulls(&r, one, one_len, NULL); /* and after that nothing opens */
	r = fresh;
	pulls(&r, one, one_len, "one");
	pulls(&r, one, one_len, NULL); /* repeated */
	r = fresh;
	pulls(&r, one, one_len, "one");
	pulls(&r, two, two_len, "two");
}

static void wrong_direction(void **state)
{
	struct kith_channel fresh;
	size_t len = push(&i, "mirror", frame);

	(void)state;
	pulls(&i, frame, len, NULL);
	setup(NULL);
	len = push(&r, "mirror", frame);
	pulls(&r, frame, len, NULL);
	/* Another connection of the same two. */
	setup(NULL);
	fresh = r;
	static struct seal_talk t;

	seal_talk_channels(&w, &t, &i, &r);
	len = push(&i, "later", frame);
	pulls(&fresh, frame, len, NULL);
	pulls(&r, frame, len, "later");
}

/* A direction that ends without its final frame was cut; the reader knows by `final` alone. */
static void the_end(void **state)
{
	struct kith_channel fresh;
	bool final = false;
	size_t len = push(&i, "more", frame);

	(void)state;
	pulls(&r, frame, len, "more");
	len = kith_channel_push(&i, (const uint8_t *)"end", 3, true, frame);
	fresh = r;
	assert_int_equal(kith_channel_pull(&r, frame, len, plain, &final), 0);
	assert_true(final);
	assert_memory_equal(plain, "end", 3);
	pulls(&r, frame, len, NULL);
	/* Nothing comes after it, even from somebody who has the keys. */
	i.push_ended = false;
	len = push(&i, "after", frame);
	pulls(&r, frame, len, NULL);
	r = fresh;
	pulls(&r, frame, len, NULL);
	/* The other direction goes on. */
	len = push(&r, "answer", frame);
	pulls(&i, frame, len, "answer");
}

/* libsodium knows two more tags, which nobody of ours sends. */
static void foreign_tags(void **state)
{
	static const uint8_t tags[] = {crypto_secretstream_xchacha20poly1305_TAG_PUSH,
				       crypto_secretstream_xchacha20poly1305_TAG_REKEY, 4, 0x80};
	crypto_secretstream_xchacha20poly1305_state s;

	(void)state;
	for (size_t k = 0; k < sizeof(tags); k++) {
		setup(NULL);
		memcpy(&s, i.push, sizeof(s));
		kith_put_u32(frame, 3 + 17);
		assert_int_equal(crypto_secretstream_xchacha20poly1305_push(
					 &s, frame + 4, NULL, (const uint8_t *)"tag", 3, frame, 4,
					 tags[k]),
				 0);
		pulls(&r, frame, 3 + KITH_FRAME_OVERHEAD, NULL);
	}
}

/* Well sealed, over another length than the one that is told. */
static void a_sealed_lie(void **state)
{
	crypto_secretstream_xchacha20poly1305_state s;

	(void)state;
	for (uint32_t told = 3 + 16; told <= 3 + 18; told++) {
		setup(NULL);
		memcpy(&s, i.push, sizeof(s));
		kith_put_u32(frame, told);
		assert_int_equal(crypto_secretstream_xchacha20poly1305_push(
					 &s, frame + 4, NULL, (const uint8_t *)"lie", 3, frame, 4,
					 0),
				 0);
		pulls(&r, frame, 3 + KITH_FRAME_OVERHEAD, told == 3 + 17 ? "lie" : NULL);
	}
}

static void headers(void **state)
{
	static struct seal_talk t;
	uint8_t header_i[KITH_CHANNEL_HEADER_LEN], header_r[KITH_CHANNEL_HEADER_LEN];
	struct kith_channel fresh;

	(void)state;
	seal_talk_m3(&w, &t);
	assert_int_equal(kith_hs_m3_open(&t.r, t.m3, t.m3_len, &t.certificate), 0);
	assert_int_equal(kith_hs_m3_verify(&t.r, w.a.id.pk), 0);
	kith_channel_init(&i, &t.i, true, header_i);
	kith_channel_init(&r, &t.r, false, header_r);
	assert_false(r.has_pull);
	fresh = r;
	for (size_t bit = 0; bit < sizeof(header_i) * 8; bit++) {
		header_i[bit / 8] ^= (uint8_t)(1 << bit % 8);
		r = fresh;
		assert_int_equal(kith_channel_header(&r, header_i), KITH_EAUTH);
		assert_false(r.has_pull);
		header_i[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(kith_channel_header(&r, header_r), KITH_EAUTH); /* its own */
	assert_int_equal(kith_channel_header(&r, header_i), 0);
	assert_true(r.has_pull);
}

/* Started by libsodium's own init_pull under the same key and header, a stream opens what we push:
 * the derived header changes nothing else. */
static void a_plain_secretstream_opens_it(void **state)
{
	static struct seal_talk t;
	uint8_t keys[64], header[KITH_CHANNEL_HEADER_LEN], got[16], tag;
	crypto_secretstream_xchacha20poly1305_state s;
	struct kith_bytes h3;
	size_t len;

	(void)state;
	seal_talk_m3(&w, &t);
	h3 = seal_bytes(t.i.h, 32);
	kith_hash(keys, 64, "kth.tcp.s", t.i.dh, 32, &h3, 1);
	kith_channel_init(&i, &t.i, true, header);
	assert_int_equal(crypto_secretstream_xchacha20poly1305_init_pull(&s, header, keys), 0);
	len = push(&i, "hello", frame);
	assert_int_equal(crypto_secretstream_xchacha20poly1305_pull(&s, got, NULL, &tag, frame + 4,
								    len - 4, frame, 4),
			 0);
	assert_memory_equal(got, "hello", 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(both_directions, setup),
		cmocka_unit_test_setup(frames_of_many_lengths, setup),
		cmocka_unit_test_setup(frame_lengths, setup),
		cmocka_unit_test_setup(any_bit_flipped, setup),
		cmocka_unit_test_setup(lengths_that_lie, setup),
		cmocka_unit_test_setup(out_of_order, setup),
		cmocka_unit_test_setup(wrong_direction, setup),
		cmocka_unit_test_setup(the_end, setup),
		cmocka_unit_test_setup(foreign_tags, setup),
		cmocka_unit_test_setup(a_sealed_lie, setup),
		cmocka_unit_test_setup(headers, setup),
		cmocka_unit_test_setup(a_plain_secretstream_opens_it, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
