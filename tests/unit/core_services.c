/* SPDX-License-Identifier: ISC */
#include "unit/core_services.h"

static struct kith_bytes text(const char *t)
{
	return (struct kith_bytes){(const uint8_t *)t, strlen(t)};
}

size_t person_service(struct fix *f, struct person *p, const char *id, uint32_t seq, uint16_t port,
		      uint8_t out[KITH_RECORD_MAX])
{
	struct kith_service_body b = {.flags = port == 0 ? KITH_SERVICE_DELETED : 0, .port = port,
				      .since = FIX_UNIX_S, .weight = 1, .name = text(id), .id = text(id)};
	uint8_t body[KITH_RECORD_MAX];
	size_t len = sizeof(body);

	kith_service_key(b.key, b.id);
	assert_int_equal(kith_service_body_write(&b, body, &len), 0);
	return person_sign(f, p, KITH_RECORD_SERVICE, p->epoch, seq, (struct kith_bytes){body, len}, out);
}

enum kith_store_result person_offers(struct fix *f, struct person *p, struct person *deliverer,
				     const char *id, uint32_t seq, uint16_t port)
{
	uint8_t record[KITH_RECORD_MAX];
	const size_t len = person_service(f, p, id, seq, port, record);
	enum kith_store_result r;

	if (deliverer != NULL)
		return person_tells(f, deliverer, record, len);
	r = kith_store_record(f->n, NULL, (struct kith_bytes){NULL, 0}, (struct kith_bytes){record, len},
			      KITH_STORE_BY_SYNC);
	fix_collect(f);
	return r;
}

int fix_port(const struct fix *f, const struct kith_mid *mid, const char *id)
{
	struct kith_service s;

	return kith_node_service(f->n, mid, text(id), &s) == 0 ? s.port : -1;
}

uint32_t fix_changes(const struct fix *f, enum kith_service_change change)
{
	uint32_t count = 0;
	size_t i;

	for (i = 0; i < f->out_count; i++)
		count += f->outs[i].out.kind == KITH_OUT_EVENT &&
					 f->outs[i].out.event.kind == KITH_EVENT_SERVICE &&
					 f->outs[i].out.event.change == change
				 ? 1 : 0;
	return count;
}

int fix_offer(struct fix *f, const char *id, uint16_t port)
{
	const struct kith_service_def def = {.name = id, .port = port, .weight = 1};
	const int r = kith_node_service_put(f->n, f->now, &def);

	fix_collect(f);
	return r;
}

int fix_withdraw(struct fix *f, const char *id)
{
	const int r = kith_node_service_drop(f->n, f->now, id);

	fix_collect(f);
	return r;
}
