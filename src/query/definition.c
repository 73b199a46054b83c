/* SPDX-License-Identifier: ISC */
#include "query/definition.h"
#include "base/addr.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { PAIRS_MAX = 128, HOST_MAX = 253 }; /* more pairs do not fit a record; a name of DNS */

/* What is being read, and what is wrong with it. */
struct reading {
	struct kith_definition *d;
	size_t used; /* of d->values */
	char *why;
	size_t size;
};

static int object(struct reading *g, const char *key, const char *must_be)
{
	struct kith_text t;

	kith_text_init(&t, g->why, g->size);
	kith_text_str(&t, "'");
	kith_text_str(&t, key);
	kith_text_str(&t, "' ");
	kith_text_str(&t, must_be);
	return KITH_EINVAL;
}

static int too_big(struct reading *g)
{
	struct kith_text t;

	kith_text_init(&t, g->why, g->size);
	kith_text_str(&t, "all that is said of a service takes some 860 bytes at most");
	return KITH_ETOOBIG;
}

/* --- texts ----------------------------------------------------------------------------------- */

/* A text of least to most bytes into out; one that is not given leaves it as it is. */
static int read_text(struct reading *g, struct kith_value map, const char *key, size_t least,
		     size_t most, char *out)
{
	struct kith_bytes text;

	if (!kith_value_text(kith_value_get(map, key), &text))
		return 0;
	if (text.len < least || text.len > most || !kith_text_is_line(text.p, text.len)) {
		char must_be[96];
		struct kith_text t;

		kith_text_init(&t, must_be, sizeof(must_be));
		kith_text_str(&t, "is a text of ");
		kith_text_u64(&t, least);
		kith_text_str(&t, " to ");
		kith_text_u64(&t, most);
		kith_text_str(&t, " bytes, without control characters");
		return object(g, key, must_be);
	}
	memcpy(out, text.p, text.len);
	out[text.len] = '\0';
	return 0;
}

static int read_number(struct reading *g, struct kith_value map, const char *key, uint16_t *out)
{
	uint64_t v = *out;

	(void)kith_value_u64(kith_value_get(map, key), &v);
	if (v > UINT16_MAX)
		return object(g, key, "is 0 to 65535");
	*out = (uint16_t)v;
	return 0;
}

static int read_health(struct reading *g, struct kith_value map)
{
	struct kith_bytes word;

	if (!kith_value_text(kith_value_get(map, "health"), &word))
		return 0;
	for (int i = 0; i < KITH_SERVICE_HEALTH_COUNT; i++) {
		if (kith_bytes_are(word, kith_service_health_name((enum kith_service_health)i))) {
			g->d->health = (enum kith_service_health)i;
			return 0;
		}
	}
	return object(g, "health", "is passing, warning or critical");
}

/* --- lists and maps -------------------------------------------------------------------------- */

static bool is_host(struct kith_bytes text)
{
	char copy[HOST_MAX + 1];

	if (text.len > HOST_MAX || memchr(text.p, '\0', text.len) != NULL)
		return false;
	memcpy(copy, text.p, text.len);
	copy[text.len] = '\0';
	return kith_addr_is_host(copy);
}

static bool is_any(struct kith_bytes text)
{
	(void)text;
	return true;
}

/* Begins a value behind those that were read before. */
static void begin(const struct reading *g, struct kith_buf *buf, struct kith_writer *w)
{
	kith_buf_init(buf, &kith_alloc_libc, sizeof(g->d->values) - g->used);
	kith_write_init(w, &kith_form_msgpack, buf);
}

static int end(struct reading *g, struct kith_buf *buf, const struct kith_writer *w, uint16_t *len)
{
	const bool fits = kith_write_done(w);

	if (fits) {
		memcpy(g->d->values + g->used, buf->p, buf->len);
		*len = (uint16_t)buf->len;
		g->used += buf->len;
	}
	kith_buf_fini(buf);
	return fits ? 0 : too_big(g);
}

static int read_texts(struct reading *g, struct kith_value map, const char *key, uint32_t most,
		      bool (*is_good)(struct kith_bytes text), const char *must_be, uint16_t *len)
{
	struct kith_value list = kith_value_get(map, key), item;
	struct kith_value_walk walk = kith_value_walk(list);
	struct kith_bytes text = {0};
	struct kith_writer w;
	struct kith_buf buf;

	*len = 0;
	if (kith_value_count(list) == 0)
		return 0;
	if (kith_value_count(list) > most)
		return object(g, key, must_be);
	begin(g, &buf, &w);
	kith_write_array(&w);
	while (kith_value_next(&walk, &item)) {
		if (!kith_value_text(item, &text) || !kith_text_is_line(text.p, text.len) ||
		    !is_good(text)) {
			kith_buf_fini(&buf);
			return object(g, key, must_be);
		}
		kith_write_textn(&w, (const char *)text.p, text.len);
	}
	kith_write_end(&w);
	return end(g, &buf, &w, len);
}

struct pair {
	struct kith_bytes key;
	struct kith_value value;
	uint32_t place; /* in the map: of two with one key the later counts */
};

static int by_key(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	const size_t len = x->key.len < y->key.len ? x->key.len : y->key.len;
	int order = len > 0 ? memcmp(x->key.p, y->key.p, len) : 0;

	if (order == 0)
		order = (x->key.len > y->key.len) - (x->key.len < y->key.len);
	return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

static bool is_overruled(const struct pair *pair, const struct pair *next)
{
	return next->key.len == pair->key.len &&
	       (next->key.len == 0 || memcmp(next->key.p, pair->key.p, next->key.len) == 0);
}

/* The pairs of a map in the order of their keys; their number. */
static uint32_t sorted(struct kith_value map, struct pair pairs[PAIRS_MAX])
{
	struct kith_value_walk walk = kith_value_walk(map);
	uint32_t count = 0, kept = 0;

	while (kith_value_pair(&walk, &pairs[count].key, &pairs[count].value)) {
		pairs[count].place = count;
		if (++count == PAIRS_MAX)
			break;
	}
	if (count > 1)
		qsort(pairs, count, sizeof(pairs[0]), by_key);
	for (uint32_t i = 0; i < count; i++)
		if (i + 1 == count || !is_overruled(&pairs[i], &pairs[i + 1]))
			pairs[kept++] = pairs[i];
	return kept;
}

/* Writes a value of a map; false: it is none. */
typedef bool (*write_value_f)(struct kith_writer *w, struct kith_value value);

static bool write_port(struct kith_writer *w, struct kith_value value)
{
	uint64_t port = 0;

	if (!kith_value_u64(value, &port) || port < 1 || port > UINT16_MAX)
		return false;
	kith_write_u64(w, port);
	return true;
}

static bool write_meta(struct kith_writer *w, struct kith_value value)
{
	struct kith_bytes text = {0};

	if (!kith_value_text(value, &text) || (text.len > 0 && !kith_text_is_valid(text.p, text.len)))
		return false;
	kith_write_textn(w, (const char *)text.p, text.len);
	return true;
}

static int read_map(struct reading *g, struct kith_value map, const char *key, uint32_t most,
		    write_value_f write_value, const char *must_be, uint16_t *len)
{
	struct kith_value of = kith_value_get(map, key);
	struct pair pairs[PAIRS_MAX];
	uint32_t count;
	struct kith_writer w;
	struct kith_buf buf;

	*len = 0;
	if (kith_value_count(of) == 0)
		return 0;
	if (kith_value_count(of) > most)
		return object(g, key, must_be);
	count = sorted(of, pairs);
	begin(g, &buf, &w);
	kith_write_map(&w);
	for (uint32_t i = 0; i < count; i++) {
		const struct kith_bytes name = pairs[i].key;
		const bool is_good = name.len > 0 && kith_text_is_line(name.p, name.len);

		kith_write_keyn(&w, (const char *)name.p, name.len);
		if (!is_good || !write_value(&w, pairs[i].value)) {
			kith_buf_fini(&buf);
			return object(g, key, must_be);
		}
	}
	kith_write_end(&w);
	return end(g, &buf, &w, len);
}

/* --- the whole ------------------------------------------------------------------------------- */

static int read_values(struct reading *g, struct kith_value map)
{
	struct kith_definition *d = g->d;
	int rc = read_texts(g, map, "addrs", KITH_SERVICE_ADDRS_MAX, is_host,
			    "has at most 4 addresses or names of hosts, without a port", &d->addrs_len);

	if (rc == 0)
		rc = read_map(g, map, "ports", KITH_SERVICE_PORTS_MAX, write_port,
			      "has at most 16 names with a port from 1 to 65535", &d->ports_len);
	if (rc == 0)
		rc = read_texts(g, map, "tags", PAIRS_MAX, is_any,
				"has at most 128 texts without control characters", &d->tags_len);
	if (rc == 0)
		rc = read_map(g, map, "meta", PAIRS_MAX, write_meta,
			      "has at most 128 keys, without control characters, each with a text",
			      &d->meta_len);
	return rc;
}

int kith_definition_read(struct kith_value map, struct kith_definition *out, char *why, size_t size)
{
	struct kith_definition d = {.weight = 1};
	struct reading g = {.d = &d, .why = why, .size = size};
	int rc = read_text(&g, map, "name", 1, KITH_SERVICE_NAME_MAX, d.name);

	if (rc == 0 && d.name[0] == '\0')
		rc = object(&g, "name", "is missing");
	if (rc == 0)
		memcpy(d.id, d.name, sizeof(d.name));
	if (rc == 0)
		rc = read_text(&g, map, "id", 1, KITH_SERVICE_ID_MAX, d.id);
	if (rc == 0)
		rc = read_text(&g, map, "note", 0, KITH_SERVICE_NOTE_MAX, d.note);
	if (rc == 0)
		rc = read_number(&g, map, "port", &d.port);
	if (rc == 0)
		rc = read_number(&g, map, "weight", &d.weight);
	if (rc == 0)
		rc = read_health(&g, map);
	if (rc == 0)
		rc = read_values(&g, map);
	if (rc == 0)
		*out = d;
	return rc;
}

void kith_definition_def(const struct kith_definition *d, struct kith_service_def *def)
{
	const uint8_t *at = d->values;

	*def = (struct kith_service_def){
		.name = d->name, .id = d->id, .note = d->note[0] != '\0' ? d->note : NULL,
		.port = d->port, .weight = d->weight, .health = d->health,
	};
	def->addrs = (struct kith_bytes){at, d->addrs_len};
	at += d->addrs_len;
	def->ports = (struct kith_bytes){at, d->ports_len};
	at += d->ports_len;
	def->tags = (struct kith_bytes){at, d->tags_len};
	at += d->tags_len;
	def->meta = (struct kith_bytes){at, d->meta_len};
}

void kith_write_ports(struct kith_writer *w, struct kith_bytes ports)
{
	struct kith_bytes name;
	uint16_t port;
	size_t at = 0;

	kith_write_map(w);
	while (kith_port_next(ports, &at, &name, &port)) {
		kith_write_keyn(w, (const char *)name.p, name.len);
		kith_write_u64(w, port);
	}
	kith_write_end(w);
}

void kith_write_texts(struct kith_writer *w, struct kith_bytes texts)
{
	struct kith_bytes text;
	size_t at = 0;

	kith_write_array(w);
	while (kith_text_next(texts, &at, &text))
		kith_write_textn(w, (const char *)text.p, text.len);
	kith_write_end(w);
}

void kith_definition_write(struct kith_writer *w, const struct kith_definition *d)
{
	struct kith_service_def def;
	struct kith_bytes key, value;
	size_t at = 0;

	kith_definition_def(d, &def);
	kith_write_key_text(w, "name", d->name);
	kith_write_key_text(w, "id", d->id);
	kith_write_key_u64(w, "port", d->port);
	kith_write_key(w, "addrs");
	kith_write_texts(w, def.addrs);
	kith_write_key(w, "ports");
	kith_write_ports(w, def.ports);
	kith_write_key(w, "tags");
	kith_write_texts(w, def.tags);
	kith_write_key_map(w, "meta");
	while (def.meta.len > 0 && kith_tag_next(def.meta, &at, &key, &value)) {
		kith_write_keyn(w, (const char *)key.p, key.len);
		kith_write_textn(w, (const char *)value.p, value.len);
	}
	kith_write_end(w);
	kith_write_key_u64(w, "weight", d->weight);
	kith_write_key_text(w, "health", kith_service_health_name(d->health));
	kith_write_key_text(w, "note", d->note);
}

bool kith_definition_is_same(const struct kith_definition *a, const struct kith_definition *b)
{
	const size_t used = (size_t)a->addrs_len + a->ports_len + a->tags_len + a->meta_len;

	return strcmp(a->name, b->name) == 0 && strcmp(a->id, b->id) == 0 &&
	       strcmp(a->note, b->note) == 0 && a->port == b->port && a->weight == b->weight &&
	       a->health == b->health &&
	       a->addrs_len == b->addrs_len && a->ports_len == b->ports_len && a->tags_len == b->tags_len &&
	       a->meta_len == b->meta_len && memcmp(a->values, b->values, used) == 0;
}
