/* SPDX-License-Identifier: ISC */
#include "files/epoch.h"
#include "base/crc.h"
#include "base/cur.h"
#include "files/fields.h"
#include "files/state.h"
#include <stdio.h>
#include <string.h>

enum { TEXT_ROOM = 256 };

struct copy {
	struct kith_mid mid;
	uint32_t epoch, crc;
};

static uint32_t crc_of(const struct copy *c)
{
	uint8_t bytes[sizeof c->mid.b + 4];

	memcpy(bytes, c->mid.b, sizeof c->mid.b);
	kith_put_u32(bytes + sizeof c->mid.b, c->epoch);
	return kith_crc32(bytes, sizeof bytes);
}

static const char *take_mid(void *ctx, const char *value, bool continued)
{
	struct copy *c = ctx;

	(void)continued;
	return kith_hex_read(value, c->mid.b, sizeof c->mid.b) == 0 ? NULL : "not 32 hex digits";
}

static const char *take_epoch(void *ctx, const char *value, bool continued)
{
	struct copy *c = ctx;
	uint64_t v = 0;
	size_t len = strspn(value, "0123456789");

	(void)continued;
	for (size_t i = 0; i < len && i < 11; i++)
		v = 10 * v + (uint64_t)(value[i] - '0');
	if (len == 0 || len > 10 || value[len] != '\0' || v > UINT32_MAX)
		return "not a number below 2^32";
	c->epoch = (uint32_t)v;
	return NULL;
}

static const char *take_crc(void *ctx, const char *value, bool continued)
{
	struct copy *c = ctx;
	uint8_t bytes[4];

	(void)continued;
	if (kith_hex_read(value, bytes, sizeof bytes) != 0)
		return "not 8 hex digits";
	c->crc = kith_get_u32(bytes);
	return NULL;
}

static const struct kith_field fields[] = {
	{"mid", 1, 1, false, take_mid},
	{"epoch", 1, 1, false, take_epoch},
	{"crc", 1, 1, false, take_crc},
};

static enum kith_file_result read_copy(const char *path, const struct kith_mid *mid,
				       uint32_t *epoch, struct kith_report *r)
{
	struct copy c = {0};
	enum kith_file_result result;
	char *text;
	size_t len;

	result = kith_file_read(path, 0, &text, &len, r);
	if (result != KITH_FILE_OK)
		return result;
	result = kith_fields_parse(path, text, len, fields, sizeof fields / sizeof *fields, &c, r);
	kith_file_free(&text, len);
	if (result != KITH_FILE_OK)
		return result;
	if (c.crc != crc_of(&c)) {
		kith_report_add(r, path, 0, "the checksum does not fit: damaged or edited");
		return KITH_FILE_BAD;
	}
	if (memcmp(&c.mid, mid, sizeof c.mid) != 0) {
		kith_report_add(r, path, 0, "it belongs to another identity");
		return KITH_FILE_BAD;
	}
	*epoch = c.epoch;
	return KITH_FILE_OK;
}

static const char *path_of(const char *dir, const char *name, char *out)
{
	snprintf(out, KITH_PATH_MAX, "%s/%s", dir, name);
	return out;
}

enum kith_file_result kith_epoch_read(const char *dir, const struct kith_mid *mid, uint32_t *epoch,
				      struct kith_report *r)
{
	char path[KITH_PATH_MAX];
	uint32_t first = 0, second = 0;
	enum kith_file_result a, b;

	a = read_copy(path_of(dir, KITH_STATE_EPOCH, path), mid, &first, r);
	b = read_copy(path_of(dir, KITH_STATE_EPOCH_OLD, path), mid, &second, r);
	if (a == KITH_FILE_OK || b == KITH_FILE_OK) {
		*epoch = first > second ? first : second;
		return KITH_FILE_OK;
	}
	if (a == KITH_FILE_ABSENT && b == KITH_FILE_ABSENT)
		return KITH_FILE_ABSENT;
	kith_report_add(r, dir, 0,
			"neither copy of the epoch can be used, and signing under an old one would make "
			"this member's past count as its present; cure: a new identity (kith admit NAME, "
			"then kith join FILE into an empty state directory)");
	return a == KITH_FILE_ABSENT ? b : a;
}

static enum kith_file_result write_copy(const char *dir, const char *name, const char *text,
					size_t len, struct kith_report *r)
{
	char path[KITH_PATH_MAX];

	return kith_file_write(path_of(dir, name, path), 0, text, len, r);
}

enum kith_file_result kith_epoch_write(const char *dir, const struct kith_mid *mid, uint32_t epoch,
				       struct kith_report *r)
{
	struct copy c = {.mid = *mid, .epoch = epoch};
	enum kith_file_result result;
	char text[TEXT_ROOM];
	uint8_t crc[4];
	struct kith_text t;

	kith_put_u32(crc, crc_of(&c));
	kith_text_init(&t, text, sizeof text);
	kith_text_str(&t, "# Never edited, never restored from a backup: an epoch must not go back.\n"
			  "version = 1\nmid = ");
	kith_text_hex(&t, mid->b, sizeof mid->b);
	kith_text_str(&t, "\nepoch = ");
	kith_text_u64(&t, epoch);
	kith_text_str(&t, "\ncrc = ");
	kith_text_hex(&t, crc, sizeof crc);
	kith_text_str(&t, "\n");
	result = write_copy(dir, KITH_STATE_EPOCH, text, t.len, r);
	if (result == KITH_FILE_OK)
		result = write_copy(dir, KITH_STATE_EPOCH_OLD, text, t.len, r);
	return result;
}
