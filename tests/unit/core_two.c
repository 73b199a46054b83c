/* SPDX-License-Identifier: ISC */
#include "unit/core_two.h"

#include "base/cur.h"

void two_setup(struct two *t)
{
	two_setup_for(t, 16384);
}

void two_setup_for(struct two *t, uint32_t max_members)
{
	static struct person second;

	memset(t, 0, sizeof(*t));
	fix_init(&t->a);
	t->a.config.max_members = max_members;
	fix_start(&t->a);
	fix_init(&t->b);
	t->b.config.max_members = max_members;
	person_init(&t->b, &second, TWO_SECOND);
	memset(t->b.config.identity_seed, 'p', KITH_KEY_LEN);
	kith_put_u32(t->b.config.identity_seed, TWO_SECOND);
	t->b.config.certificate = (struct kith_bytes){second.cert, second.cert_len};
	t->b.config.secret_seed[5] ^= 1;
	t->b.config.addrs[0] = second.addr;
	fix_start(&t->b);
}

void two_end(struct two *t)
{
	fix_end(&t->a);
	fix_end(&t->b);
}

void two_know(struct two *t, uint32_t i, uint32_t seq, bool to_a, bool to_b)
{
	uint8_t record[KITH_RECORD_MAX];
	struct kith_bytes r = {record, 0};
	struct person p;

	person_init(&t->a, &p, i);
	p.seq = seq;
	r.len = person_record(&t->a, &p, record);
	if (to_a)
		(void)kith_store_record(t->a.n, NULL, (struct kith_bytes){p.cert, p.cert_len}, r,
					KITH_STORE_BY_SYNC);
	if (to_b)
		(void)kith_store_record(t->b.n, NULL, (struct kith_bytes){p.cert, p.cert_len}, r,
					KITH_STORE_BY_SYNC);
}

/* What one node put out about the stream reaches the other; true if there was any. */
static bool carry(struct two *t, struct fix *from, size_t *seen, struct fix *to, uint64_t id)
{
	bool any = false;

	fix_collect(from);
	for (; *seen < from->out_count; ++*seen) {
		const struct kith_out *o = &from->outs[*seen].out;

		if (o->kind == KITH_OUT_CONNECT && from == &t->a) {
			t->dialled = o->stream;
			kith_node_stream(to->n, to->now, 2, KITH_STREAM_ACCEPTED,
					 &from->config.addrs[0]);
			kith_node_stream(from->n, from->now, o->stream, KITH_STREAM_CONNECTED,
					 NULL);
		} else if (o->kind == KITH_OUT_STREAM_DATA) {
			t->bytes += o->len;
			kith_node_stream_data(to->n, to->now, id, o->data, o->len);
			kith_node_stream(from->n, from->now, o->stream, KITH_STREAM_WRITABLE, NULL);
		} else if (o->kind == KITH_OUT_STREAM_CLOSE) {
			kith_node_stream(to->n, to->now, id, KITH_STREAM_CLOSED, NULL);
		} else {
			continue;
		}
		fix_collect(from);
		any = true;
	}
	return any;
}

uint64_t two_synchronise(struct two *t)
{
	const uint64_t before = t->a.n->stats.syncs;

	fix_forget(&t->a);
	fix_forget(&t->b);
	t->a_seen = t->b_seen = 0;
	t->bytes = t->turns = 0;
	assert_int_equal(kith_node_join(t->a.n, t->a.now, t->b.config.addrs, 1), 0);
	kith_node_tick(t->a.n, t->a.now);
	for (;;) {
		const bool there = carry(t, &t->a, &t->a_seen, &t->b, 2);
		t->turns++;
		if (!carry(t, &t->b, &t->b_seen, &t->a, t->dialled) && !there)
			break;
	}
	assert_int_equal(t->a.n->stats.syncs, before + 1);
	return t->bytes;
}
