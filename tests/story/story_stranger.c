/* SPDX-License-Identifier: ISC */
/*
 * What outsiders can do: nothing, and they are not answered (4-security.md §5.8-5.10 and §7, tests
 * 1, 5 and 11).
 */
#include "story/story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What all nodes know of all, as a text to compare. */
static void knowledge(struct cluster *c, char *out, size_t room)
{
	uint32_t i, k;
	size_t len = 0;

	for (i = 0; i < c->count; i++)
		for (k = 0; k < c->count; k++) {
			struct kith_member m;

			memset(&m, 0, sizeof(m));
			len += (size_t)snprintf(out + len, room - len, "%u:%u %d %u.%u\n", i, k,
						cluster_member(c, i, k, &m) ? (int)m.status : -1,
						m.epoch, m.seq);
			assert_true(len < room);
		}
}

/* Everything recorded from both lives of both is played back to both: nothing changes. */
static void replay_after_restarts(void **state)
{
	struct cluster *c = story_new(2, 1100);
	struct kith_stats before, after;
	char known[512], then[512];
	size_t i;

	(void)state;
	cluster_record(c, true);
	cluster_join_all(c);
	cluster_restart(c, 0);
	cluster_join(c, 0, 1);
	cluster_run(c, 10 * S);
	cluster_restart(c, 1);
	cluster_join(c, 1, 0);
	cluster_run(c, 30 * S);
	cluster_wait_all_see_all(c, 1 * S);
	cluster_record(c, false);
	cluster_run(c, 30 * S);
	knowledge(c, known, sizeof(known));
	cluster_stats(c, 0, &before);
	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_SUSPECT);
	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_FAILED);
	assert_true(c->packet_count > 200);
	for (i = 0; i < c->packet_count; i++) {
		if (c->packets[i].sent.stream)
			continue;
		cluster_replay(c, &c->packets[i], 0);
		cluster_replay(c, &c->packets[i], 1);
		cluster_run(c, 5 * MS);
	}
	cluster_run(c, 20 * S);
	knowledge(c, then, sizeof(then));
	cluster_stats(c, 0, &after);
	CLUSTER_CHECK(c, strcmp(known, then) == 0, "was\n%sis\n%s", known, then);
	assert_int_equal(after.records_accepted, before.records_accepted);
	assert_true(after.drops.replay > before.drops.replay);
	assert_true(after.drops.own > before.drops.own);
	cluster_free(&c);
}

/* A recorded connection, played back byte for byte, is refused without a byte. */
static void replayed_handshake(void **state)
{
	struct cluster *c = story_new(2, 1101);
	struct cluster_stranger *s = cluster_stranger(c);
	struct kith_stats before, after;
	uint32_t tried = 0;
	size_t i;

	(void)state;
	cluster_record(c, true);
	cluster_join_all(c);
	cluster_record(c, false);
	cluster_stats(c, 0, &before);
	for (i = 0; i < c->packet_count && tried < 8; i++) {
		const struct cluster_packet *p = &c->packets[i];

		if (!p->sent.stream || p->sent.host != 1 || p->sent.to.port != CLUSTER_PORT)
			continue;
		tried++;
		cluster_stranger_connect(s, 0);
		cluster_run(c, 100 * MS);
		assert_true(s->connected);
		cluster_stranger_send(s, p->bytes, p->sent.len);
		cluster_run(c, 8 * S);
		CLUSTER_CHECK(c, s->stream_bytes == 0, "answered %llu bytes to a replay",
			      (unsigned long long)s->stream_bytes);
		assert_true(s->closed || s->failed);
	}
	assert_true(tried >= 1);
	cluster_stats(c, 0, &after);
	assert_true(after.drops.stream_handshake > before.drops.stream_handshake);
	cluster_free(&c);
}

/* A node with another cluster key: it gets no byte back, and learns nothing. */
static void another_cluster_key(void **state)
{
	struct cluster *c = story_new(3, 1110);
	struct kith_config cfg;
	struct kith_stats s;
	struct kith_seed seed;
	struct kith_addr from;
	uint32_t cursor = 0;

	(void)state;
	cluster_start(c, 0);
	cluster_start(c, 1);
	cluster_join(c, 1, 0);
	cluster_config(c, 2, &cfg);
	memset(cfg.cluster_keys[0], 0x5a, KITH_KEY_LEN);
	assert_int_equal(cluster_start_with(c, 2, &cfg), 0);
	cluster_join(c, 2, 0);
	cluster_run(c, 30 * S);
	cluster_stats(c, 2, &s);
	assert_int_equal(s.stream_bytes_received, 0);
	assert_int_equal(s.datagrams_received, 0);
	/* Whom it knocked at tells where it came from, once a minute. */
	assert_int_equal(cluster_events(c, 0, KITH_EVENT_DROPPED, CLUSTER_ANY, 0), 1);
	from = cluster_event(c, 0, KITH_EVENT_DROPPED, CLUSTER_ANY, 0)->event.addr;
	assert_memory_equal(from.ip, cluster_addr(c, 2).ip, sizeof(from.ip));
	assert_int_equal(cluster_status(c, 2, 0), CLUSTER_UNKNOWN);
	assert_int_equal(cluster_status(c, 0, 2), CLUSTER_UNKNOWN);
	assert_true(kith_node_seeds(cluster_node(c, 2), &cursor, &seed));
	assert_true(seed.tried);
	assert_true(seed.result == KITH_SEED_CLOSED || seed.result == KITH_SEED_TIMEOUT);
	cluster_free(&c);
}

/* The right cluster key, the wrong authority: it is told so, and stays outside. */
static void another_authority(void **state)
{
	struct cluster *c = story_new(3, 1111);
	struct kith_certificate cert;
	struct kith_config cfg;
	struct kith_seed seed;
	uint8_t authority[KITH_KEY_LEN], bytes[KITH_CERTIFICATE_MAX];
	uint32_t cursor = 0;
	size_t len = sizeof(bytes);

	(void)state;
	memset(authority, 7, sizeof(authority));
	cluster_start(c, 0);
	cluster_start(c, 1);
	cluster_join(c, 1, 0);
	cluster_config(c, 2, &cfg);
	assert_int_equal(kith_certificate_read(cfg.certificate.p, cfg.certificate.len, &cert), 0);
	assert_int_equal(kith_certificate_sign(&cert, authority, c->cluster_name, bytes, &len), 0);
	cfg.certificate.p = bytes;
	cfg.certificate.len = len;
	assert_int_equal(kith_identity_public(authority, cfg.authorities[0], NULL), 0);
	assert_int_equal(cluster_start_with(c, 2, &cfg), 0);
	cluster_join(c, 2, 0);
	cluster_run(c, 30 * S);
	assert_int_equal(cluster_status(c, 2, 0), CLUSTER_UNKNOWN);
	assert_int_equal(cluster_status(c, 0, 2), CLUSTER_UNKNOWN);
	assert_true(kith_node_seeds(cluster_node(c, 2), &cursor, &seed));
	assert_int_equal(seed.result, KITH_SEED_UNTRUSTED);
	cluster_free(&c);
}

/* Half-open connections and noise on them: no byte back, closed in time, none left. */
static void noise_on_streams(void **state)
{
	struct cluster *c = story_joined(2, 1112);
	struct cluster_stranger *s = cluster_stranger(c);
	struct kith_stats before, after;
	uint8_t noise[4096];
	uint32_t i;

	(void)state;
	cluster_stats(c, 0, &before);
	for (i = 0; i < 60; i++) {
		size_t len = world_below(&c->world, sizeof(noise));

		world_fill(&c->world, noise, sizeof(noise));
		if (i % 2)
			noise[0] = 0x14; /* looks like the first message */
		cluster_stranger_connect(s, 0);
		cluster_run(c, 50 * MS);
		cluster_stranger_send(s, noise, i % 5 == 0 ? 0 : len);
		cluster_run(c, 6 * S);
		CLUSTER_CHECK(c, s->closed || s->failed, "a silent or noisy stream stays open");
	}
	assert_int_equal(s->stream_bytes, 0);
	cluster_stats(c, 0, &after);
	assert_true(after.drops.stream_handshake + after.drops.stream_late >=
		    before.drops.stream_handshake + before.drops.stream_late + 60);
	assert_true(after.streams <= before.streams + 1);
	cluster_free(&c);
}

/* 256 connections that say nothing: the oldest give way, members still get through. */
static void silent_crowd(void **state)
{
	struct cluster *c = story_new(3, 1113);
	struct cluster_stranger *s[8];
	struct kith_stats stats;
	uint32_t i;

	(void)state;
	for (i = 0; i < 8; i++)
		s[i] = cluster_stranger(c);
	cluster_start_all(c);
	cluster_join(c, 1, 0);
	cluster_wait_status(c, 0, 1, KITH_STATUS_ALIVE, 2 * S);
	for (i = 0; i < 600; i++) {
		cluster_stranger_connect(s[i % 8], 0);
		cluster_run(c, 1 * MS);
	}
	cluster_stats(c, 0, &stats);
	assert_true(stats.streams <= 300);
	cluster_join(c, 2, 0);
	cluster_wait_status(c, 0, 2, KITH_STATUS_ALIVE, 5 * S);
	cluster_run(c, 10 * S);
	cluster_stats(c, 0, &stats);
	assert_true(stats.streams <= 4);
	cluster_free(&c);
}

/* Shuts the cluster up, so that whatever comes out is an answer to what is put in. */
static uint64_t sent_by(struct cluster *c, uint32_t i)
{
	return c->net.hosts[i].udp_sent;
}

/* Noise of every length, of the right types, cut and bent recordings, from a stranger's address and
 * from a member's: not one answer, each counted, nothing kept. */
static void noise_in_datagrams(void **state)
{
	struct cluster *c = story_joined(3, 1120);
	struct cluster_stranger *s = cluster_stranger(c);
	struct kith_addr member = cluster_addr(c, 1);
	struct kith_stats before, after;
	struct kith_node *n;
	uint8_t buf[2048];
	char known[512], then[512];
	uint32_t i, told = 0;
	uint64_t sent;
	size_t blocks, bytes;

	(void)state;
	cluster_record(c, true);
	cluster_run(c, 20 * S);
	cluster_record(c, false);
	n = cluster_node(c, 0);
	knowledge(c, known, sizeof(known));
	cluster_stats(c, 0, &before);
	sent = sent_by(c, 0);
	blocks = c->nodes[0].heap.blocks;
	bytes = c->nodes[0].heap.bytes;
	/* No time passes and no tick: all that could come out would be answers. */
	for (i = 0; i < 200000; i++) {
		const struct cluster_packet *p =
			&c->packets[world_below(&c->world, c->packet_count)];
		size_t len = world_below(&c->world, 1500);
		uint32_t way = i % 4;
		struct kith_out out;

		if (way < 2 || p->sent.stream) {
			world_fill(&c->world, buf, 32);
			memset(buf + 32, (int)i, sizeof(buf) - 32);
			if (way == 1)
				buf[0] = (uint8_t)(0x11 + i / 4 % 3);
			if (way == 1 && i % 8 == 1)
				len = 1232;
		} else {
			memcpy(buf, p->bytes, p->sent.len);
			len = p->sent.len;
			if (way == 2)
				len = world_below(&c->world, len);
			else
				buf[world_below(&c->world, len)] ^=
					(uint8_t)(1u << world_below(&c->world, 8));
		}
		kith_node_datagram(n, cluster_clock(c, 0), i % 3 ? &s->addr : &member, buf, len);
		while (kith_node_next(n, &out)) {
			if (out.kind == KITH_OUT_EVENT && out.event.kind == KITH_EVENT_DROPPED)
				told++;
			else
				CLUSTER_CHECK(c, out.kind == KITH_OUT_TRACE, "output %d to input %u",
					      (int)out.kind, i);
		}
	}
	kith_node_check(n);
	cluster_stats(c, 0, &after);
	assert_int_equal(cluster_drops(&after) - cluster_drops(&before), 200000);
	assert_int_equal(after.datagrams_received - before.datagrams_received, 200000);
	assert_in_range(told, 1, KITH_DROPPED_COUNT); /* each reason once, not a flood */
	assert_true(after.drops.length > before.drops.length + 1000);
	assert_true(after.drops.type > before.drops.type + 1000);
	assert_true(after.drops.bad_tag > before.drops.bad_tag + 1000);
	assert_int_equal(c->nodes[0].heap.blocks, blocks);
	assert_int_equal(c->nodes[0].heap.bytes, bytes);
	assert_int_equal(sent_by(c, 0), sent);
	cluster_run(c, 10 * S);
	knowledge(c, then, sizeof(then));
	CLUSTER_CHECK(c, strcmp(known, then) == 0, "was\n%sis\n%s", known, then);
	assert_int_equal(s->datagrams, 0);
	cluster_free(&c);
}

/* True packets of members, sent on from an address that nobody lists: never is that address
 * answered. (cluster.h checks every destination against the records, in every story.) */
static bool reroute(void *ctx, const struct net_sent *s, uint8_t *buf, size_t *len)
{
	struct cluster_stranger *stranger = ctx;
	uint8_t plane;
	int to = net_find(&stranger->cluster->net, &s->to, &plane);

	if (to >= 0 && to < 3)
		cluster_inject(stranger->cluster, &stranger->addr, (uint32_t)to, buf, *len);
	return false;
}

static void answers_go_to_listed_addresses(void **state)
{
	struct cluster *c = story_joined(3, 1130);
	struct cluster_stranger *s = cluster_stranger(c);

	(void)state;
	cluster_forbid(c, CLUSTER_ANY, CLUSTER_ANY, KITH_STATUS_FAILED);
	c->touch = reroute;
	c->touch_ctx = s;
	cluster_run(c, 60 * S);
	assert_int_equal(s->datagrams, 0);
	cluster_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replay_after_restarts),
		cmocka_unit_test(replayed_handshake),
		cmocka_unit_test(another_cluster_key),
		cmocka_unit_test(another_authority),
		cmocka_unit_test(noise_on_streams),
		cmocka_unit_test(silent_crowd),
		cmocka_unit_test(noise_in_datagrams),
		cmocka_unit_test(answers_go_to_listed_addresses),
	};

	return story_run(tests);
}
