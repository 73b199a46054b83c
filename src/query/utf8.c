/* SPDX-License-Identifier: ISC */
#include "query/utf8.h"

size_t kith_utf8_next(const uint8_t *p, size_t len)
{
	/* First byte, how many follow, and the range of the first that follows: the range is what
	 * keeps out overlong forms, surrogates and what lies above U+10FFFF. */
	static const struct {
		uint8_t first, last, more, low, high;
	} forms[] = {
		{0xC2, 0xDF, 1, 0x80, 0xBF}, {0xE0, 0xE0, 2, 0xA0, 0xBF}, {0xE1, 0xEC, 2, 0x80, 0xBF},
		{0xED, 0xED, 2, 0x80, 0x9F}, {0xEE, 0xEF, 2, 0x80, 0xBF}, {0xF0, 0xF0, 3, 0x90, 0xBF},
		{0xF1, 0xF3, 3, 0x80, 0xBF}, {0xF4, 0xF4, 3, 0x80, 0x8F},
	};

	if (p[0] < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (p[0] < forms[i].first || p[0] > forms[i].last)
			continue;
		if (len <= forms[i].more || p[1] < forms[i].low || p[1] > forms[i].high)
			return 0;
		for (size_t k = 2; k <= forms[i].more; k++)
			if ((p[k] & 0xC0) != 0x80)
				return 0;
		return forms[i].more + 1u;
	}
	return 0;
}

bool kith_utf8_is_text(const uint8_t *p, size_t len)
{
	for (size_t at = 0; at < len;) {
		size_t n = kith_utf8_next(p + at, len - at);

		if (n == 0)
			return false;
		at += n;
	}
	return true;
}
