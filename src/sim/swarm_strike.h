/* SPDX-License-Identifier: ISC */
/*
 * sim/swarm_strike.h: what each kind of fault does when it strikes, and the repairs that the end of
 * all faults needs as well.
 */
#ifndef KITH_SIM_SWARM_STRIKE_H
#define KITH_SIM_SWARM_STRIKE_H

#include "sim/swarm_fault.h"

/* All that it draws comes from `r`, the generator of its kind. */
void swarm_strike(struct swarm *s, enum swarm_fault f, struct kith_rng *r);

/* Repairs: a leaving process ends; a stopped one goes on; a host whose disk hung is reset. */
void swarm_end_process(struct swarm *s, uint32_t i, uint32_t unused);
void swarm_resume(struct swarm *s, uint32_t i, uint32_t unused);
void swarm_reset(struct swarm *s, uint32_t i, uint32_t unused);

#endif
