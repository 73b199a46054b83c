/* SPDX-License-Identifier: ISC */
#include "unit/core_line.h"

#include <assert.h>
#include <stdlib.h>

static struct line *lines[LINES_MAX];

static void on_stream(struct fix *f, const struct kith_out *o)
{
	size_t i;

	(void)f;
	for (i = 0; i < LINES_MAX; i++) {
		struct line *l = lines[i];

		if (l == NULL || l->id != o->stream)
			continue;
		if (o->kind == KITH_OUT_STREAM_CLOSE)
			l->closed = true;
		if (o->kind != KITH_OUT_STREAM_DATA)
			continue;
		assert_true(l->rx_len + o->len <= LINE_RX);
		memcpy(l->rx + l->rx_len, o->data, o->len);
		l->rx_len += o->len;
	}
}

void line_init(struct fix *f, struct line *l, uint64_t id)
{
	size_t i;

	memset(l, 0, sizeof(*l));
	l->id = id;
	l->rx = malloc(LINE_RX);
	l->plain = malloc(KITH_FRAME_MAX);
	l->kept = malloc(KITH_FRAME_MAX);
	assert(l->rx != NULL && l->plain != NULL && l->kept != NULL);
	f->on_stream = on_stream;
	for (i = 0; i < LINES_MAX && lines[i] != NULL; i++)
		;
	assert(i < LINES_MAX);
	lines[i] = l;
}

void line_fini(struct fix *f, struct line *l)
{
	size_t i;

	(void)f;
	for (i = 0; i < LINES_MAX; i++)
		if (lines[i] == l)
			lines[i] = NULL;
	free(l->rx);
	free(l->plain);
	free(l->kept);
	memset(l, 0, sizeof(*l));
}

static void take(struct line *l, size_t len)
{
	assert_true(len <= l->rx_len);
	l->rx_len -= len;
	memmove(l->rx, l->rx + len, l->rx_len);
}

void line_write(struct fix *f, struct line *l, const uint8_t *p, size_t len)
{
	kith_node_stream_data(f->n, f->now, l->id, p, len);
	fix_collect(f);
}

void line_connect(struct fix *f, struct line *l, const struct person *p, uint64_t id)
{
	line_init(f, l, id);
	kith_node_stream(f->n, f->now, id, KITH_STREAM_ACCEPTED, &p->addr);
	fix_collect(f);
}

static bool begin_channel(struct fix *f, struct line *l, bool initiator)
{
	uint8_t header[KITH_CHANNEL_HEADER_LEN];

	kith_channel_init(&l->ch, &l->hs, initiator, header);
	line_write(f, l, header, sizeof(header));
	if (l->closed || l->rx_len < sizeof(header))
		return false;
	assert_int_equal(kith_channel_header(&l->ch, l->rx), 0);
	take(l, sizeof(header));
	return true;
}

bool line_open(struct fix *f, struct line *l, struct person *p, uint64_t id)
{
	uint8_t m1[KITH_M1_LEN], m3[KITH_M3_MIN + KITH_PROOF_MAX];
	struct kith_bytes certificate;
	size_t len;
	int m2_len;

	line_connect(f, l, p, id);
	kith_hs_start(&l->hs, &f->cid, &f->gate, &f->secret, p->session.siv_key, m1);
	line_write(f, l, m1, sizeof(m1));
	m2_len = kith_hs_m2_len(l->rx, l->rx_len);
	if (l->closed || m2_len <= 0)
		return false;
	assert_int_equal(kith_hs_m2_open(&l->hs, l->rx, (size_t)m2_len, &certificate), 0);
	assert_int_equal(kith_hs_m2_verify(&l->hs, f->n->own.secrets->identity.pk), 0);
	take(l, (size_t)m2_len);
	kith_hs_m3(&l->hs, &p->id, (struct kith_bytes){p->cert, p->cert_len}, m3, &len);
	line_write(f, l, m3, len);
	return begin_channel(f, l, true);
}

void line_answer_m2(struct fix *f, struct line *l, struct person *p)
{
	const struct kith_out *connect = fix_last(f, KITH_OUT_CONNECT);
	uint8_t m2[KITH_M2_MIN + KITH_PROOF_MAX];
	size_t len;

	assert_non_null(connect);
	line_init(f, l, connect->stream);
	kith_node_stream(f->n, f->now, l->id, KITH_STREAM_CONNECTED, NULL);
	fix_collect(f);
	assert_true(l->rx_len >= KITH_M1_LEN);
	assert_int_equal(kith_hs_m1(&l->hs, &f->cid, &f->gate, 1, l->rx), 0);
	take(l, KITH_M1_LEN);
	assert_int_equal(kith_hs_m2(&l->hs, &f->secret, &p->id,
				    (struct kith_bytes){p->cert, p->cert_len}, m2, &len), 0);
	line_write(f, l, m2, len);
}

bool line_answer(struct fix *f, struct line *l, struct person *p)
{
	struct kith_bytes certificate;
	int m3_len;

	line_answer_m2(f, l, p);
	m3_len = kith_hs_m3_len(l->rx, l->rx_len);
	if (l->closed || m3_len <= 0)
		return false;
	assert_int_equal(kith_hs_m3_open(&l->hs, l->rx, (size_t)m3_len, &certificate), 0);
	assert_int_equal(kith_hs_m3_verify(&l->hs, f->n->own.secrets->identity.pk), 0);
	take(l, (size_t)m3_len);
	return begin_channel(f, l, false);
}

void line_say(struct fix *f, struct line *l, const struct kith_msg *m, size_t count, bool final)
{
	uint8_t *plain = malloc(KITH_FRAME_MAX), *frame = malloc(KITH_FRAME_MAX);
	size_t len = 0, i;

	assert(plain != NULL && frame != NULL);
	for (i = 0; i < count; i++)
		assert_true(kith_msg_write(&m[i], plain, KITH_FRAME_MAX - KITH_FRAME_OVERHEAD,
					   &len));
	len = kith_channel_push(&l->ch, plain, len, final, frame);
	line_write(f, l, frame, len);
	free(plain);
	free(frame);
}

bool line_read(struct line *l)
{
	size_t len;
	bool final;

	if (l->rx_len < 4)
		return false;
	assert_int_equal(kith_channel_frame_len(l->rx, &len), 0);
	if (l->rx_len < len)
		return false;
	assert_int_equal(kith_channel_pull(&l->ch, l->rx, len, l->plain, &final), 0);
	l->plain_len = len - KITH_FRAME_OVERHEAD;
	l->ended = l->ended || final;
	take(l, len);
	return true;
}

uint32_t line_heard(struct line *l, enum kith_msg_kind kind, struct kith_msg *m)
{
	uint32_t count = 0, unknown = 0;
	struct kith_bytes last = {l->kept, 0};
	size_t last_at = 0, at;

	while (line_read(l)) {
		const struct kith_bytes bytes = {l->plain, l->plain_len};
		struct kith_msg each;
		int r;

		for (at = 0; (r = kith_msg_next(bytes, &at, &each, &unknown)) == 1;) {
			if (each.kind != kind)
				continue;
			count++;
			memcpy(l->kept, bytes.p, bytes.len);
			last.len = bytes.len;
			last_at = at;
		}
		assert_int_equal(r, 0);
	}
	if (m != NULL && count > 0)
		for (at = 0; at < last_at;)
			assert_int_equal(kith_msg_next(last, &at, m, &unknown), 1);
	return count;
}

struct kith_msg line_hello(void)
{
	static const uint8_t trust[16], root[8];
	struct kith_msg m = {.kind = KITH_MSG_HELLO, .p = 1, .u = FIX_UNIX_S, .trust = trust,
			     .root = root};

	return m;
}
