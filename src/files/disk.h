/* SPDX-License-Identifier: ISC */
/*
 * files/disk.h: whole files, read with a bound and written so that a crash, a power loss or a full
 * disk leaves either the old content or the new one: temporary file in the same directory, fsync,
 * rename, fsync of the directory.
 *
 * Every call that can fail gets a report and adds exactly one sentence to it when it fails, except
 * that a missing file (KITH_FILE_ABSENT) is the caller's to judge and adds none.
 */
#ifndef KITH_FILES_DISK_H
#define KITH_FILES_DISK_H

#include "files/report.h"

enum kith_file_result {
	KITH_FILE_OK,
	KITH_FILE_ABSENT, /* there is no such file */
	KITH_FILE_BAD,    /* its content is not what it should be; kithd exits with 78 */
	KITH_FILE_EXISTS, /* it must not be there, and is */
	KITH_FILE_BUSY,   /* another process holds the lock; 75 */
	KITH_FILE_DENIED, /* permission; 77 */
	KITH_FILE_FULL,   /* disk or quota is full: the old content is still there */
	KITH_FILE_OS      /* any other refusal of the system; 71 */
};

enum kith_file_flag {
	KITH_FILE_SECRET = 1 << 0, /* reading: refused when other users may read or write it */
	KITH_FILE_NEW = 1 << 1     /* writing: KITH_FILE_EXISTS if it is there already */
};

enum { KITH_FILE_SIZE_MAX = 64 * 1024 }; /* larger ones are not ours */

/* Reads all of it into malloc'd memory: *data is NUL-terminated beyond *len; free it with
 * kith_file_free(), which wipes it. Both written on success only. */
KITH_MUST_USE enum kith_file_result kith_file_read(const char *path, unsigned flags, char **data,
						   size_t *len, struct kith_report *r);
void kith_file_free(char **data, size_t len);
/* The same of up to max bytes and without a secret: free() it. */
KITH_MUST_USE enum kith_file_result kith_file_read_long(const char *path, size_t max, char **data,
							size_t *len, struct kith_report *r);
/* Writes it durably with mode 0600. The directory must exist. */
KITH_MUST_USE enum kith_file_result kith_file_write(const char *path, unsigned flags,
						    const void *data, size_t len,
						    struct kith_report *r);
/* Adds to the end of a file that is there, durably. On failure it is as before, unless the system
 * refuses that, too. */
KITH_MUST_USE enum kith_file_result kith_file_append(const char *path, const void *data, size_t len,
						     struct kith_report *r);
/* What errno means to the caller. */
enum kith_file_result kith_file_result_of(int error);
/* The exit code of sysexits that kithd and kith use for it. */
int kith_file_exit_code(enum kith_file_result result);

#endif
