/* SPDX-License-Identifier: ISC */
#include "daemon/daemon.h"
#include "base/time.h"
#include "daemon/clock.h"

/* A change of a thousand members in a second is one write; while changes go on the disk gets ever
 * more time to recover. Without any, a mark tells now and then that nothing was missed: after a crash
 * the age of what is known is too high by this at most. */
static const double kept_delay_s = 1., kept_gap_max_s = 60., kept_idle_s = 300., epoch_retry_s = 5.;
/* The file is written anew when it is twice as large as what counts in it, and this. */
enum { KEPT_SLACK = 64 * 1024 };

/* --- what is kept ---------------------------------------------------------------------------- */

static bool collect(struct kith_daemon *d, struct kith_kept_batch *b)
{
	struct kith_bytes entry;

	while (kith_node_keep(d->host.node, &entry))
		if (!kith_kept_add(b, entry))
			return false;
	return true;
}

/* What fails here is written anew, all of it, the next time. */
static void save_kept(struct kith_daemon *d)
{
	struct kith_kept_batch b = {.bytes = NULL};
	bool is_whole = d->kept.is_lost;

	if (is_whole)
		kith_node_keep_all(d->host.node);
	d->kept.is_lost = !collect(d, &b);
	if (!d->kept.is_lost && !is_whole && d->kept.size + b.len > 2 * d->kept.live + KEPT_SLACK) {
		kith_kept_batch_free(&b);
		is_whole = true;
		kith_node_keep_all(d->host.node);
		d->kept.is_lost = !collect(d, &b);
	}
	if (d->kept.is_lost || b.len == 0) {
		kith_kept_batch_free(&b);
		return;
	}
	d->kept.size = is_whole ? b.len : d->kept.size + b.len;
	d->kept.live = is_whole ? b.len : d->kept.live;
	d->kept.saved = ev_now(d->host.loop);
	kith_saver_kept(d->saver, &b, is_whole, ++d->kept.ticket);
}

uint64_t kith_keep_now(struct kith_daemon *d)
{
	uint64_t before = d->kept.ticket;

	save_kept(d);
	return d->kept.ticket > before ? d->kept.ticket : 0;
}

static void set_kept_timer(struct kith_daemon *d, double after_s)
{
	ev_timer_stop(d->host.loop, &d->kept.timer);
	ev_timer_set(&d->kept.timer, after_s, 0.);
	ev_timer_start(d->host.loop, &d->kept.timer);
}

static void on_kept_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct kith_daemon *d = timer->data;
	bool was_quiet = ev_now(loop) - d->kept.saved >= kept_idle_s;

	(void)events;
	d->kept.gap_s = was_quiet ? kept_delay_s : 2 * d->kept.gap_s;
	if (d->kept.gap_s > kept_gap_max_s)
		d->kept.gap_s = kept_gap_max_s;
	save_kept(d);
	set_kept_timer(d, d->kept.is_lost ? kept_gap_max_s : kept_idle_s);
}

void kith_keep_changed(struct kith_daemon *d)
{
	double left_s = d->kept.saved + d->kept.gap_s - ev_now(d->host.loop);
	double after_s = left_s > kept_delay_s ? left_s : kept_delay_s;

	if (ev_timer_remaining(d->host.loop, &d->kept.timer) > after_s)
		set_kept_timer(d, after_s);
}

/* --- and given back -------------------------------------------------------------------------- */

struct restored {
	uint32_t refused; /* they are not from us, or not trusted any more */
	size_t live;
};

static void give_back(struct kith_daemon *d, struct restored *s, struct kith_bytes entry)
{
	int error = kith_node_restore(d->host.node, kith_clock_now(), entry);

	if (error == 0)
		s->live += KITH_KEPT_FRAME + entry.len;
	else if (error != KITH_EREPLAY && error != KITH_EEXPIRED && error != KITH_EREVOKED)
		s->refused++;
}

static void log_restored(struct kith_daemon *d, const struct restored *s)
{
	struct kith_log_field fields[3] = {{.key = NULL}};
	struct kith_view view;
	uint32_t members;

	kith_node_view(d->host.node, &view);
	members = view.alive + view.restarting + view.failed + view.left;
	fields[0] = kith_f_number("members", members);
	if (view.answered != KITH_NEVER)
		fields[1] = kith_f_number("age_s", kith_us_elapsed(view.answered, kith_clock_now()) /
							   KITH_SECOND);
	if (s->refused > 0)
		kith_log(d->host.log, KEPT_REFUSED, kith_f_number("count", s->refused));
	if (members > 0)
		kith_log_write(d->host.log, KITH_LOG_ID_KEPT, fields);
}

static void restore(struct kith_daemon *d)
{
	struct restored s = {.live = 0};
	struct kith_kept_log log;
	struct kith_report r = {0};
	char path[KITH_PATH_MAX];
	enum kith_file_result result;

	kith_state_path(&d->state, KITH_STATE_KEPT, path);
	result = kith_kept_read(path, KITH_KEPT_NODE, &log, &r);
	/* Nothing can be added behind damage; and to no file at all. */
	d->kept.is_lost = result != KITH_FILE_OK;
	if (r.count > 0)
		kith_log(d->host.log, FILE_IGNORED, kith_f_text("what", kith_report_text(&r)));
	kith_report_clear(&r);
	for (size_t i = log.count; i-- > 0;)
		give_back(d, &s, log.entries[i]);
	d->kept.size = log.len;
	d->kept.live = s.live;
	kith_kept_log_free(&log);
	log_restored(d, &s);
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
	static const char *const names[KITH_SAVE_COUNT] = {
		[KITH_SAVE_EPOCH] = "epoch", [KITH_SAVE_SERVICES] = "services", [KITH_SAVE_KEPT] = "kept"};
	struct kith_daemon *d = ctx;

	if (result != KITH_FILE_OK) {
		kith_log(d->host.log, FILE_FAILED, kith_f_text("file", names[what]),
			 kith_f_text("why", text));
		d->is_disk_failing = true;
		if (what == KITH_SAVE_EPOCH) {
			retry_epoch(d);
		} else if (what == KITH_SAVE_SERVICES) {
			kith_offering_saved(d, token, false);
		} else {
			d->kept.is_lost = true;
			kith_keep_changed(d);
			kith_rpc_kept(d->rpc, kith_control_time(), KITH_RPC_KEEP_MEMBERS, token, false);
		}
		return;
	}
	if (d->is_disk_failing)
		kith_log(d->host.log, FILE_WRITTEN, kith_f_text("file", names[what]));
	d->is_disk_failing = false;
	if (what == KITH_SAVE_EPOCH)
		kith_node_persisted(d->host.node, kith_clock_now(), token);
	else if (what == KITH_SAVE_SERVICES)
		kith_offering_saved(d, token, true);
	else
		kith_rpc_kept(d->rpc, kith_control_time(), KITH_RPC_KEEP_MEMBERS, token, true);
}

/* --- life ------------------------------------------------------------------------------------ */

bool kith_keep_start(struct kith_daemon *d, const struct kith_mid *mid)
{
	ev_init(&d->kept.timer, on_kept_timer);
	ev_init(&d->epoch_timer, on_epoch_timer);
	d->kept.timer.data = d->epoch_timer.data = d;
	d->saver = kith_saver_new(d->host.loop, d->state.path, mid, on_saved, d);
	if (d->saver == NULL)
		return false;
	restore(d);
	d->kept.gap_s = kept_delay_s;
	set_kept_timer(d, kept_idle_s);
	return true;
}

void kith_keep_stop(struct kith_daemon *d)
{
	if (d->saver == NULL)
		return;
	ev_timer_stop(d->host.loop, &d->kept.timer);
	ev_timer_stop(d->host.loop, &d->epoch_timer);
	kith_offering_stop(d);
	save_kept(d);
	kith_saver_free(&d->saver);
}
