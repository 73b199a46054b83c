/* SPDX-License-Identifier: ISC */
/*
 * daemon/notify.h: what a service manager wants to hear (sd_notify(3); the protocol is the
 * interface, so no library). Without $NOTIFY_SOCKET nothing happens.
 */
#ifndef KITH_DAEMON_NOTIFY_H
#define KITH_DAEMON_NOTIFY_H

/* Sends a state such as "READY=1". */
void kith_notify(const char *state);
/* A reload begins, and ends, with success or without. */
void kith_notify_reloading(void);
void kith_notify_reloaded(void);
/* Seconds between two "WATCHDOG=1" that the manager wants, half of its limit; 0 = none. */
double kith_notify_watchdog_s(void);

#endif
