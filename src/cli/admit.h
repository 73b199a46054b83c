/* SPDX-License-Identifier: ISC */
/*
 * cli/admit.h: the offline side of trust: new keys from the system's entropy, an authority, and
 * with it a member's certificate and identity file. `init`, `admit` and `demo` use it; no daemon
 * is needed and nothing crosses a network.
 */
#ifndef KITH_CLI_ADMIT_H
#define KITH_CLI_ADMIT_H

#include "cli/args.h"
#include "cli/cli.h"
#include "files/authority.h"
#include "files/idfile.h"
#include "seal/certificate.h"
#include "wire/record.h"

enum { KITH_ADMIT_DAYS = 400, KITH_ADMIT_DAYS_MAX = 3650 };

/* What a certificate is to say. */
struct kith_admit {
	const char *name;
	const char *zone;      /* "" for none */
	const char *services;  /* patterns, blank-separated; "" for none */
	unsigned long days;
	uint8_t identity[KITH_KEY_LEN]; /* public key */
	bool external;         /* services also at addresses that are not its own */
};

/* 32 fresh bytes. */
enum kith_exit kith_admit_key(struct kith_cli *c, uint8_t key[KITH_KEY_LEN]);
/* Public key and member id of a seed. */
enum kith_exit kith_admit_identity(struct kith_cli *c, const uint8_t seed[KITH_KEY_LEN],
				   uint8_t public_key[KITH_KEY_LEN], struct kith_mid *mid);
/* A new authority and cluster key for `cluster`, without seeds. */
enum kith_exit kith_admit_authority(struct kith_cli *c, const char *cluster,
				    struct kith_authority_file *f);
/* Whether name, zone and patterns can stand in a certificate; USAGE if not. */
enum kith_exit kith_admit_check(struct kith_cli *c, const struct kith_admit *m);
/* Signs what `m` says and fills in *f but for its identity seed. */
enum kith_exit kith_admit_member(struct kith_cli *c, const struct kith_authority_file *authority,
				 const struct kith_admit *m, struct kith_idfile *f,
				 uint32_t *not_after);
/* Signs that `target` is expelled, until then; and the authority's id. */
enum kith_exit kith_admit_revoke(struct kith_cli *c, const struct kith_authority_file *authority,
				 const struct kith_mid *target, uint32_t until,
				 uint8_t revocation[KITH_REVOCATION_LEN]);
enum kith_exit kith_admit_authority_id(struct kith_cli *c, const struct kith_authority_file *authority,
				       struct kith_mid *id);
/* Judges an identity file that came from elsewhere: certificate and authority, name, expiry, and
 * whether `identity` (public key) is its; a mismatch is a CONFIG failure that names the cure. */
enum kith_exit kith_admit_judge(struct kith_cli *c, const struct kith_idfile *f,
				const uint8_t identity[KITH_KEY_LEN],
				struct kith_certificate *certificate);
/* The authority's file: what --authority says, or the only *.authority in this directory. */
enum kith_exit kith_admit_find_authority(struct kith_cli *c, const struct kith_args *a,
					 struct kith_authority_file *f);
/* Records a failure of the files room: `r` has the sentences. */
enum kith_exit kith_admit_file_failure(struct kith_cli *c, enum kith_file_result result,
				       const struct kith_report *r, const char *what,
				       const char *hint);

#endif
