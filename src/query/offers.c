/* SPDX-License-Identifier: ISC */
#include "query/offers.h"
#include "base/check.h"
#include "base/mem.h"

#include <string.h>

enum { ENTRY_MAX = 4096, ENTRY_TOKENS = 1024 }; /* a definition, and its drain */

struct kith_offers {
	struct kith_alloc alloc;
	struct kith_node *node; /* borrowed */
	struct kith_own_offer **all; /* owned, each of them too; by id */
	uint32_t count, room;
	bool is_drained; /* the whole host */
	char reason[KITH_SERVICE_NOTE_MAX + 1];
	bool has_over;   /* some of a session that ended are still offered */
	uint64_t revision;
};

struct kith_offers *kith_offers_new(struct kith_node *node, const struct kith_alloc *alloc)
{
	struct kith_offers *o = kith_mem_new(alloc, 1, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->alloc = *alloc;
	o->node = node;
	return o;
}

void kith_offers_free(struct kith_offers **out)
{
	struct kith_offers *o = *out;
	struct kith_alloc alloc;

	if (o == NULL)
		return;
	alloc = o->alloc;
	for (uint32_t i = 0; i < o->count; i++)
		kith_mem_free(&alloc, o->all[i]);
	kith_mem_free(&alloc, o->all);
	kith_mem_free(&alloc, o);
	*out = NULL;
}

const char *kith_offer_origin_name(enum kith_offer_origin origin)
{
	static const char *const names[] = {
#define X(upper, lower) [KITH_OFFER_##upper] = #lower,
		KITH_OFFER_ORIGINS(X)
#undef X
	};

	return names[origin];
}

/* Where an id is, or would be. */
static uint32_t place_of(const struct kith_offers *o, const char *id, bool *is_there)
{
	uint32_t low = 0, high = o->count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (strcmp(o->all[middle]->d.id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*is_there = low < o->count && strcmp(o->all[low]->d.id, id) == 0;
	return low;
}

static struct kith_own_offer *find(const struct kith_offers *o, const char *id)
{
	bool is_there;
	const uint32_t place = place_of(o, id, &is_there);

	return is_there ? o->all[place] : NULL;
}

const struct kith_own_offer *kith_offers_find(const struct kith_offers *o, const char *id)
{
	return find(o, id);
}

const struct kith_own_offer *kith_offers_at(const struct kith_offers *o, uint32_t i)
{
	return i < o->count ? o->all[i] : NULL;
}

/* --- telling the node ------------------------------------------------------------------------ */

static int tell(const struct kith_offers *o, kith_us now, const struct kith_own_offer *offer)
{
	const char *reason = offer->is_drained ? offer->reason : o->reason;
	struct kith_service_def def;

	kith_definition_def(&offer->d, &def);
	def.maintenance = offer->is_drained || o->is_drained;
	if (def.maintenance && reason[0] != '\0')
		def.note = reason;
	return kith_node_service_put(o->node, now, &def);
}

/* Whether a restart has to remember it: an offer, or its drain. */
static bool is_kept(const struct kith_own_offer *offer)
{
	return offer->origin == KITH_OFFER_REGISTERED ||
	       (offer->origin == KITH_OFFER_CONFIGURED && offer->is_drained);
}

/* --- putting and dropping -------------------------------------------------------------------- */

static bool make_room(struct kith_offers *o)
{
	void *all = o->all;

	if (!kith_mem_grow(&o->alloc, &all, &o->room, o->count + 1, sizeof(struct kith_own_offer *)))
		return false;
	o->all = all;
	return true;
}

static void link_at(struct kith_offers *o, uint32_t place, struct kith_own_offer *offer)
{
	KITH_ASSERT(o->count < o->room);
	memmove(&o->all[place + 1], &o->all[place], (o->count - place) * sizeof(o->all[0]));
	o->all[place] = offer;
	o->count++;
}

static void unlink_at(struct kith_offers *o, uint32_t place)
{
	kith_mem_free(&o->alloc, o->all[place]);
	o->count--;
	memmove(&o->all[place], &o->all[place + 1], (o->count - place) * sizeof(o->all[0]));
}

static int put(struct kith_offers *o, kith_us now, const struct kith_own_offer *wanted)
{
	struct kith_own_offer *offer = kith_mem_new(&o->alloc, 1, sizeof(*offer));
	bool is_there;
	uint32_t place;
	int rc;

	if (offer == NULL || !make_room(o)) {
		kith_mem_free(&o->alloc, offer);
		return KITH_ENOMEM;
	}
	*offer = *wanted;
	rc = tell(o, now, offer);
	if (rc != 0) {
		kith_mem_free(&o->alloc, offer);
		return rc;
	}
	place = place_of(o, offer->d.id, &is_there);
	if (is_there) {
		kith_mem_free(&o->alloc, o->all[place]);
		o->all[place] = offer;
	} else {
		link_at(o, place, offer);
	}
	return 0;
}

int kith_offers_put(struct kith_offers *o, kith_us now, const struct kith_definition *d,
		    enum kith_offer_origin origin, const void *session)
{
	struct kith_own_offer wanted = {.d = *d, .origin = origin, .session = session};
	const struct kith_own_offer *old = find(o, d->id);
	bool was_kept, is_same;
	int rc;

	KITH_ASSERT((origin == KITH_OFFER_SESSION) == (session != NULL));
	if (old != NULL) {
		wanted.is_drained = old->is_drained;
		memcpy(wanted.reason, old->reason, sizeof(old->reason));
	}
	was_kept = old != NULL && is_kept(old);
	is_same = was_kept && old->origin == origin && kith_definition_is_same(&old->d, d);
	rc = put(o, now, &wanted);
	if (rc == 0 && !is_same && (was_kept || is_kept(&wanted)))
		o->revision++;
	return rc;
}

static int drop_at(struct kith_offers *o, kith_us now, uint32_t place)
{
	const int rc = kith_node_service_drop(o->node, now, o->all[place]->d.id);

	/* One that the node does not know is gone all the same. */
	if (rc != 0 && rc != KITH_ENOTFOUND)
		return rc;
	o->revision += is_kept(o->all[place]);
	unlink_at(o, place);
	return 0;
}

int kith_offers_drop(struct kith_offers *o, kith_us now, const char *id)
{
	bool is_there;
	const uint32_t place = place_of(o, id, &is_there);

	return is_there ? drop_at(o, now, place) : KITH_ENOTFOUND;
}

void kith_offers_session_over(struct kith_offers *o, kith_us now, const void *session)
{
	for (uint32_t i = o->count; i-- > 0;) {
		if (o->all[i]->origin != KITH_OFFER_SESSION || o->all[i]->session != session)
			continue;
		o->all[i]->session = NULL;
		/* After a leave nothing is offered any more. */
		if (drop_at(o, now, i) == KITH_ENOMEM)
			o->has_over = true;
	}
}

void kith_offers_tick(struct kith_offers *o, kith_us now)
{
	if (!o->has_over)
		return;
	o->has_over = false;
	kith_offers_session_over(o, now, NULL);
}

/* --- what is configured ---------------------------------------------------------------------- */

static bool is_among(const struct kith_definition *all, uint32_t count, const char *id)
{
	for (uint32_t i = 0; i < count; i++)
		if (strcmp(all[i].id, id) == 0)
			return true;
	return false;
}

/* First what goes, which makes room for what comes. */
static int apply(struct kith_offers *o, kith_us now, const struct kith_definition *all, uint32_t count,
		 uint32_t *failed)
{
	int rc = 0;

	*failed = 0;
	for (uint32_t i = o->count; i-- > 0 && rc == 0;)
		if (o->all[i]->origin == KITH_OFFER_CONFIGURED && !is_among(all, count, o->all[i]->d.id))
			rc = drop_at(o, now, i);
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		*failed = i;
		rc = kith_offers_put(o, now, &all[i], KITH_OFFER_CONFIGURED, NULL);
	}
	return rc;
}

/* What was offered before is offered again; that it was accepted once, it is again, but for a leave
 * meanwhile or memory that ran out: then there is less. */
static void roll_back(struct kith_offers *o, kith_us now, const struct kith_own_offer *before,
		      uint32_t count)
{
	for (uint32_t i = o->count; i-- > 0;) {
		bool was_there = false;

		for (uint32_t k = 0; k < count; k++)
			was_there |= strcmp(before[k].d.id, o->all[i]->d.id) == 0;
		if (!was_there)
			(void)!drop_at(o, now, i);
	}
	for (uint32_t k = 0; k < count; k++)
		(void)!put(o, now, &before[k]);
}

int kith_offers_configure(struct kith_offers *o, kith_us now, const struct kith_definition *all,
			  uint32_t count, uint32_t *failed)
{
	const uint32_t before_count = o->count;
	struct kith_own_offer *before = kith_mem_new(&o->alloc, before_count + 1, sizeof(*before));
	int rc;

	*failed = 0;
	if (before == NULL)
		return KITH_ENOMEM;
	for (uint32_t i = 0; i < before_count; i++)
		before[i] = *o->all[i];
	rc = apply(o, now, all, count, failed);
	if (rc != 0)
		roll_back(o, now, before, before_count);
	kith_mem_free(&o->alloc, before);
	return rc;
}

/* --- drains ---------------------------------------------------------------------------------- */

static void set_reason(char out[KITH_SERVICE_NOTE_MAX + 1], const char *reason)
{
	KITH_ASSERT(strlen(reason) <= KITH_SERVICE_NOTE_MAX);
	memcpy(out, reason, strlen(reason) + 1);
}

static int drain_one(struct kith_offers *o, kith_us now, const char *id, bool is_drained,
		     const char *reason)
{
	struct kith_own_offer *offer = find(o, id);
	struct kith_own_offer before;
	int rc;

	if (offer == NULL)
		return KITH_ENOTFOUND;
	if (o->is_drained && !is_drained)
		return KITH_ESTATE;
	before = *offer;
	offer->is_drained = is_drained;
	set_reason(offer->reason, is_drained ? reason : "");
	rc = tell(o, now, offer);
	if (rc != 0)
		*offer = before;
	else if (before.is_drained != is_drained || strcmp(before.reason, offer->reason) != 0)
		o->revision += is_kept(&before) || is_kept(offer);
	return rc;
}

static int drain_all(struct kith_offers *o, kith_us now, bool is_drained, const char *reason)
{
	int rc = 0, first = 0;

	o->revision++;
	o->is_drained = is_drained;
	set_reason(o->reason, is_drained ? reason : "");
	for (uint32_t i = 0; i < o->count; i++) {
		if (!is_drained) {
			o->all[i]->is_drained = false;
			set_reason(o->all[i]->reason, "");
		}
		rc = tell(o, now, o->all[i]);
		first = first != 0 ? first : rc;
	}
	return first;
}

int kith_offers_drain(struct kith_offers *o, kith_us now, const char *id, bool is_drained,
		      const char *reason)
{
	return id != NULL ? drain_one(o, now, id, is_drained, reason)
			  : drain_all(o, now, is_drained, reason);
}

bool kith_offers_is_drained(const struct kith_offers *o)
{
	return o->is_drained;
}

/* --- keeping --------------------------------------------------------------------------------- */

uint64_t kith_offers_revision(const struct kith_offers *o)
{
	return o->revision;
}

/* An entry is the arguments of kith.register, and "drained", "reason"; without a name it is a drain
 * alone, of an id that is configured, and without an id that of the host. */
static void write_entry(const struct kith_offers *o, const struct kith_own_offer *offer,
			struct kith_writer *w)
{
	kith_write_map(w);
	if (offer != NULL && offer->origin == KITH_OFFER_REGISTERED)
		kith_definition_write(w, &offer->d);
	else if (offer != NULL)
		kith_write_key_text(w, "id", offer->d.id);
	kith_write_key_bool(w, "drained", offer != NULL ? offer->is_drained : o->is_drained);
	kith_write_key_text(w, "reason", offer != NULL ? offer->reason : o->reason);
	kith_write_end(w);
}

/* Place 0 is the host, place i + 1 is offer i. */
int kith_offers_entry(const struct kith_offers *o, uint32_t *at, struct kith_buf *buf)
{
	for (; *at <= o->count; (*at)++) {
		const struct kith_own_offer *offer = *at > 0 ? o->all[*at - 1] : NULL;
		struct kith_writer w;

		if (offer != NULL ? !is_kept(offer) : !o->is_drained)
			continue;
		kith_buf_cut(buf, 0);
		kith_write_init(&w, &kith_form_msgpack, buf);
		write_entry(o, offer, &w);
		(*at)++;
		return kith_write_done(&w) ? 1 : KITH_ENOMEM;
	}
	return 0;
}

/* A text of the entry that may be missing; false: it is too long. */
static bool copy_text(struct kith_value map, const char *key, char *out, size_t most)
{
	struct kith_bytes text = {0};

	out[0] = '\0';
	if (!kith_value_text(kith_value_get(map, key), &text))
		return true;
	if (text.len > most || memchr(text.p, '\0', text.len) != NULL)
		return false;
	memcpy(out, text.p, text.len);
	out[text.len] = '\0';
	return true;
}

static int restore_offer(struct kith_offers *o, kith_us now, struct kith_value map)
{
	const struct kith_own_offer *known;
	struct kith_definition d;
	char why[160];

	if (kith_definition_read(map, &d, why, sizeof(why)) != 0)
		return KITH_EMALFORMED;
	known = find(o, d.id);
	if (known != NULL && known->origin == KITH_OFFER_CONFIGURED)
		return 0;
	return kith_offers_put(o, now, &d, KITH_OFFER_REGISTERED, NULL);
}

static int restore_map(struct kith_offers *o, kith_us now, struct kith_value map,
		       char about[KITH_SERVICE_ID_MAX + 1])
{
	char reason[KITH_SERVICE_NOTE_MAX + 1];
	bool is_drained = false;
	int rc = 0;

	if (!kith_value_is(map, KITH_TREE_MAP) || !copy_text(map, "id", about, KITH_SERVICE_ID_MAX) ||
	    !copy_text(map, "reason", reason, KITH_SERVICE_NOTE_MAX))
		return KITH_EMALFORMED;
	(void)kith_value_bool(kith_value_get(map, "drained"), &is_drained);
	if (!kith_value_is(kith_value_get(map, "name"), KITH_TREE_NIL))
		rc = restore_offer(o, now, map);
	if (rc != 0 || !is_drained)
		return rc;
	rc = kith_offers_drain(o, now, about[0] != '\0' ? about : NULL, true, reason);
	return rc == KITH_ENOTFOUND ? 0 : rc; /* it is configured no longer */
}

int kith_offers_restore(struct kith_offers *o, kith_us now, struct kith_bytes entry,
			char about[KITH_SERVICE_ID_MAX + 1])
{
	const struct kith_tree_limits limits = {
		.len = ENTRY_MAX, .tokens = ENTRY_TOKENS, .depth = 4};
	struct kith_tree *tree = kith_tree_new(&o->alloc);
	int rc;

	about[0] = '\0';
	if (tree == NULL)
		return KITH_ENOMEM;
	kith_tree_start(tree, &limits);
	rc = kith_tree_feed(tree, entry.p, entry.len);
	if (rc == 1 && kith_tree_used(tree) == entry.len)
		rc = restore_map(o, now, kith_tree_root(tree), about);
	else if (rc != KITH_ENOMEM)
		rc = KITH_EMALFORMED;
	kith_tree_free(&tree);
	return rc;
}
