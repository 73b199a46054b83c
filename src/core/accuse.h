/* SPDX-License-Identifier: ISC */
/*
 * core/accuse.h: our own word against a member: when we sign a suspicion, and whom we tell it. Each makes
 * the suspect refute it before all, so a host whose own link is bad must not say much: while half of its
 * rounds fail it signs one a second (3-membership.md, Self-preservation), and of rounds in which it heard
 * nobody at all nothing. What it concludes for itself does not depend on it.
 *
 * Who is disputed (core/dispute.h), and whose rounds fail, is the one who hears badly: nobody passes on
 * what it says, and each word of it would be a record that some member who is well has to sign and all
 * have to carry. It is mute: it says that a connection was refused, and nothing of silence. That lies with
 * itself alone. If others judged whose word counts, they and the suspect would not always agree, and one
 * would wait for a refutation that the other does not owe; and nobody can be silenced by what others say
 * of it, since its own rounds have a vote.
 */
#ifndef KITH_CORE_ACCUSE_H
#define KITH_CORE_ACCUSE_H

#include <stdbool.h>
#include <stdint.h>

struct kith_node;
struct kith_case;

/* Whether we say nothing of silence. */
bool kith_accuse_is_mute(const struct kith_node *n);
/* Signs our suspicion of c's target, once per incarnation, and again when silence turns out to be refusal;
 * not if our last round on it is our own affair (own_quiet). kind: enum kith_suspicion_kind;
 * path: KITH_PATH_... */
void kith_accuse(struct kith_node *n, struct kith_case *c, uint8_t kind, uint8_t path);
/* Signs one of silence, unless there is one of ours that stands, or the target is noisy and there are
 * enough to refute: it was just heard. */
void kith_accuse_heard(struct kith_node *n, struct kith_case *c);

#endif
