/* SPDX-License-Identifier: ISC */
/*
 * support/fake_node.h: a stand-in for libkith in unit tests of what asks a node: the reads answer
 * from arrays that the test fills, the commands write down that they were called. It defines the
 * public functions, so a program links either this or libkith.
 */
#ifndef KITH_TEST_FAKE_NODE_H
#define KITH_TEST_FAKE_NODE_H

#include <kith/kith.h>

enum { FAKE_MEMBERS_MANY = 4096, FAKE_WHYS = 8, FAKE_SEEDS = 8, FAKE_JOINS = 16, FAKE_PINGS = 8,
       FAKE_SERVICES = 64, FAKE_PUTS = 16 };

struct kith_node {
	struct kith_member *members;            /* owned; `room` of them */
	char (*names)[KITH_NAME_MAX + 1];       /* owned */
	uint32_t count, room;
	uint32_t self; /* index */
	struct kith_why whys[FAKE_WHYS]; /* of the member `why_of` */
	uint32_t why_count, why_of;
	struct kith_seed seeds[FAKE_SEEDS];
	uint32_t seed_count;
	struct kith_stats stats;
	struct kith_view view; /* the counts are made from the members at each read */
	uint8_t tags[KITH_TAGS_MAX]; /* of the node itself, once set by command */
	int join_rc, tags_rc, forget_rc, revoke_rc, ping_rc;
	struct kith_mid pinged[FAKE_PINGS]; /* their tokens are the index + 1 */
	uint32_t pinged_count;
	struct kith_addr joined[FAKE_JOINS]; /* every address given to kith_node_join() */
	uint32_t joined_count;
	struct kith_service services[FAKE_SERVICES]; /* in the order of their owners */
	uint32_t service_count;
	int put_rc, drop_rc;
	const char *put_rc_id;                       /* put_rc is of this id; NULL: of any */
	struct kith_service_def puts[FAKE_PUTS];     /* as given; what they point to is the caller's */
	char dropped[FAKE_PUTS][KITH_SERVICE_ID_MAX + 1];
	uint32_t put_count, dropped_count;
};

/* An empty node with room for so many members. */
struct kith_node *fake_node_new(uint32_t room);
void fake_node_free(struct kith_node *n);
/* Adds a member: id 01 01 .. for the first, 02 02 .. for the next; address 10.0.0.N:5484, zone a,
 * version 0.1.0, status since 60 s before `now`, heard 1 s before. The first is the node itself. */
struct kith_member *fake_node_add(struct kith_node *n, const char *name, enum kith_status status,
				  kith_us now);
/* Adds a passing service of weight 1 to a member, with the name as its id; `name` is borrowed. */
struct kith_service *fake_node_offer(struct kith_node *n, const struct kith_member *m, const char *name,
				     uint16_t port);
/* Tags as msgpack bytes; borrowed. */
void fake_node_tags(struct kith_member *m, const char *msgpack, size_t len);

#endif
