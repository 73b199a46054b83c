/* SPDX-License-Identifier: ISC */
/*
 * files/state.h: the state directory of one member, 0700. kithd holds its lock while it runs;
 * kith takes it before it changes anything there.
 *
 *	identity       the Ed25519 seed; who has it is this member
 *	epoch          the last epoch promised to disk (files/epoch.h), and epoch.old the same again
 *	cluster.join   the identity file without its identity
 *	kept           what outlives a restart: members and tombs (files/kept.h)
 *	services       what this host offers for good, and its drains (files/kept.h)
 *	lock           flock()ed; tells the pid of its holder
 *
 * All are 0600, and all but the lock have a version line.
 */
#ifndef KITH_FILES_STATE_H
#define KITH_FILES_STATE_H

#include "files/idfile.h"

#define KITH_STATE_IDENTITY "identity"
#define KITH_STATE_EPOCH "epoch"
#define KITH_STATE_EPOCH_OLD "epoch.old"
#define KITH_STATE_JOIN "cluster.join"
#define KITH_STATE_KEPT "kept"
#define KITH_STATE_SERVICES "services"
#define KITH_STATE_LOCK "lock"

enum { KITH_PATH_MAX = 1024 };

struct kith_state {
	char path[KITH_PATH_MAX]; /* of the directory */
	int lock_fd;              /* held lock */
};

/* Makes the directory if it is absent (0700, its parent must exist), and takes the lock.
 * KITH_FILE_BUSY: another process has it. *s is written on success only. */
KITH_MUST_USE enum kith_file_result kith_state_open(struct kith_state *s, const char *path,
						    struct kith_report *r);
void kith_state_close(struct kith_state *s);
/* "PATH/NAME" into out, which has KITH_PATH_MAX bytes; returns out. */
const char *kith_state_path(const struct kith_state *s, const char *name, char *out);

/* The identity seed. ABSENT, BAD, ... */
KITH_MUST_USE enum kith_file_result kith_state_identity_read(const struct kith_state *s,
							     uint8_t seed[KITH_KEY_LEN],
							     struct kith_report *r);
/* A new identity: writes epoch 0 of `mid`, then the identity, in this order, so that an identity
 * never lies there without an epoch. KITH_FILE_EXISTS: another one is installed already. */
KITH_MUST_USE enum kith_file_result kith_state_identity_write(const struct kith_state *s,
							      const uint8_t seed[KITH_KEY_LEN],
							      const struct kith_mid *mid,
							      struct kith_report *r);
/* What `kith join` does: the identity as above unless f has none (then one must be installed
 * already) or the very same is installed; and f, without its identity, as cluster.join. `mid` is
 * that of f's identity. */
KITH_MUST_USE enum kith_file_result kith_state_install(const struct kith_state *s,
						       const struct kith_idfile *f,
						       const struct kith_mid *mid,
						       struct kith_report *r);

#endif
