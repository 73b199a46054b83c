/* SPDX-License-Identifier: ISC */
/*
 * unit/core_suspects.h: a node that begins no rounds of its own accord, a target and some more people; what
 * the node's rounds on the target came to, and what the others say of it.
 */
#ifndef KITH_TEST_CORE_SUSPECTS_H
#define KITH_TEST_CORE_SUSPECTS_H

#include "unit/core_fix.h"

#include "core/suspect.h"

#define SILENT KITH_SUSPICION_SILENCE
#define REFUSED KITH_SUSPICION_REFUSAL

struct scene {
	struct fix f;
	struct person target, more[8];
	struct kith_peer *t;
};

void scene_setup(struct scene *s, uint32_t more);
void end_all_rounds(struct scene *s);
/* A round of our own on the target ended badly. */
void own_failure(struct scene *s, enum kith_suspicion_kind kind, bool is_express);
/* Somebody else says so. */
void other_says(struct scene *s, uint32_t who, uint8_t kind);
uint8_t evidence(const struct scene *s);

#endif
