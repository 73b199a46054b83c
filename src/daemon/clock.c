/* SPDX-License-Identifier: ISC */
#include "daemon/clock.h"
#include "base/check.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/timex.h>
#include <time.h>

#ifndef CLOCK_BOOTTIME
#define CLOCK_BOOTTIME CLOCK_MONOTONIC /* elsewhere sleep is noticed as a jump of the wall clock */
#endif

kith_us kith_clock_now(void)
{
	struct timespec t;
	int failed = clock_gettime(CLOCK_BOOTTIME, &t);

	KITH_ASSERT(!failed);
	return (kith_us)t.tv_sec * KITH_SECOND + t.tv_nsec / 1000;
}

int64_t kith_clock_unix_ms(void)
{
	struct timespec t;
	int failed = clock_gettime(CLOCK_REALTIME, &t);

	KITH_ASSERT(!failed);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool kith_clock_is_trusted(void)
{
	struct timex t = {0};
	int state = adjtimex(&t);

	return state >= 0 && state != TIME_ERROR && (t.status & STA_UNSYNC) == 0;
}

void kith_clock_entropy(void *out, size_t len)
{
	uint8_t *p = out;

	while (len > 0) {
		ssize_t n = getrandom(p, len, 0);

		if (n < 0 && errno != EINTR)
			abort(); /* keys without entropy would be worse than no daemon */
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
}
