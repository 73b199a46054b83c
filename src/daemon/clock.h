/* SPDX-License-Identifier: ISC */
/* daemon/clock.h: the two clocks, and fresh entropy: all that the daemon asks the world for. */
#ifndef KITH_DAEMON_CLOCK_H
#define KITH_DAEMON_CLOCK_H

#include <kith/types.h>
#include <stdbool.h>

/* Microseconds that also count while the machine sleeps. */
kith_us kith_clock_now(void);
int64_t kith_clock_unix_ms(void);
/* The kernel says that the wall clock is synchronised. */
bool kith_clock_is_trusted(void);
/* Fills out from the kernel's generator; waits for it early in the boot. Aborts if there is none. */
void kith_clock_entropy(void *out, size_t len);

#endif
