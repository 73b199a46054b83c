/* SPDX-License-Identifier: ISC */
/*
 * core/limits.h: every bound and every rate of the core, with its reason. Whatever a peer can make
 * grow ends at a number in this file (4-security.md §5.15).
 */
#ifndef KITH_CORE_LIMITS_H
#define KITH_CORE_LIMITS_H

#include <kith/types.h>

enum {
	/* Members of one node's table; a joiner above it is refused and counted. */
	KITH_MEMBERS_DEFAULT = 16384,
	KITH_MEMBERS_MAX = 1 << 20,
	/* Tombs of forgotten members, 48 bytes each. */
	KITH_TOMBS_MAX = 65536,
	/* Revocations held, some 250 bytes each with their record; an even share for each authority. */
	KITH_REVOCATIONS_MAX = 4096,
	/* Services that a member may offer at once, and those that it offered before and that are kept as
	 * deleted, so that an older word of them counts for nothing; and of all members, 64 MiB, besides
	 * what each has deleted, or offered before it started anew. */
	KITH_SERVICES_PER_OWNER = 256,
	KITH_SERVICES_DELETED = 256,
	KITH_SERVICES_MAX = 65536,
	/* Records of services that a member signs: in a second, and at once; and of one of them, so that
	 * one that flips does not keep all others busy. */
	KITH_SERVICE_RATE = 10,
	KITH_SERVICE_BURST = KITH_SERVICES_PER_OWNER,
	KITH_SERVICE_EACH_RATE = 1,
	KITH_SERVICE_EACH_BURST = 4,
	/* Suspicions kept per target: one above the largest need of 3. */
	KITH_SUSPICIONS_PER_TARGET = 4,
	/* Live suspicions of one suspector: it can not fill the gossip queue alone. */
	KITH_SUSPICIONS_PER_SUSPECTOR = 128,
	/* Members whose keys are kept, those talked with last, 140 bytes each: the next packet to or from
	 * another one costs a key agreement. */
	KITH_KEYS_KEPT = 512,
	/* Evidence entries kept per member for `kith why`. */
	KITH_WHY_KEPT = 32,
	/* Flaps, in thousandths of a return: what one costs; above which a member is quarantined; down to
	 * which it stays so; and the most, so that it ends half an hour after the last return. */
	KITH_FLAP_RETURN = 1000,
	KITH_FLAP_QUARANTINE = 3000,
	KITH_FLAP_RELEASE = 1000,
	KITH_FLAP_MAX = 8000,
	/* Refutations in a row that make a member a disputed one; and how many S it is then left alone at
	 * most. */
	KITH_DISPUTED = 4,
	KITH_DISPUTE_WAIT = 4,
	/* Own rounds that failed, after which also who is no observer says so. */
	KITH_DISPUTE_ROUNDS = 3,
	/* Rounds under way: one of the period, corroborations and last looks of half a second, those that
	 * confirm what became of a zone. */
	KITH_ROUNDS_MAX = 64,
	/* Relays under way that we carry for others; each lasts one second at most. */
	KITH_RELAYS_MAX = 256,
	/* Pings of the host under way, and begun in a second: each takes a token of what its helper
	 * carries for us (20 a second), which rounds need as well. */
	KITH_PINGS_MAX = 8,
	KITH_PINGS_RATE = 5,
	/* Of the last 32 rounds so many fail at one who loses most packets; where everybody loses a third
	 * of all, hardly ever. */
	KITH_MUTE_ROUNDS = 3,
	/* Blob of a relayed packet (4-security.md §5.11). */
	KITH_RELAY_BLOB_MAX = 256,
	/* Seeds told by the host, and some of the addresses where others were before a restart. */
	KITH_SEEDS_MAX = 64,
	KITH_HINTS_MAX = 16,
	/* How often noise is told, besides what is told lazily: it convicts, and acquits. */
	KITH_NOISE_SENDS = 3,
	/* Records waiting in the gossip queue. */
	KITH_GOSSIP_MAX = 16384,
	/* Those of the lazy lane: some seconds of gossip. */
	KITH_GOSSIP_LAZY_MAX = 128,
	/* So many acks in a row with our root, and all have been told what we know. */
	KITH_AGREED = 4,
	/* TCP connections in all, and those of which nobody has proven who it is. */
	KITH_STREAMS_MAX = 1024,
	KITH_STREAMS_UNPROVEN_MAX = 256,
	KITH_STREAMS_PER_SOURCE = 64,
	/* Proven ones of one member: it may have lost some without saying so, but not a thousand. */
	KITH_STREAMS_PER_PEER = 4,
	/* Syncs that we answer at once; further joiners hear `busy` and the names of others. */
	KITH_SYNCS_MAX = 8,
	/* A crowd of ten thousand has been let in by then. */
	KITH_DIAL_CROWD_TRIES = 30,
	/* Others that a busy seed names. */
	KITH_BUSY_NAMES = 8,
	/* m1 nonces remembered against replay. */
	KITH_M1_KEPT = 4096,
	/* Bytes written to a stream past a missing WRITABLE. */
	KITH_STREAM_AHEAD = 64 * 1024,
	/* Distinct members to synchronise with before a join is complete: one alone could lie. */
	KITH_JOIN_PARTNERS = 3,
	/* Confirmations that a leave waits for. */
	KITH_LEAVE_CONFIRMS = 3,
	/* Observers of a member: those who are told a suspicion at once. */
	KITH_OBSERVERS = 4,
	/* Peers per gossip tick, and per relay on receipt. */
	KITH_GOSSIP_FANOUT = 3,
	/* Zones told apart, more than clusters have: members of others are small ones'. Of how many a
	 * zone looks after itself: fewer would lack observers. */
	KITH_ZONES_MAX = 64,
	KITH_ZONE_LEAST = 4,
	/* Observers in a member's zone; the others see what a zone can not: a cut around it. */
	KITH_OBSERVERS_NEAR = 3,
	/* Every eighth probe crosses zones. */
	KITH_ZONE_PROBE_FAR = 8,
	/* How many of those that gossip is told, or synchronised with in joining, are far: what is missed
	 * so comes with the next far ack. In a small group a tenth might be nobody: so many of its members
	 * cross at least, with each of their fan-out, when they relay news. */
	KITH_ZONE_GOSSIP_FAR_PERMILLE = 100,
	KITH_ZONE_SYNC_FAR_PERMILLE = 250,
	KITH_ZONE_CROSSERS = 2,
	/* Further members of a zone that are probed where one failed to answer from there; how many in a
	 * second, and at once: twice what the period asks, and a zone is found out in some seconds. */
	KITH_ZONE_CONFIRMS = 2,
	KITH_ZONE_CONFIRM_RATE = 2,
	KITH_ZONE_CONFIRM_BURST = 8,
	/* Names of newest records in an ack whose root differs. */
	KITH_NAMES_MAX = 8,
	/* Bytes of the output queue that the host has not collected; datagrams above are dropped. */
	KITH_OUT_MAX = 16 * 1024 * 1024,
	/* Bad signatures delivered within ten minutes before a peer's gossip is ignored for as long:
	 * honest members verify before they relay, so one may be a bit flip, three are not. */
	KITH_BAD_SIGNATURES = 3,
	/* New identities a second that one peer may bring outside a synchronisation. */
	KITH_NEWCOMERS = 50,
	/* Source buckets of introductions; sources share one on collision. */
	KITH_SOURCES = 4096,
	/* Round trips measured before they rule the time-outs. */
	KITH_RTT_SAMPLES = 16,
	/* Members whose clocks are kept, those heard last: a sample of any cluster. */
	KITH_CLOCKS_KEPT = 32,
	/* Of how many the median judges ours: two wrong ones do not move it. */
	KITH_CLOCKS_NEED = 5,
	/* Apart from it by more is told, until it is less than half. */
	KITH_CLOCK_DIFFERS_S = 60,
	KITH_CLOCK_AGREES_S = 30,
	/* Local health at its worst (Lifeguard §IV-A). */
	KITH_HEALTH_MAX = 8
};

/* Relays per wave of helpers: more while the network loses much (3-membership.md, Round). */
enum { KITH_HELPERS = 3, KITH_HELPERS_LOSSY = 5, KITH_HELPERS_MAX = 8 };
/* In both waves of a round, with the two who helped before. */
enum { KITH_HELPERS_ROUND = 2 * KITH_HELPERS_MAX + 2 };

/* Strangers can send as much as they like: of each reason to drop it one a minute is told. */
#define KITH_STRANGER_GAP (60 * KITH_SECOND)
/* A synchronisation that brought so many was more than news under way. */
#define KITH_SYNC_BULK(n) (8 + (n)->peers.count / 128)
/* A failed look counts this long after its end, so it began within the last second. */
#define KITH_LOOK_FRESH(n) (3 * (n)->timing.probe_timeout)
#define KITH_REFUSED_WAIT (500 * KITH_MS)    /* `need` refusals and this long: failed */
#define KITH_REPROBE_SILENT (2 * KITH_SECOND)
#define KITH_REPROBE_REFUSED (500 * KITH_MS)
#define KITH_OBITUARY_ALIVE (300 * KITH_SECOND) /* a suspicion's life while its target is alive */
#define KITH_PAUSE (500 * KITH_MS)           /* an input this late means that we were stopped */
#define KITH_INTRO_TIME (60 * KITH_SECOND)   /* introductions instead of data in a young session */
#define KITH_RELAY_KEPT (1 * KITH_SECOND)
#define KITH_PING_TIME (2 * KITH_SECOND)     /* a ping of the host is over */
#define KITH_REFUTE_GAP (1 * KITH_SECOND)    /* own member records: one a second */
#define KITH_LONE_FIRST (30 * KITH_SECOND)   /* back-off of answers to a lone suspector */
#define KITH_LONE_MAX (3600 * KITH_SECOND)
#define KITH_JUMP_FIRST (10 * KITH_SECOND)   /* back-off of epochs, while two have our identity */
#define KITH_JUMP_MAX (600 * KITH_SECOND)
#define KITH_RECORD_LIFE_S (72 * 3600)       /* own records expire after; refreshed each 24 h */
#define KITH_RECORD_FUTURE_S (96 * 3600)     /* accepted at most this far ahead */
#define KITH_RECORD_SLACK_S 3600             /* clock slack behind */
#define KITH_CLOCK_FRESH (600 * KITH_SECOND) /* a clock heard before is not judged by */
#define KITH_CLOCK_WAIT (10 * KITH_SECOND)   /* apart for this long: told */
#define KITH_REFRESH (24 * 3600 * KITH_SECOND)
#define KITH_SUSPICION_LIFE_S (96 * 3600)
#define KITH_LEAVE_TIME (3 * KITH_SECOND)
#define KITH_RESTART_MAX_S 300               /* an announced absence, seconds */
#define KITH_RESTART_GAP (300 * KITH_SECOND) /* between two announcements */
#define KITH_M1_TIME (3 * KITH_SECOND)       /* an accepted connection's first message */
#define KITH_HANDSHAKE_TIME (5 * KITH_SECOND)
#define KITH_SYNC_TIME (30 * KITH_SECOND)    /* without progress */
#define KITH_SYNC_TOTAL (300 * KITH_SECOND)  /* with it: a trickle does not hold a place for ever */
#define KITH_DIAL_FIRST (500 * KITH_MS)      /* back-off of seeds, doubling with jitter */
#define KITH_DIAL_MAX (30 * KITH_SECOND)
#define KITH_DIAL_BUSY (4 * KITH_SECOND)     /* the most for one that is there */
#define KITH_DIAL_CROWD (1 * KITH_SECOND)    /* and until we have joined, KITH_DIAL_CROWD_TRIES times */
#define KITH_PARTNER_FIRST (100 * KITH_MS)   /* back-off of partners, who name others when busy */
#define KITH_NAMES_GAP (1 * KITH_SECOND)     /* between two lists of names to one member */
#define KITH_SYNC_GAP (10 * KITH_SECOND)     /* between two syncs that we start, at most */
#define KITH_SYNC_GAP_USUAL (1 * KITH_SECOND) /* once a root was equal */
#define KITH_SYNC_GAP_NEW (200 * KITH_MS)    /* and while they bring much */
#define KITH_UNDER_WAY (500 * KITH_MS)       /* roots that differ for longer mean more than news */
#define KITH_CONVICTED (600 * KITH_SECOND)   /* gossip of a deliverer of forgeries is ignored */
/* Who refutes in it again refutes again and again: longer than a turn of the slowest dispute. */
#define KITH_DISPUTE_MEMORY(n) (24 * kith_suspect_patience(n))
#define KITH_FLAP_HALF_LIFE (600 * KITH_SECOND)
#define KITH_FLAP_REJOINED (60 * KITH_SECOND) /* who is back so soon after a cut was cut off */
/* What a member offered in its life before counts so long, or until it says otherwise in this one; what it
 * deleted is remembered so long: everybody alive and not cut off has heard by then, and from the others
 * the owner itself takes back what it does not offer. */
#define KITH_SERVICE_FORMER (30 * KITH_SECOND)
#define KITH_SERVICE_BURIED (3600 * KITH_SECOND)
#define KITH_SWEEP (60 * KITH_SECOND)        /* reaping and expiry are looked for this often */

#endif
