/* SPDX-License-Identifier: ISC */
/*
 * query/tree.h: one msgpack value from bytes that arrive in pieces, with hard bounds.
 *
 * msgpack-c's push template does the parsing; its callbacks lay the value down as a row of tokens
 * in the order of reading, refuse what is over a bound before memory is taken for it, and refuse
 * extension types and map keys that are not text. Texts and bytes stay in the caller's buffer; a
 * token knows only where.
 *
 *	kith_tree_start(tree, &limits)
 *	kith_tree_feed(tree, all bytes of the value so far) = 0: more bytes are needed
 *	                                                = 1: kith_tree_root(tree), kith_tree_used(tree)
 */
#ifndef KITH_QUERY_TREE_H
#define KITH_QUERY_TREE_H

#include <kith/types.h>
#include <stdbool.h>

struct kith_tree;

struct kith_tree_limits {
	size_t len;      /* bytes of the value */
	uint32_t tokens; /* values in it, itself and the keys included */
	uint32_t depth;  /* arrays and maps in each other; at most KITH_TREE_DEPTH */
};
enum { KITH_TREE_DEPTH = 24 }; /* the template's own stack has 32 */

enum kith_tree_type {
	KITH_TREE_NIL,
	KITH_TREE_BOOL,
	KITH_TREE_UINT, /* any integer that is not negative */
	KITH_TREE_INT,  /* a negative one */
	KITH_TREE_REAL,
	KITH_TREE_TEXT,
	KITH_TREE_BIN,
	KITH_TREE_ARRAY,
	KITH_TREE_MAP
};

/* One value inside a parsed one; borrowed from it and from the fed bytes. */
struct kith_value {
	const struct kith_tree *tree; /* NULL: no value at all; reads like nil */
	uint32_t at;
};

/* NULL: out of memory. */
struct kith_tree *kith_tree_new(const struct kith_alloc *alloc);
void kith_tree_free(struct kith_tree **tree);
/* Forgets the last value. */
void kith_tree_start(struct kith_tree *tree, const struct kith_tree_limits *limits);
/* `p` holds all bytes since the start of the value, with the earlier ones unchanged (it may have
 * moved). 1: the value is complete. 0: it goes on. KITH_EMALFORMED, KITH_ETOOBIG (over a limit),
 * KITH_ENOMEM: start again with another value. */
KITH_MUST_USE int kith_tree_feed(struct kith_tree *tree, const uint8_t *p, size_t len);
/* Bytes of the complete value. */
size_t kith_tree_used(const struct kith_tree *tree);
struct kith_value kith_tree_root(const struct kith_tree *tree);

enum kith_tree_type kith_value_type(struct kith_value v);
static inline bool kith_value_is(struct kith_value v, enum kith_tree_type type)
{
	return kith_value_type(v) == type;
}
/* Each: false, and *out as it was, when the value is of another kind. Nil is none of them. */
bool kith_value_text(struct kith_value v, struct kith_bytes *out);  /* text only */
bool kith_value_bytes(struct kith_value v, struct kith_bytes *out); /* bin or text */
/* An integer, or a float without a fraction: a known client sends large integers as floats. */
bool kith_value_u64(struct kith_value v, uint64_t *out);
bool kith_value_i64(struct kith_value v, int64_t *out);
bool kith_value_real(struct kith_value v, double *out);  /* REAL only */
bool kith_value_bool(struct kith_value v, bool *out);    /* or an integer: 0 is false */
/* Items of an array, pairs of a map; 0 for all else. */
uint32_t kith_value_count(struct kith_value v);
/* The value of a key, the last one if it comes twice; without tree if it is not there. */
struct kith_value kith_value_get(struct kith_value map, const char *key);

/* Items of an array in order; of a map key, value, key, value, ... */
struct kith_value_walk {
	struct kith_value at;
	uint32_t left;
};
struct kith_value_walk kith_value_walk(struct kith_value v);
bool kith_value_next(struct kith_value_walk *walk, struct kith_value *item);
bool kith_value_pair(struct kith_value_walk *walk, struct kith_bytes *key,
		     struct kith_value *value);

/* Whether bytes and a C string are the same text. */
bool kith_bytes_are(struct kith_bytes b, const char *text);

#endif
