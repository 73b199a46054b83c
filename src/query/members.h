/* SPDX-License-Identifier: ISC */
/*
 * query/members.h: members as a sorted list, one of them by what a person typed, and as documents.
 */
#ifndef KITH_QUERY_MEMBERS_H
#define KITH_QUERY_MEMBERS_H

#include "query/filter.h"
#include "query/table.h"

/* Borrowed from the node until it changes. */
struct kith_member_ref {
	const char *name;
	struct kith_mid mid;
};

struct kith_member_list {
	struct kith_member_ref *refs; /* owned; by name, then id */
	uint32_t count, room;
	const struct kith_alloc *alloc; /* borrowed */
};

typedef bool (*kith_member_judge)(const void *ctx, const struct kith_member *m);

/* KITH_ENOMEM. The list needs kith_member_list_fini() either way. */
KITH_MUST_USE int kith_member_list_init(struct kith_member_list *list,
					const struct kith_rpc *s, kith_member_judge judge,
					const void *ctx);
void kith_member_list_fini(struct kith_member_list *list);

/* By name, by id, or by the first 4 or more digits of an id. Of several with one name the one
 * that has not left, then the one that has not failed. KITH_ENOTFOUND, KITH_EFULL: several. */
KITH_MUST_USE int kith_member_find(const struct kith_node *node, struct kith_bytes text,
				   struct kith_member *m);

/* MEMBER of query/calls.h, with the keys of kith.member if `is_whole`. */
void kith_write_member(struct kith_request *r, const struct kith_member *m, bool is_whole);
/* {"name","id"} */
void kith_write_name_and_id(struct kith_writer *w, const char *name, const struct kith_mid *mid);
/* {text: text} */
void kith_write_tags(struct kith_writer *w, struct kith_bytes tags);
void kith_write_addrs(struct kith_writer *w, const struct kith_addr *addrs, uint8_t count);
void kith_write_key_id(struct kith_writer *w, const char *key, const struct kith_mid *mid);
/* "1.0.2" */
void kith_write_key_version(struct kith_writer *w, const char *key, const uint8_t version[3]);
/* Unix seconds. */
void kith_write_key_unix(struct kith_writer *w, const char *key, uint32_t unix_s);

#endif
