/* SPDX-License-Identifier: ISC */
#include "support/fake_node.h"
#include "base/addr.h"
#include "base/check.h"
#include "base/err.h"
#include "wire/service.h"

#include <stdlib.h>
#include <string.h>

/* --- filling --------------------------------------------------------------------------------- */

struct kith_node *fake_node_new(uint32_t room)
{
	struct kith_node *n = calloc(1, sizeof(*n));

	KITH_ASSERT(n != NULL);
	n->room = room;
	n->members = calloc(room, sizeof(*n->members));
	n->names = calloc(room, sizeof(*n->names));
	KITH_ASSERT(n->members != NULL && n->names != NULL);
	n->view.started = n->view.joined = true;
	n->view.max_members = 16384;
	n->view.answered = n->view.synced = KITH_NEVER;
	return n;
}

void fake_node_free(struct kith_node *n)
{
	free(n->members);
	free(n->names);
	free(n);
}

struct kith_member *fake_node_add(struct kith_node *n, const char *name, enum kith_status status,
				  kith_us now)
{
	struct kith_member *m = &n->members[n->count];
	uint32_t id = n->count + 1;

	KITH_ASSERT(n->count < n->room && strlen(name) <= KITH_NAME_MAX);
	memcpy(n->names[n->count], name, strlen(name) + 1);
	*m = (struct kith_member){
		.name = n->names[n->count], .zone = "a", .status = status, .self = n->count == 0,
		.addr_count = 1, .proto_min = 1, .proto_max = 1, .version = {0, 1, 0},
		.epoch = 1, .seq = id, .certificate_not_after = 2000000000, .rtt = -1,
		.since = now - 60 * KITH_SECOND, .heard = now - KITH_SECOND,
	};
	memset(m->mid.b, (int)(id & 0xFF), sizeof(m->mid.b));
	m->mid.b[0] = (uint8_t)(id >> 8);
	m->mid.b[1] = (uint8_t)id;
	m->addrs[0] = kith_addr_make(4, (const uint8_t[]){10, 0, (uint8_t)(id >> 8), (uint8_t)id}, 5484);
	n->count++;
	return m;
}

struct kith_service *fake_node_offer(struct kith_node *n, const struct kith_member *m, const char *name,
				     uint16_t port)
{
	struct kith_service *s = &n->services[n->service_count];
	const struct kith_bytes text = {(const uint8_t *)name, strlen(name)};

	KITH_ASSERT(n->service_count < FAKE_SERVICES);
	*s = (struct kith_service){
		.owner = m->mid, .node = m->name, .zone = m->zone, .status = m->status, .self = m->self,
		.epoch = m->epoch, .seq = ++n->service_count, .name = text, .id = text, .port = port,
		.weight = 1, .changed = m->since,
	};
	s->key[0] = (uint8_t)n->service_count;
	n->view.services = n->service_count;
	n->view.service_changes++;
	return s;
}

void fake_node_tags(struct kith_member *m, const char *msgpack, size_t len)
{
	m->tags = (struct kith_bytes){.p = (const uint8_t *)msgpack, .len = len};
}

/* --- commands -------------------------------------------------------------------------------- */

int kith_node_join(struct kith_node *n, kith_us now, const struct kith_addr *seeds, size_t count)
{
	(void)now;
	if (n->join_rc != 0)
		return n->join_rc;
	if (count > FAKE_JOINS - n->joined_count)
		return KITH_EFULL;
	memcpy(&n->joined[n->joined_count], seeds, count * sizeof(*seeds));
	n->joined_count += (uint32_t)count;
	return 0;
}

int kith_node_tags(struct kith_node *n, kith_us now, struct kith_bytes tags)
{
	(void)now;
	if (n->tags_rc != 0)
		return n->tags_rc;
	if (tags.len > sizeof(n->tags))
		return KITH_ETOOBIG;
	if (tags.len > 0)
		memcpy(n->tags, tags.p, tags.len);
	n->members[n->self].tags = (struct kith_bytes){.p = n->tags, .len = tags.len};
	return 0;
}

int kith_node_release(struct kith_node *n, kith_us now, const struct kith_mid *mid)
{
	(void)now;
	for (uint32_t i = 0; i < n->count; i++) {
		struct kith_member *m = &n->members[i];

		if (memcmp(&m->mid, mid, sizeof(*mid)) != 0)
			continue;
		if (!m->quarantined)
			return KITH_ESTATE;
		m->quarantined = false;
		return 0;
	}
	return KITH_ENOTFOUND;
}

int kith_node_forget(struct kith_node *n, kith_us now, const struct kith_mid *mid)
{
	(void)now;
	for (uint32_t i = 0; i < n->count; i++) {
		struct kith_member *m = &n->members[i];

		if (memcmp(&m->mid, mid, sizeof(*mid)) != 0)
			continue;
		if (n->forget_rc != 0)
			return n->forget_rc;
		if (m->self || (m->status != KITH_STATUS_FAILED && m->status != KITH_STATUS_LEFT))
			return KITH_ESTATE;
		memmove(m, m + 1, (n->count - i - 1) * sizeof(*m));
		n->count--;
		return 0;
	}
	return KITH_ENOTFOUND;
}

/* Whom it names lies where it does in a true one. */
int kith_revocation_read(const uint8_t *bytes, size_t len, struct kith_mid *target)
{
	if (len != KITH_REVOCATION_SIZE)
		return KITH_EMALFORMED;
	memcpy(target->b, bytes + 32, sizeof(target->b));
	return 0;
}

int kith_node_revoke(struct kith_node *n, kith_us now, struct kith_bytes revocation)
{
	(void)now;
	(void)revocation;
	return n->revoke_rc;
}

int kith_node_ping(struct kith_node *n, kith_us now, const struct kith_mid *mid, uint64_t *token)
{
	(void)now;
	if (n->ping_rc != 0)
		return n->ping_rc;
	if (n->pinged_count == FAKE_PINGS)
		return KITH_EFULL;
	n->pinged[n->pinged_count++] = *mid;
	*token = n->pinged_count;
	return 0;
}

int kith_node_service_put(struct kith_node *n, kith_us now, const struct kith_service_def *def)
{
	(void)now;
	if (n->put_rc != 0 && (n->put_rc_id == NULL || strcmp(def->id, n->put_rc_id) == 0))
		return n->put_rc;
	if (n->put_count == FAKE_PUTS)
		return KITH_EFULL;
	n->puts[n->put_count++] = *def;
	return 0;
}

int kith_node_service_drop(struct kith_node *n, kith_us now, const char *id)
{
	(void)now;
	if (n->drop_rc != 0)
		return n->drop_rc;
	KITH_ASSERT(n->dropped_count < FAKE_PUTS && strlen(id) <= KITH_SERVICE_ID_MAX);
	memcpy(n->dropped[n->dropped_count++], id, strlen(id) + 1);
	return 0;
}

/* --- reads ----------------------------------------------------------------------------------- */

int kith_node_members(const struct kith_node *n, uint32_t *cursor, struct kith_member *m)
{
	if (*cursor >= n->count)
		return 0;
	*m = n->members[(*cursor)++];
	return 1;
}

int kith_node_member(const struct kith_node *n, const struct kith_mid *mid, struct kith_member *m)
{
	for (uint32_t i = 0; i < n->count; i++)
		if (memcmp(&n->members[i].mid, mid, sizeof(*mid)) == 0) {
			*m = n->members[i];
			return 0;
		}
	return KITH_ENOTFOUND;
}

void kith_node_self(const struct kith_node *n, struct kith_member *m)
{
	*m = n->members[n->self];
}

int kith_node_services(const struct kith_node *n, uint64_t *cursor, struct kith_service *s)
{
	if (*cursor >= n->service_count)
		return 0;
	*s = n->services[(*cursor)++];
	return 1;
}

int kith_node_service(const struct kith_node *n, const struct kith_mid *owner, struct kith_bytes id,
		      struct kith_service *s)
{
	for (uint32_t i = 0; i < n->service_count; i++) {
		const struct kith_service *known = &n->services[i];

		if (memcmp(&known->owner, owner, sizeof(*owner)) != 0 || known->id.len != id.len ||
		    memcmp(known->id.p, id.p, id.len) != 0)
			continue;
		*s = *known;
		return 0;
	}
	return KITH_ENOTFOUND;
}

bool kith_service_is_usable(const struct kith_service *s)
{
	return s->status <= KITH_STATUS_SUSPECT && !s->quarantined && !s->maintenance &&
	       s->health != KITH_SERVICE_CRITICAL;
}

int kith_text_next(struct kith_bytes texts, size_t *at, struct kith_bytes *text)
{
	return kith_texts_next(texts, at, text);
}

int kith_port_next(struct kith_bytes ports, size_t *at, struct kith_bytes *name, uint16_t *port)
{
	return kith_ports_next(ports, at, name, port);
}

/* One text of a tag map; the bytes come from tests, so their form is taken for granted. */
static struct kith_bytes text_at(struct kith_bytes tags, size_t *at)
{
	const uint8_t *p = tags.p + *at;
	size_t head = p[0] == 0xDA ? 3 : p[0] == 0xD9 ? 2 : 1;
	size_t len = head == 3 ? (size_t)p[1] << 8 | p[2] : head == 2 ? p[1] : p[0] & 0x1Fu;
	struct kith_bytes text = {.p = p + head, .len = len};

	*at = (size_t)(text.p - tags.p) + len;
	KITH_ASSERT(*at <= tags.len);
	return text;
}

/* On a line, which is enough to see who is asked about. */
kith_us kith_coordinate_rtt(const struct kith_coordinate *a, const struct kith_coordinate *b)
{
	const int32_t apart = a->at_us[0] - b->at_us[0];

	return (apart < 0 ? -apart : apart) + a->height_us + b->height_us;
}

int kith_tag_next(struct kith_bytes tags, size_t *at, struct kith_bytes *key,
		  struct kith_bytes *value)
{
	if (*at == 0)
		*at = tags.len > 0 && tags.p[0] == 0xDE ? 3 : 1;
	if (*at >= tags.len)
		return 0;
	*key = text_at(tags, at);
	*value = text_at(tags, at);
	return 1;
}

int kith_node_why(const struct kith_node *n, const struct kith_mid *mid, uint32_t *cursor,
		  struct kith_why *w)
{
	if (memcmp(mid, &n->members[n->why_of].mid, sizeof(*mid)) != 0 || *cursor >= n->why_count)
		return 0;
	*w = n->whys[(*cursor)++];
	return 1;
}

int kith_node_seeds(const struct kith_node *n, uint32_t *cursor, struct kith_seed *s)
{
	if (*cursor >= n->seed_count)
		return 0;
	*s = n->seeds[(*cursor)++];
	return 1;
}

void kith_node_stats(const struct kith_node *n, struct kith_stats *s)
{
	*s = n->stats;
}

void kith_node_view(const struct kith_node *n, struct kith_view *v)
{
	uint32_t counts[KITH_STATUS_COUNT] = {0};

	*v = n->view;
	v->quarantined = 0;
	for (uint32_t i = 0; i < n->count; i++) {
		counts[n->members[i].status]++;
		v->quarantined += n->members[i].quarantined;
	}
	v->alive = counts[KITH_STATUS_ALIVE];
	v->restarting = counts[KITH_STATUS_RESTARTING];
	v->suspect = counts[KITH_STATUS_SUSPECT];
	v->failed = counts[KITH_STATUS_FAILED];
	v->left = counts[KITH_STATUS_LEFT];
}

/* --- words ----------------------------------------------------------------------------------- */

const char *kith_strerror(int err)
{
	return kith_err_text(err);
}

const char *kith_status_name(enum kith_status s)
{
	static const char *const names[] = {
#define X(upper, lower, help) [KITH_STATUS_##upper] = #lower,
		KITH_STATUSES(X)
#undef X
	};

	return s < KITH_STATUS_COUNT ? names[s] : "?";
}

const char *kith_service_health_name(enum kith_service_health h)
{
	static const char *const names[] = {
#define X(upper, lower, help) #lower,
		KITH_SERVICE_HEALTHS(X)
#undef X
	};

	return (unsigned)h < KITH_SERVICE_HEALTH_COUNT ? names[h] : "?";
}

const char *kith_event_name(enum kith_event_kind k)
{
	static const char *const names[] = {
#define X(upper, lower, help) [KITH_EVENT_##upper] = #lower,
		KITH_EVENTS(X)
#undef X
	};

	return k < KITH_EVENT_COUNT ? names[k] : "?";
}

const char *kith_version(void)
{
	return "0.1.0";
}
