/* SPDX-License-Identifier: ISC */
/*
 * seal/certificate.h: the certificate's layout (4-security.md §5.3), at most 350 bytes:
 *
 *	0 ver=1 | 1 rights | 2 issuer id[16] | 18 identity pk[32] | 50 serial u64 | 58 not_after u32
 *	62 len+name | len+zone | len+roles and service patterns | sig[64]
 *
 * Name: 1 to 63 of [a-z0-9.-], not starting with '-' or '.'; zone: the same, or empty; roles and
 * patterns: words of visible ASCII, one blank between two. Rights bits without a meaning are kept.
 */
#ifndef KITH_SEAL_CERTIFICATE_H
#define KITH_SEAL_CERTIFICATE_H

#include "seal/identity.h"
#include <kith/kith.h>

enum { KITH_CERTIFICATE_MIN = 62 + 2 + 1 + 1 + KITH_SIG_LEN };

/* Layout only: alphabet and lengths of every field, nothing behind the signature.
 * KITH_EMALFORMED. */
KITH_MUST_USE int kith_cert_read(const uint8_t *p, size_t len, struct kith_certificate *c);
/* KITH_EINVAL: a field out of its alphabet or length; *len is room in, length out. */
KITH_MUST_USE int kith_cert_sign(struct kith_certificate *c, const struct kith_identity *authority,
				 const struct kith_cid *cid, uint8_t *out, size_t *len);
/* The issuer field and the signature of an already read certificate: 0 or KITH_ECERT. */
KITH_MUST_USE int kith_cert_verify(const uint8_t *p, size_t len,
				   const uint8_t authority_pk[KITH_KEY_LEN],
				   const struct kith_cid *cid);

#endif
