/* SPDX-License-Identifier: ISC */
/*
 * files/epoch.h: the epoch, which must never go back: a member that signs twice under one epoch
 * can be impersonated by its own past. Two files of the state directory hold it, `epoch` and
 * `epoch.old`, each with a checksum and the member's id; the second is written after the first is
 * durable, and both before the node is told. So whichever one is torn, lost or overwritten, the
 * other holds the last epoch that anything was signed under, or a later one.
 */
#ifndef KITH_FILES_EPOCH_H
#define KITH_FILES_EPOCH_H

#include "files/disk.h"

/* The higher of the two that are whole and belong to `mid`. One unreadable file adds a line to r
 * and is not an error. KITH_FILE_ABSENT: neither exists. KITH_FILE_BAD: neither is whole, or they
 * belong to another identity; the report names the cure. */
KITH_MUST_USE enum kith_file_result kith_epoch_read(const char *dir, const struct kith_mid *mid,
						    uint32_t *epoch, struct kith_report *r);
/* Both files. After a failure (KITH_FILE_FULL, ...) at least one whole file with the old or the new
 * epoch is left. */
KITH_MUST_USE enum kith_file_result kith_epoch_write(const char *dir, const struct kith_mid *mid,
						     uint32_t epoch, struct kith_report *r);

#endif
