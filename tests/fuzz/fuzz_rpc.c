/* SPDX-License-Identifier: ISC */
/*
 * The RPC's decoder and connection against arbitrary bytes. The first byte chooses:
 *
 *	even	the rest is what one client sends, whole and cut in two: both must give the same answers
 *	odd	the rest is a play: bytes, ends of file, ticks, events, log lines, lookups, reads, in any
 *		order, on two connections
 *
 * Either way what the server sends must be well-formed msgpack, value for value.
 */
#include "base/check.h"
#include "base/mem.h"
#include "query/limits.h"
#include "query/tree.h"
#include "support/rpc_world.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *buf, size_t len);

static void start(struct rpc_world *w, bool has_key)
{
	struct kith_member *m;

	rpc_world_init_small(w, has_key ? "key" : NULL, NULL, 4);
	m = fake_node_add(w->node, "db-1", KITH_STATUS_FAILED, w->t.now);
	fake_node_tags(m, "\x81\xA4role\xA2" "db", 9);
	fake_node_add(w->node, "web-2", KITH_STATUS_SUSPECT, w->t.now);
	w->node->whys[0] = (struct kith_why){.by_name = "web-1", .path = 0x1F};
	w->node->why_count = w->node->why_of = 1;
	w->node->seed_count = 1;
}

static void check_output(const struct kith_rpc_conn *c)
{
	const struct kith_tree_limits limits = {
		.len = 1 << 26, .tokens = 1 << 24, .depth = KITH_TREE_DEPTH};
	struct kith_tree *tree = kith_tree_new(&kith_alloc_libc);
	const uint8_t *p;
	size_t len = kith_rpc_output(c, &p);

	KITH_ASSERT(tree != NULL);
	while (len > 0) {
		int rc;

		kith_tree_start(tree, &limits);
		rc = kith_tree_feed(tree, p, len);
		KITH_ASSERT(rc == 1);
		p += kith_tree_used(tree);
		len -= kith_tree_used(tree);
	}
	kith_tree_free(&tree);
}

/* Everything that one client is answered, however its bytes were cut. */
static uint8_t *answers(const uint8_t *buf, size_t len, size_t cut, enum kith_rpc_kind kind,
			size_t *out_len)
{
	struct rpc_world w;
	struct kith_rpc_conn *c;
	const uint8_t *p;
	uint8_t *out;

	start(&w, kind == KITH_RPC_TCP);
	c = kith_rpc_open(w.server, w.t, kind, NULL);
	KITH_ASSERT(c != NULL);
	kith_rpc_input(c, w.t, buf, cut);
	kith_rpc_input(c, w.t, buf + cut, len - cut);
	check_output(c);
	*out_len = kith_rpc_output(c, &p);
	out = malloc(*out_len + 1);
	KITH_ASSERT(out != NULL);
	if (*out_len > 0)
		memcpy(out, p, *out_len);
	rpc_world_fini(&w);
	return out;
}

static void one_client(uint8_t how, const uint8_t *buf, size_t len)
{
	enum kith_rpc_kind kind = (enum kith_rpc_kind)(how / 2 % 3);
	size_t whole_len, cut_len, cut = len > 0 ? how * len / 256 : 0;
	uint8_t *whole = answers(buf, len, len, kind, &whole_len);
	uint8_t *parts = answers(buf, len, cut, kind, &cut_len);

	KITH_ASSERT(whole_len == cut_len && memcmp(whole, parts, whole_len) == 0);
	free(whole);
	free(parts);
}

static void read_some(struct rpc_world *w, struct kith_rpc_conn *c, uint8_t how)
{
	const uint8_t *p;
	size_t len = kith_rpc_output(c, &p);

	/* Only whole records, so that what is left can be checked: all or nothing. */
	if (how % 2)
		kith_rpc_consume(c, w->t, len);
}

static void event(struct rpc_world *w, uint8_t kind, uint8_t about)
{
	uint32_t member = about % w->node->count;
	struct kith_event e = {.kind = (enum kith_event_kind)(kind % KITH_EVENT_COUNT),
			       .mid = w->node->members[member].mid,
			       .from = w->node->members[member].status,
			       .to = (enum kith_status)(about / 4 % KITH_STATUS_COUNT),
			       .result = (enum kith_seed_result)(about % (KITH_SEED_SELF + 1))};

	w->node->members[member].status = e.to;
	if (w->node->joined_count > 0)
		e.addr = w->node->joined[about % w->node->joined_count];
	kith_rpc_event(w->server, w->t, &e);
}

/* One act: what, two parameters, and for bytes as many as the second says. Returns its length. */
static size_t act(struct rpc_world *w, struct kith_rpc_conn **c, const uint8_t *p, size_t len)
{
	size_t n = p[1] < len - 2 ? p[1] : len - 2;

	switch (p[0] / 2 % 8) {
	case 0:
	case 1:
		kith_rpc_input(*c, w->t, p + 2, n);
		return 2 + n;
	case 2:
		w->t.now += (kith_us)p[1] * p[1] * KITH_MS;
		kith_rpc_tick(w->server, w->t);
		KITH_ASSERT(kith_rpc_deadline(w->server) >= 0);
		break;
	case 3:
		event(w, p[0] / 16, p[1]);
		break;
	case 4:
		kith_rpc_log(w->server, w->t, (enum kith_rpc_level)(p[1] % KITH_RPC_LEVEL_COUNT),
			     p[1] % 2 ? "line" : "\xFF");
		break;
	case 5:
		read_some(w, *c, p[1]);
		break;
	case 6:
		kith_rpc_resolved(w->server, w->t, p[1], w->node->joined, p[0] / 16 % 4, "gone");
		break;
	case 7:
		if (p[1] % 16 == 0) {
			kith_rpc_eof(*c, w->t);
		} else if (p[1] % 16 == 1) {
			kith_rpc_close(c);
			*c = kith_rpc_open(w->server, w->t, (enum kith_rpc_kind)(p[1] / 16 % 3), NULL);
		}
		break;
	default:
		break;
	}
	return 2;
}

static const char handshake[] =
	"\x82\xA7" "Command\xA9handshake\xA3Seq\x00\x81\xA7Version\x01";

static void play(uint8_t how, const uint8_t *buf, size_t len)
{
	struct kith_rpc_conn *conns[2];
	struct rpc_world w;

	start(&w, how & 2);
	for (int i = 0; i < 2; i++) {
		conns[i] = kith_rpc_open(w.server, w.t, (enum kith_rpc_kind)(how / 4 % 3), NULL);
		KITH_ASSERT(conns[i] != NULL);
		kith_rpc_input(conns[i], w.t, (const uint8_t *)handshake, sizeof(handshake) - 1);
	}
	while (len >= 2) {
		size_t used = act(&w, &conns[buf[0] % 2], buf, len);

		buf += used;
		len -= used;
		while (kith_rpc_ready(w.server) != NULL)
			;
		check_output(conns[0]);
		check_output(conns[1]);
	}
	rpc_world_fini(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *buf, size_t len)
{
	if (len == 0)
		return 0;
	if (buf[0] % 2 == 0)
		one_client(buf[0], buf + 1, len - 1);
	else
		play(buf[0], buf + 1, len - 1);
	return 0;
}
