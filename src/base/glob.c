/* SPDX-License-Identifier: ISC */
#include "base/glob.h"

bool kith_glob_matches(struct kith_bytes glob, struct kith_bytes text)
{
	size_t g = 0, t = 0, star = SIZE_MAX, star_t = 0;

	while (t < text.len) {
		if (g < glob.len && glob.p[g] == '*') {
			star = g++;
			star_t = t;
		} else if (g < glob.len && (glob.p[g] == '?' || glob.p[g] == text.p[t])) {
			g++;
			t++;
		} else if (star != SIZE_MAX) {
			/* The last star takes one more; earlier ones need not be tried again. */
			g = star + 1;
			t = ++star_t;
		} else {
			return false;
		}
	}
	while (g < glob.len && glob.p[g] == '*')
		g++;
	return g == glob.len;
}
