/* SPDX-License-Identifier: ISC */
/* base/glob.h: patterns of names, as operators write them in filters and certificates. */
#ifndef KITH_BASE_GLOB_H
#define KITH_BASE_GLOB_H

#include <kith/types.h>
#include <stdbool.h>

/* `*` is any text, `?` any one character (byte); all else itself. */
bool kith_glob_matches(struct kith_bytes glob, struct kith_bytes text);

#endif
