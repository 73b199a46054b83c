/* SPDX-License-Identifier: ISC */
/*
 * core/talk.h: what we share with the members that packets are exchanged with: when one was heard,
 * how long its answers take, where it lies, and the keys of the two sessions. Keys are kept for those
 * talked with last, KITH_KEYS_KEPT of them; for another one they are derived anew when there is
 * something to say. Of its packets the highest counter is remembered then: who comes behind it comes
 * too late.
 */
#ifndef KITH_CORE_TALK_H
#define KITH_CORE_TALK_H

#include "base/list.h"
#include "base/slab.h"
#include "core/bucket.h"
#include "core/coord.h"
#include "core/limits.h"
#include "seal/session.h"

struct kith_node;
struct kith_peer;

struct kith_keys {
	struct kith_link link;  /* of all, that used longest ago first */
	struct kith_peer *peer; /* borrowed: whose they are */
	struct kith_pair pair;  /* secret */
	struct kith_bucket packets;
};

struct kith_talk {
	struct kith_keys *keys; /* owned; NULL: none now */
	uint64_t last;          /* without keys: the highest counter opened in these sessions */
	kith_us heard;          /* last opened packet; KITH_NEVER */
	kith_us named;          /* when it was told the names of our newest records; KITH_NEVER */
	int32_t rtt_us;         /* smoothed (core/rtt.h); -1 */
	struct kith_coord_heard coord;
};

struct kith_talks {
	struct kith_slab table; /* of struct kith_talk: the members that were talked with, few of many */
	struct kith_link keys;
	uint32_t keys_count;
};

void kith_talks_init(struct kith_node *n);
void kith_talks_fini(struct kith_node *n);
/* That with this peer, made if there is none; NULL: no memory. */
struct kith_talk *kith_talk(struct kith_node *n, struct kith_peer *p);
/* The same, but NULL if there is none. */
struct kith_talk *kith_talk_of(const struct kith_node *n, const struct kith_peer *p);
/* Whether a packet with this counter may be new; derives nothing. */
bool kith_talk_is_new(const struct kith_node *n, const struct kith_peer *p, uint64_t ctr);
/* Keys with it, derived at need; NULL: no memory, or its key is of small order. They stay until keys
 * with others are asked for. */
struct kith_keys *kith_talk_keys(struct kith_node *n, struct kith_peer *p);
/* Its session or ours is over: so are the keys, and it is to be heard anew. */
void kith_talk_renew(struct kith_node *n, struct kith_peer *p);
/* The peer goes. */
void kith_talk_forget(struct kith_node *n, struct kith_peer *p);

#endif
