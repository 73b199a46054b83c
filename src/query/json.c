/* SPDX-License-Identifier: ISC */
#include "query/json.h"
#include "base/check.h"
#include "base/text.h"
#include "query/utf8.h"

#include <stdio.h>
#include <string.h>

static void add(struct kith_writer *w, const char *text)
{
	kith_buf_add(w->buf, text, strlen(text));
}

static void json_item(struct kith_writer *w, uint32_t count)
{
	if (count > 0)
		add(w, ",");
}

static void json_open(struct kith_writer *w, bool is_map)
{
	add(w, is_map ? "{" : "[");
}

static void json_close(struct kith_writer *w, bool is_map, size_t at, uint32_t count)
{
	(void)at, (void)count;
	add(w, is_map ? "}" : "]");
}

/* One character of `n` bytes: as it is, or as its escape. */
static void json_char(struct kith_writer *w, const uint8_t *p, size_t n)
{
	static const char short_escapes[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	char escape[8] = "\\u00";
	uint8_t code = p[0];

	for (const char *e = short_escapes; n == 1 && *e != '\0'; e += 2)
		if ((uint8_t)e[0] == p[0]) {
			kith_buf_add(w->buf, (const char[]){'\\', e[1]}, 2);
			return;
		}
	if (n == 2 && p[0] == 0xC2 && p[1] < 0xA0)
		code = p[1];
	else if (n > 1 || (code >= 0x20 && code != 0x7F)) {
		kith_buf_add(w->buf, p, n);
		return;
	}
	kith_hex_write(&code, 1, escape + 4);
	kith_buf_add(w->buf, escape, 6);
}

static void json_text(struct kith_writer *w, const char *text, size_t len)
{
	const uint8_t *p = (const uint8_t *)text;

	add(w, "\"");
	for (size_t at = 0; at < len;) {
		size_t n = kith_utf8_next(p + at, len - at);

		if (n > 0)
			json_char(w, p + at, n);
		else
			add(w, KITH_UTF8_REPLACEMENT);
		at += n ? n : 1;
	}
	add(w, "\"");
}

static void json_key(struct kith_writer *w, const char *p, size_t len)
{
	json_text(w, p, len);
	add(w, ":");
}

/* In pieces that are a multiple of three bytes, so that no padding falls between them. */
static void json_bytes(struct kith_writer *w, const uint8_t *p, size_t len)
{
	char piece[4 * 16 + 1];

	add(w, "\"");
	while (len > 0) {
		size_t n = len < 48 ? len : 48;

		kith_base64_write(p, n, piece);
		add(w, piece);
		p += n;
		len -= n;
	}
	add(w, "\"");
}

static void json_u64(struct kith_writer *w, uint64_t v)
{
	char number[24];
	struct kith_text t;

	kith_text_init(&t, number, sizeof(number));
	kith_text_u64(&t, v);
	kith_buf_add(w->buf, number, t.len);
}

static void json_i64(struct kith_writer *w, int64_t v)
{
	char number[24];
	struct kith_text t;

	kith_text_init(&t, number, sizeof(number));
	kith_text_i64(&t, v);
	kith_buf_add(w->buf, number, t.len);
}

static void json_null(struct kith_writer *w)
{
	add(w, "null");
}

static void json_real(struct kith_writer *w, double v)
{
	char number[32];
	char *comma;

	if (!(v - v == 0)) { /* infinite, or not a number */
		json_null(w);
		return;
	}
	(void)snprintf(number, sizeof(number), "%.17g", v);
	comma = strchr(number, ','); /* the program's locale may write one */
	if (comma != NULL)
		*comma = '.';
	add(w, number);
}

static void json_bool(struct kith_writer *w, bool v)
{
	add(w, v ? "true" : "false");
}

const struct kith_form kith_form_json = {
	.item = json_item,
	.open = json_open,
	.close = json_close,
	.key = json_key,
	.text = json_text,
	.bytes = json_bytes,
	.u64 = json_u64,
	.i64 = json_i64,
	.real = json_real,
	.boolean = json_bool,
	.null = json_null,
};

/* --- msgpack to any form --------------------------------------------------------------------- */

static void write_scalar(struct kith_writer *w, struct kith_value v)
{
	struct kith_bytes bytes = {0};
	double d = 0;
	int64_t i = 0;
	uint64_t u = 0;
	bool b = false;

	switch (kith_value_type(v)) {
	case KITH_TREE_NIL:
		kith_write_null(w);
		break;
	case KITH_TREE_BOOL:
		(void)kith_value_bool(v, &b);
		kith_write_bool(w, b);
		break;
	case KITH_TREE_UINT:
		(void)kith_value_u64(v, &u);
		kith_write_u64(w, u);
		break;
	case KITH_TREE_INT:
		(void)kith_value_i64(v, &i);
		kith_write_i64(w, i);
		break;
	case KITH_TREE_REAL:
		(void)kith_value_real(v, &d);
		kith_write_real(w, d);
		break;
	case KITH_TREE_TEXT:
		(void)kith_value_text(v, &bytes);
		kith_write_textn(w, (const char *)bytes.p, bytes.len);
		break;
	case KITH_TREE_BIN:
		(void)kith_value_bytes(v, &bytes);
		kith_write_bytes(w, bytes.p, bytes.len);
		break;
	case KITH_TREE_ARRAY:
	case KITH_TREE_MAP:
		KITH_ASSERT(!"a container is no scalar");
	}
}

/* As deep as the decoder lets values be: KITH_TREE_DEPTH, which the writer takes too. */
void kith_write_value(struct kith_writer *w, struct kith_value v)
{
	struct kith_value_walk walk = kith_value_walk(v);
	struct kith_value item;
	struct kith_bytes key;

	if (kith_value_is(v, KITH_TREE_MAP)) {
		kith_write_map(w);
		while (kith_value_pair(&walk, &key, &item)) {
			kith_write_keyn(w, (const char *)key.p, key.len);
			kith_write_value(w, item);
		}
		kith_write_end(w);
	} else if (kith_value_is(v, KITH_TREE_ARRAY)) {
		kith_write_array(w);
		while (kith_value_next(&walk, &item))
			kith_write_value(w, item);
		kith_write_end(w);
	} else {
		write_scalar(w, v);
	}
}

int kith_json_from_msgpack(const uint8_t *p, size_t len, struct kith_buf *out)
{
	struct kith_tree_limits limits = {.len = len + 1, .tokens = UINT32_MAX - 1,
					.depth = KITH_TREE_DEPTH};
	struct kith_tree *tree = kith_tree_new(out->alloc);
	size_t before = out->len;
	struct kith_writer w;
	int rc;

	if (tree == NULL)
		return KITH_ENOMEM;
	/* No value is shorter than a byte, so the tokens follow the length. */
	if (len < limits.tokens)
		limits.tokens = (uint32_t)len + 1;
	kith_tree_start(tree, &limits);
	rc = kith_tree_feed(tree, p, len);
	if (rc == 0 || (rc == 1 && kith_tree_used(tree) != len)) {
		rc = KITH_EMALFORMED;
	} else if (rc == 1) {
		kith_write_init(&w, &kith_form_json, out);
		kith_write_value(&w, kith_tree_root(tree));
		rc = kith_write_done(&w) ? 0 : KITH_ENOMEM;
		if (rc != 0)
			kith_buf_cut(out, before);
	}
	kith_tree_free(&tree);
	return rc;
}
