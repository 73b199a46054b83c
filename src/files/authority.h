/* SPDX-License-Identifier: ISC */
/*
 * files/authority.h: NAME.authority, the operator's file with the key that admits members. It is
 * kept off the cluster's hosts.
 *
 *	# SECRET: who has this file admits members to prod. Keep it off the cluster's hosts.
 *	version = 1
 *	cluster = prod
 *	authority-seed = <48 characters>
 *	cluster-key = <48 characters>      what new members are given, so that admitting needs
 *	seed = 10.0.0.1:5484               this file alone; both repeatable, both may be absent
 */
#ifndef KITH_FILES_AUTHORITY_H
#define KITH_FILES_AUTHORITY_H

#include "files/idfile.h"

struct kith_authority_file {
	char cluster[KITH_CLUSTER_NAME_MAX + 1];
	uint8_t seed[KITH_KEY_LEN]; /* of the authority's Ed25519 key */
	uint8_t cluster_keys[KITH_CLUSTER_KEYS_MAX][KITH_KEY_LEN];
	uint8_t cluster_key_count;
	char seeds[KITH_SEEDS_MAX][KITH_SEED_TEXT_MAX + 1];
	uint8_t seed_count;
};

/* *f is written on success only. */
KITH_MUST_USE enum kith_file_result kith_authority_read(const char *path,
							struct kith_authority_file *f,
							struct kith_report *r);
/* flags as of kith_file_write(): KITH_FILE_NEW when a new authority is made. */
KITH_MUST_USE enum kith_file_result kith_authority_write(const char *path, unsigned flags,
							 const struct kith_authority_file *f,
							 struct kith_report *r);
void kith_authority_wipe(struct kith_authority_file *f);

#endif
