/* SPDX-License-Identifier: ISC */
/*
 * core/accuse.h: our own word against a member: when we sign a suspicion, and whom we tell it. Each makes
 * the suspect refute it before all, so a host whose own link is bad must not say much: while half of its
 * rounds fail it signs one a second (3-membership.md, Self-preservation), and of rounds in which it heard
 * nobody at all nothing. What it concludes for itself does not depend on it.
 */
#ifndef KITH_CORE_ACCUSE_H
#define KITH_CORE_ACCUSE_H

#include <stdint.h>

struct kith_node;
struct kith_case;

/* Signs our suspicion of c's target, once per incarnation, and again when silence turns out to be refusal;
 * not if nobody was heard during our last round on it. kind: enum kith_suspicion_kind;
 * path: KITH_PATH_... */
void kith_accuse(struct kith_node *n, struct kith_case *c, uint8_t kind, uint8_t path);
/* Signs one of silence, unless there is one of ours that stands: the target was just heard. */
void kith_accuse_heard(struct kith_node *n, struct kith_case *c);

#endif
