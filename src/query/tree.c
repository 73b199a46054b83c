/* SPDX-License-Identifier: ISC */
#include "query/tree.h"
#include "base/check.h"
#include "base/mem.h"
#include "query/tree_template.h"

#include <string.h>

/* --- callbacks: each lays down a token and hands its number to the template ------------------ */

static int refuse(struct kith_tree_user *u, int error)
{
	u->error = error;
	return -1;
}

static int lay(struct kith_tree_user *u, struct kith_tree_token token, uint32_t *number)
{
	if (u->count >= u->limits.tokens)
		return refuse(u, KITH_ETOOBIG);
	if (u->count == u->room) {
		void *tokens = u->tokens;

		if (!kith_mem_grow(u->alloc, &tokens, &u->room, u->count + 1, sizeof(token)))
			return refuse(u, KITH_ENOMEM);
		u->tokens = tokens;
	}
	token.next = u->count + 1;
	u->tokens[u->count] = token;
	*number = u->count++;
	return 0;
}

static int lay_unsigned(struct kith_tree_user *u, uint64_t v, uint32_t *number)
{
	return lay(u, (struct kith_tree_token){.type = KITH_TREE_UINT, .u = v}, number);
}

static int lay_signed(struct kith_tree_user *u, int64_t v, uint32_t *number)
{
	if (v >= 0)
		return lay_unsigned(u, (uint64_t)v, number);
	return lay(u, (struct kith_tree_token){.type = KITH_TREE_INT, .i = v}, number);
}

#define ON_NUMBER(name, type, laid) \
	int kith_tree_on_##name(struct kith_tree_user *u, type v, uint32_t *number) \
	{ \
		return laid; \
	}
ON_NUMBER(uint8, uint8_t, lay_unsigned(u, v, number))
ON_NUMBER(uint16, uint16_t, lay_unsigned(u, v, number))
ON_NUMBER(uint32, uint32_t, lay_unsigned(u, v, number))
ON_NUMBER(uint64, uint64_t, lay_unsigned(u, v, number))
ON_NUMBER(int8, int8_t, lay_signed(u, v, number))
ON_NUMBER(int16, int16_t, lay_signed(u, v, number))
ON_NUMBER(int32, int32_t, lay_signed(u, v, number))
ON_NUMBER(int64, int64_t, lay_signed(u, v, number))
ON_NUMBER(float, float, lay(u, (struct kith_tree_token){.type = KITH_TREE_REAL, .d = (double)v}, number))
ON_NUMBER(double, double, lay(u, (struct kith_tree_token){.type = KITH_TREE_REAL, .d = v}, number))

#define ON_WORD(name, ...) \
	int kith_tree_on_##name(struct kith_tree_user *u, uint32_t *number) \
	{ \
		return lay(u, (struct kith_tree_token){__VA_ARGS__}, number); \
	}
ON_WORD(nil, .type = KITH_TREE_NIL)
ON_WORD(true, .type = KITH_TREE_BOOL, .u = 1)
ON_WORD(false, .type = KITH_TREE_BOOL, .u = 0)

/* The template hands over an empty string without a place. */
#define ON_STRING(name, kind) \
	int kith_tree_on_##name(struct kith_tree_user *u, const char *base, const char *p, \
				     unsigned int len, uint32_t *number) \
	{ \
		return lay(u, (struct kith_tree_token){.type = kind, .count = len, \
					     .offset = len > 0 ? (size_t)(p - base) : 0}, number); \
	}
ON_STRING(str, KITH_TREE_TEXT)
ON_STRING(bin, KITH_TREE_BIN)

int kith_tree_on_ext(struct kith_tree_user *u, const char *base, const char *p,
			  unsigned int len, uint32_t *number)
{
	(void)base, (void)p, (void)len, (void)number;
	return refuse(u, KITH_EMALFORMED);
}

/* `values` is the number of tokens that must follow at least: a length that can not come true
 * is refused here, before anything is made for it. */
static int lay_open(struct kith_tree_user *u, enum kith_tree_type type, uint32_t count,
		    uint64_t values, uint32_t *number)
{
	int rc;

	if (u->depth >= u->limits.depth || values > u->limits.tokens - u->count)
		return refuse(u, KITH_ETOOBIG);
	rc = lay(u, (struct kith_tree_token){.type = (uint8_t)type, .count = count}, number);
	if (rc == 0 && count > 0) {
		u->open[u->depth].token = *number;
		u->open[u->depth].left = count;
		u->depth++;
	}
	return rc;
}

int kith_tree_on_array(struct kith_tree_user *u, unsigned int count, uint32_t *number)
{
	return lay_open(u, KITH_TREE_ARRAY, count, (uint64_t)count + 1, number);
}

int kith_tree_on_map(struct kith_tree_user *u, unsigned int count, uint32_t *number)
{
	return lay_open(u, KITH_TREE_MAP, count, 2 * (uint64_t)count + 1, number);
}

/* One item of the innermost open container is complete. */
static int item_done(struct kith_tree_user *u, uint32_t container)
{
	KITH_ASSERT(u->depth > 0 && u->open[u->depth - 1].token == container);
	if (--u->open[u->depth - 1].left == 0) {
		u->tokens[container].next = u->count;
		u->depth--;
	}
	return 0;
}

int kith_tree_on_array_item(struct kith_tree_user *u, const uint32_t *array, uint32_t item)
{
	(void)item;
	return item_done(u, *array);
}

int kith_tree_on_map_item(struct kith_tree_user *u, const uint32_t *map, uint32_t key,
			       uint32_t value)
{
	(void)value;
	if (u->tokens[key].type != KITH_TREE_TEXT)
		return refuse(u, KITH_EMALFORMED);
	return item_done(u, *map);
}

uint32_t kith_tree_on_root(struct kith_tree_user *u)
{
	(void)u;
	return 0;
}

/* --- feeding --------------------------------------------------------------------------------- */

enum { TOKENS_KEPT = 1024 }; /* a large value's memory is given back with the next one */

struct kith_tree {
	struct kith_tree_template_context parser; /* holds the user */
	const uint8_t *data;                    /* borrowed: as fed last */
	size_t used;
	bool is_complete, is_bad;
};

struct kith_tree *kith_tree_new(const struct kith_alloc *alloc)
{
	struct kith_tree *tree = kith_mem_new(alloc, 1, sizeof(*tree));

	if (tree != NULL)
		tree->parser.user.alloc = alloc;
	return tree;
}

void kith_tree_free(struct kith_tree **tree)
{
	const struct kith_alloc *alloc;

	if (*tree == NULL)
		return;
	alloc = (*tree)->parser.user.alloc;
	kith_mem_free(alloc, (*tree)->parser.user.tokens);
	kith_mem_free(alloc, *tree);
	*tree = NULL;
}

void kith_tree_start(struct kith_tree *tree, const struct kith_tree_limits *limits)
{
	struct kith_tree_user *u = &tree->parser.user;

	KITH_ASSERT(limits->depth <= KITH_TREE_DEPTH && limits->tokens > 0);
	if (u->room > TOKENS_KEPT) {
		kith_mem_free(u->alloc, u->tokens);
		u->tokens = NULL;
		u->room = 0;
	}
	u->count = u->depth = 0;
	u->error = 0;
	u->limits = *limits;
	kith_tree_template_init(&tree->parser);
	tree->data = NULL;
	tree->used = 0;
	tree->is_complete = tree->is_bad = false;
}

int kith_tree_feed(struct kith_tree *tree, const uint8_t *p, size_t len)
{
	const struct kith_tree_user *u = &tree->parser.user;
	size_t room = len < u->limits.len ? len : u->limits.len;
	int rc;

	KITH_ASSERT(!tree->is_complete && !tree->is_bad && len >= tree->used);
	if (len == 0)
		return 0;
	tree->data = p;
	rc = kith_tree_template_execute(&tree->parser, (const char *)p, room, &tree->used);
	if (rc > 0) {
		KITH_ASSERT(u->depth == 0 && u->count > 0);
		tree->is_complete = true;
		return 1;
	}
	if (rc < 0) {
		tree->is_bad = true;
		return u->error != 0 ? u->error : KITH_EMALFORMED;
	}
	/* A text that says that it is longer than may come is refused before it has come. `trail`
	 * is stale between two values. */
	if (room == u->limits.len || (tree->parser.cs != MSGPACK_CS_HEADER &&
				      tree->parser.trail > u->limits.len - tree->used)) {
		tree->is_bad = true;
		return KITH_ETOOBIG;
	}
	return 0;
}

size_t kith_tree_used(const struct kith_tree *tree)
{
	KITH_ASSERT(tree->is_complete);
	return tree->used;
}

struct kith_value kith_tree_root(const struct kith_tree *tree)
{
	KITH_ASSERT(tree->is_complete);
	return (struct kith_value){.tree = tree, .at = 0};
}

/* --- reading --------------------------------------------------------------------------------- */

static const struct kith_tree_token *token_of(struct kith_value v)
{
	static const struct kith_tree_token nil = {.type = KITH_TREE_NIL};

	return v.tree ? &v.tree->parser.user.tokens[v.at] : &nil;
}

enum kith_tree_type kith_value_type(struct kith_value v)
{
	return (enum kith_tree_type)token_of(v)->type;
}

bool kith_value_text(struct kith_value v, struct kith_bytes *out)
{
	return kith_value_is(v, KITH_TREE_TEXT) && kith_value_bytes(v, out);
}

bool kith_value_bytes(struct kith_value v, struct kith_bytes *out)
{
	const struct kith_tree_token *t = token_of(v);

	if (t->type != KITH_TREE_TEXT && t->type != KITH_TREE_BIN)
		return false;
	*out = (struct kith_bytes){.p = v.tree->data + t->offset, .len = t->count};
	return true;
}

bool kith_value_u64(struct kith_value v, uint64_t *out)
{
	const struct kith_tree_token *t = token_of(v);

	if (t->type == KITH_TREE_UINT) {
		*out = t->u;
		return true;
	}
	/* 2^64 as a double; NaN fails every comparison. */
	if (t->type != KITH_TREE_REAL || !(t->d >= 0 && t->d < 18446744073709551616.0) ||
	    (double)(uint64_t)t->d != t->d)
		return false;
	*out = (uint64_t)t->d;
	return true;
}

bool kith_value_i64(struct kith_value v, int64_t *out)
{
	const struct kith_tree_token *t = token_of(v);
	uint64_t u;

	if (t->type == KITH_TREE_INT) {
		*out = t->i;
		return true;
	}
	if (t->type == KITH_TREE_REAL && t->d < 0 && t->d >= -9223372036854775808.0 &&
	    (double)(int64_t)t->d == t->d) {
		*out = (int64_t)t->d;
		return true;
	}
	if (!kith_value_u64(v, &u) || u > INT64_MAX)
		return false;
	*out = (int64_t)u;
	return true;
}

bool kith_value_real(struct kith_value v, double *out)
{
	const struct kith_tree_token *t = token_of(v);

	if (t->type != KITH_TREE_REAL)
		return false;
	*out = t->d;
	return true;
}

bool kith_value_bool(struct kith_value v, bool *out)
{
	const struct kith_tree_token *t = token_of(v);

	if (t->type != KITH_TREE_BOOL && t->type != KITH_TREE_UINT)
		return false;
	*out = t->u != 0;
	return true;
}

uint32_t kith_value_count(struct kith_value v)
{
	const struct kith_tree_token *t = token_of(v);

	return t->type == KITH_TREE_ARRAY || t->type == KITH_TREE_MAP ? t->count : 0;
}

struct kith_value_walk kith_value_walk(struct kith_value v)
{
	uint32_t count = kith_value_count(v);

	if (kith_value_is(v, KITH_TREE_MAP))
		count *= 2;
	return (struct kith_value_walk){.at = {.tree = v.tree, .at = v.at + 1}, .left = count};
}

bool kith_value_next(struct kith_value_walk *walk, struct kith_value *item)
{
	if (walk->left == 0)
		return false;
	walk->left--;
	*item = walk->at;
	walk->at.at = token_of(walk->at)->next;
	return true;
}

bool kith_value_pair(struct kith_value_walk *walk, struct kith_bytes *key,
		     struct kith_value *value)
{
	struct kith_value k;

	return kith_value_next(walk, &k) && kith_value_text(k, key) && kith_value_next(walk, value);
}

struct kith_value kith_value_get(struct kith_value map, const char *key)
{
	struct kith_value_walk walk;
	struct kith_value value, found = {.tree = NULL};
	struct kith_bytes name;

	if (!kith_value_is(map, KITH_TREE_MAP))
		return found;
	walk = kith_value_walk(map);
	while (kith_value_pair(&walk, &name, &value))
		if (kith_bytes_are(name, key))
			found = value;
	return found;
}

bool kith_bytes_are(struct kith_bytes b, const char *text)
{
	size_t len = strlen(text);

	return b.len == len && (len == 0 || memcmp(b.p, text, len) == 0);
}
