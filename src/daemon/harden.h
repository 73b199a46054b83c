/* SPDX-License-Identifier: ISC */
/* daemon/harden.h: what the process gives up and asks for before it touches a secret. */
#ifndef KITH_DAEMON_HARDEN_H
#define KITH_DAEMON_HARDEN_H

/* No core files, no debuggers, private files, as many descriptors as allowed, and no deadly
 * signals where a return value tells the same. */
void kith_harden(void);

#endif
