/* SPDX-License-Identifier: ISC */
#include "daemon/daemon.h"
#include "daemon/clock.h"
#include <stdlib.h>
#include <string.h>

/* A change of a thousand members in a second is one file, and a busy disk gets time to recover. */
static const double peers_delay_s = 10., epoch_retry_s = 5.;

/* --- peers ----------------------------------------------------------------------------------- */

static bool is_listed(const struct kith_peers *p, const char *name)
{
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->all[i].name, name) == 0)
			return true;
	return false;
}

static void add_member(struct kith_peers *p, const struct kith_member *m)
{
	struct kith_peer *peer = &p->all[p->count];

	if (p->count == KITH_PEERS_MAX || m->self || m->addr_count == 0 ||
	    m->status == KITH_STATUS_LEFT)
		return;
	*peer = (struct kith_peer){.addr = m->addrs[0], .status = m->status};
	memcpy(peer->name, m->name, strlen(m->name) + 1);
	p->count++;
}

static bool is_member(const struct kith_node *node, const char *name)
{
	struct kith_member m;
	uint32_t cursor = 0;

	while (kith_node_members(node, &cursor, &m))
		if (strcmp(m.name, name) == 0)
			return true;
	return false;
}

/* Those that answer first, then the failed, then whom we have not met since we started: they may
 * be behind a cut. The last are dropped when they would have been forgotten as failed, too. */
static void collect(const struct kith_daemon *d, struct kith_peers *p)
{
	kith_us kept_for = kith_conf_number(d->conf, KITH_OPTION_TIMING_FORGET_AFTER);
	bool is_early = (kith_clock_unix_ms() - d->started_unix_ms) * KITH_MS < kept_for;
	struct kith_member m;

	p->count = 0;
	for (int failed = 0; failed < 2; failed++)
		for (uint32_t cursor = 0; kith_node_members(d->host.node, &cursor, &m);)
			if ((m.status == KITH_STATUS_FAILED) == (failed == 1))
				add_member(p, &m);
	for (size_t i = 0; i < d->last_peers.count && is_early; i++)
		if (p->count < KITH_PEERS_MAX && !is_listed(p, d->last_peers.all[i].name) &&
		    !is_member(d->host.node, d->last_peers.all[i].name))
			p->all[p->count++] = d->last_peers.all[i];
}

static void save_peers(struct kith_daemon *d)
{
	struct kith_peers *p = calloc(1, sizeof *p);

	if (p == NULL)
		return; /* the next change tries again */
	collect(d, p);
	if (p->count > 0)
		kith_saver_peers(d->saver, p);
	free(p);
}

static void on_peers_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	save_peers(timer->data);
}

void kith_keep_changed(struct kith_daemon *d)
{
	if (ev_is_active(&d->peers_timer))
		return;
	ev_timer_set(&d->peers_timer, peers_delay_s, 0.);
	ev_timer_start(d->host.loop, &d->peers_timer);
}

/* --- epoch ----------------------------------------------------------------------------------- */

void kith_keep_epoch(struct kith_daemon *d, uint32_t epoch, uint64_t token)
{
	d->epoch = epoch;
	d->epoch_token = token;
	kith_saver_epoch(d->saver, epoch, token);
}

static void on_epoch_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct kith_daemon *d = timer->data;

	(void)loop;
	(void)events;
	kith_saver_epoch(d->saver, d->epoch, d->epoch_token);
}

/* The node goes on under the old epoch until the new one is on disk. */
static void retry_epoch(struct kith_daemon *d)
{
	ev_timer_stop(d->host.loop, &d->epoch_timer);
	ev_timer_set(&d->epoch_timer, epoch_retry_s, 0.);
	ev_timer_start(d->host.loop, &d->epoch_timer);
}

static void on_saved(void *ctx, enum kith_save what, uint64_t token, enum kith_file_result result,
		     const char *text)
{
	static const char *const names[KITH_SAVE_COUNT] = {"epoch", "peers"};
	struct kith_daemon *d = ctx;

	if (result != KITH_FILE_OK) {
		kith_log(d->host.log, FILE_FAILED, kith_f_text("file", names[what]),
			 kith_f_text("why", text));
		d->is_disk_failing = true;
		if (what == KITH_SAVE_EPOCH)
			retry_epoch(d);
		else
			kith_keep_changed(d);
		return;
	}
	if (d->is_disk_failing)
		kith_log(d->host.log, FILE_WRITTEN, kith_f_text("file", names[what]));
	d->is_disk_failing = false;
	if (what == KITH_SAVE_EPOCH)
		kith_node_persisted(d->host.node, kith_clock_now(), token);
}

/* --- life ------------------------------------------------------------------------------------ */

bool kith_keep_start(struct kith_daemon *d, const struct kith_mid *mid,
		     const struct kith_peers *last)
{
	d->last_peers = *last;
	ev_init(&d->peers_timer, on_peers_timer);
	ev_init(&d->epoch_timer, on_epoch_timer);
	d->peers_timer.data = d->epoch_timer.data = d;
	d->saver = kith_saver_new(d->host.loop, d->state.path, mid, on_saved, d);
	return d->saver != NULL;
}

void kith_keep_stop(struct kith_daemon *d)
{
	if (d->saver == NULL)
		return;
	ev_timer_stop(d->host.loop, &d->peers_timer);
	ev_timer_stop(d->host.loop, &d->epoch_timer);
	save_peers(d);
	kith_saver_free(&d->saver);
}
