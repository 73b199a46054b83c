/* SPDX-License-Identifier: ISC */
/* Two nodes in one process: they join over a stream in memory, ping, and refuse a replay. */
#include <kith/kith.h>
#include <stdio.h>
#include <string.h>

#define UNIX_MS INT64_C(1800000000000)

static struct kith_node *node[2];
static struct kith_addr addr[2];
static uint8_t last[KITH_DATAGRAM_MAX]; /* the last datagram to node 0 */
static size_t last_len;

static int start(int i, kith_us now)
{
	struct kith_config cfg;
	struct kith_certificate cert;
	uint8_t authority[KITH_KEY_LEN], bytes[KITH_CERTIFICATE_MAX];
	size_t len = sizeof(bytes);

	kith_config_init(&cfg, KITH_PROFILE_LOCAL);
	memset(&cert, 0, sizeof(cert));
	memset(authority, 1, sizeof(authority)); /* in earnest: getrandom(2) for all of these */
	memset(cfg.cluster_keys[0], 2, KITH_KEY_LEN);
	memset(cfg.identity_seed, 3 + i, sizeof(cfg.identity_seed));
	memset(cfg.secret_seed, 5 + i, sizeof(cfg.secret_seed));
	snprintf(cert.name, sizeof(cert.name), "node-%d", i);
	cert.serial = 1;
	cert.not_after = (uint32_t)(UNIX_MS / 1000) + 86400;
	if (kith_identity_public(cfg.identity_seed, cert.identity, NULL) != 0 ||
	    kith_identity_public(authority, cfg.authorities[0], NULL) != 0 ||
	    kith_certificate_sign(&cert, authority, "pair", bytes, &len) != 0 ||
	    kith_addr_parse(i == 0 ? "10.0.0.1" : "10.0.0.2", 5484, &addr[i]) != 0)
		return -1;
	cfg.cluster = "pair";
	cfg.certificate.p = bytes;
	cfg.certificate.len = len;
	cfg.authority_count = cfg.cluster_key_count = cfg.addr_count = 1;
	cfg.addrs[0] = addr[i];
	return kith_node_new(&node[i], &cfg, now, UNIX_MS);
}

/* Does what node i wants done. Its stream 1 is stream 2 at the other node, 3 is 4, and so on. */
static void serve(int i, kith_us now)
{
	struct kith_node *self = node[i], *peer = node[1 - i];
	struct kith_out o;
	uint64_t far;

	kith_node_tick(self, now);
	while (kith_node_next(self, &o)) {
		far = o.stream % 2 ? o.stream + 1 : o.stream - 1;
		if (o.kind == KITH_OUT_DATAGRAM) {
			if (i == 1)
				memcpy(last, o.data, last_len = o.len);
			kith_node_datagram(peer, now, &addr[i], o.data, o.len);
		} else if (o.kind == KITH_OUT_CONNECT) {
			kith_node_stream(peer, now, far, KITH_STREAM_ACCEPTED, &addr[i]);
			kith_node_stream(self, now, o.stream, KITH_STREAM_CONNECTED, NULL);
		} else if (o.kind == KITH_OUT_STREAM_DATA) {
			kith_node_stream_data(peer, now, far, o.data, o.len);
			kith_node_stream(self, now, o.stream, KITH_STREAM_WRITABLE, NULL);
		} else if (o.kind == KITH_OUT_STREAM_CLOSE) {
			kith_node_stream(peer, now, far, KITH_STREAM_CLOSED, NULL);
		} else if (o.kind == KITH_OUT_PERSIST) {
			kith_node_persisted(self, now, o.token); /* in earnest: fsync(2) first */
		} else if (o.kind == KITH_OUT_EVENT) {
			printf("node-%d: %s\n", i, kith_event_name(o.event.kind));
		}
	}
}

int main(void)
{
	struct kith_stats before, after;
	struct kith_view view;
	kith_us now = KITH_SECOND;

	if (start(0, now) != 0 || start(1, now) != 0 || kith_node_join(node[1], now, addr, 1) != 0)
		return 1;
	for (; now < 10 * KITH_SECOND; now += 10 * KITH_MS) {
		serve(0, now);
		serve(1, now);
	}
	kith_node_view(node[0], &view);
	kith_node_stats(node[0], &before);
	kith_node_datagram(node[0], now, &addr[1], last, last_len); /* a replay */
	kith_node_stats(node[0], &after);
	kith_node_free(&node[0]);
	kith_node_free(&node[1]);
	printf("%u alive, %u rounds, %u replays refused\n", view.alive, (unsigned)after.rounds,
	       (unsigned)(after.drops.replay - before.drops.replay));
	return view.alive == 2 && after.rounds > 5 && after.rounds_failed == 0 &&
	       after.drops.replay == before.drops.replay + 1 ? 0 : 1;
}
