/* SPDX-License-Identifier: ISC */
/*
 * sim/clear.h: the clear-text seal, for runs too large for real cryptography. The room seal stays as
 * it ships, with its layouts, lengths, order of checks, counters and windows; only libsodium's
 * primitives under it are replaced, by the linker, in kith-sim alone (local.mk, --wrap). Nothing of
 * this can be linked into kithd or libkith: they do not know these names.
 *
 * A clear primitive keeps what the protocol can see of the real one: the same lengths; a tag or
 * signature that fails for another key, another text or a flipped bit; two ends of a key agreement
 * that come to one key; the same bytes for the same input on every machine. It keeps nothing secret
 * and stops nobody who means to forge: adversaries are simulated with the real ones.
 */
#ifndef KITH_SIM_CLEAR_H
#define KITH_SIM_CLEAR_H

#include <stdbool.h>

/* From now on, for all nodes of this process; before the first one is made. At the start: real. */
void clear_set(bool clear);
bool clear_is_on(void);

#endif
