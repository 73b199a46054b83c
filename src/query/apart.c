/* SPDX-License-Identifier: ISC */
#include "query/apart.h"

#include "base/text.h"

/* Two units at most, rounded to the smaller one, which is left out when there is none of it. */
static void add_span(struct kith_text *t, uint64_t s)
{
	static const struct {
		uint64_t unit_s, part_s;
		const char *unit, *part;
	} rows[] = {
		{86400, 3600, " d", " h"},
		{3600, 60, " h", " min"},
		{60, 1, " min", " s"},
	};
	size_t i = 0;
	uint64_t units, parts;

	while (i < 2 && s + rows[i].part_s / 2 < rows[i].unit_s)
		i++;
	parts = (s + rows[i].part_s / 2) / rows[i].part_s;
	units = parts * rows[i].part_s / rows[i].unit_s;
	parts -= units * (rows[i].unit_s / rows[i].part_s);
	if (units > 0) {
		kith_text_u64(t, units);
		kith_text_str(t, rows[i].unit);
	}
	if (units > 0 && parts > 0)
		kith_text_str(t, " ");
	if (units == 0 || parts > 0) {
		kith_text_u64(t, parts);
		kith_text_str(t, rows[i].part);
	}
}

const char *kith_apart_text(int64_t ahead_s, uint32_t others, char out[KITH_APART_TEXT])
{
	struct kith_text t;

	kith_text_init(&t, out, KITH_APART_TEXT);
	add_span(&t, ahead_s < 0 ? 0 - (uint64_t)ahead_s : (uint64_t)ahead_s);
	kith_text_str(&t, ahead_s < 0 ? " behind " : " ahead of ");
	if (others == 1) {
		kith_text_str(&t, "the only other one");
	} else {
		kith_text_str(&t, "the median of ");
		kith_text_u64(&t, others);
		kith_text_str(&t, " members");
	}
	return out;
}
