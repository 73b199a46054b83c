/* SPDX-License-Identifier: ISC */
#include "base/crc.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char key_text[] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh+KfiaR"; /* zlib's CRC */

static void checksums_are_zlibs(void **state)
{
	uint8_t zeros[32] = {0};

	(void)state;
	assert_int_equal(kith_crc32("", 0), 0);
	assert_int_equal(kith_crc32(NULL, 0), 0);
	assert_int_equal(kith_crc32("123456789", 9), 0xcbf43926u);
	assert_int_equal(kith_crc32("a", 1), 0xe8b7be43u);
	assert_int_equal(kith_crc32(zeros, 32), 0x190a55adu);
}

static void a_key_has_one_text(void **state)
{
	uint8_t key[KITH_KEY_LEN], back[KITH_KEY_LEN];
	char text[KITH_KEY_TEXT_LEN + 1];

	(void)state;
	for (uint8_t i = 0; i < KITH_KEY_LEN; i++)
		key[i] = i;
	kith_key_write(key, text);
	assert_string_equal(text, key_text);
	assert_int_equal(kith_key_read(text, back), 0);
	assert_memory_equal(back, key, sizeof(key));
}

static void every_typing_error_is_noticed(void **state)
{
	uint8_t back[KITH_KEY_LEN], untouched[KITH_KEY_LEN];
	char text[KITH_KEY_TEXT_LEN + 2];

	(void)state;
	memset(back, 0xee, sizeof(back));
	memset(untouched, 0xee, sizeof(untouched));
	for (size_t i = 0; i < KITH_KEY_TEXT_LEN; i++) {
		static const char typed[] = "AZaz09+/=-_ \n";

		for (const char *c = typed; *c; c++) {
			memcpy(text, key_text, sizeof(key_text));
			if (text[i] == *c)
				continue;
			text[i] = *c;
			assert_int_equal(kith_key_read(text, back), KITH_EKEY);
		}
		memcpy(text, key_text, sizeof(key_text));
		text[i] = '\0';
		assert_int_equal(kith_key_read(text, back), KITH_EKEY);
	}
	for (size_t i = 0; i + 1 < KITH_KEY_TEXT_LEN; i++) {
		char swapped = key_text[i + 1];

		memcpy(text, key_text, sizeof(key_text));
		if (text[i] == swapped)
			continue;
		text[i + 1] = text[i];
		text[i] = swapped;
		assert_int_equal(kith_key_read(text, back), KITH_EKEY);
	}
	memcpy(text, key_text, sizeof(key_text));
	memcpy(text + KITH_KEY_TEXT_LEN, "A", 2);
	assert_int_equal(kith_key_read(text, back), KITH_EKEY);
	assert_int_equal(kith_key_read("", back), KITH_EKEY);
	assert_memory_equal(back, untouched, sizeof(back));
}

static void a_long_text_is_refused_before_it_is_decoded(void **state)
{
	uint8_t key[KITH_KEY_LEN];
	char text[401];

	(void)state;
	memset(text, 'A', sizeof(text));
	text[400] = '\0';
	assert_int_equal(kith_key_read(text, key), KITH_EKEY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checksums_are_zlibs),
		cmocka_unit_test(a_key_has_one_text),
		cmocka_unit_test(every_typing_error_is_noticed),
		cmocka_unit_test(a_long_text_is_refused_before_it_is_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
