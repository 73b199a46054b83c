/* SPDX-License-Identifier: ISC */
/*
 * cli/reply.h: one value that kithd sent, and easy ways to read it. query/tree.h does the parsing
 * within its bounds; here are the bytes that it borrows, and texts that end in NUL.
 */
#ifndef KITH_CLI_REPLY_H
#define KITH_CLI_REPLY_H

#include "query/tree.h"

enum {
	KITH_REPLY_BYTES_MAX = 64 << 20, /* as much as kithd sends at most */
	KITH_REPLY_TOKENS_MAX = 1 << 21  /* a page of 1,000 members has some 60,000 */
};

struct kith_reply_text;

struct kith_reply {
	uint8_t *bytes; /* owned */
	size_t len, room;
	struct kith_tree *tree;        /* owned */
	struct kith_reply_text *texts; /* owned */
	struct kith_value root;        /* no value until complete */
	bool is_complete;
};

void kith_reply_init(struct kith_reply *r);
void kith_reply_fini(struct kith_reply *r);
/* Feeds bytes. 1: the value is complete and *used of these bytes belong to it; 0: more are needed;
 * KITH_EMALFORMED, KITH_ETOOBIG, KITH_ENOMEM. */
KITH_MUST_USE int kith_reply_feed(struct kith_reply *r, const uint8_t *p, size_t len,
				  size_t *used);

/* What a map holds under `path`, a key or keys joined by dots. A missing field or one of another
 * kind gives `absent`: an older or newer kithd is no error. Texts live as long as the reply. */
struct kith_value kith_reply_get(struct kith_value map, const char *path);
const char *kith_reply_text(struct kith_reply *r, struct kith_value map, const char *path,
			    const char *absent);
/* The same of an item of an array. */
const char *kith_reply_word(struct kith_reply *r, struct kith_value v, const char *absent);
uint64_t kith_reply_uint(struct kith_value map, const char *path, uint64_t absent);
double kith_reply_real(struct kith_value map, const char *path, double absent);
bool kith_reply_bool(struct kith_value map, const char *path, bool absent);

#endif
