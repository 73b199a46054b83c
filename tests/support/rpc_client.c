/* SPDX-License-Identifier: ISC */
#include "support/rpc_client.h"
#include "base/check.h"
#include "base/mem.h"
#include "query/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- text to msgpack ------------------------------------------------------------------------- */

struct packer {
	const char *p;
	struct kith_writer w;
};

static bool take(struct packer *k, const char *token)
{
	size_t len = strlen(token);

	while (*k->p == ' ' || *k->p == '\n' || *k->p == '\t')
		k->p++;
	if (strncmp(k->p, token, len) != 0)
		return false;
	k->p += len;
	return true;
}

/* Up to the closing ', with \' for one inside. */
static size_t quoted(struct packer *k, char *out, size_t size)
{
	size_t len = 0;

	while (*k->p != '\'') {
		if (k->p[0] == '\\' && k->p[1] == '\'')
			k->p++;
		KITH_ASSERT(*k->p != '\0' && len < size);
		out[len++] = *k->p++;
	}
	k->p++;
	return len;
}

static void pack_one(struct packer *k);

static void pack_map(struct packer *k)
{
	char key[256];

	kith_write_map(&k->w);
	while (!take(k, "}")) {
		bool has_key = take(k, "'");

		KITH_ASSERT(has_key);
		kith_write_keyn(&k->w, key, quoted(k, key, sizeof(key)));
		has_key = take(k, ":");
		KITH_ASSERT(has_key);
		pack_one(k);
		(void)take(k, ",");
	}
	kith_write_end(&k->w);
}

static void pack_hex(struct packer *k)
{
	char hex[512];
	uint8_t bytes[256];
	size_t len = quoted(k, hex, sizeof(hex) - 1);

	hex[len] = '\0';
	for (size_t i = 0; i < len / 2; i++) {
		unsigned byte = 0;
		int fields = sscanf(hex + 2 * i, "%2x", &byte);

		KITH_ASSERT(fields == 1);
		bytes[i] = (uint8_t)byte;
	}
	kith_write_bytes(&k->w, bytes, len / 2);
}

static void pack_one(struct packer *k)
{
	static char text[1 << 17];
	char *end;

	if (take(k, "{")) {
		pack_map(k);
	} else if (take(k, "[")) {
		kith_write_array(&k->w);
		while (!take(k, "]")) {
			pack_one(k);
			(void)take(k, ",");
		}
		kith_write_end(&k->w);
	} else if (take(k, "b'")) {
		pack_hex(k);
	} else if (take(k, "'")) {
		kith_write_textn(&k->w, text, quoted(k, text, sizeof(text)));
	} else if (take(k, "true")) {
		kith_write_bool(&k->w, true);
	} else if (take(k, "false")) {
		kith_write_bool(&k->w, false);
	} else if (take(k, "null")) {
		kith_write_null(&k->w);
	} else if (strcspn(k->p, ".") < strspn(k->p, "-0123456789.")) {
		kith_write_real(&k->w, strtod(k->p, &end));
		k->p = end;
	} else if (*k->p == '-') {
		kith_write_i64(&k->w, strtoll(k->p, &end, 10));
		k->p = end;
	} else {
		kith_write_u64(&k->w, strtoull(k->p, &end, 10));
		KITH_ASSERT(end != k->p);
		k->p = end;
	}
}

void rpc_pack(struct kith_buf *out, const char *text)
{
	struct packer k = {.p = text};

	while (!take(&k, "") || *k.p != '\0') {
		kith_write_init(&k.w, &kith_form_msgpack, out);
		pack_one(&k);
		KITH_ASSERT(kith_write_done(&k.w));
	}
}

/* --- the client ------------------------------------------------------------------------------ */

struct kith_rpc_conn *rpc_connect(struct rpc_world *w, enum kith_rpc_kind kind)
{
	struct kith_rpc_conn *c = kith_rpc_open(w->server, w->t, kind, w);

	assert_non_null(c);
	rpc_ask(w, c, "handshake", 0, "{'Version':1}");
	rpc_expect(w, c, "{'Error':'','Seq':0}");
	return c;
}

void rpc_send_text(struct rpc_world *w, struct kith_rpc_conn *c, const char *values)
{
	struct kith_buf buf;

	kith_buf_init(&buf, &kith_alloc_libc, 1 << 22);
	rpc_pack(&buf, values);
	kith_rpc_input(c, w->t, buf.p, buf.len);
	kith_buf_fini(&buf);
}

void rpc_ask(struct rpc_world *w, struct kith_rpc_conn *c, const char *command, uint64_t seq,
	     const char *body)
{
	char header[128];

	(void)snprintf(header, sizeof(header), "{'Command':'%s','Seq':%llu}", command,
		       (unsigned long long)seq);
	rpc_send_text(w, c, header);
	if (body != NULL)
		rpc_send_text(w, c, body);
}

const char *rpc_take(struct rpc_world *w, struct kith_rpc_conn *c)
{
	static char text[1 << 20];
	struct kith_tree_limits limits = {.len = 1 << 26, .tokens = 1 << 24, .depth = 16};
	struct kith_tree *tree = kith_tree_new(&kith_alloc_libc);
	struct kith_writer writer;
	struct kith_buf json;
	const uint8_t *p;
	size_t len = kith_rpc_output(c, &p);

	text[0] = '\0';
	kith_tree_start(tree, &limits);
	if (len > 0) {
		assert_int_equal(kith_tree_feed(tree, p, len), 1);
		kith_buf_init(&json, &kith_alloc_libc, sizeof(text) - 1);
		kith_write_init(&writer, &kith_form_json, &json);
		kith_write_value(&writer, kith_tree_root(tree));
		assert_true(kith_write_done(&writer));
		memcpy(text, json.p, json.len);
		text[json.len] = '\0';
		for (char *q = text; *q != '\0'; q++)
			if (*q == '"')
				*q = '\'';
		kith_buf_fini(&json);
		kith_rpc_consume(c, w->t, kith_tree_used(tree));
	}
	kith_tree_free(&tree);
	return text;
}

void rpc_expect_at(struct rpc_world *w, struct kith_rpc_conn *c, const char *text,
		   const char *file, int line)
{
	_assert_string_equal(rpc_take(w, c), text, file, line);
}

void rpc_holds_at(const char *haystack, const char *needle, const char *file, int line)
{
	if (strstr(haystack, needle) != NULL)
		return;
	print_error("%s\n   lacks\n%s\n", haystack, needle);
	_fail(file, line);
}
