/* SPDX-License-Identifier: ISC */
#include "query/services.h"
#include "base/text.h"
#include "base/time.h"
#include "query/conn.h"
#include "query/reply.h"

#include <string.h>

/* --- answering ------------------------------------------------------------------------------- */

/* "kept" is null of what is not to be kept. */
static void write_kept(struct kith_request *r, bool is_on_disk)
{
	const struct kith_service_wait *wait = &r->c->service;

	if (wait->is_session)
		kith_write_key_null(&r->w, "kept");
	else
		kith_write_key_bool(&r->w, "kept", is_on_disk);
}

static void write_drain(struct kith_request *r)
{
	const struct kith_service_wait *wait = &r->c->service;

	kith_write_key_map(&r->w, "maintenance");
	if (wait->id[0] != '\0')
		kith_write_key_text(&r->w, "id", wait->id);
	else
		kith_write_key_null(&r->w, "id");
	kith_write_key_bool(&r->w, "on", wait->is_drained);
	kith_write_key_text(&r->w, "reason", wait->reason);
	kith_write_end(&r->w);
}

static void write_service(struct kith_request *r, const char *noun)
{
	const struct kith_service_wait *wait = &r->c->service;

	kith_write_key_map(&r->w, noun);
	kith_write_key_text(&r->w, "name", wait->name);
	kith_write_key_text(&r->w, "id", wait->id);
	kith_write_key_text(&r->w, "change", wait->change);
	kith_write_end(&r->w);
}

static void answer(struct kith_request *r, bool is_on_disk)
{
	kith_reply_ok(r);
	if (r->call->run == kith_services_drain)
		write_drain(r);
	else
		write_service(r, r->call->run == kith_services_register ? "registered" : "deregistered");
	write_kept(r, is_on_disk);
	kith_reply_end(r);
}

/* A crash right after the answer must not undo what it says. */
static void answer_when_kept(struct kith_request *r)
{
	const struct kith_rpc_host *host = &r->s->host;
	uint64_t ticket = 0;

	if (!r->c->service.is_session && host->keep != NULL)
		ticket = host->keep(host->ctx, KITH_RPC_KEEP_SERVICES);
	if (ticket == 0) {
		answer(r, true);
		return;
	}
	r->c->pending = KITH_PENDING_SERVICE;
	r->c->pending_ticket = ticket;
	r->c->pending_until = kith_us_add(r->t.now, KITH_RPC_KEPT_WAIT);
}

void kith_services_kept(struct kith_rpc_conn *c, struct kith_rpc_time t, bool is_on_disk)
{
	struct kith_request r = kith_conn_pending(c, t);

	answer(&r, is_on_disk);
	if (!c->is_closed)
		kith_conn_settled(c);
}

/* --- refusing -------------------------------------------------------------------------------- */

static bool is_offered_here(struct kith_request *r)
{
	if (r->s->host.offers != NULL)
		return true;
	kith_reply_refuse(r, KITH_CALL_NOT_OFFERED, "this kithd offers no services of its own", "");
	return false;
}

/* The message "NAME TEXT". */
static void refuse_about(struct kith_request *r, enum kith_call_error code, const char *name,
			 const char *text, const char *hint)
{
	char message[KITH_SERVICE_ID_MAX + 160];
	struct kith_text t;

	kith_text_init(&t, message, sizeof(message));
	kith_text_str(&t, name);
	kith_text_str(&t, text);
	kith_reply_refuse(r, code, message, hint);
}

/* The right is the certificate's: its cure is where the authority's file is. */
static void refuse_right(struct kith_request *r, const struct kith_definition *d)
{
	char hint[2 * KITH_SERVICE_NAME_MAX + 256], message[KITH_SERVICE_NAME_MAX + 128];
	struct kith_member self;
	struct kith_text t, m;

	kith_node_self(r->s->host.node, &self);
	kith_text_init(&t, hint, sizeof(hint));
	kith_text_str(&t, "stop kithd, and print KEY: kith init --identity\n"
			  "where the authority's file is, with all that it may offer: kith admit ");
	kith_text_str(&t, self.name);
	kith_text_str(&t, " --key KEY --service '");
	kith_text_str(&t, d->name);
	kith_text_str(&t, d->addrs_len > 0 ? "' --external\nthen here: kith join FILE"
					   : "'\nthen here: kith join FILE");
	kith_text_init(&m, message, sizeof(message));
	kith_text_str(&m, "the certificate of this host does not allow it to offer ");
	kith_text_str(&m, d->name);
	kith_text_str(&m, d->addrs_len > 0 ? ", or not at an address that is not its own" : "");
	kith_reply_refuse(r, KITH_CALL_NOT_ALLOWED, message, hint);
}

/* d: what was to be offered; NULL: it is about what is offered already. */
static void refuse_offer(struct kith_request *r, const struct kith_definition *d, int rc)
{
	switch (rc) {
	case KITH_ERIGHT:
		if (d != NULL)
			refuse_right(r, d);
		else
			kith_reply_refuse(r, KITH_CALL_NOT_ALLOWED, kith_strerror(rc), "");
		break;
	case KITH_ETOOBIG:
		kith_reply_refuse(r, KITH_CALL_TOO_BIG,
				  "all that is said of a service takes some 860 bytes at most",
				  "shorten its tags or its meta");
		break;
	case KITH_EFULL:
		kith_reply_refuse(r, KITH_CALL_REFUSED, "this host offers 256 services, which is the most",
				  "withdraw one: kith deregister ID");
		break;
	case KITH_ESTATE:
		kith_reply_refuse(r, KITH_CALL_REFUSED, "this host is leaving the cluster",
				  "start kithd again: systemctl restart kithd");
		break;
	case KITH_ENOMEM:
		kith_reply_refuse(r, KITH_CALL_NO_MEMORY, "kithd is out of memory", "");
		break;
	default:
		kith_reply_refuse(r, KITH_CALL_REFUSED, kith_strerror(rc), "");
	}
}

/* Of one id there is one offer, and two who ask for it do not know of each other. */
static bool is_taken(struct kith_request *r, const struct kith_own_offer *known, bool is_session)
{
	if (known == NULL)
		return false;
	if (known->origin == KITH_OFFER_CONFIGURED)
		refuse_about(r, KITH_CALL_REFUSED, known->d.id, " is offered by kith.conf",
			     "change it there, then: kith reload; or give another --id");
	else if (known->origin == KITH_OFFER_REGISTERED && is_session)
		refuse_about(r, KITH_CALL_REFUSED, known->d.id, " is registered for good",
			     "kith deregister takes it back; or give another --id");
	else if (known->origin == KITH_OFFER_SESSION && known->session != r->c)
		refuse_about(r, KITH_CALL_REFUSED, known->d.id,
			     " is offered by another program, for as long as that runs",
			     "end that one; or give another --id");
	else if (known->origin == KITH_OFFER_SESSION && !is_session)
		refuse_about(r, KITH_CALL_REFUSED, known->d.id, " is offered for this session",
			     "kith deregister takes it back; or give another --id");
	else
		return false;
	return true;
}

/* --- the rows -------------------------------------------------------------------------------- */

static void copy(char *out, size_t size, const char *text)
{
	struct kith_text t;

	kith_text_init(&t, out, size);
	kith_text_str(&t, text);
}

static void remember(struct kith_request *r, const struct kith_definition *d, const char *change,
		     bool is_session)
{
	struct kith_service_wait *wait = &r->c->service;

	*wait = (struct kith_service_wait){.change = change, .is_session = is_session};
	copy(wait->name, sizeof(wait->name), d->name);
	copy(wait->id, sizeof(wait->id), d->id);
}

static const char *change_of(const struct kith_own_offer *known, const struct kith_definition *d)
{
	if (known == NULL)
		return "added";
	return kith_definition_is_same(&known->d, d) ? "none" : "changed";
}

void kith_services_register(struct kith_request *r)
{
	const struct kith_own_offer *known;
	struct kith_definition d;
	bool is_session = false;
	const char *change;
	char why[160];
	int rc;

	if (!is_offered_here(r))
		return;
	(void)kith_value_bool(kith_value_get(r->args, "session"), &is_session);
	rc = kith_definition_read(r->args, &d, why, sizeof(why));
	if (rc != 0) {
		kith_reply_refuse(r, rc == KITH_ETOOBIG ? KITH_CALL_TOO_BIG : KITH_CALL_USAGE, why, "");
		return;
	}
	known = kith_offers_find(r->s->host.offers, d.id);
	if (is_taken(r, known, is_session))
		return;
	change = change_of(known, &d);
	rc = kith_offers_put(r->s->host.offers, r->t.now, &d,
			     is_session ? KITH_OFFER_SESSION : KITH_OFFER_REGISTERED,
			     is_session ? r->c : NULL);
	if (rc != 0) {
		refuse_offer(r, &d, rc);
		return;
	}
	r->c->has_session |= is_session;
	remember(r, &d, change, is_session);
	answer_when_kept(r);
}

/* An id of this host that an argument names. NULL: it is answered that there is none. */
static const struct kith_own_offer *find(struct kith_request *r, const char *hint)
{
	const struct kith_own_offer *known = NULL;
	char id[KITH_SERVICE_ID_MAX + 1] = "";
	struct kith_bytes text = {0};

	(void)kith_value_text(kith_value_get(r->args, "id"), &text);
	if (text.len < sizeof(id) && memchr(text.p, '\0', text.len) == NULL) {
		memcpy(id, text.p, text.len);
		known = kith_offers_find(r->s->host.offers, id);
	}
	if (known == NULL)
		refuse_about(r, KITH_CALL_NOT_FOUND, "this host offers no service with the id ",
			     id[0] != '\0' ? id : "that was given", hint);
	return known;
}

static const char list_hint[] = "kith services --all -v lists all, with their ids";

void kith_services_deregister(struct kith_request *r)
{
	const struct kith_own_offer *known;
	int rc;

	if (!is_offered_here(r))
		return;
	known = find(r, list_hint);
	if (known == NULL)
		return;
	if (known->origin == KITH_OFFER_CONFIGURED) {
		refuse_about(r, KITH_CALL_REFUSED, known->d.id, " is offered by kith.conf",
			     "remove it there, then: kith reload; kith drain takes it out of the answers");
		return;
	}
	remember(r, &known->d, "removed", known->origin == KITH_OFFER_SESSION);
	rc = kith_offers_drop(r->s->host.offers, r->t.now, r->c->service.id);
	if (rc != 0)
		refuse_offer(r, NULL, rc);
	else
		answer_when_kept(r);
}

/* False: it is answered that this is no reason. */
static bool read_reason(struct kith_request *r, char out[KITH_SERVICE_NOTE_MAX + 1])
{
	struct kith_bytes text = {0};

	out[0] = '\0';
	if (!kith_value_text(kith_value_get(r->args, "reason"), &text) || text.len == 0)
		return true;
	if (text.len > KITH_SERVICE_NOTE_MAX || !kith_text_is_line(text.p, text.len)) {
		kith_reply_refuse(r, KITH_CALL_USAGE,
				  "'reason' is a text of at most 80 bytes, without control characters", "");
		return false;
	}
	memcpy(out, text.p, text.len);
	out[text.len] = '\0';
	return true;
}

void kith_services_drain(struct kith_request *r)
{
	struct kith_offers *offers = r->s->host.offers;
	const struct kith_own_offer *known = NULL;
	char reason[KITH_SERVICE_NOTE_MAX + 1];
	struct kith_bytes id;
	bool is_on = false;
	int rc;

	if (!is_offered_here(r) || !read_reason(r, reason))
		return;
	(void)kith_value_bool(kith_value_get(r->args, "on"), &is_on);
	if (kith_value_text(kith_value_get(r->args, "id"), &id)) {
		known = find(r, list_hint);
		if (known == NULL)
			return;
	}
	if (known != NULL && !is_on && kith_offers_is_drained(offers)) {
		kith_reply_refuse(r, KITH_CALL_REFUSED, "this host is drained, with all its services",
				  "kith undrain, without an id, ends that");
		return;
	}
	rc = kith_offers_drain(offers, r->t.now, known != NULL ? known->d.id : NULL, is_on, reason);
	if (rc != 0) {
		refuse_offer(r, known != NULL ? &known->d : NULL, rc);
		return;
	}
	if (known != NULL)
		remember(r, &known->d, "", known->origin == KITH_OFFER_SESSION);
	else
		r->c->service = (struct kith_service_wait){.change = ""};
	r->c->service.is_drained = is_on;
	copy(r->c->service.reason, sizeof(r->c->service.reason), is_on ? reason : "");
	answer_when_kept(r);
}
