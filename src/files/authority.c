/* SPDX-License-Identifier: ISC */
#include "files/authority.h"
#include "base/check.h"
#include "base/text.h"
#include "files/fields.h"
#include <string.h>

struct parse {
	struct kith_authority_file f;
	uint8_t seed_key_count;
};

static const char *take_cluster(void *ctx, const char *value, bool continued)
{
	struct parse *p = ctx;

	(void)continued;
	return kith_field_name(value, p->f.cluster, KITH_CLUSTER_NAME_MAX);
}

static const char *take_authority_seed(void *ctx, const char *value, bool continued)
{
	struct parse *p = ctx;

	(void)continued;
	return kith_field_key(value, &p->f.seed, &p->seed_key_count);
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

static const struct kith_field fields[] = {
	{"cluster", 1, 1, false, take_cluster},
	{"authority-seed", 1, 1, false, take_authority_seed},
	{"cluster-key", 0, KITH_CLUSTER_KEYS_MAX, false, take_cluster_key},
	{"seed", 0, KITH_SEEDS_MAX, false, take_seed},
};

enum kith_file_result kith_authority_read(const char *path, struct kith_authority_file *f,
					  struct kith_report *r)
{
	struct parse p = {0};
	enum kith_file_result result;
	char *text;
	size_t len;

	result = kith_file_read(path, KITH_FILE_SECRET, &text, &len, r);
	if (result != KITH_FILE_OK)
		return result;
	result = kith_fields_parse(path, text, len, fields, sizeof fields / sizeof *fields, &p, r);
	kith_file_free(&text, len);
	if (result == KITH_FILE_OK)
		*f = p.f;
	explicit_bzero(&p, sizeof p);
	return result;
}

enum kith_file_result kith_authority_write(const char *path, unsigned flags,
					   const struct kith_authority_file *f,
					   struct kith_report *r)
{
	char text[KITH_IDFILE_TEXT_MAX];
	enum kith_file_result result;
	struct kith_text t;

	kith_text_init(&t, text, sizeof text);
	kith_text_str(&t, "# SECRET: who has this file admits members to ");
	kith_text_str(&t, f->cluster);
	kith_text_str(&t, ". Keep it off the cluster's hosts.\nversion = 1\n");
	kith_field_print(&t, "cluster", f->cluster);
	kith_field_print_key(&t, "authority-seed", f->seed);
	for (uint8_t i = 0; i < f->cluster_key_count; i++)
		kith_field_print_key(&t, "cluster-key", f->cluster_keys[i]);
	for (uint8_t i = 0; i < f->seed_count; i++)
		kith_field_print(&t, "seed", f->seeds[i]);
	KITH_ASSERT(!t.cut);
	result = kith_file_write(path, flags, text, t.len, r);
	explicit_bzero(text, sizeof text);
	return result;
}

void kith_authority_wipe(struct kith_authority_file *f)
{
	explicit_bzero(f, sizeof *f);
}
