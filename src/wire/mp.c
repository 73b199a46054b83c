/* SPDX-License-Identifier: ISC */
#include "wire/mp.h"
#include "base/check.h"
#include <string.h>

/* One open container a run: the parser itself refuses a container inside a container. */
#define MSGPACK_EMBED_STACK_SIZE 1
#include <msgpack/pack.h>
#include <msgpack/unpack.h>
#include <msgpack/unpack_define.h>

enum { HEADER_MAX = 5 }; /* bytes of the longest container header: type and 32-bit count */

enum kind { NONE, NIL, UINT, INTEGER, BINARY, TEXT, ARRAY, MAP, OTHER };

/* One msgpack value. INTEGER is one that is negative or over 32 bits. */
struct value {
	enum kind kind;
	uint32_t number;         /* UINT: its value; ARRAY, MAP: count */
	int32_t whole;           /* UINT, INTEGER: the nearest that fits */
	struct kith_bytes bytes; /* BINARY, TEXT */
	bool only_integers;      /* ARRAY: all of its items are */
};

struct parse {
	size_t left;      /* bytes from the value's start to the end of the input */
	enum kind opened; /* the container whose header was seen */
	uint32_t count;   /* of it */
	int32_t ints[KITH_MP_INTS]; /* its first items, if they are integers */
	uint32_t items;
};

/* ---- callbacks of the parser: 0 goes on, negative refuses */

static struct value on_root(struct parse *parse)
{
	(void)parse;
	return (struct value){.kind = NONE};
}

static int on_uint64(struct parse *parse, uint64_t v, struct value *out)
{
	(void)parse;
	*out = (struct value){.kind = v <= UINT32_MAX ? UINT : INTEGER, .number = (uint32_t)v,
			      .whole = v <= INT32_MAX ? (int32_t)v : INT32_MAX};
	return 0;
}

static int on_uint32(struct parse *parse, uint32_t v, struct value *out)
{
	return on_uint64(parse, v, out);
}

static int on_uint16(struct parse *parse, uint16_t v, struct value *out)
{
	return on_uint64(parse, v, out);
}

static int on_uint8(struct parse *parse, uint8_t v, struct value *out)
{
	return on_uint64(parse, v, out);
}

static int on_int64(struct parse *parse, int64_t v, struct value *out)
{
	if (v >= 0)
		return on_uint64(parse, (uint64_t)v, out);
	*out = (struct value){.kind = INTEGER, .whole = v >= INT32_MIN ? (int32_t)v : INT32_MIN};
	return 0;
}

static int on_int32(struct parse *parse, int32_t v, struct value *out)
{
	return on_int64(parse, v, out);
}

static int on_int16(struct parse *parse, int16_t v, struct value *out)
{
	return on_int64(parse, v, out);
}

static int on_int8(struct parse *parse, int8_t v, struct value *out)
{
	return on_int64(parse, v, out);
}

static int on_nil(struct parse *parse, struct value *out)
{
	(void)parse;
	*out = (struct value){.kind = NIL};
	return 0;
}

static int on_other(struct value *out)
{
	*out = (struct value){.kind = OTHER};
	return 0;
}

static int on_true(struct parse *parse, struct value *out)
{
	(void)parse;
	return on_other(out);
}

static int on_false(struct parse *parse, struct value *out)
{
	(void)parse;
	return on_other(out);
}

static int on_float(struct parse *parse, float v, struct value *out)
{
	(void)parse;
	(void)v;
	return on_other(out);
}

static int on_double(struct parse *parse, double v, struct value *out)
{
	(void)parse;
	(void)v;
	return on_other(out);
}

static int on_bytes(enum kind kind, const char *base, const char *p, unsigned len,
		    struct value *out)
{
	/* For no bytes at all the parser's pointer is stale. */
	*out = (struct value){.kind = kind, .bytes = {(const uint8_t *)(len ? p : base), len}};
	return 0;
}

static int on_str(struct parse *parse, const char *base, const char *p, unsigned len,
		  struct value *out)
{
	(void)parse;
	return on_bytes(TEXT, base, p, len, out);
}

static int on_bin(struct parse *parse, const char *base, const char *p, unsigned len,
		  struct value *out)
{
	(void)parse;
	return on_bytes(BINARY, base, p, len, out);
}

static int on_ext(struct parse *parse, const char *base, const char *p, unsigned len,
		  struct value *out)
{
	(void)parse;
	(void)base;
	(void)p;
	(void)len;
	(void)out;
	return MSGPACK_UNPACK_PARSE_ERROR;
}

static int on_container(struct parse *parse, enum kind kind, uint32_t count, size_t bytes_needed,
			struct value *out)
{
	if (bytes_needed > parse->left)
		return MSGPACK_UNPACK_PARSE_ERROR;
	parse->opened = kind;
	parse->count = count;
	*out = (struct value){.kind = kind, .number = count, .only_integers = kind == ARRAY};
	return 0;
}

static int on_array(struct parse *parse, unsigned count, struct value *out)
{
	return on_container(parse, ARRAY, count, count, out);
}

static int on_map(struct parse *parse, unsigned count, struct value *out)
{
	return on_container(parse, MAP, count, (size_t)count * 2, out);
}

static int on_array_item(struct parse *parse, struct value *array, struct value item)
{
	array->only_integers &= item.kind == UINT || item.kind == INTEGER;
	if (parse->items < KITH_MP_INTS)
		parse->ints[parse->items++] = item.whole;
	return 0;
}

static int on_map_item(struct parse *parse, struct value *map, struct value key, struct value item)
{
	(void)parse;
	(void)map;
	(void)key;
	(void)item;
	return 0;
}

#define msgpack_unpack_struct(name) struct parser##name
#define msgpack_unpack_func(type, name) static type parser##name
#define msgpack_unpack_callback(name) on##name
#define msgpack_unpack_object struct value
#define msgpack_unpack_user struct parse
#include "wire/mp_template.h"

/* ---- reading */

/* Runs the parser over the first `len` bytes left: 1 a whole value, 0 more bytes are needed,
 * negative malformed. */
static int run(struct kith_mp_in *in, struct parser_context *parser, size_t len, size_t *used)
{
	parser->user = (struct parse){.left = in->bytes.len - in->at};
	parser_init(parser);
	*used = 0;
	return parser_execute(parser, (const char *)in->bytes.p + in->at, len, used);
}

/* The next value; ints may be NULL, else they get the first items of an array. */
static struct value get_with(struct kith_mp_in *in, int32_t ints[KITH_MP_INTS])
{
	struct parser_context parser;
	size_t used;

	if (in->bad || in->at >= in->bytes.len ||
	    run(in, &parser, in->bytes.len - in->at, &used) != 1) {
		in->bad = true;
		return (struct value){.kind = NONE};
	}
	in->at += used;
	if (ints != NULL)
		memcpy(ints, parser.user.ints, sizeof(parser.user.ints));
	return parser_data(&parser);
}

static struct value get(struct kith_mp_in *in)
{
	return get_with(in, NULL);
}

/* The parser says that a container begins as soon as it has seen its header; so it is given a
 * longer and longer beginning until it does. */
static uint32_t open_container(struct kith_mp_in *in, enum kind kind)
{
	size_t left = in->bad ? 0 : in->bytes.len - in->at, used;
	struct parser_context parser;

	for (size_t len = 1; len <= HEADER_MAX && len <= left; len++) {
		int rc = run(in, &parser, len, &used);

		if (parser.user.opened == kind && rc >= 0) {
			in->at += len;
			return parser.user.count;
		}
		if (parser.user.opened != NONE || rc != 0)
			break;
	}
	in->bad = true;
	return 0;
}

uint32_t kith_mp_get_array(struct kith_mp_in *in)
{
	return open_container(in, ARRAY);
}

uint32_t kith_mp_get_map(struct kith_mp_in *in)
{
	return open_container(in, MAP);
}

uint32_t kith_mp_get_uint(struct kith_mp_in *in)
{
	struct value v = get(in);

	if (v.kind != UINT)
		in->bad = true;
	return in->bad ? 0 : v.number;
}

static struct kith_bytes get_bytes(struct kith_mp_in *in, enum kind kind, bool or_nil)
{
	struct value v = get(in);

	if (v.kind != kind && !(or_nil && v.kind == NIL))
		in->bad = true;
	return in->bad ? (struct kith_bytes){NULL, 0} : v.bytes;
}

struct kith_bytes kith_mp_get_bin(struct kith_mp_in *in)
{
	return get_bytes(in, BINARY, false);
}

struct kith_bytes kith_mp_get_str(struct kith_mp_in *in)
{
	return get_bytes(in, TEXT, false);
}

struct kith_bytes kith_mp_get_bin_or_nil(struct kith_mp_in *in)
{
	return get_bytes(in, BINARY, true);
}

uint32_t kith_mp_get_ints(struct kith_mp_in *in, int32_t *out, uint32_t max)
{
	int32_t ints[KITH_MP_INTS];
	struct value v = get_with(in, ints);

	KITH_ASSERT(max <= KITH_MP_INTS);
	if (v.kind != NIL && !(v.kind == ARRAY && v.number <= max && v.only_integers))
		in->bad = true;
	if (in->bad || v.kind == NIL)
		return 0;
	memcpy(out, ints, v.number * sizeof(*out));
	return v.number;
}

void kith_mp_skip(struct kith_mp_in *in)
{
	(void)get(in);
}

/* ---- writing */

static int append(void *ctx, const char *bytes, size_t len)
{
	struct kith_mp_out *out = ctx;

	if (out->full || (out->p && len > out->room - out->len)) {
		out->full = true;
		return -1;
	}
	if (out->p && len)
		memcpy(out->p + out->len, bytes, len);
	out->len += len;
	return 0;
}

static struct msgpack_packer packer(struct kith_mp_out *out)
{
	KITH_ASSERT(!out->p || out->len <= out->room);
	return (struct msgpack_packer){.data = out, .callback = append};
}

void kith_mp_put_array(struct kith_mp_out *out, uint32_t count)
{
	struct msgpack_packer to = packer(out);

	msgpack_pack_array(&to, count);
}

void kith_mp_put_uint(struct kith_mp_out *out, uint32_t v)
{
	struct msgpack_packer to = packer(out);

	msgpack_pack_uint32(&to, v);
}

void kith_mp_put_int(struct kith_mp_out *out, int32_t v)
{
	struct msgpack_packer to = packer(out);

	msgpack_pack_int32(&to, v);
}

void kith_mp_put_bin(struct kith_mp_out *out, struct kith_bytes v)
{
	struct msgpack_packer to = packer(out);

	msgpack_pack_bin(&to, v.len);
	msgpack_pack_bin_body(&to, v.p, v.len);
}

void kith_mp_put_nil(struct kith_mp_out *out)
{
	struct msgpack_packer to = packer(out);

	msgpack_pack_nil(&to);
}
