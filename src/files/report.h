/* SPDX-License-Identifier: ISC */
/*
 * files/report.h: sentences about what is wrong in files, collected so that one run tells all of
 * them. Each is one line "FILE:LINE: what, and the cure", as compilers print it, so editors jump.
 */
#ifndef KITH_FILES_REPORT_H
#define KITH_FILES_REPORT_H

#include <kith/types.h>

/* Zero it to start. */
struct kith_report {
	char *text;   /* owned: `count` lines, each ending in a newline; NULL while there is none */
	size_t len, room;
	unsigned count; /* counts also what found no memory for its text */
};

/* Adds one line. file may be NULL (no prefix), line 0 leaves out the line number. Control bytes in
 * what is formatted are shown as \xNN. */
__attribute__((format(printf, 4, 5))) void kith_report_add(struct kith_report *r, const char *file,
							   unsigned line, const char *format, ...);
/* The lines so far, "" when there are none. Borrowed until the next call. */
const char *kith_report_text(const struct kith_report *r);
/* Frees the text and starts over. */
void kith_report_clear(struct kith_report *r);

#endif
