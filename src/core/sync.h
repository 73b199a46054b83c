/* SPDX-License-Identifier: ISC */
/*
 * core/sync.h: synchronisation of two members over an open stream: reconciliation by ranges of the
 * id space, after Meyer (arXiv 2212.13567). The two take turns. A range is all mids that begin with
 * some number of nibbles; whose turn it is asks about a range by the digests of its 16 parts
 * (`parts`), or by its owners and their leaves where those are few (`list`), and answers what the
 * other asked: a part whose digests differ leads to a question about that part, an owner that the
 * other lacks is sent (`owner`), one that we lack is asked for (`need`). One whose records differ is
 * sent without its certificate, which both have, and comes back if the other's is the newer one: only
 * a record's number tells; the numbers of its services follow (core/stock.h). `end` hands the turn over.
 * A turn that asks nothing is the last. Whose `hello` shows another set of revocations is told ours
 * before anything else.
 *
 * So the cost follows the differences: each one costs a `parts` per level of the tree, a level for
 * each factor of 16 in the number of members, and no side keeps more than its next turn. Where many
 * of the 16 parts differ there are so many differences that the levels below would all be walked:
 * longer ranges are listed then.
 */
#ifndef KITH_CORE_SYNC_H
#define KITH_CORE_SYNC_H

#include "core/limits.h"
#include "core/range.h"
#include "core/stream.h"
#include "wire/msg.h"
#include "wire/service.h"

struct kith_peer;

/* Owners, in the order in which they are to be written. */
struct kith_owners {
	struct kith_mid *queue; /* owned */
	uint32_t room, count, at;
};

/* A service of an owner; and those that are to be written of, in their order. */
struct kith_pick {
	struct kith_mid mid;
	uint8_t key[KITH_SERVICE_KEY];
};
struct kith_picks {
	struct kith_pick *queue; /* owned */
	uint32_t room, count, at;
};

/* The turn of the other: what it asks rises without overlap, which bounds what it costs. */
struct kith_asked {
	struct kith_mid up_to;
	bool has; /* asked yet */
};

/* A range to ask about. */
struct kith_question {
	struct kith_range range;
	uint8_t differ; /* how many of the parts of the range above */
};

struct kith_sync {
	kith_us began;
	bool is_initiator, is_counted;
	/* The responder's word why it answers nothing: BUSY or FULL; else JOINED. */
	enum kith_seed_result refusal;
	bool is_our_turn; /* to speak */
	bool has_asked;   /* in the turn under way, whosever it is */
	bool is_over;     /* the turn that asked nothing is written or read */
	bool hello_sent, hello_seen;
	uint8_t turns;    /* begun; two honest sides are through after some */
	/* The next turn of ours: ranges to ask about; owners to ask for, to send, and to compare. */
	struct kith_question *questions; /* owned, a queue */
	uint32_t question_room, question_count, question_at;
	struct kith_owners need, todo, differ;
	struct kith_picks want, bring; /* services to ask for, and to send (core/stock.h) */
	bool is_owner_told;  /* who is next in todo, but for some of its services: from this place on */
	uint32_t service_at;
	/* The other holds other revocations than we do: it is told all of ours. */
	bool tells_revocations;
	uint32_t revocation_at;
	struct kith_asked asked;             /* about ranges */
	struct kith_asked asked_services[2]; /* told of, and wanted */
	uint64_t bytes_in;
	uint64_t bytes_of_services; /* of them: that filled places which the catalogue has for them */
	uint32_t news;    /* records taken */
	bool has_expired; /* a record that came is over here, or from the future */
	bool overflows;   /* there are more members than our table has room for */
	uint32_t forged; /* bad signatures that came; the other may have no record here to charge */
};

struct kith_syncs {
	uint32_t answering; /* as responder */
};

/* The stream is open: begins. False: no memory. */
KITH_MUST_USE bool kith_sync_begin(struct kith_node *n, struct kith_stream *s);
void kith_sync_free(struct kith_node *n, struct kith_sync **sync);
/* Writes as much as the stream takes. True: the sync is over and the stream is to be ended. */
bool kith_sync_pump(struct kith_node *n, struct kith_stream *s);
/* How the seed is to be told of, whose synchronisation is over. */
enum kith_seed_result kith_sync_result(const struct kith_node *n, const struct kith_stream *s);
/* One frame's plaintext. False: malformed or over the bound. */
bool kith_sync_frame(struct kith_node *n, struct kith_stream *s, struct kith_bytes plain);

#endif
