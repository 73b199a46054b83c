/* SPDX-License-Identifier: ISC */
/*
 * files/kept.h: logs of what outlives a restart: entries of kith_node_keep() in one, those of
 * query/offers.h in another, whose content is no business of this room. Entries are collected in a
 * batch, which is added at the end of the file, or replaces it. A crash tears the last batch at most;
 * what is before the damage is used.
 *
 *	first line, then per entry: length u16 | crc32 of the entry u32 | entry    little-endian
 */
#ifndef KITH_FILES_KEPT_H
#define KITH_FILES_KEPT_H

#include "files/disk.h"
#include <kith/types.h>
#include <stdbool.h>

/* First lines, each the kind of the file and its version. */
#define KITH_KEPT_NODE "kith-kept 1\n"
#define KITH_KEPT_SERVICES "kith-services 1\n"

enum {
	KITH_KEPT_FILE_MAX = 64 * 1024 * 1024,
	KITH_KEPT_FRAME = 6 /* what an entry takes besides its bytes */
};

struct kith_kept_batch {
	char *bytes; /* owned */
	size_t len, room;
};

/* false: no memory, or the entry is empty or longer than 65,535 bytes. */
KITH_MUST_USE bool kith_kept_add(struct kith_kept_batch *b, struct kith_bytes entry);
/* Moves the entries of `more` to the end of b; false, and nothing is moved: no memory. */
KITH_MUST_USE bool kith_kept_join(struct kith_kept_batch *b, struct kith_kept_batch *more);
void kith_kept_batch_free(struct kith_kept_batch *b);

/* A file of these alone, or these behind what is there (KITH_FILE_ABSENT: there is no file). */
KITH_MUST_USE enum kith_file_result kith_kept_write(const char *path, const char *first_line,
						    const struct kith_kept_batch *b,
						    struct kith_report *r);
KITH_MUST_USE enum kith_file_result kith_kept_append(const char *path,
						     const struct kith_kept_batch *b,
						     struct kith_report *r);

struct kith_kept_log {
	char *data; /* owned */
	size_t len;
	struct kith_bytes *entries; /* owned; they point into data */
	size_t count;
};

/* BAD: it is damaged, and the entries before the damage are here, none if it begins with another first
 * line; nothing may be appended to it.
 * ABSENT and the others: *log is empty. Free it in any case. */
KITH_MUST_USE enum kith_file_result kith_kept_read(const char *path, const char *first_line,
						   struct kith_kept_log *log, struct kith_report *r);
void kith_kept_log_free(struct kith_kept_log *log);

#endif
