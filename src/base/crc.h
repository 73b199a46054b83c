/* SPDX-License-Identifier: ISC */
/*
 * base/crc.h: CRC-32 (ISO-HDLC, as in zlib) against typing errors and torn writes, never against
 * an attacker; and the text form of keys in files: base64 of key || crc32, 48 characters.
 */
#ifndef KITH_BASE_CRC_H
#define KITH_BASE_CRC_H

#include <kith/types.h>

enum { KITH_KEY_TEXT_LEN = 48 };

uint32_t kith_crc32(const void *p, size_t len);
/* out has KITH_KEY_TEXT_LEN + 1 bytes. */
void kith_key_write(const uint8_t key[KITH_KEY_LEN], char *out);
/* KITH_EKEY: not this form, or the checksum does not fit (a typing error). */
KITH_MUST_USE int kith_key_read(const char *text, uint8_t key[KITH_KEY_LEN]);

#endif
