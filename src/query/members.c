/* SPDX-License-Identifier: ISC */
#include "query/members.h"
#include "base/addr.h"
#include "base/check.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time.h"
#include "query/reply.h"
#include "query/when.h"

#include <stdlib.h>
#include <string.h>

/* --- list ------------------------------------------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
	const struct kith_member_ref *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : memcmp(x->mid.b, y->mid.b, sizeof(x->mid.b));
}

int kith_member_list_init(struct kith_member_list *list, const struct kith_rpc *s,
			  kith_member_judge judge, const void *ctx)
{
	struct kith_member m;
	uint32_t cursor = 0;

	*list = (struct kith_member_list){.alloc = &s->host.alloc};
	while (kith_node_members(s->host.node, &cursor, &m)) {
		void *refs = list->refs;

		if (judge != NULL && !judge(ctx, &m))
			continue;
		if (!kith_mem_grow(list->alloc, &refs, &list->room, list->count + 1,
				   sizeof(*list->refs)))
			return KITH_ENOMEM;
		list->refs = refs;
		list->refs[list->count++] = (struct kith_member_ref){m.name, m.mid};
	}
	if (list->count > 1)
		qsort(list->refs, list->count, sizeof(*list->refs), by_name);
	return 0;
}

void kith_member_list_fini(struct kith_member_list *list)
{
	kith_mem_free(list->alloc, list->refs);
	*list = (struct kith_member_list){.alloc = list->alloc};
}

/* --- find ------------------------------------------------------------------------------------ */

/* Of two with the same name: how much rather we mean it. */
static int preference(enum kith_status status)
{
	return status == KITH_STATUS_LEFT ? 0 : status == KITH_STATUS_FAILED ? 1 : 2;
}

static int find_by_name(const struct kith_node *node, struct kith_bytes text, struct kith_member *m)
{
	struct kith_member each;
	uint32_t cursor = 0, found = 0;

	while (kith_node_members(node, &cursor, &each)) {
		int order;

		if (!kith_bytes_are(text, each.name))
			continue;
		order = found ? preference(each.status) - preference(m->status) : 1;
		if (order > 0) {
			*m = each;
			found = 1;
		} else if (order == 0) {
			found++;
		}
	}
	return found == 0 ? KITH_ENOTFOUND : found == 1 ? 0 : KITH_EFULL;
}

static int find_by_id(const struct kith_node *node, struct kith_bytes text, struct kith_member *m)
{
	struct kith_member each;
	uint32_t cursor = 0, found = 0;
	char hex[2 * sizeof(each.mid.b) + 1];

	if (text.len < 4 || text.len >= sizeof(hex))
		return KITH_ENOTFOUND;
	while (kith_node_members(node, &cursor, &each)) {
		kith_hex_write(each.mid.b, sizeof(each.mid.b), hex);
		if (memcmp(hex, text.p, text.len) != 0)
			continue;
		*m = each;
		found++;
	}
	return found == 0 ? KITH_ENOTFOUND : found == 1 ? 0 : KITH_EFULL;
}

int kith_member_find(const struct kith_node *node, struct kith_bytes text, struct kith_member *m)
{
	int rc = find_by_name(node, text, m);

	return rc == KITH_ENOTFOUND ? find_by_id(node, text, m) : rc;
}

/* --- write ----------------------------------------------------------------------------------- */

void kith_write_key_id(struct kith_writer *w, const char *key, const struct kith_mid *mid)
{
	char hex[2 * sizeof(mid->b) + 1];

	kith_hex_write(mid->b, sizeof(mid->b), hex);
	kith_write_key_text(w, key, hex);
}

void kith_write_name_and_id(struct kith_writer *w, const char *name, const struct kith_mid *mid)
{
	kith_write_map(w);
	kith_write_key_text(w, "name", name);
	kith_write_key_id(w, "id", mid);
	kith_write_end(w);
}

void kith_write_tags(struct kith_writer *w, struct kith_bytes tags)
{
	struct kith_bytes key, value;
	size_t at = 0;

	kith_write_map(w);
	while (kith_tag_next(tags, &at, &key, &value)) {
		kith_write_keyn(w, (const char *)key.p, key.len);
		kith_write_textn(w, (const char *)value.p, value.len);
	}
	kith_write_end(w);
}

void kith_write_addrs(struct kith_writer *w, const struct kith_addr *addrs, uint8_t count)
{
	char text[KITH_ADDR_TEXT_MAX];

	kith_write_array(w);
	for (uint8_t i = 0; i < count; i++)
		kith_write_text(w, kith_addr_print(&addrs[i], text, sizeof(text)));
	kith_write_end(w);
}

void kith_write_key_version(struct kith_writer *w, const char *key, const uint8_t version[3])
{
	char text[16];
	struct kith_text t;

	kith_text_init(&t, text, sizeof(text));
	for (int i = 0; i < 3; i++) {
		kith_text_str(&t, i > 0 ? "." : "");
		kith_text_u64(&t, version[i]);
	}
	kith_write_key_text(w, key, text);
}

void kith_write_key_unix(struct kith_writer *w, const char *key, uint32_t unix_s)
{
	char text[KITH_WHEN_TEXT];

	kith_write_key_text(w, key, kith_when_rfc3339((int64_t)unix_s * 1000, text));
}

static void write_rights(struct kith_writer *w, uint8_t rights)
{
	static const struct {
		uint8_t bit;
		const char *name;
	} names[] = {
		{KITH_RIGHT_EVENT, "event"},       {KITH_RIGHT_QUERY, "query"},
		{KITH_RIGHT_SERVICE, "service"},   {KITH_RIGHT_EXTERNAL, "external"},
		{KITH_RIGHT_OPERATOR, "operator"},
	};

	kith_write_array(w);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (rights & names[i].bit)
			kith_write_text(w, names[i].name);
	kith_write_end(w);
}

static void write_rest(struct kith_writer *w, const struct kith_member *m)
{
	struct kith_mid issuer;

	kith_write_key_u64(w, "protocol_min", m->proto_min);
	kith_write_key_u64(w, "protocol_max", m->proto_max);
	kith_write_key(w, "rights");
	write_rights(w, m->rights);
	kith_write_key_unix(w, "certificate_not_after", m->certificate_not_after);
	memcpy(issuer.b, m->issuer, sizeof(issuer.b));
	kith_write_key_id(w, "issuer", &issuer);
	kith_write_key_u64(w, "evidence", m->evidence);
	kith_write_key_u64(w, "need", m->need);
	if (m->status == KITH_STATUS_RESTARTING)
		kith_write_key_u64(w, "back_s", m->back_s);
	else
		kith_write_key_null(w, "back_s");
}

void kith_write_member(struct kith_request *r, const struct kith_member *m, bool is_whole)
{
	struct kith_writer *w = &r->w;

	kith_write_map(w);
	kith_write_key_text(w, "name", m->name);
	kith_write_key_id(w, "id", &m->mid);
	kith_write_key_text(w, "state", kith_status_name(m->status));
	kith_write_key_bool(w, "self", m->self);
	kith_write_key_text(w, "zone", m->zone);
	kith_write_key(w, "addrs");
	kith_write_addrs(w, m->addrs, m->addr_count);
	if (m->rtt >= 0)
		kith_write_key_u64(w, "rtt_us", (uint64_t)m->rtt);
	else
		kith_write_key_null(w, "rtt_us");
	kith_write_key_age_ms(r, "seen_age_ms", m->self ? KITH_NEVER : m->heard);
	kith_write_key_when(r, "since", m->since);
	kith_write_key_age_ms(r, "state_age_ms", m->since);
	if (m->quarantined)
		kith_write_key_u64(w, "quarantined_ms",
				   (uint64_t)kith_us_elapsed(r->t.now, m->released) / 1000);
	else
		kith_write_key_null(w, "quarantined_ms");
	kith_write_key_u64(w, "epoch", m->epoch);
	kith_write_key_u64(w, "seq", m->seq);
	kith_write_key_version(w, "version", m->version);
	kith_write_key(w, "tags");
	kith_write_tags(w, m->tags);
	if (is_whole)
		write_rest(w, m);
	kith_write_end(w);
}
