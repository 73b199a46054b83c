/* SPDX-License-Identifier: ISC */
#include "query/dns_name.h"
#include "base/addr.h"
#include "base/check.h"
#include "query/directory.h"

#include <string.h>

/* --- writing --------------------------------------------------------------------------------- */

bool kith_dns_name_label(struct kith_dns_name *n, struct kith_bytes label)
{
	/* Room is kept for the empty label. */
	if (label.len == 0 || label.len > KITH_DNS_LABEL_MAX || n->len + 1 + label.len >= KITH_DNS_NAME_MAX)
		return false;
	n->b[n->len] = (uint8_t)label.len;
	memcpy(n->b + n->len + 1, label.p, label.len);
	n->len = (uint8_t)(n->len + 1 + label.len);
	return true;
}

bool kith_dns_name_labels(struct kith_dns_name *n, struct kith_bytes text)
{
	for (;;) {
		const uint8_t *dot = text.len > 0 ? memchr(text.p, '.', text.len) : NULL;
		const size_t len = dot != NULL ? (size_t)(dot - text.p) : text.len;

		if (!kith_dns_name_label(n, (struct kith_bytes){text.p, len}))
			return false;
		if (dot == NULL)
			return true;
		text = (struct kith_bytes){dot + 1, text.len - len - 1};
	}
}

bool kith_dns_name_end(struct kith_dns_name *n, const struct kith_dns_name *tail)
{
	static const struct kith_dns_name root = {.b = {0}, .len = 1};

	if (tail == NULL)
		tail = &root;
	if (n->len + tail->len > KITH_DNS_NAME_MAX)
		return false;
	memcpy(n->b + n->len, tail->b, tail->len);
	n->len = (uint8_t)(n->len + tail->len);
	return true;
}

bool kith_dns_name_read(struct kith_dns_name *n, struct kith_bytes text)
{
	n->len = 0;
	if (text.len > 1 && text.p[text.len - 1] == '.')
		text.len--;
	return kith_dns_name_labels(n, text) && kith_dns_name_end(n, NULL);
}

static bool is_plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

bool kith_dns_domain_read(struct kith_dns_name *n, const char *text)
{
	const struct kith_bytes bytes = {(const uint8_t *)text, strlen(text)};

	for (size_t i = 0; i < bytes.len; i++)
		if (!is_plain(bytes.p[i]))
			return false;
	return kith_dns_name_read(n, bytes) && n->len <= KITH_DNS_DOMAIN_MAX;
}

/* --- reading --------------------------------------------------------------------------------- */

enum { LABELS_MAX = KITH_DNS_NAME_MAX / 2 };

struct labels {
	struct kith_bytes all[LABELS_MAX];
	size_t count;
};

static void split(struct labels *l, const uint8_t *name, size_t len)
{
	size_t at = 0;

	l->count = 0;
	while (at < len && name[at] != 0) {
		KITH_ASSERT(l->count < LABELS_MAX && at + 1 + name[at] <= len);
		l->all[l->count++] = (struct kith_bytes){name + at + 1, name[at]};
		at += 1u + name[at];
	}
}

static bool is_word(struct kith_bytes label, const char *word)
{
	return kith_fold_compare(label, (struct kith_bytes){(const uint8_t *)word, strlen(word)}) == 0;
}

/* Where the domain begins in the name; 0 with another length: it is not in it. */
static bool ends_with(const struct kith_dns_name *name, const struct kith_dns_name *domain, uint8_t *apex)
{
	size_t at = 0;

	while (name->len - at > domain->len)
		at += 1u + name->b[at];
	*apex = (uint8_t)at;
	/* Lengths are below 64, so that no letter is among them. */
	return name->len - at == domain->len &&
	       kith_fold_compare((struct kith_bytes){name->b + at, domain->len},
				 (struct kith_bytes){domain->b, domain->len}) == 0;
}

/* The longest of the domains that the name is in: one may lie in another. */
static bool find_domain(struct kith_dns_meaning *m, const struct kith_dns_name *name,
			const struct kith_dns_name *domains, size_t count)
{
	uint8_t longest = 0, apex;

	for (size_t i = 0; i < count; i++) {
		if (domains[i].len <= longest || !ends_with(name, &domains[i], &apex))
			continue;
		longest = domains[i].len;
		m->domain = (uint8_t)i;
		m->apex = apex;
	}
	return longest > 0;
}

/* Labels with dots between, in the meaning's own text from *at on. A label with a dot in it is none of
 * what was written with dots: false. */
static bool join(struct kith_dns_meaning *m, size_t *at, const struct kith_bytes *labels, size_t count,
		 struct kith_bytes *out)
{
	const size_t start = *at;

	for (size_t i = 0; i < count; i++) {
		if (memchr(labels[i].p, '.', labels[i].len) != NULL)
			return false;
		if (i > 0)
			m->text[(*at)++] = '.';
		memcpy(m->text + *at, labels[i].p, labels[i].len);
		*at += labels[i].len;
	}
	*out = (struct kith_bytes){(const uint8_t *)m->text + start, *at - start};
	return true;
}

bool kith_dns_is_above(struct kith_bytes above, struct kith_bytes name)
{
	const size_t more = name.len > above.len ? name.len - above.len : 0;

	return more > 1 && name.p[more - 1] == '.' &&
	       kith_fold_compare((struct kith_bytes){name.p + more, above.len}, above) == 0;
}

/* --- the reverse trees ----------------------------------------------------------------------- */

static bool read_octet(struct kith_bytes label, uint8_t *octet)
{
	unsigned v = 0;

	if (label.len == 0 || label.len > 3 || (label.len > 1 && label.p[0] == '0'))
		return false;
	for (size_t i = 0; i < label.len; i++) {
		if (label.p[i] < '0' || label.p[i] > '9')
			return false;
		v = 10 * v + (label.p[i] - '0');
	}
	*octet = (uint8_t)v;
	return v <= UINT8_MAX;
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_reverse(struct kith_dns_meaning *m, const struct labels *l)
{
	uint8_t ip[16] = {0};

	if (l->count < 2 || !is_word(l->all[l->count - 1], "arpa"))
		return false;
	if (l->count == 6 && is_word(l->all[4], "in-addr")) {
		for (size_t i = 0; i < 4; i++)
			if (!read_octet(l->all[i], &ip[3 - i]))
				return false;
		m->addr = kith_addr_make(4, ip, 0);
		return true;
	}
	if (l->count != 34 || !is_word(l->all[32], "ip6"))
		return false;
	for (size_t i = 0; i < 32; i++) {
		const int digit = l->all[i].len == 1 ? hex_digit(l->all[i].p[0]) : -1;

		if (digit < 0)
			return false;
		ip[15 - i / 2] |= (uint8_t)(digit << (i % 2 * 4));
	}
	m->addr = kith_addr_make(6, ip, 0);
	return true;
}

/* --- meaning --------------------------------------------------------------------------------- */

enum keyword { SERVICE, NODE, ADDR, UNKNOWN, NO_KEYWORD };

/* The last four are Consul's for what is not offered here. */
static enum keyword keyword_of(struct kith_bytes label)
{
	static const struct {
		const char *word;
		enum keyword keyword;
	} words[] = {{"service", SERVICE}, {"node", NODE},	 {"addr", ADDR},     {"query", UNKNOWN},
		     {"connect", UNKNOWN}, {"ingress", UNKNOWN}, {"virtual", UNKNOWN}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (is_word(label, words[i].word))
			return words[i].keyword;
	return NO_KEYWORD;
}

static bool is_underscored(struct kith_bytes label)
{
	return label.len > 1 && label.p[0] == '_';
}

static struct kith_bytes bare(struct kith_bytes label)
{
	return (struct kith_bytes){label.p + 1, label.len - 1};
}

/* _SERVICE._TAG; the protocol tcp, which every service has, stands for no tag. */
static enum kith_dns_kind read_pair(struct kith_dns_meaning *m, const struct kith_bytes *labels)
{
	m->name = bare(labels[0]);
	m->tag = bare(labels[1]);
	m->has_tag = !is_word(m->tag, "tcp");
	return KITH_DNS_SERVICE;
}

static enum kith_dns_kind read_service(struct kith_dns_meaning *m, size_t *at,
				       const struct kith_bytes *labels, size_t count)
{
	if (count == 2 && is_underscored(labels[0]) && is_underscored(labels[1]))
		return read_pair(m, labels);
	if (count == 1 && is_underscored(labels[0])) {
		m->name = bare(labels[0]);
		return KITH_DNS_TAG;
	}
	m->name = labels[count - 1];
	m->has_tag = count > 1;
	return join(m, at, labels, count - 1, &m->tag) ? KITH_DNS_SERVICE : KITH_DNS_NOTHING;
}

static enum kith_dns_kind read_addr(struct kith_dns_meaning *m, const struct kith_bytes *labels,
				    size_t count)
{
	uint8_t ip[16] = {0};

	if (count != 1 || (labels[0].len != 8 && labels[0].len != 32))
		return KITH_DNS_NOTHING;
	for (size_t i = 0; i < labels[0].len; i++) {
		const int digit = hex_digit(labels[0].p[i]);

		if (digit < 0)
			return KITH_DNS_NOTHING;
		ip[i / 2] |= (uint8_t)(digit << (i % 2 == 0 ? 4 : 0));
	}
	m->addr = kith_addr_make(labels[0].len == 8 ? 4 : 6, ip, 0);
	return KITH_DNS_ADDR;
}

/* Without a keyword: _SERVICE._TAG, _TAG, ns, or a zone. */
static enum kith_dns_kind read_plain(struct kith_dns_meaning *m, size_t *at, const struct labels *l)
{
	size_t used = 0;
	enum kith_dns_kind kind = KITH_DNS_ZONE;

	if (l->count == 1 && is_word(l->all[0], "ns"))
		return KITH_DNS_SERVER;
	if (l->count >= 2 && is_underscored(l->all[0]) && is_underscored(l->all[1])) {
		kind = read_pair(m, l->all);
		m->is_srv = true;
		used = 2;
	} else if (is_underscored(l->all[0])) {
		kind = KITH_DNS_TAG;
		m->name = bare(l->all[0]);
		used = 1;
	}
	return join(m, at, l->all + used, l->count - used, &m->zone) ? kind : KITH_DNS_NOTHING;
}

static enum kith_dns_kind read_labels(struct kith_dns_meaning *m, const struct labels *l)
{
	enum keyword keyword = NO_KEYWORD;
	size_t i = l->count, at = 0;

	while (i > 0 && keyword == NO_KEYWORD)
		keyword = keyword_of(l->all[--i]);
	if (keyword == NO_KEYWORD)
		return read_plain(m, &at, l);
	if (keyword == UNKNOWN || !join(m, &at, l->all + i + 1, l->count - i - 1, &m->zone))
		return KITH_DNS_NOTHING;
	if (i == 0)
		return KITH_DNS_KEYWORD;
	if (keyword == SERVICE)
		return read_service(m, &at, l->all, i);
	if (keyword == ADDR)
		return read_addr(m, l->all, i);
	return join(m, &at, l->all, i, &m->name) ? KITH_DNS_NODE : KITH_DNS_NOTHING;
}

void kith_dns_name_mean(struct kith_dns_meaning *m, const struct kith_dns_name *name,
			const struct kith_dns_name *domains, size_t domain_count)
{
	struct labels l;

	*m = (struct kith_dns_meaning){.kind = KITH_DNS_FOREIGN};
	if (!find_domain(m, name, domains, domain_count)) {
		split(&l, name->b, name->len);
		if (read_reverse(m, &l))
			m->kind = KITH_DNS_REVERSE;
		return;
	}
	split(&l, name->b, m->apex);
	m->kind = l.count == 0 ? KITH_DNS_APEX : read_labels(m, &l);
}
