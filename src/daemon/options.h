/* SPDX-License-Identifier: ISC */
/*
 * daemon/options.h: every setting of kith.conf, as one table. Parsing, ranges, error messages,
 * --print-config, -o and the check of the manual page are made from it; a setting that is not
 * here does not exist. To add one: a row here, a paragraph in man/kith.conf.5, and its use.
 */
#ifndef KITH_DAEMON_OPTIONS_H
#define KITH_DAEMON_OPTIONS_H

#include "query/dns_name.h"
#include <kith/types.h>
#include <stdbool.h>

enum kith_option_type {
	KITH_TYPE_NAME,      /* [a-z0-9.-] */
	KITH_TYPE_PATH,
	KITH_TYPE_GROUP,     /* a group of this host; its number */
	KITH_TYPE_SEED,      /* address literal or host name, :port */
	KITH_TYPE_TAG,       /* KEY=VALUE */
	KITH_TYPE_TEXT,      /* without control characters; least to greatest bytes */
	KITH_TYPE_HOST,      /* address literal or host name, without a port */
	KITH_TYPE_DOMAIN,    /* name of the DNS, in small letters */
	KITH_TYPE_LISTEN,    /* address literal, :port; port 0 is a free one, none is `greatest` */
	KITH_TYPE_ADVERTISE, /* "auto", or an address literal with or without :port */
	KITH_TYPE_KEY,       /* key text of base/crc.h */
	KITH_TYPE_DURATION,  /* its number is microseconds */
	KITH_TYPE_COUNT,
	KITH_TYPE_WORD       /* one of `words`; its number is the place there */
};

/* Columns: name of the constant, section, key, type, most values (1: single), default ("" = unset),
 * least and greatest number, words, whether a reload applies it, help. */
#define KITH_OPTIONS(X) \
	X(CLUSTER_NAME, "cluster", "name", NAME, 1, "", 1, KITH_CLUSTER_NAME_MAX, "", false, \
	  "the cluster's name; checked against the identity file's") \
	X(CLUSTER_JOIN_FILE, "cluster", "join-file", PATH, 1, "", 0, 0, "", false, \
	  "the identity file; unset: cluster.join in the state directory") \
	X(CLUSTER_SEED, "cluster", "seed", SEED, KITH_OPTION_VALUES_MAX, "", 0, 0, "", true, \
	  "a member to join through, besides those of the identity file") \
	X(NODE_NAME, "node", "name", NAME, 1, "", 1, KITH_NAME_MAX, "", false, \
	  "this member's name; checked against its certificate's") \
	X(NODE_ZONE, "node", "zone", NAME, 1, "", 1, KITH_ZONE_MAX, "", false, \
	  "this member's zone; checked against its certificate's") \
	X(NODE_TAG, "node", "tag", TAG, KITH_OPTION_VALUES_MAX, "", 0, 0, "", true, \
	  "a tag shown to all members") \
	X(NETWORK_LISTEN, "network", "listen", LISTEN, KITH_LISTENS_MAX, "[::]:5484", 0, KITH_PORT_DEFAULT, \
	  "", false, \
	  "where gossip is received, UDP and TCP; [::] is both families") \
	X(NETWORK_ADVERTISE, "network", "advertise", ADVERTISE, KITH_ADDRS_MAX, "auto", 0, 0, "", false, \
	  "where others reach us, preferred first") \
	X(TIMING_PROFILE, "timing", "profile", WORD, 1, "lan", 0, 0, "lan local wan", false, \
	  "detector timings for a network of this kind") \
	X(TIMING_PROBE_INTERVAL, "timing", "probe-interval", DURATION, 1, "", 100 * KITH_MS, \
	  60 * KITH_SECOND, "", false, "one probe round each; unset: the profile's") \
	X(TIMING_PROBE_TIMEOUT, "timing", "probe-timeout", DURATION, 1, "", 10 * KITH_MS, \
	  30 * KITH_SECOND, "", false, "a direct answer is awaited this long; unset: the profile's") \
	X(TIMING_RELAY_TIMEOUT, "timing", "relay-timeout", DURATION, 1, "", 10 * KITH_MS, \
	  30 * KITH_SECOND, "", false, "and a relayed one this long after it; unset: the profile's") \
	X(TIMING_GOSSIP_INTERVAL, "timing", "gossip-interval", DURATION, 1, "", 20 * KITH_MS, \
	  10 * KITH_SECOND, "", false, "between datagrams of pure gossip; unset: the profile's") \
	X(TIMING_RESTART_GRACE, "timing", "restart-grace", DURATION, 1, "30s", 0, 300 * KITH_SECOND, \
	  "", true, "absence announced when kithd is stopped; 0: it leaves") \
	X(TIMING_FORGET_AFTER, "timing", "forget-after", DURATION, 1, "24h", 60 * KITH_SECOND, \
	  30 * 86400 * KITH_SECOND, "", false, "failed and left members are listed this long") \
	X(SECURITY_AUTHORITY, "security", "authority", KEY, KITH_AUTHORITIES_MAX, "", 0, 0, "", false, \
	  "public key of an authority to trust, besides those of the identity file") \
	X(CONTROL_SOCKET, "control", "socket", PATH, 1, "", 0, 0, "", false, \
	  "unix socket for kith; unset: kithd.sock in the run-time directory") \
	X(CONTROL_GROUP, "control", "group", GROUP, 1, "", 0, 0, "", false, \
	  "members of this group may use the socket; unset: kithd's own group") \
	X(RPC_LISTEN, "rpc", "listen", LISTEN, 1, "", 0, KITH_PORT_SERF, "", false, \
	  "TCP listener for clients of Serf's RPC; unset: none") \
	X(RPC_AUTH_KEY_FILE, "rpc", "auth-key-file", PATH, 1, "", 0, 0, "", false, \
	  "file with the key that TCP clients must show; needed for a listener off loopback") \
	X(DNS_LISTEN, "dns", "listen", LISTEN, KITH_LISTENS_MAX, "127.0.0.1:5486", 0, KITH_PORT_DNS, "", \
	  false, "where DNS is answered, UDP and TCP; the default may fail, empty: nowhere") \
	X(DNS_DOMAIN, "dns", "domain", DOMAIN, KITH_DNS_DOMAINS_MAX, "kith.internal", 0, 0, "", true, \
	  "answered for names in it; those of others are refused") \
	X(DNS_TTL, "dns", "ttl", DURATION, 1, "0s", 0, 86400 * KITH_SECOND, "", true, \
	  "an answer may be kept this long, in whole seconds") \
	X(DNS_NEGATIVE_TTL, "dns", "negative-ttl", DURATION, 1, "2s", 0, 3600 * KITH_SECOND, "", true, \
	  "and one that there is nothing") \
	X(DNS_UDP_LIMIT, "dns", "udp-limit", COUNT, 1, "1232", 512, 4096, "", true, \
	  "bytes of an answer over UDP, if the client takes as many") \
	X(DNS_RATE, "dns", "rate", COUNT, 1, "200", 1, 65536, "", true, \
	  "answers a second over UDP to one source that is not on this host") \
	X(DNS_PREFER, "dns", "prefer", WORD, 1, "any", 0, 0, "any zone", true, \
	  "zone: instances in this member's zone are named alone, while they are enough") \
	X(DNS_ZONE_MIN, "dns", "zone-min", COUNT, 1, "1", 1, 65536, "", true, \
	  "so many are enough") \
	X(DNS_ONLY_PASSING, "dns", "only-passing", WORD, 1, "no", 0, 0, "no yes", true, \
	  "yes: instances with a warning are not named") \
	X(LOG_LEVEL, "log", "level", WORD, 1, "info", 0, 0, "error warning info debug", true, \
	  "the least important lines still written") \
	X(LOG_FORMAT, "log", "format", WORD, 1, "auto", 0, 0, "auto journal text json", true, \
	  "auto: journal under systemd, text on a terminal, else json") \
	X(LIMITS_MAX_MEMBERS, "limits", "max-members", COUNT, 1, "16384", 2, 65536, "", false, \
	  "members held at most; joins above it are refused")

/* Settings of a [service.NAME]; columns as above. A key that ends in a dot is the beginning of one, whose
 * rest tells several apart. */
#define KITH_SERVICE_OPTIONS(X) \
	X(ID, "service", "id", TEXT, 1, "", 1, KITH_SERVICE_ID_MAX, "", true, \
	  "tells it from others of this host; unset: its name") \
	X(PORT, "service", "port", COUNT, 1, "", 1, UINT16_MAX, "", true, "unset: none") \
	X(PORT_OF, "service", "port.", COUNT, KITH_SERVICE_PORTS_MAX, "", 1, UINT16_MAX, "", true, \
	  "a further port, by its name") \
	X(ADDRESS, "service", "address", HOST, KITH_SERVICE_ADDRS_MAX, "", 0, 0, "", true, \
	  "where it is reached, preferred first; unset: at this member's addresses") \
	X(TAG, "service", "tag", TEXT, KITH_OPTION_VALUES_MAX, "", 1, KITH_OPTION_TEXT_MAX, "", true, \
	  "a word that it can be asked by") \
	X(META, "service", "meta.", TEXT, KITH_OPTION_VALUES_MAX, "", 0, KITH_OPTION_TEXT_MAX, "", true, \
	  "anything more that is to be said of it, by its key") \
	X(WEIGHT, "service", "weight", COUNT, 1, "1", 0, UINT16_MAX, "", true, \
	  "its share of the work among those of its name")

enum {
	KITH_OPTION_TEXT_MAX = 198, /* a line of the file */
	KITH_SERVICES_MAX = 256,    /* as many as a node offers */
	KITH_OPTION_VALUES_MAX = 64, /* as many seeds as kith_node_join() takes */
	KITH_LISTENS_MAX = 4,
	KITH_PORT_DNS = 5486,
	KITH_PORT_SERF = 7373 /* of its RPC */
};

enum kith_option_id {
#define X(id, section, key, type, most, preset, least, greatest, words, reload, help) \
	KITH_OPTION_##id,
	KITH_OPTIONS(X)
#undef X
	KITH_OPTION_COUNT
};

enum kith_service_option_id {
#define X(id, section, key, type, most, preset, least, greatest, words, reload, help) \
	KITH_SERVICE_OPTION_##id,
	KITH_SERVICE_OPTIONS(X)
#undef X
	KITH_SERVICE_OPTION_COUNT
};

struct kith_option {
	const char *section, *key;
	enum kith_option_type type;
	uint16_t most;
	const char *preset;
	int64_t least, greatest;
	const char *words;
	bool reload;
	const char *help;
};

extern const struct kith_option kith_options[KITH_OPTION_COUNT];
extern const struct kith_option kith_service_options[KITH_SERVICE_OPTION_COUNT];

/* KITH_OPTION_COUNT: there is none of this name. */
enum kith_option_id kith_option_find(const char *section, const char *key);
/* The same of a service; *rest is what follows a key that ends in a dot, else "". */
enum kith_service_option_id kith_service_option_find(const char *key, const char **rest);
/* Whether `section` has options at all. */
bool kith_option_has_section(const char *section);

/* Judges a value. 0 and its number (0 where the type has none); or -1 and the end of the sentence
 * "SECTION.KEY: ..." in wrong. */
KITH_MUST_USE int kith_option_value(const struct kith_option *o, const char *text, int64_t *number,
				    char *wrong, size_t wrong_size);
/* An address of type LISTEN or ADVERTISE that was judged; for "auto" family is 0. */
struct kith_addr kith_option_addr(const struct kith_option *o, const char *text);

#endif
