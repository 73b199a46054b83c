/* SPDX-License-Identifier: ISC */
/* The row kith.services: who offers what, as this node sees it, in pages. */
#include "query/services.h"
#include "base/addr.h"
#include "base/glob.h"
#include "base/text.h"
#include "query/directory.h"
#include "query/members.h"
#include "query/reply.h"

#include <string.h>

/* --- which ----------------------------------------------------------------------------------- */

struct wanted {
	struct kith_bytes name, tag, node; /* globs; without bytes: any */
	bool has_unusable_too;
};

static bool has_tag(struct kith_bytes tags, struct kith_bytes glob)
{
	struct kith_bytes tag;
	size_t at = 0;

	while (kith_text_next(tags, &at, &tag))
		if (kith_glob_matches(glob, tag))
			return true;
	return false;
}

/* By its name, or by the whole of its id. */
static bool is_of(const struct kith_service *s, struct kith_bytes node)
{
	const struct kith_bytes name = {(const uint8_t *)s->node, strlen(s->node)};
	char hex[2 * sizeof(s->owner.b) + 1];

	kith_hex_write(s->owner.b, sizeof(s->owner.b), hex);
	return kith_glob_matches(node, name) || kith_bytes_are(node, hex);
}

static bool is_wanted(const struct wanted *w, const struct kith_service *s)
{
	return (w->has_unusable_too || kith_service_is_usable(s)) &&
	       (w->name.len == 0 || kith_glob_matches(w->name, s->name)) &&
	       (w->tag.len == 0 || has_tag(s->tags, w->tag)) &&
	       (w->node.len == 0 || is_of(s, w->node));
}

/* --- where a page begins --------------------------------------------------------------------- */

enum { CURSOR_MAX = KITH_SERVICE_NAME_MAX + KITH_NAME_MAX + 2 * 16 + KITH_SERVICE_ID_MAX + 4 };

/* Behind this one. A cursor is "name TAB node TAB owner TAB id": no control character is in them. */
struct cursor {
	struct kith_service last;
	char node[KITH_NAME_MAX + 1];
};

static bool take_word(struct kith_bytes *rest, struct kith_bytes *word)
{
	const uint8_t *tab = rest->len > 0 ? memchr(rest->p, '\t', rest->len) : NULL;

	if (tab == NULL)
		return false;
	*word = (struct kith_bytes){rest->p, (size_t)(tab - rest->p)};
	rest->len -= word->len + 1;
	rest->p = tab + 1;
	return true;
}

static bool read_cursor(struct kith_bytes text, struct cursor *c)
{
	char hex[2 * sizeof(c->last.owner.b) + 1] = "";
	struct kith_bytes node, owner;

	*c = (struct cursor){.node = ""};
	if (!take_word(&text, &c->last.name) || !take_word(&text, &node) || !take_word(&text, &owner) ||
	    node.len >= sizeof(c->node) || owner.len != sizeof(hex) - 1)
		return false;
	memcpy(c->node, node.p, node.len);
	memcpy(hex, owner.p, owner.len);
	c->last.node = c->node;
	c->last.id = text;
	return kith_hex_read(hex, c->last.owner.b, sizeof(c->last.owner.b)) == 0;
}

static void write_next(struct kith_request *r, const struct kith_service *last)
{
	char text[CURSOR_MAX];
	struct kith_text t;

	if (last == NULL) {
		kith_write_key_null(&r->w, "next");
		return;
	}
	kith_text_init(&t, text, sizeof(text));
	kith_text_mem(&t, (const char *)last->name.p, last->name.len);
	kith_text_str(&t, "\t");
	kith_text_str(&t, last->node);
	kith_text_str(&t, "\t");
	kith_text_hex(&t, last->owner.b, sizeof(last->owner.b));
	kith_text_str(&t, "\t");
	kith_text_mem(&t, (const char *)last->id.p, last->id.len);
	kith_write_key(&r->w, "next");
	kith_write_textn(&r->w, text, t.len);
}

/* --- writing --------------------------------------------------------------------------------- */

static void write_key_bytes(struct kith_writer *w, const char *key, struct kith_bytes text)
{
	kith_write_key(w, key);
	kith_write_textn(w, (const char *)text.p, text.len);
}

/* Its own, else those of its host, without the port of gossip. */
static void write_addrs(struct kith_writer *w, const struct kith_offer *offer)
{
	char text[KITH_ADDR_TEXT_MAX];

	kith_write_key(w, "addrs");
	if (offer->service.addrs.len > 0) {
		kith_write_texts(w, offer->service.addrs);
		return;
	}
	kith_write_array(w);
	for (uint8_t i = 0; offer->member != NULL && i < offer->member->addr_count; i++) {
		struct kith_addr a = offer->member->addrs[i];

		a.port = 0;
		kith_write_text(w, kith_addr_print(&a, text, sizeof(text)));
	}
	kith_write_end(w);
}

/* Which of the ways of query/offers.h, of those of this host; null of others'. */
static void write_origin(struct kith_request *r, const struct kith_service *s)
{
	const struct kith_own_offer *own = NULL;
	char id[KITH_SERVICE_ID_MAX + 1] = "";

	if (s->self && r->s->host.offers != NULL && s->id.len < sizeof(id)) {
		memcpy(id, s->id.p, s->id.len);
		own = kith_offers_find(r->s->host.offers, id);
	}
	if (own != NULL)
		kith_write_key_text(&r->w, "origin", kith_offer_origin_name(own->origin));
	else
		kith_write_key_null(&r->w, "origin");
}

static void write_service(struct kith_request *r, const struct kith_offer *offer)
{
	const struct kith_service *s = &offer->service;
	struct kith_writer *w = &r->w;

	kith_write_map(w);
	write_key_bytes(w, "name", s->name);
	write_key_bytes(w, "id", s->id);
	kith_write_key_text(w, "node", s->node);
	kith_write_key_id(w, "node_id", &s->owner);
	kith_write_key_text(w, "state", kith_status_name(s->status));
	kith_write_key_bool(w, "quarantined", s->quarantined);
	kith_write_key_bool(w, "self", s->self);
	write_origin(r, s);
	kith_write_key_text(w, "zone", s->zone);
	write_addrs(w, offer);
	if (s->port != 0)
		kith_write_key_u64(w, "port", s->port);
	else
		kith_write_key_null(w, "port");
	kith_write_key(w, "ports");
	kith_write_ports(w, s->ports);
	kith_write_key(w, "tags");
	kith_write_texts(w, s->tags);
	kith_write_key(w, "meta");
	kith_write_tags(w, s->meta);
	kith_write_key_u64(w, "weight", s->weight);
	kith_write_key_text(w, "health", kith_service_health_name(s->health));
	if (s->health_since != 0)
		kith_write_key_unix(w, "health_since", s->health_since);
	else
		kith_write_key_null(w, "health_since");
	write_key_bytes(w, "note", s->note);
	kith_write_key_bool(w, "maintenance", s->maintenance);
	kith_write_key_bool(w, "usable", kith_service_is_usable(s));
	kith_write_end(w);
}

static void write_page(struct kith_request *r, const struct wanted *wanted, const struct cursor *after,
		       uint64_t limit)
{
	const struct kith_directory *d = &r->s->directory;
	const struct kith_service *last = NULL;
	uint64_t told = 0, total = 0;
	bool has_more = false;

	kith_reply_ok(r);
	kith_write_key_array(&r->w, "services");
	for (uint32_t i = 0; i < d->offer_count; i++) {
		const struct kith_service *s = &d->offers[i].service;

		if (!is_wanted(wanted, s))
			continue;
		total++;
		if (after != NULL && kith_directory_order(s, &after->last) <= 0)
			continue;
		if (told == limit) {
			has_more = true;
			continue;
		}
		write_service(r, &d->offers[i]);
		last = s;
		told++;
	}
	kith_write_end(&r->w);
	kith_write_key_u64(&r->w, "total", total);
	write_next(r, has_more ? last : NULL);
	kith_reply_end(r);
}

void kith_services_list(struct kith_request *r)
{
	struct kith_bytes after_text = {0};
	uint64_t limit = KITH_PAGE_MAX;
	struct wanted wanted = {.has_unusable_too = false};
	struct cursor after;
	bool has_after;

	(void)kith_value_u64(kith_value_get(r->args, "limit"), &limit);
	(void)kith_value_text(kith_value_get(r->args, "name"), &wanted.name);
	(void)kith_value_text(kith_value_get(r->args, "tag"), &wanted.tag);
	(void)kith_value_text(kith_value_get(r->args, "node"), &wanted.node);
	(void)kith_value_bool(kith_value_get(r->args, "all"), &wanted.has_unusable_too);
	has_after = kith_value_text(kith_value_get(r->args, "after"), &after_text);
	if (limit < 1 || limit > KITH_PAGE_MAX)
		kith_reply_refuse(r, KITH_CALL_USAGE, "kith.services: 'limit' is 1 to 1000", "");
	else if (has_after && !read_cursor(after_text, &after))
		kith_reply_refuse(r, KITH_CALL_USAGE,
				  "kith.services: 'after' is what 'next' of the page before was", "");
	else if (kith_directory_update(&r->s->directory) != 0)
		kith_reply_refuse(r, KITH_CALL_NO_MEMORY, "kithd is out of memory", "");
	else
		write_page(r, &wanted, has_after ? &after : NULL, limit);
}
