/* SPDX-License-Identifier: ISC */
/*
 * Bytes as a configuration file: every item has a line inside the text, texts end and hold no line
 * break, and mistakes are counted as they are reported.
 */
#include "files/ini.h"

#include "base/check.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *buf, size_t len);

struct seen {
	unsigned lines, last;
};

static void on_item(void *ctx, const struct kith_ini_item *item)
{
	struct seen *s = ctx;

	KITH_ASSERT(item->line >= 1 && item->line <= s->lines && item->line >= s->last);
	s->last = item->line;
	KITH_ASSERT(strchr(item->section, '\n') == NULL);
	KITH_ASSERT(strchr(item->key, '\n') == NULL && strchr(item->value, '\n') == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *buf, size_t len)
{
	struct seen s = {1, 0};
	struct kith_report r = {0};
	size_t i;

	for (i = 0; i < len; i++)
		s.lines += buf[i] == '\n';
	(void)kith_ini_parse("x.conf", (const char *)buf, len, on_item, &s, &r);
	kith_report_clear(&r);
	return 0;
}
