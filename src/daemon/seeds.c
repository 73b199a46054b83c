/* SPDX-License-Identifier: ISC */
#include "daemon/seeds.h"
#include "base/addr.h"
#include "daemon/clock.h"
#include <ev.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const double first_retry_s = 1., last_retry_s = 60.;

struct kith_seeder {
	struct kith_host *host; /* borrowed */
	struct kith_resolver *resolver;
	struct kith_seeds_list list;
	uint64_t asking[2 * KITH_SEEDS_MAX]; /* ticket of the question under way, or 0 */
	uint64_t next_ticket;
	ev_timer retry;
	double retry_s;
};

/* --- lists ----------------------------------------------------------------------------------- */

void kith_seeds_list_add(struct kith_seeds_list *l, const char *text)
{
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->texts[i], text) == 0)
			return;
	if (l->count < sizeof l->texts / sizeof *l->texts && strlen(text) <= KITH_SEED_TEXT_MAX)
		memcpy(l->texts[l->count++], text, strlen(text) + 1);
}

size_t kith_seeds_list_addrs(const struct kith_seeds_list *l, struct kith_addr *out, size_t room)
{
	size_t count = 0;

	for (size_t i = 0; i < l->count && count < room; i++) {
		struct kith_seed_text s;

		if (kith_seed_scan(l->texts[i], &s) == 0 && *s.host == '\0')
			out[count++] = s.addr;
	}
	return count;
}

/* --- the node -------------------------------------------------------------------------------- */

static bool is_known(const struct kith_node *node, const struct kith_addr *a)
{
	struct kith_seed seed;
	uint32_t cursor = 0;

	while (kith_node_seeds(node, &cursor, &seed))
		if (kith_addr_eq(&seed.addr, a))
			return true;
	return false;
}

/* A seed given again is dialled at once, which would undo the node's back-off: new ones only. */
static void join(struct kith_seeder *s, const struct kith_addr *addrs, size_t count)
{
	struct kith_member self;
	size_t skipped = 0;

	kith_node_self(s->host->node, &self);
	for (size_t i = 0; i < count; i++) {
		bool own = false;

		for (uint8_t j = 0; j < self.addr_count; j++)
			own = own || kith_addr_eq(&self.addrs[j], &addrs[i]);
		if (!own && !is_known(s->host->node, &addrs[i]) &&
		    kith_node_join(s->host->node, kith_clock_now(), &addrs[i], 1) == KITH_EFULL)
			skipped++;
	}
	if (skipped > 0)
		kith_log(s->host->log, SEED_SKIPPED, kith_f_number("count", (int64_t)skipped));
}

/* --- names ----------------------------------------------------------------------------------- */

static void on_resolved(void *ctx, uint64_t ticket, const struct kith_addr *addrs, size_t count,
			const char *why)
{
	struct kith_seeder *s = ctx;

	for (size_t i = 0; i < s->list.count; i++) {
		if (s->asking[i] != ticket)
			continue;
		s->asking[i] = 0;
		if (count > 0)
			kith_log(s->host->log, RESOLVE, kith_f_text("name", s->list.texts[i]),
				 kith_f_number("addresses", (int64_t)count));
		else
			kith_log(s->host->log, RESOLVE_FAILED,
				 kith_f_text("name", s->list.texts[i]), kith_f_text("why", why));
		join(s, addrs, count);
		return;
	}
}

/* Whether there is any name to ask for. */
static bool ask_names(struct kith_seeder *s)
{
	bool any = false;

	for (size_t i = 0; i < s->list.count; i++) {
		struct kith_seed_text seed;

		if (kith_seed_scan(s->list.texts[i], &seed) != 0 || *seed.host == '\0')
			continue;
		any = true;
		if (s->asking[i] != 0)
			continue;
		s->asking[i] = s->next_ticket++;
		if (s->resolver != NULL)
			kith_resolver_ask(s->resolver, seed.host, seed.port, on_resolved, s,
					  s->asking[i]);
		else
			on_resolved(s, s->asking[i], NULL, 0,
				    "this kithd resolves no names; give an address");
	}
	return any;
}

static void start_retry(struct kith_seeder *s)
{
	ev_timer_set(&s->retry, s->retry_s, 0.);
	ev_timer_start(s->host->loop, &s->retry);
	s->retry_s = s->retry_s * 2 < last_retry_s ? s->retry_s * 2 : last_retry_s;
}

static void on_retry(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct kith_seeder *s = timer->data;
	struct kith_view view;

	(void)loop;
	(void)events;
	kith_node_view(s->host->node, &view);
	/* In company there is nothing to ask; this looks again, in case we are left alone. */
	if (view.alive < 2 || !view.joined)
		(void)ask_names(s);
	else
		s->retry_s = last_retry_s;
	start_retry(s);
}

/* --- life ------------------------------------------------------------------------------------ */

struct kith_seeder *kith_seeder_new(struct kith_host *host, struct kith_resolver *resolver)
{
	struct kith_seeder *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->host = host;
	s->resolver = resolver;
	s->next_ticket = 1;
	ev_init(&s->retry, on_retry);
	s->retry.data = s;
	return s;
}

/* The resolver, which holds our tickets, is freed first. */
void kith_seeder_free(struct kith_seeder **s)
{
	if (*s == NULL)
		return;
	ev_timer_stop((*s)->host->loop, &(*s)->retry);
	free(*s);
	*s = NULL;
}

void kith_seeder_set(struct kith_seeder *s, const struct kith_seeds_list *list)
{
	struct kith_addr addrs[2 * KITH_SEEDS_MAX];

	s->list = *list;
	memset(s->asking, 0, sizeof s->asking);
	join(s, addrs, kith_seeds_list_addrs(list, addrs, sizeof addrs / sizeof *addrs));
	ev_timer_stop(s->host->loop, &s->retry);
	s->retry_s = first_retry_s;
	if (ask_names(s))
		start_retry(s);
}
