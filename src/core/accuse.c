/* SPDX-License-Identifier: ISC */
#include "core/accuse.h"

#include "core/node.h"
#include "core/suspect.h"

static void tell_observers(struct kith_node *n, const struct kith_peer *p, struct kith_bytes record)
{
	struct kith_peer *observers[KITH_OBSERVERS];
	const uint32_t count = kith_ring_observers(n, p, observers);
	uint32_t i;

	for (i = 0; i < count; i++) {
		struct kith_packet pk;

		if (!observers[i]->is_self && kith_packet_begin(n, &pk, observers[i]) &&
		    kith_packet_add_record(&pk, record))
			kith_packet_fill_send(n, &pk);
	}
}

/* How many say so already. */
static int words(const struct kith_case *c)
{
	int i, said = 0;

	for (i = 0; i < c->held_count; i++)
		said += c->held[i].is_cleared ? 0 : 1;
	return said;
}

bool kith_accuse_is_mute(const struct kith_node *n)
{
	return kith_is_disputed(n, n->own.peer) &&
	       kith_probe_count(n->probes.verdicts) >= KITH_MUTE_ROUNDS;
}

static void sign(struct kith_node *n, struct kith_case *c, uint8_t kind, uint8_t path)
{
	struct kith_peer *p = c->peer;
	const struct kith_suspicion s = {p->record->mid, p->record->epoch, p->record->seq, kind,
					 path};
	struct kith_held *h = kith_suspect_held_by(c, &n->own.peer->record->mid);
	uint8_t body[KITH_SUSPICION_BODY];
	const struct kith_bytes bytes = {body, sizeof(body)};
	struct kith_fact *record;

	if (h != NULL ? h->kind >= kind && !h->is_cleared
		      : words(c) >= KITH_SUSPICIONS_PER_TARGET)
		return;
	if (kind != KITH_SUSPICION_REFUSAL && kith_peer_is_up(p) && !kith_dispute_may_say(n, c))
		return;
	if (kith_probe_is_doubtful(n) && !kith_bucket_take(&n->suspects.signing, n->now, 1, 1))
		return;
	kith_suspicion_write(&s, body);
	record = kith_own_numbered(n, KITH_RECORD_SUSPICION, KITH_SUSPICION_LIFE_S, bytes);
	if (record == NULL)
		return;
	h = kith_suspect_hold(n, c, &n->own.peer->record->mid, &s, record,
			      kith_now_unix_s(n) + KITH_SUSPICION_LIFE_S);
	kith_fact_unref(n, record);
	if (h == NULL)
		return;
	KITH_COUNT(n, suspicions_sent);
	kith_trace(n, "suspicion.sign", p, kind == KITH_SUSPICION_REFUSAL ? "refused" : "silent");
	tell_observers(n, p, h->record->raw);
	kith_gossip_put(n, &h->rumor, h->record, kith_dispute_lane(n, p, kind));
}

void kith_accuse(struct kith_node *n, struct kith_case *c, uint8_t kind, uint8_t path)
{
	if (!c->own_quiet)
		sign(n, c, kind, path);
}

void kith_accuse_heard(struct kith_node *n, struct kith_case *c)
{
	const struct kith_held *ours = kith_suspect_held_by(c, &n->own.peer->record->mid);

	/* Two make it answer at once; of one that comes and goes all others have signed some, too. */
	if ((ours == NULL || ours->is_cleared) && (words(c) < 2 || !kith_is_noisy(n, c->peer)))
		sign(n, c, KITH_SUSPICION_SILENCE, KITH_PATH_DIRECT);
}
