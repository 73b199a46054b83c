/* SPDX-License-Identifier: ISC */
#include "files/idfile.h"
#include "base/check.h"
#include "base/text.h"
#include "files/fields.h"
#include <stdlib.h>
#include <string.h>

enum {
	CERTIFICATE_TEXT_MAX = 4 * ((KITH_CERTIFICATE_MAX + 2) / 3),
	CERTIFICATE_LINE = 64,
};

struct parse {
	struct kith_idfile f;
	char certificate[CERTIFICATE_TEXT_MAX + 1]; /* its lines so far */
};

static const char *take_cluster(void *ctx, const char *value, bool continued)
{
	struct parse *p = ctx;

	(void)continued;
	return kith_field_name(value, p->f.cluster, KITH_CLUSTER_NAME_MAX);
}

static const char *take_authority(void *ctx, const char *value, bool continued)
{
	struct parse *p = ctx;

	(void)continued;
	return kith_field_key(value, p->f.authorities, &p->f.authority_count);
}

static const char *take_cluster_key(void *ctx, const char *value, bool continued)
{
	struct parse *p = ctx;

	(void)continued;
	return kith_field_key(value, p->f.cluster_keys, &p->f.cluster_key_count);
}

static const char *take_seed(void *ctx, const char *value, bool continued)
{
	struct parse *p = ctx;

	(void)continued;
	return kith_field_seed(value, p->f.seeds, &p->f.seed_count);
}

static const char *take_name(void *ctx, const char *value, bool continued)
{
	struct parse *p = ctx;

	(void)continued;
	return kith_field_name(value, p->f.name, KITH_NAME_MAX);
}

static const char *take_certificate(void *ctx, const char *value, bool continued)
{
	struct parse *p = ctx;
	size_t len = strlen(p->certificate), more = strlen(value);

	(void)continued; /* the first line finds it empty */
	if (len + more > CERTIFICATE_TEXT_MAX)
		return "longer than a certificate can be";
	memcpy(p->certificate + len, value, more + 1);
	return NULL;
}

static const char *take_identity(void *ctx, const char *value, bool continued)
{
	struct parse *p = ctx;
	uint8_t count = 0;
	const char *wrong = kith_field_key(value, &p->f.identity, &count);

	(void)continued;
	p->f.has_identity = wrong == NULL;
	return wrong;
}

static const struct kith_field fields[] = {
	{"cluster", 1, 1, false, take_cluster},
	{"authority", 1, KITH_AUTHORITIES_MAX, false, take_authority},
	{"cluster-key", 1, KITH_CLUSTER_KEYS_MAX, false, take_cluster_key},
	{"seed", 0, KITH_SEEDS_MAX, false, take_seed},
	{"name", 1, 1, false, take_name},
	{"certificate", 1, 1, true, take_certificate},
	{"identity", 0, 1, false, take_identity},
};

static enum kith_file_result decode_certificate(const char *file, struct parse *p,
						struct kith_report *r)
{
	p->f.certificate_len = sizeof p->f.certificate;
	if (kith_base64_read(p->certificate, p->f.certificate, &p->f.certificate_len) == 0)
		return KITH_FILE_OK;
	kith_report_add(r, file, 0, "certificate: not base64; copy the file again");
	return KITH_FILE_BAD;
}

enum kith_file_result kith_idfile_parse(const char *file, const char *text, size_t len,
					struct kith_idfile *f, struct kith_report *r)
{
	enum kith_file_result result;
	struct parse *p = calloc(1, sizeof *p);

	if (p == NULL) {
		kith_report_add(r, file, 0, "%s", "out of memory");
		return KITH_FILE_OS;
	}
	result = kith_fields_parse(file, text, len, fields, sizeof fields / sizeof *fields, p, r);
	if (p->certificate[0] != '\0' && decode_certificate(file, p, r) != KITH_FILE_OK)
		result = KITH_FILE_BAD;
	if (result == KITH_FILE_OK)
		*f = p->f;
	explicit_bzero(p, sizeof *p);
	free(p);
	return result;
}

enum kith_file_result kith_idfile_read(const char *path, struct kith_idfile *f,
				       struct kith_report *r)
{
	enum kith_file_result result;
	char *text;
	size_t len;

	result = kith_file_read(path, KITH_FILE_SECRET, &text, &len, r);
	if (result != KITH_FILE_OK)
		return result;
	result = kith_idfile_parse(path, text, len, f, r);
	kith_file_free(&text, len);
	return result;
}

static void print_certificate(struct kith_text *t, const struct kith_idfile *f)
{
	char text[CERTIFICATE_TEXT_MAX + 1];

	kith_base64_write(f->certificate, f->certificate_len, text);
	for (size_t at = 0, len = strlen(text); at < len; at += CERTIFICATE_LINE) {
		size_t more = len - at < CERTIFICATE_LINE ? len - at : CERTIFICATE_LINE;

		kith_text_str(t, at == 0 ? "certificate = " : "\t");
		kith_text_mem(t, text + at, more);
		kith_text_str(t, "\n");
	}
}

size_t kith_idfile_print(const struct kith_idfile *f, char *out)
{
	struct kith_text t;

	kith_text_init(&t, out, KITH_IDFILE_TEXT_MAX);
	kith_text_str(&t, "# SECRET: this is ");
	kith_text_str(&t, f->name);
	kith_text_str(&t, " of ");
	kith_text_str(&t, f->cluster);
	kith_text_str(&t, "\nversion = 1\n");
	kith_field_print(&t, "cluster", f->cluster);
	for (uint8_t i = 0; i < f->authority_count; i++)
		kith_field_print_key(&t, "authority", f->authorities[i]);
	for (uint8_t i = 0; i < f->cluster_key_count; i++)
		kith_field_print_key(&t, "cluster-key", f->cluster_keys[i]);
	for (uint8_t i = 0; i < f->seed_count; i++)
		kith_field_print(&t, "seed", f->seeds[i]);
	kith_field_print(&t, "name", f->name);
	print_certificate(&t, f);
	if (f->has_identity)
		kith_field_print_key(&t, "identity", f->identity);
	KITH_ASSERT(!t.cut);
	return t.len;
}

enum kith_file_result kith_idfile_write(const char *path, unsigned flags,
					const struct kith_idfile *f, struct kith_report *r)
{
	char text[KITH_IDFILE_TEXT_MAX];
	enum kith_file_result result;
	size_t len = kith_idfile_print(f, text);

	result = kith_file_write(path, flags, text, len, r);
	explicit_bzero(text, sizeof text);
	return result;
}

void kith_idfile_wipe(struct kith_idfile *f)
{
	explicit_bzero(f, sizeof *f);
}
