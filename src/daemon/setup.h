/* SPDX-License-Identifier: ISC */
/*
 * daemon/setup.h: from configuration and state directory to what a node is told at its start. The
 * same code serves --check, so that what passes the check also starts.
 */
#ifndef KITH_DAEMON_SETUP_H
#define KITH_DAEMON_SETUP_H

#include "daemon/conf.h"
#include "daemon/tags.h"
#include "files/idfile.h"
#include "files/state.h"
#include <kith/kith.h>

struct kith_setup {
	struct kith_idfile id;         /* its identity is filled in from wherever it lay */
	struct kith_mid mid;
	struct kith_certificate certificate;
	uint8_t authorities[KITH_AUTHORITIES_MAX][KITH_KEY_LEN];
	uint8_t authority_count;
	uint32_t epoch;
	bool is_first_start;           /* there was no epoch: kith_setup_begin() writes it */
	struct kith_tags tags;
	char auth_key[256];            /* of rpc.auth-key-file, "" = none */
};

/* Reads and judges everything; writes nothing. 0, or an exit code with sentences in r. What is
 * only a hint and damaged adds a sentence to `hints`. Wipe it after use, also after a failure. */
KITH_MUST_USE int kith_setup_read(struct kith_setup *s, const struct kith_conf *c,
				  const struct kith_state *state, struct kith_report *r,
				  struct kith_report *hints);
/* At a first start: the epoch, before anything is signed. 0, or an exit code. */
KITH_MUST_USE int kith_setup_begin(const struct kith_setup *s, const struct kith_state *state,
				   struct kith_report *r);
/* The node's configuration, without its addresses; it borrows from s. Seeds are drawn fresh. */
void kith_setup_config(struct kith_config *out, const struct kith_setup *s,
		       const struct kith_conf *c);
/* The sentence of a kith_node_new() that failed, and its exit code. */
int kith_setup_blame(int error, const struct kith_setup *s, struct kith_report *r);
void kith_setup_wipe(struct kith_setup *s);

#endif
