/* SPDX-License-Identifier: ISC */
#include "query/filter.h"
#include "base/addr.h"
#include "base/glob.h"
#include "base/text.h"

#include <string.h>

struct kith_filter_field {
	const char *name;
	bool has_key; /* "tag:KEY" */
	bool needs_value;
	bool (*matches)(const struct kith_filter_term *term, const struct kith_member *m);
};

static struct kith_bytes bytes_of(const char *text)
{
	return (struct kith_bytes){.p = (const uint8_t *)text, .len = strlen(text)};
}

static bool same(struct kith_bytes a, struct kith_bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

static bool name_matches(const struct kith_filter_term *term, const struct kith_member *m)
{
	return kith_glob_matches(term->value, bytes_of(m->name));
}

static bool id_matches(const struct kith_filter_term *term, const struct kith_member *m)
{
	char hex[2 * sizeof(m->mid.b) + 1];

	kith_hex_write(m->mid.b, sizeof(m->mid.b), hex);
	return term->value.len <= strlen(hex) &&
	       memcmp(term->value.p, hex, term->value.len) == 0;
}

/* Who is quarantined is nothing else: it may be alive, and nobody should count on it. */
enum { QUARANTINED = KITH_STATUS_COUNT, STATES };

static const char *state_name(int state)
{
	return state == QUARANTINED ? "quarantined" : kith_status_name((enum kith_status)state);
}

static bool state_matches(const struct kith_filter_term *term, const struct kith_member *m)
{
	return (term->states >> (m->quarantined ? QUARANTINED : (int)m->status) & 1) != 0;
}

static bool zone_matches(const struct kith_filter_term *term, const struct kith_member *m)
{
	return kith_glob_matches(term->value, bytes_of(m->zone));
}

static bool addr_matches(const struct kith_filter_term *term, const struct kith_member *m)
{
	char text[KITH_ADDR_TEXT_MAX];

	for (uint8_t i = 0; i < m->addr_count; i++) {
		struct kith_addr host = m->addrs[i];

		host.port = 0;
		if (kith_glob_matches(term->value, bytes_of(kith_addr_print(&m->addrs[i], text,
									    sizeof(text)))) ||
		    kith_glob_matches(term->value,
				      bytes_of(kith_addr_print(&host, text, sizeof(text)))))
			return true;
	}
	return false;
}

static bool version_matches(const struct kith_filter_term *term, const struct kith_member *m)
{
	char text[16];
	struct kith_text t;

	kith_text_init(&t, text, sizeof(text));
	for (int i = 0; i < 3; i++) {
		kith_text_str(&t, i > 0 ? "." : "");
		kith_text_u64(&t, m->version[i]);
	}
	return kith_glob_matches(term->value, bytes_of(text));
}

static bool tag_matches(const struct kith_filter_term *term, const struct kith_member *m)
{
	struct kith_bytes key, value;
	size_t at = 0;

	while (kith_tag_next(m->tags, &at, &key, &value))
		if (same(key, term->key))
			return !term->has_value || kith_glob_matches(term->value, value);
	return false;
}

/* A bare word is the first row. */
static const struct kith_filter_field fields[] = {
	{"name", .needs_value = true, .matches = name_matches},
	{"id", .needs_value = true, .matches = id_matches},
	{"state", .needs_value = true, .matches = state_matches},
	{"zone", .matches = zone_matches},
	{"addr", .needs_value = true, .matches = addr_matches},
	{"version", .needs_value = true, .matches = version_matches},
	{"tag", .has_key = true, .matches = tag_matches},
};
enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

/* --- reading words --------------------------------------------------------------------------- */

static int objection(char *why, size_t size, const char *before, struct kith_bytes word,
		     const char *after)
{
	struct kith_text t;

	kith_text_init(&t, why, size);
	kith_text_str(&t, before);
	kith_text_mem(&t, (const char *)word.p, word.len < 64 ? word.len : 64);
	kith_text_str(&t, after);
	return KITH_EINVAL;
}

static int read_states(struct kith_filter_term *term, char *why, size_t size)
{
	const uint8_t *p = term->value.p, *end = p + term->value.len;

	for (;;) {
		const uint8_t *comma = memchr(p, ',', (size_t)(end - p));
		struct kith_bytes word = {.p = p, .len = (size_t)((comma ? comma : end) - p)};
		int state;

		for (state = 0; state < STATES; state++)
			if (same(word, bytes_of(state_name(state))))
				break;
		if (state == STATES)
			return objection(why, size, "no state is called '", word,
					 "': alive, restarting, suspect, failed, left, quarantined");
		term->states |= 1u << state;
		if (comma == NULL)
			return 0;
		p = comma + 1;
	}
}

/* Splits FIELD=VALUE, FIELD:KEY=VALUE, FIELD:KEY; anything else is a name. */
static int read_term(struct kith_filter_term *term, struct kith_bytes word, char *why, size_t size)
{
	const uint8_t *equal = word.len ? memchr(word.p, '=', word.len) : NULL;
	struct kith_bytes left = {.p = word.p, .len = equal ? (size_t)(equal - word.p) : word.len};
	const uint8_t *colon = left.len ? memchr(left.p, ':', left.len) : NULL;
	struct kith_bytes field = {.p = left.p, .len = colon ? (size_t)(colon - left.p) : left.len};

	if (equal == NULL && colon == NULL) {
		*term = (struct kith_filter_term){.field = &fields[0], .value = word};
		return word.len > 0 ? 0 : objection(why, size, "an empty filter", word, "");
	}
	*term = (struct kith_filter_term){.has_value = equal != NULL};
	for (size_t i = 0; i < FIELDS; i++)
		if (same(field, bytes_of(fields[i].name)) && fields[i].has_key == (colon != NULL))
			term->field = &fields[i];
	if (term->field == NULL)
		return objection(why, size, "unknown filter '", word,
				 "': use a name, name=, id=, state=, zone=, addr=, version= or tag:KEY=");
	if (colon != NULL)
		term->key = (struct kith_bytes){.p = colon + 1,
						.len = (size_t)(left.p + left.len - colon) - 1};
	if (equal != NULL)
		term->value = (struct kith_bytes){.p = equal + 1,
						  .len = (size_t)(word.p + word.len - equal) - 1};
	if ((term->field->needs_value && term->value.len == 0) ||
	    (colon != NULL && term->key.len == 0))
		return objection(why, size, "the filter '", word, "' lacks its value");
	return term->field->matches == state_matches ? read_states(term, why, size) : 0;
}

void kith_filter_init(struct kith_filter *f)
{
	f->count = 0;
	f->is_about_state = f->is_negated_next = false;
}

int kith_filter_add(struct kith_filter *f, struct kith_bytes word, char *why, size_t why_size)
{
	struct kith_filter_term *term;
	int rc;

	if (same(word, bytes_of("not"))) {
		f->is_negated_next = !f->is_negated_next;
		return 0;
	}
	while (word.len > 4 && memcmp(word.p, "not ", 4) == 0) {
		f->is_negated_next = !f->is_negated_next;
		word.p += 4;
		word.len -= 4;
	}
	if (f->count == KITH_FILTER_TERMS_MAX) {
		(void)objection(why, why_size, "more than 32 filters: '", word, "' is too much");
		return KITH_EFULL;
	}
	term = &f->terms[f->count];
	rc = read_term(term, word, why, why_size);
	if (rc != 0)
		return rc;
	term->is_negated = f->is_negated_next;
	f->is_negated_next = false;
	f->is_about_state |= term->field->matches == state_matches;
	f->count++;
	return 0;
}

int kith_filter_end(const struct kith_filter *f, char *why, size_t why_size)
{
	if (!f->is_negated_next)
		return 0;
	return objection(why, why_size, "'not' wants a filter after it", (struct kith_bytes){0}, "");
}

/* --- judging members ------------------------------------------------------------------------- */

static bool is_same_field(const struct kith_filter_term *a, const struct kith_filter_term *b)
{
	return a->field == b->field && same(a->key, b->key);
}

/* Whether one of the alternatives of term i holds. */
static bool any_holds(const struct kith_filter *f, uint32_t i, const struct kith_member *m)
{
	for (uint32_t k = 0; k < f->count; k++)
		if (!f->terms[k].is_negated && is_same_field(&f->terms[i], &f->terms[k]) &&
		    f->terms[k].field->matches(&f->terms[k], m))
			return true;
	return false;
}

bool kith_filter_matches(const struct kith_filter *f, const struct kith_member *m)
{
	for (uint32_t i = 0; i < f->count; i++) {
		const struct kith_filter_term *term = &f->terms[i];

		if (term->is_negated ? term->field->matches(term, m) : !any_holds(f, i, m))
			return false;
	}
	return true;
}
