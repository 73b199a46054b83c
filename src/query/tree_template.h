/* SPDX-License-Identifier: ISC */
/*
 * query/tree_template.h: msgpack-c's push parser, made for struct kith_tree_user; for tree.c only, which
 * defines the callbacks. It is treated as a system header since the template does not compile
 * without warnings.
 */
#ifndef KITH_QUERY_TREE_TEMPLATE_H
#define KITH_QUERY_TREE_TEMPLATE_H
#pragma GCC system_header

#include "query/tree.h"

#include <msgpack/unpack.h>
#include <msgpack/unpack_define.h>

struct kith_tree_token {
	uint8_t type;   /* enum kith_tree_type */
	uint32_t count; /* items, pairs, or bytes of text */
	uint32_t next;  /* token after this value and all in it */
	union {
		uint64_t u;
		int64_t i;
		double d;
		size_t offset; /* of text and bytes, from the first byte fed */
	};
};

/* What the template's callbacks get. */
struct kith_tree_user {
	struct kith_tree_token *tokens; /* owned */
	uint32_t count, room;
	struct {
		uint32_t token, left;
	} open[KITH_TREE_DEPTH]; /* arrays and maps begun and not ended */
	uint32_t depth;
	int error; /* why a callback refused; the template's own codes have other meanings */
	struct kith_tree_limits limits;
	const struct kith_alloc *alloc; /* borrowed */
};

#define KITH_TREE_ON_NUMBER(name, type) \
	int kith_tree_on_##name(struct kith_tree_user *u, type v, uint32_t *number);
KITH_TREE_ON_NUMBER(uint8, uint8_t)
KITH_TREE_ON_NUMBER(uint16, uint16_t)
KITH_TREE_ON_NUMBER(uint32, uint32_t)
KITH_TREE_ON_NUMBER(uint64, uint64_t)
KITH_TREE_ON_NUMBER(int8, int8_t)
KITH_TREE_ON_NUMBER(int16, int16_t)
KITH_TREE_ON_NUMBER(int32, int32_t)
KITH_TREE_ON_NUMBER(int64, int64_t)
KITH_TREE_ON_NUMBER(float, float)
KITH_TREE_ON_NUMBER(double, double)
#undef KITH_TREE_ON_NUMBER
int kith_tree_on_nil(struct kith_tree_user *u, uint32_t *number);
int kith_tree_on_true(struct kith_tree_user *u, uint32_t *number);
int kith_tree_on_false(struct kith_tree_user *u, uint32_t *number);
int kith_tree_on_str(struct kith_tree_user *u, const char *base, const char *p,
			  unsigned int len, uint32_t *number);
int kith_tree_on_bin(struct kith_tree_user *u, const char *base, const char *p,
			  unsigned int len, uint32_t *number);
int kith_tree_on_ext(struct kith_tree_user *u, const char *base, const char *p,
			  unsigned int len, uint32_t *number);
int kith_tree_on_array(struct kith_tree_user *u, unsigned int count, uint32_t *number);
int kith_tree_on_array_item(struct kith_tree_user *u, const uint32_t *array, uint32_t item);
int kith_tree_on_map(struct kith_tree_user *u, unsigned int count, uint32_t *number);
int kith_tree_on_map_item(struct kith_tree_user *u, const uint32_t *map, uint32_t key,
			       uint32_t value);
uint32_t kith_tree_on_root(struct kith_tree_user *u);

#define msgpack_unpack_struct(name) struct kith_tree_template##name
#define msgpack_unpack_func(ret, name) static ret kith_tree_template##name
#define msgpack_unpack_callback(name) kith_tree_on##name
#define msgpack_unpack_object uint32_t
#define msgpack_unpack_user struct kith_tree_user

#include <msgpack/unpack_template.h>

#endif
