/* SPDX-License-Identifier: ISC */
#include "daemon/daemon.h"
#include "base/mem.h"
#include "daemon/clock.h"

static const double retry_s = 5.; /* a disk that failed is tried again */
enum { ENTRY_MAX = 8192 };

static const char *own_name(const struct kith_node *node, struct kith_member *self)
{
	kith_node_self(node, self);
	return self->name;
}

/* --- what is configured ---------------------------------------------------------------------- */

/* All of `conf`, or all as it was. 0, or an exit code. */
static int configure(struct kith_offers *offers, const struct kith_node *node, const struct kith_conf *conf,
		     struct kith_report *r)
{
	struct kith_services services;
	struct kith_member self;
	uint32_t failed;
	int code = kith_services_read(&services, conf, r), error;

	if (code != 0)
		return code;
	error = kith_offers_configure(offers, kith_clock_now(), services.all, services.count, &failed);
	if (error != 0 && services.count > 0)
		code = kith_services_blame(conf, failed, error, own_name(node, &self), r);
	kith_services_free(&services);
	return code;
}

int kith_offering_configure(struct kith_daemon *d, const struct kith_conf *conf, struct kith_report *r)
{
	const int code = configure(d->offering.offers, d->host.node, conf, r);

	(void)kith_offering_keep(d); /* one that was registered may be configured now */
	return code;
}

int kith_offering_check(struct kith_node *node, const struct kith_conf *conf, struct kith_report *r)
{
	struct kith_offers *offers = kith_offers_new(node, &kith_alloc_libc);
	int code;

	if (offers == NULL) {
		kith_report_add(r, NULL, 0, "out of memory");
		return 71;
	}
	code = configure(offers, node, conf, r);
	kith_offers_free(&offers);
	return code;
}

/* --- keeping --------------------------------------------------------------------------------- */

static bool collect(const struct kith_offers *offers, struct kith_kept_batch *b)
{
	struct kith_buf buf;
	uint32_t at = 0;
	int got;
	bool is_whole = true;

	kith_buf_init(&buf, &kith_alloc_libc, ENTRY_MAX);
	while (is_whole && (got = kith_offers_entry(offers, &at, &buf)) != 0)
		is_whole = got == 1 && kith_kept_add(b, (struct kith_bytes){buf.p, buf.len});
	kith_buf_fini(&buf);
	return is_whole;
}

static void retry_later(struct kith_daemon *d)
{
	ev_timer_stop(d->host.loop, &d->offering.timer);
	ev_timer_set(&d->offering.timer, retry_s, 0.);
	ev_timer_start(d->host.loop, &d->offering.timer);
}

uint64_t kith_offering_keep(struct kith_daemon *d)
{
	const uint64_t revision = kith_offers_revision(d->offering.offers);
	struct kith_kept_batch b = {.bytes = NULL};

	if (revision == d->offering.saved)
		return 0;
	if (revision == d->offering.asked)
		return d->offering.ticket; /* it is on its way */
	if (!collect(d->offering.offers, &b)) {
		kith_kept_batch_free(&b);
		retry_later(d);
		return d->offering.ticket + 1; /* that of the next time */
	}
	d->offering.asked = revision;
	kith_saver_services(d->saver, &b, ++d->offering.ticket);
	return d->offering.ticket;
}

void kith_offering_saved(struct kith_daemon *d, uint64_t ticket, bool is_on_disk)
{
	if (!is_on_disk) {
		d->offering.asked = d->offering.saved;
		retry_later(d);
	} else if (ticket == d->offering.ticket) {
		d->offering.saved = d->offering.asked;
	}
	kith_rpc_kept(d->rpc, kith_control_time(), KITH_RPC_KEEP_SERVICES, ticket, is_on_disk);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	(void)kith_offering_keep(timer->data);
}

/* --- and given back -------------------------------------------------------------------------- */

/* What is refused is not offered, and with the next change no longer kept. */
static void restore(struct kith_daemon *d)
{
	char path[KITH_PATH_MAX], about[KITH_SERVICE_ID_MAX + 1];
	struct kith_kept_log log;
	struct kith_report r = {0};
	enum kith_file_result result;

	kith_state_path(&d->state, KITH_STATE_SERVICES, path);
	result = kith_kept_read(path, KITH_KEPT_SERVICES, &log, &r);
	if (r.count > 0)
		kith_log(d->host.log, FILE_IGNORED, kith_f_text("what", kith_report_text(&r)));
	kith_report_clear(&r);
	for (size_t i = 0; i < log.count; i++) {
		const int error = kith_offers_restore(d->offering.offers, kith_clock_now(),
						      log.entries[i], about);

		if (error != 0)
			kith_log(d->host.log, SERVICE_REFUSED, kith_f_text("id", about),
				 kith_f_text("why", kith_strerror(error)));
	}
	kith_kept_log_free(&log);
	/* A damaged file is as good as what was read of it only when it is written anew. */
	d->offering.saved = d->offering.asked = kith_offers_revision(d->offering.offers);
	if (result == KITH_FILE_BAD)
		d->offering.saved = d->offering.asked = UINT64_MAX;
}

/* --- life ------------------------------------------------------------------------------------ */

int kith_offering_start(struct kith_daemon *d, struct kith_report *r)
{
	int code;

	ev_init(&d->offering.timer, on_timer);
	code = configure(d->offering.offers, d->host.node, d->conf, r);
	if (code != 0)
		return code;
	restore(d);
	d->offering.timer.data = d; /* before this nothing may be written over what is there */
	return 0;
}

void kith_offering_stop(struct kith_daemon *d)
{
	if (d->offering.timer.data == NULL)
		return;
	ev_timer_stop(d->host.loop, &d->offering.timer);
	(void)kith_offering_keep(d);
	d->offering.timer.data = NULL;
}
