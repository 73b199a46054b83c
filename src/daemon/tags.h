/* SPDX-License-Identifier: ISC */
/* daemon/tags.h: node.tag as the msgpack map of text to text that a member record carries. */
#ifndef KITH_DAEMON_TAGS_H
#define KITH_DAEMON_TAGS_H

#include "daemon/conf.h"

struct kith_tags {
	uint8_t bytes[KITH_TAGS_MAX];
	size_t len;
};

/* The last value of a key counts. 0, or 78 with a sentence in r: more than KITH_TAGS_MAX bytes. */
KITH_MUST_USE int kith_tags_pack(struct kith_tags *out, const struct kith_conf *c,
				 struct kith_report *r);

#endif
