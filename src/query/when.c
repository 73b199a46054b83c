/* SPDX-License-Identifier: ISC */
#include "query/when.h"
#include "base/text.h"

#include <string.h>

struct civil {
	int64_t year;
	unsigned month, day, hour, minute, second, ms;
};

/* Days since 1970-01-01 to a date of the Gregorian calendar, by 400-year eras that begin in March
 * (Hinnant, chrono-compatible low-level date algorithms, 2013). */
static void civil_date(int64_t days, struct civil *c)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	unsigned of_era = (unsigned)(z - era * 146097);
	unsigned year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
	unsigned month = (5 * of_year + 2) / 153; /* 0 = March */

	c->day = of_year - (153 * month + 2) / 5 + 1;
	c->month = month < 10 ? month + 3 : month - 9;
	c->year = era * 400 + year + (c->month <= 2);
}

static struct civil civil(int64_t unix_ms)
{
	const int64_t day_ms = 86400000;
	const int64_t first = -62167219200000, last = 253402300799999; /* years 0 and 9999 */
	struct civil c;
	unsigned of_day;

	if (unix_ms < first)
		unix_ms = first;
	if (unix_ms > last)
		unix_ms = last;
	of_day = (unsigned)(((unix_ms % day_ms) + day_ms) % day_ms);
	civil_date((unix_ms - of_day) / day_ms, &c);
	c.hour = of_day / 3600000;
	c.minute = of_day / 60000 % 60;
	c.second = of_day / 1000 % 60;
	c.ms = of_day % 1000;
	return c;
}

/* `width` digits, then `mark`. */
static void digits(struct kith_text *t, uint64_t v, unsigned width, const char *mark)
{
	char d[8];

	for (unsigned i = width; i > 0; i--, v /= 10)
		d[i - 1] = (char)('0' + v % 10);
	kith_text_mem(t, d, width);
	kith_text_str(t, mark);
}

static void date_and_time(struct kith_text *t, const struct civil *c, const char *dash,
			  const char *between)
{
	digits(t, (uint64_t)c->year, 4, dash);
	digits(t, c->month, 2, dash);
	digits(t, c->day, 2, between);
	digits(t, c->hour, 2, ":");
	digits(t, c->minute, 2, ":");
	digits(t, c->second, 2, "");
}

const char *kith_when_rfc3339(int64_t unix_ms, char buf[KITH_WHEN_TEXT])
{
	struct civil c = civil(unix_ms);
	struct kith_text t;

	kith_text_init(&t, buf, KITH_WHEN_TEXT);
	date_and_time(&t, &c, "-", "T");
	kith_text_str(&t, ".");
	digits(&t, c.ms, 3, "Z");
	return buf;
}

const char *kith_when_serf(int64_t unix_ms, char buf[KITH_WHEN_TEXT])
{
	struct civil c = civil(unix_ms);
	struct kith_text t;

	kith_text_init(&t, buf, KITH_WHEN_TEXT);
	date_and_time(&t, &c, "/", " ");
	return buf;
}

int64_t kith_when_of(kith_us then, kith_us now, int64_t unix_ms)
{
	return unix_ms - (now - then) / KITH_MS;
}
