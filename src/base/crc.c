/* SPDX-License-Identifier: ISC */
#include "base/crc.h"
#include "base/cur.h"
#include "base/text.h"
#include <string.h>

enum { KEY_AND_CRC = KITH_KEY_LEN + 4 };

_Static_assert((KEY_AND_CRC + 2) / 3 * 4 == KITH_KEY_TEXT_LEN, "the text form's length");

uint32_t kith_crc32(const void *p, size_t len)
{
	/* Remainders of the 16 half bytes under the reflected polynomial 0xedb88320. */
	static const uint32_t remainders[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
		0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	const uint8_t *b = p;
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < len; i++) {
		crc ^= b[i];
		crc = crc >> 4 ^ remainders[crc & 15];
		crc = crc >> 4 ^ remainders[crc & 15];
	}
	return ~crc;
}

/* Keys may be secret: no copy stays on the stack. */
static void wipe(volatile uint8_t *p, size_t len)
{
	while (len--)
		*p++ = 0;
}

void kith_key_write(const uint8_t key[KITH_KEY_LEN], char *out)
{
	uint8_t raw[KEY_AND_CRC];

	memcpy(raw, key, KITH_KEY_LEN);
	kith_put_u32(raw + KITH_KEY_LEN, kith_crc32(key, KITH_KEY_LEN));
	kith_base64_write(raw, sizeof(raw), out);
	wipe(raw, sizeof(raw));
}

int kith_key_read(const char *text, uint8_t key[KITH_KEY_LEN])
{
	uint8_t raw[KEY_AND_CRC];
	size_t len = sizeof(raw);
	int rc = KITH_EKEY;

	if (kith_base64_read(text, raw, &len) == 0 && len == sizeof(raw) &&
	    kith_get_u32(raw + KITH_KEY_LEN) == kith_crc32(raw, KITH_KEY_LEN)) {
		memcpy(key, raw, KITH_KEY_LEN);
		rc = 0;
	}
	wipe(raw, sizeof(raw));
	return rc;
}
