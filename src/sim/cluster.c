/* SPDX-License-Identifier: ISC */
#include "sim/cluster.h"

#include "core/pool.h"
#include "sim/claims.h"
#include "sim/hash.h"
#include "sim/offers.h"
#include "sim/process.h"
#include "sim/report.h"
#include "sim/room.h"
#include "sim/watch.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CERTIFICATE_S (400u * 86400u)

struct cluster_name {
	struct kith_mid mid;
	uint32_t index;
	UT_hash_handle hh;
};

static void on_stranger(struct cluster_stranger *s, const struct net_input *in)
{
	if (in->kind == NET_DATAGRAM) {
		s->datagrams++;
		s->bytes += in->len;
	} else if (in->kind == NET_STREAM_DATA) {
		s->stream_bytes += in->len;
		s->last_len = in->len < sizeof(s->last) ? in->len : sizeof(s->last);
		memcpy(s->last, in->buf, s->last_len);
	} else if (in->kind == NET_STREAM) {
		s->connected |= in->what == KITH_STREAM_CONNECTED;
		s->refused |= in->what == KITH_STREAM_REFUSED;
		s->failed |= in->what == KITH_STREAM_FAILED;
		s->closed |= in->what == KITH_STREAM_CLOSED;
	}
}

static void on_input(void *ctx, uint32_t host, const struct net_input *in)
{
	struct cluster *c = ctx;

	if (host >= c->count)
		on_stranger(&c->strangers[host - c->count], in);
	else
		process_input(c, host, in);
}

static void on_idle(void *ctx, uint32_t host)
{
	struct cluster *c = ctx;

	if (host < c->count)
		process_idle(c, host);
}

static bool on_tap(void *ctx, const struct net_sent *s, uint8_t *buf, size_t *len)
{
	struct cluster *c = ctx;
	struct cluster_packet *p;

	if (c->sniff != NULL)
		c->sniff(c->sniff_ctx, s);
	if (c->recording) {
		if (c->packet_count == c->packet_room) {
			c->packet_room = c->packet_room ? c->packet_room * 2 : 1024;
			c->packets = realloc(c->packets, c->packet_room * sizeof(*c->packets));
			assert(c->packets != NULL);
		}
		p = &c->packets[c->packet_count++];
		p->sent = *s;
		p->bytes = malloc(s->len);
		assert(p->bytes != NULL);
		memcpy(p->bytes, s->buf, s->len);
		p->sent.buf = p->bytes;
	}
	return s->stream || c->touch == NULL || c->touch(c->touch_ctx, s, buf, len);
}

bool cluster_step(struct cluster *c, kith_us until)
{
	report_current(c);
	return world_step(&c->world, until);
}

/* --- life of a cluster ----------------------------------------------------------------------- */

static bool shares_usually;

void cluster_share_usually(bool share)
{
	shares_usually = share;
}

void cluster_opts_init(struct cluster_opts *o, uint64_t seed)
{
	memset(o, 0, sizeof(*o));
	o->seed = seed;
	o->profile = KITH_PROFILE_LAN;
	net_weather_init(&o->weather);
	o->planes = 1;
	o->tick_late_us = KITH_MS;
	o->persist_us = 2 * KITH_MS;
	o->ask_us = KITH_MS;
	o->trace = true;
	o->check = true;
	o->diary = true;
	o->share = shares_usually;
	o->watch = true;
}

uint64_t cluster_seed(uint64_t base)
{
	const char *text = getenv("KITH_SEED");

	return text != NULL ? strtoull(text, NULL, 0) : base;
}

static struct kith_addr address(uint32_t plane, uint32_t number)
{
	struct kith_addr a = {.port = CLUSTER_PORT, .family = 4};

	a.ip[0] = 10;
	a.ip[1] = (uint8_t)plane;
	a.ip[2] = (uint8_t)(number >> 8);
	a.ip[3] = (uint8_t)number;
	return a;
}

/* Signs the host's certificate. */
static void admit(struct cluster *c, struct cluster_node *n, const char *zone)
{
	struct kith_certificate cert;

	memset(&cert, 0, sizeof(cert));
	if (kith_identity_public(n->identity_seed, cert.identity, &n->mid) != 0)
		cluster_fail(c, __FILE__, __LINE__, "kith_identity_public");
	cert.rights = KITH_RIGHT_EVENT | KITH_RIGHT_QUERY | KITH_RIGHT_SERVICE;
	memcpy(cert.roles, "*", 2);
	cert.serial = CLUSTER_UNIX_MS - 1000 + n->index;
	cert.not_after = (uint32_t)(CLUSTER_UNIX_MS / 1000) + CERTIFICATE_S;
	snprintf(cert.name, sizeof(cert.name), "%s", n->name);
	snprintf(cert.zone, sizeof(cert.zone), "%s", zone);
	n->certificate_len = sizeof(n->certificate);
	if (kith_certificate_sign(&cert, c->authority_seed, c->cluster_name, n->certificate,
				  &n->certificate_len) != 0)
		cluster_fail(c, __FILE__, __LINE__, "kith_certificate_sign");
}

void cluster_zone(struct cluster *c, uint32_t i, const char *name)
{
	assert(c->nodes[i].starts == 0);
	admit(c, &c->nodes[i], name);
}

static void node_init(struct cluster *c, uint32_t i)
{
	struct cluster_node *n = &c->nodes[i];
	struct kith_addr addrs[NET_PLANES_MAX];
	struct cluster_name *name = calloc(1, sizeof(*name));
	uint8_t k;

	assert(name != NULL);
	n->cluster = c;
	n->index = i;
	snprintf(n->name, sizeof(n->name), "n%02u", i);
	world_fill(&c->world, n->identity_seed, sizeof(n->identity_seed));
	n->world_base = WORLD_START;
	/* No two hosts booted at the same time. */
	n->clock_base = WORLD_START + (kith_us)world_below(&c->world, 1000 * KITH_SECOND);
	admit(c, n, "");
	name->mid = n->mid;
	name->index = i;
	HASH_ADD(hh, c->by_mid, mid, sizeof(name->mid), name);
	for (k = 0; k < c->opts.planes; k++)
		addrs[k] = address(k, 256 + i);
	if (net_host_add(&c->net, addrs, c->opts.planes) != i)
		cluster_fail(c, __FILE__, __LINE__, "net_host_add");
	alloc_fail_init(&n->heap);
}

struct cluster *cluster_new(uint32_t n, const struct cluster_opts *o)
{
	struct cluster *c = calloc(1, sizeof(*c));
	struct net_ops ops = {.input = on_input, .idle = on_idle, .tap = on_tap};
	uint64_t pool_key[2];
	uint32_t i;

	assert(c != NULL && n >= 1 && n <= CLUSTER_NODES_MAX);
	if (n >= ROOM_ASKED_FROM && !room_is_there(n, o->share))
		exit(ROOM_EXIT);
	assert(o->planes >= 1 && o->planes <= NET_PLANES_MAX);
	report_current(c);
	c->opts = *o;
	c->hash = 0xcbf29ce484222325u;
	world_init(&c->world, o->seed);
	ops.ctx = c;
	net_init(&c->net, &c->world, &ops, &o->weather);
	if (o->segment != 0)
		c->net.segment = o->segment;
	world_fill(&c->world, c->authority_seed, sizeof(c->authority_seed));
	world_fill(&c->world, c->cluster_key, sizeof(c->cluster_key));
	snprintf(c->cluster_name, sizeof(c->cluster_name), "story");
	if (kith_identity_public(c->authority_seed, c->authority, NULL) != 0)
		cluster_fail(c, __FILE__, __LINE__, "kith_identity_public");
	world_fill(&c->world, pool_key, sizeof(pool_key));
	if (o->share && kith_pool_new(&c->pool, pool_key) != 0)
		cluster_fail(c, __FILE__, __LINE__, "kith_pool_new");
	c->count = n;
	c->nodes = calloc(n, sizeof(*c->nodes));
	assert(c->nodes != NULL);
	for (i = 0; i < n; i++)
		node_init(c, i);
	if (o->watch)
		watch_open(c);
	return c;
}

void cluster_free(struct cluster **cp)
{
	struct cluster *c = *cp;
	struct cluster_name *name, *next;
	size_t i;

	for (i = 0; i < c->count; i++) {
		if (c->nodes[i].node != NULL)
			process_end(&c->nodes[i]);
		free(c->nodes[i].diary);
		free(c->nodes[i].kept);
	}
	for (i = 0; i < c->packet_count; i++)
		free(c->packets[i].bytes);
	free(c->packets);
	watch_close(c);
	net_fini(&c->net);
	world_fini(&c->world);
	report_current(NULL);
	HASH_ITER(hh, c->by_mid, name, next) {
		HASH_DEL(c->by_mid, name);
		free(name);
	}
	free(c->nodes);
	free(c->claims);
	free(c->steady);
	kith_pool_free(&c->pool);
	free(c);
	*cp = NULL;
}

uint32_t cluster_index(const struct cluster *c, const struct kith_mid *mid)
{
	struct cluster_name *name = NULL;

	HASH_FIND(hh, c->by_mid, mid, sizeof(*mid), name);
	return name != NULL ? name->index : CLUSTER_ANY;
}

/* --- processes and hosts ---------------------------------------------------------------------- */

void cluster_config(struct cluster *c, uint32_t i, struct kith_config *cfg)
{
	struct cluster_node *n = &c->nodes[i];
	const struct kith_timing *t = &c->opts.timing;

	kith_config_init(cfg, c->opts.profile);
	if (c->opts.check)
		cfg->alloc = alloc_fail_hook(&n->heap);
	cfg->cluster = c->cluster_name;
	memcpy(cfg->identity_seed, n->identity_seed, sizeof(cfg->identity_seed));
	cfg->certificate.p = n->certificate;
	cfg->certificate.len = n->certificate_len;
	memcpy(cfg->authorities[0], c->authority, KITH_KEY_LEN);
	cfg->authority_count = 1;
	memcpy(cfg->cluster_keys[0], c->cluster_key, KITH_KEY_LEN);
	cfg->cluster_key_count = 1;
	cfg->epoch = n->disk_epoch;
	world_fill(&c->world, cfg->secret_seed, sizeof(cfg->secret_seed));
	world_fill(&c->world, cfg->choice_seed, sizeof(cfg->choice_seed));
	cfg->addr_count = c->net.hosts[i].addr_count;
	memcpy(cfg->addrs, c->net.hosts[i].addrs, cfg->addr_count * sizeof(cfg->addrs[0]));
	if (t->period != 0)
		cfg->timing.period = t->period;
	if (t->probe_timeout != 0)
		cfg->timing.probe_timeout = t->probe_timeout;
	if (t->relay_timeout != 0)
		cfg->timing.relay_timeout = t->relay_timeout;
	if (t->gossip_tick != 0)
		cfg->timing.gossip_tick = t->gossip_tick;
	if (c->opts.reap_after != 0)
		cfg->reap_after = c->opts.reap_after;
	if (c->opts.max_members != 0)
		cfg->max_members = c->opts.max_members;
	cfg->trace = c->opts.trace;
}

static void give_back(struct cluster *c, uint32_t i)
{
	struct cluster_node *n = &c->nodes[i];
	size_t k;

	for (k = n->kept_count; k-- > 0;) {
		const struct kith_bytes entry = {n->kept[k].bytes, n->kept[k].len};
		const int err = kith_node_restore(n->node, cluster_clock(c, i), entry);

		CLUSTER_CHECK(c, err == 0 || err == KITH_EREPLAY || err == KITH_EEXPIRED ||
				      err == KITH_EREVOKED,
			      "kith_node_restore: %s", kith_strerror(err));
	}
}

int cluster_start_with(struct cluster *c, uint32_t i, const struct kith_config *cfg)
{
	struct cluster_node *n = &c->nodes[i];
	int err;

	CLUSTER_CHECK(c, n->node == NULL, "%s runs already", n->name);
	err = kith_node_new(&n->node, cfg, cluster_clock(c, i), process_wall_clock(n));
	if (err != 0) {
		CLUSTER_CHECK(c, n->node == NULL, "kith_node_new() wrote its result and failed");
		return err;
	}
	if (c->pool != NULL)
		kith_core_share(n->node, c->pool);
	report_line(c, n, "START with epoch %u", cfg->epoch);
	give_back(c, i);
	net_listen(&c->net, i);
	cluster_offer_again(c, i);
	process_begin(n);
	return 0;
}

void cluster_start(struct cluster *c, uint32_t i)
{
	struct kith_config cfg;
	int err;

	cluster_config(c, i, &cfg);
	err = cluster_start_with(c, i, &cfg);
	CLUSTER_CHECK(c, err == 0, "kith_node_new: %s", kith_strerror(err));
}

void cluster_start_all(struct cluster *c)
{
	uint32_t i;

	for (i = 0; i < c->count; i++)
		cluster_start(c, i);
}

void cluster_start_met(struct cluster *c, uint32_t count)
{
	uint32_t i;

	CLUSTER_CHECK(c, c->pool != NULL, "hosts that share no facts cannot begin as ones that have met");
	for (i = 0; i < count; i++)
		cluster_start(c, i);
	cluster_run(c, 2 * c->opts.persist_us);
	for (i = 1; i < count; i++)
		kith_core_meet(c->nodes[0].node, cluster_clock(c, 0), c->nodes[i].node);
	process_tick(&c->nodes[0]);
	for (i = 1; i < count; i++) {
		kith_core_meet(c->nodes[i].node, cluster_clock(c, i), c->nodes[0].node);
		process_tick(&c->nodes[i]);
	}
}

void cluster_join_addrs(struct cluster *c, uint32_t i, const struct kith_addr *seeds, size_t count)
{
	int err = kith_node_join(c->nodes[i].node, cluster_clock(c, i), seeds, count);

	CLUSTER_CHECK(c, err == 0, "kith_node_join: %s", kith_strerror(err));
	process_tick(&c->nodes[i]);
}

void cluster_join(struct cluster *c, uint32_t i, uint32_t seed)
{
	struct kith_addr a = cluster_addr(c, seed);

	cluster_join_addrs(c, i, &a, 1);
}

void cluster_keep(struct cluster *c, uint32_t i)
{
	struct cluster_node *n = &c->nodes[i];
	struct kith_bytes entry;

	while (kith_node_keep(n->node, &entry)) {
		if (n->kept_count == n->kept_room) {
			n->kept_room = n->kept_room ? 2 * n->kept_room : 16;
			n->kept = realloc(n->kept, n->kept_room * sizeof(*n->kept));
			assert(n->kept != NULL);
		}
		memcpy(n->kept[n->kept_count].bytes, entry.p, entry.len);
		n->kept[n->kept_count++].len = entry.len;
	}
}

void cluster_crash(struct cluster *c, uint32_t i)
{
	struct cluster_node *n = &c->nodes[i];

	CLUSTER_CHECK(c, n->node != NULL, "%s does not run", n->name);
	report_line(c, n, "CRASH");
	process_end(n);
	net_kill(&c->net, i);
}

void cluster_power_off(struct cluster *c, uint32_t i)
{
	c->net.hosts[i].offline = true;
	cluster_crash(c, i);
}

void cluster_restart(struct cluster *c, uint32_t i)
{
	if (c->nodes[i].node != NULL)
		cluster_crash(c, i);
	c->net.hosts[i].offline = false;
	cluster_start(c, i);
}

void cluster_restart_lost_epoch(struct cluster *c, uint32_t i)
{
	c->nodes[i].disk_epoch = 0;
	cluster_restart(c, i);
}

bool cluster_is_running(const struct cluster *c, uint32_t i)
{
	return c->nodes[i].node != NULL && !c->net.hosts[i].stopped;
}

struct kith_node *cluster_node(struct cluster *c, uint32_t i)
{
	return c->nodes[i].node;
}

struct kith_addr cluster_addr(const struct cluster *c, uint32_t i)
{
	return c->net.hosts[i].addrs[0];
}

/* --- commands --------------------------------------------------------------------------------- */

int cluster_leave(struct cluster *c, uint32_t i)
{
	int err = kith_node_leave(c->nodes[i].node, cluster_clock(c, i));

	process_tick(&c->nodes[i]);
	return err;
}

int cluster_forget(struct cluster *c, uint32_t i, uint32_t who)
{
	int err = kith_node_forget(c->nodes[i].node, cluster_clock(c, i), &c->nodes[who].mid);

	process_tick(&c->nodes[i]);
	return err;
}

int cluster_revoke(struct cluster *c, uint32_t i, uint32_t who)
{
	const uint32_t until = (uint32_t)(CLUSTER_UNIX_MS / 1000) + CERTIFICATE_S;
	uint8_t bytes[KITH_REVOCATION_SIZE];
	int err = kith_revocation_sign(&c->nodes[who].mid, until, process_wall_clock(&c->nodes[i]),
				       c->authority_seed, c->cluster_name, bytes);

	c->nodes[who].is_revoked = true;
	if (err == 0)
		err = kith_node_revoke(c->nodes[i].node, cluster_clock(c, i),
				       (struct kith_bytes){bytes, sizeof(bytes)});
	process_tick(&c->nodes[i]);
	return err;
}

int cluster_ping(struct cluster *c, uint32_t i, uint32_t who, uint64_t *token)
{
	int err = kith_node_ping(c->nodes[i].node, cluster_clock(c, i), &c->nodes[who].mid, token);

	process_tick(&c->nodes[i]);
	return err;
}

int cluster_announce_restart(struct cluster *c, uint32_t i, uint16_t back_s)
{
	int err = kith_node_restart(c->nodes[i].node, cluster_clock(c, i), back_s);

	process_tick(&c->nodes[i]);
	return err;
}

/* msgpack: a map of one pair of short texts. */
int cluster_tag(struct cluster *c, uint32_t i, const char *key, const char *value)
{
	uint8_t map[80];
	size_t key_len = strlen(key), value_len = strlen(value);
	struct kith_bytes tags = {map, 3 + key_len + value_len};
	int err;

	assert(key_len < 32 && value_len < 32);
	map[0] = 0x81;
	map[1] = (uint8_t)(0xa0 | key_len);
	memcpy(map + 2, key, key_len);
	map[2 + key_len] = (uint8_t)(0xa0 | value_len);
	memcpy(map + 3 + key_len, value, value_len);
	err = kith_node_tags(c->nodes[i].node, cluster_clock(c, i), tags);
	process_tick(&c->nodes[i]);
	return err;
}

bool cluster_tag_is(struct cluster *c, uint32_t observer, uint32_t who, const char *key,
		    const char *value)
{
	struct kith_bytes k, v;
	struct kith_member m;
	size_t at = 0;

	if (kith_node_member(c->nodes[observer].node, &c->nodes[who].mid, &m) != 0)
		return false;
	while (kith_tag_next(m.tags, &at, &k, &v))
		if (k.len == strlen(key) && memcmp(k.p, key, k.len) == 0)
			return v.len == strlen(value) && memcmp(v.p, value, v.len) == 0;
	return false;
}
