/* SPDX-License-Identifier: ISC */
/*
 * daemon/saver.h: the one thread that writes to the state directory, since fsync() on a busy disk
 * takes seconds and the protocol must not stand still meanwhile. A job is handed over, written, and
 * its end told in the loop. Of each kind one waits at most: a newer epoch and newer services replace it,
 * more entries of what is kept are added to it.
 */
#ifndef KITH_DAEMON_SAVER_H
#define KITH_DAEMON_SAVER_H

#include "files/kept.h"

struct ev_loop;
struct kith_saver;

enum kith_save { KITH_SAVE_EPOCH, KITH_SAVE_SERVICES, KITH_SAVE_KEPT, KITH_SAVE_COUNT };

/* A job ended; text: its sentences, "" when all went well. Called in the loop. */
typedef void (*kith_saved_f)(void *ctx, enum kith_save what, uint64_t token,
			     enum kith_file_result result, const char *text);

/* dir and mid are copied. NULL: no memory, or no thread. */
struct kith_saver *kith_saver_new(struct ev_loop *loop, const char *dir, const struct kith_mid *mid,
				  kith_saved_f on_saved, void *ctx);
/* Finishes what waits, tells nobody, and ends the thread. */
void kith_saver_free(struct kith_saver **s);

void kith_saver_epoch(struct kith_saver *s, uint32_t epoch, uint64_t token);
/* All entries of what is offered. They are moved, b is empty after. */
void kith_saver_services(struct kith_saver *s, struct kith_kept_batch *b, uint64_t token);
/* Entries to add to what is kept, or, whole, to replace it with. They are moved, b is empty after;
 * without memory they are lost, which on_saved tells as KITH_FILE_OS. */
void kith_saver_kept(struct kith_saver *s, struct kith_kept_batch *b, bool whole, uint64_t token);

#endif
