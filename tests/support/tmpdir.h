/* SPDX-License-Identifier: ISC */
/* support/tmpdir.h: a directory of its own for a test that writes files. */
#ifndef KITH_TEST_TMPDIR_H
#define KITH_TEST_TMPDIR_H

#include <stddef.h>

struct tmpdir {
	char path[256];
	char file[512]; /* of the last tmpdir_file() */
};

void tmpdir_make(struct tmpdir *t);
/* Removes it with what lies in it, one level deep. */
void tmpdir_remove(struct tmpdir *t);
/* "PATH/NAME", kept in t->file. */
const char *tmpdir_file(struct tmpdir *t, const char *name);
/* Writes text as NAME with mode 0600; returns its path. */
const char *tmpdir_write(struct tmpdir *t, const char *name, const char *text);
/* The content of NAME in a static buffer; fails the test if it cannot be read. */
const char *tmpdir_read(struct tmpdir *t, const char *name);

/* Files may grow to `bytes` only, which fails writes as a full disk does; 0: no limit again. */
void tmpdir_limit(size_t bytes);

#endif
