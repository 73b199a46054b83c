/* SPDX-License-Identifier: ISC */
/*
 * files/idfile.h: the identity file, all that a host needs to become a member. `kith admit NAME`
 * prints one, `kith join FILE` installs it into a state directory, kithd reads it there.
 *
 *	# SECRET: this is web-1 of prod
 *	version = 1
 *	cluster = prod
 *	authority = <48 characters>          up to KITH_AUTHORITIES_MAX lines
 *	cluster-key = <48 characters>        up to KITH_CLUSTER_KEYS_MAX lines, the first one sends
 *	seed = 10.0.0.1:5484                 up to KITH_SEEDS_MAX lines, may be none
 *	name = web-1
 *	certificate = <base64, continued on further lines that begin with a blank>
 *	identity = <48 characters>           absent when the host made its own (admit --key)
 *
 * Keys are in the form of base/crc.h. What only cryptography can tell (does the certificate belong
 * to the name, the identity, the authority?) is judged by the readers' callers: this room has none.
 */
#ifndef KITH_FILES_IDFILE_H
#define KITH_FILES_IDFILE_H

#include "files/disk.h"
#include "files/seed.h"
#include <stdbool.h>

enum { KITH_IDFILE_TEXT_MAX = 16 * 1024 }; /* all fields at their bounds fit */

struct kith_idfile {
	char cluster[KITH_CLUSTER_NAME_MAX + 1];
	uint8_t authorities[KITH_AUTHORITIES_MAX][KITH_KEY_LEN];
	uint8_t authority_count;
	uint8_t cluster_keys[KITH_CLUSTER_KEYS_MAX][KITH_KEY_LEN];
	uint8_t cluster_key_count;
	char seeds[KITH_SEEDS_MAX][KITH_SEED_TEXT_MAX + 1]; /* as files/seed.h has it */
	uint8_t seed_count;
	char name[KITH_NAME_MAX + 1];
	uint8_t certificate[KITH_CERTIFICATE_MAX];
	size_t certificate_len;
	uint8_t identity[KITH_KEY_LEN]; /* Ed25519 seed, if has_identity */
	bool has_identity;
};

/* Reads `text`; `file` names it in the report ("-" for standard input). All mistakes are reported,
 * each with its line. KITH_FILE_BAD; *f is written on success only. */
KITH_MUST_USE enum kith_file_result kith_idfile_parse(const char *file, const char *text,
						      size_t len, struct kith_idfile *f,
						      struct kith_report *r);
/* The same from a file that nobody else may read. */
KITH_MUST_USE enum kith_file_result kith_idfile_read(const char *path, struct kith_idfile *f,
						     struct kith_report *r);
/* The text into out, which has KITH_IDFILE_TEXT_MAX bytes; returns its length. */
size_t kith_idfile_print(const struct kith_idfile *f, char *out);
/* Writes it durably, 0600; flags as of kith_file_write(). */
KITH_MUST_USE enum kith_file_result kith_idfile_write(const char *path, unsigned flags,
						      const struct kith_idfile *f,
						      struct kith_report *r);
/* Erases the secrets. */
void kith_idfile_wipe(struct kith_idfile *f);

#endif
