/* SPDX-License-Identifier: ISC */
/*
 * base/check.h: assertions about our own code. They stay on in release builds; what a peer or the
 * world does wrong is never asserted (6-style.md, errors).
 */
#ifndef KITH_BASE_CHECK_H
#define KITH_BASE_CHECK_H

#ifdef NDEBUG
#error "kith is built with its assertions; remove NDEBUG"
#endif
#include <assert.h>

#define KITH_ASSERT(condition) assert(condition)

#endif
