/* SPDX-License-Identifier: ISC */
/* query/tags.h: the own tags, changed: first some unset, then some set; the rest stays. */
#ifndef KITH_QUERY_TAGS_H
#define KITH_QUERY_TAGS_H

#include "query/table.h"

/* `set` is a map of text to text or nil, `unset` an array of texts or nil. Gives the node its new
 * tags, sorted by key. KITH_ETOOBIG (KITH_TAGS_MAX), KITH_EFULL (too many), KITH_ENOMEM,
 * KITH_EINVAL, KITH_ESTATE. */
KITH_MUST_USE int kith_tags_change(struct kith_request *r, struct kith_value set,
				   struct kith_value unset);

#endif
