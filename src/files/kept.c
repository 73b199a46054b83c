/* SPDX-License-Identifier: ISC */
#include "files/kept.h"
#include "base/crc.h"
#include "base/cur.h"
#include <stdlib.h>
#include <string.h>

/* --- out ------------------------------------------------------------------------------------- */

static bool make_room(struct kith_kept_batch *b, size_t more)
{
	size_t room = b->room > 0 ? b->room : 4096;
	char *bytes;

	while (room - b->len < more)
		room *= 2;
	if (room == b->room)
		return true;
	bytes = realloc(b->bytes, room);
	if (bytes == NULL)
		return false;
	b->bytes = bytes;
	b->room = room;
	return true;
}

bool kith_kept_add(struct kith_kept_batch *b, struct kith_bytes entry)
{
	uint8_t *frame;

	if (entry.len == 0 || entry.len > UINT16_MAX || !make_room(b, KITH_KEPT_FRAME + entry.len))
		return false;
	frame = (uint8_t *)b->bytes + b->len;
	kith_put_u16(frame, (uint16_t)entry.len);
	kith_put_u32(frame + 2, kith_crc32(entry.p, entry.len));
	memcpy(frame + KITH_KEPT_FRAME, entry.p, entry.len);
	b->len += KITH_KEPT_FRAME + entry.len;
	return true;
}

bool kith_kept_join(struct kith_kept_batch *b, struct kith_kept_batch *more)
{
	if (more->len > 0 && !make_room(b, more->len))
		return false;
	if (more->len > 0)
		memcpy(b->bytes + b->len, more->bytes, more->len);
	b->len += more->len;
	kith_kept_batch_free(more);
	return true;
}

void kith_kept_batch_free(struct kith_kept_batch *b)
{
	free(b->bytes);
	*b = (struct kith_kept_batch){.bytes = NULL};
}

enum kith_file_result kith_kept_write(const char *path, const char *first_line,
				      const struct kith_kept_batch *b, struct kith_report *r)
{
	const size_t first = strlen(first_line);
	enum kith_file_result result;
	char *whole = malloc(first + b->len);

	if (whole == NULL) {
		kith_report_add(r, path, 0, "out of memory");
		return KITH_FILE_OS;
	}
	memcpy(whole, first_line, first);
	if (b->len > 0)
		memcpy(whole + first, b->bytes, b->len);
	result = kith_file_write(path, 0, whole, first + b->len, r);
	free(whole);
	return result;
}

enum kith_file_result kith_kept_append(const char *path, const struct kith_kept_batch *b,
				       struct kith_report *r)
{
	return kith_file_append(path, b->bytes, b->len, r);
}

/* --- back ------------------------------------------------------------------------------------ */

/* The entry at *at, which moves behind it; false: there is none that is whole. */
static bool take(const struct kith_kept_log *log, size_t *at, struct kith_bytes *entry)
{
	const uint8_t *frame = (const uint8_t *)log->data + *at;
	size_t left = log->len - *at;

	if (left < KITH_KEPT_FRAME)
		return false;
	entry->len = kith_get_u16(frame);
	entry->p = frame + KITH_KEPT_FRAME;
	if (entry->len == 0 || entry->len > left - KITH_KEPT_FRAME ||
	    kith_crc32(entry->p, entry->len) != kith_get_u32(frame + 2))
		return false;
	*at += KITH_KEPT_FRAME + entry->len;
	return true;
}

static bool remember(struct kith_kept_log *log, struct kith_bytes entry)
{
	/* At each power of two there is room for as many again. */
	if ((log->count & (log->count - 1)) == 0) {
		size_t room = log->count > 0 ? 2 * log->count : 1;
		void *entries = realloc(log->entries, room * sizeof *log->entries);

		if (entries == NULL)
			return false;
		log->entries = entries;
	}
	log->entries[log->count++] = entry;
	return true;
}

static enum kith_file_result parse(const char *path, const char *first_line, struct kith_kept_log *log,
				   struct kith_report *r)
{
	size_t at = strlen(first_line);
	struct kith_bytes entry;

	if (log->len < at || memcmp(log->data, first_line, at) != 0) {
		kith_report_add(r, path, 0, "its first line is not \"%.*s\"; it is not used",
				(int)(at - 1), first_line);
		return KITH_FILE_BAD;
	}
	while (take(log, &at, &entry)) {
		if (!remember(log, entry)) {
			kith_report_add(r, path, 0, "out of memory");
			return KITH_FILE_OS;
		}
	}
	if (at == log->len)
		return KITH_FILE_OK;
	kith_report_add(r, path, 0, "damaged at byte %zu of %zu; what is before that is used", at,
			log->len);
	return KITH_FILE_BAD;
}

enum kith_file_result kith_kept_read(const char *path, const char *first_line,
				     struct kith_kept_log *log, struct kith_report *r)
{
	enum kith_file_result result;

	*log = (struct kith_kept_log){.data = NULL};
	result = kith_file_read_long(path, KITH_KEPT_FILE_MAX, &log->data, &log->len, r);
	if (result != KITH_FILE_OK)
		return result;
	result = parse(path, first_line, log, r);
	if (result != KITH_FILE_OK && result != KITH_FILE_BAD)
		kith_kept_log_free(log);
	return result;
}

void kith_kept_log_free(struct kith_kept_log *log)
{
	free(log->entries);
	free(log->data);
	*log = (struct kith_kept_log){.data = NULL};
}
