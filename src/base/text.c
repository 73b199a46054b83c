/* SPDX-License-Identifier: ISC */
#include "base/text.h"
#include "base/addr.h"
#include "base/check.h"
#include <string.h>

static const char hex_digits[16] = "0123456789abcdef";

void kith_text_init(struct kith_text *t, char *buf, size_t size)
{
	KITH_ASSERT(size > 0);
	*t = (struct kith_text){.buf = buf, .size = size};
	buf[0] = '\0';
}

/* Once something was cut nothing more is added: what stands is a true beginning of the whole. */
void kith_text_mem(struct kith_text *t, const char *s, size_t len)
{
	size_t left = t->size - 1 - t->len;

	if (t->cut)
		return;
	if (len > left) {
		len = left;
		t->cut = true;
	}
	if (len)
		memcpy(t->buf + t->len, s, len);
	t->len += len;
	t->buf[t->len] = '\0';
}

void kith_text_str(struct kith_text *t, const char *s)
{
	kith_text_mem(t, s, strlen(s));
}

void kith_text_u64(struct kith_text *t, uint64_t v)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	kith_text_mem(t, digits + at, sizeof(digits) - at);
}

static uint64_t magnitude(int64_t v)
{
	return v < 0 ? -(uint64_t)v : (uint64_t)v;
}

void kith_text_i64(struct kith_text *t, int64_t v)
{
	if (v < 0)
		kith_text_mem(t, "-", 1);
	kith_text_u64(t, magnitude(v));
}

void kith_text_hex(struct kith_text *t, const void *p, size_t len)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < len; i++) {
		char pair[2] = {hex_digits[b[i] >> 4], hex_digits[b[i] & 15]};

		kith_text_mem(t, pair, 2);
	}
}

void kith_text_addr(struct kith_text *t, const struct kith_addr *a)
{
	char buf[KITH_ADDR_TEXT_MAX];

	kith_text_str(t, kith_addr_print(a, buf, sizeof(buf)));
}

void kith_text_seconds(struct kith_text *t, kith_us us)
{
	uint64_t ms = magnitude(us) / 1000;
	char decimals[] = {'.',
			   (char)('0' + ms / 100 % 10),
			   (char)('0' + ms / 10 % 10),
			   (char)('0' + ms % 10),
			   ' ',
			   's'};

	if (us == KITH_NEVER) {
		kith_text_str(t, "never");
		return;
	}
	if (us < 0 && ms > 0)
		kith_text_mem(t, "-", 1);
	kith_text_u64(t, ms / 1000);
	kith_text_mem(t, decimals, sizeof(decimals));
}

void kith_hex_write(const void *p, size_t len, char *out)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < len; i++) {
		*out++ = hex_digits[b[i] >> 4];
		*out++ = hex_digits[b[i] & 15];
	}
	*out = '\0';
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int kith_hex_read(const char *text, uint8_t *out, size_t len)
{
	if (strlen(text) != 2 * len)
		return KITH_EMALFORMED;
	for (size_t i = 0; i < 2 * len; i++)
		if (hex_value(text[i]) < 0)
			return KITH_EMALFORMED;
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)(hex_value(text[2 * i]) << 4 | hex_value(text[2 * i + 1]));
	return 0;
}

void kith_base64_write(const void *p, size_t len, char *out)
{
	static const char digits[65] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *b = p;

	for (; len > 0; b += 3) {
		size_t have = len < 3 ? len : 3;
		uint32_t v = (uint32_t)b[0] << 16 | (have > 1 ? (uint32_t)b[1] << 8 : 0) |
			     (have > 2 ? b[2] : 0);

		*out++ = digits[v >> 18];
		*out++ = digits[v >> 12 & 63];
		*out++ = have > 1 ? digits[v >> 6 & 63] : '=';
		*out++ = have > 2 ? digits[v & 63] : '=';
		len -= have;
	}
	*out = '\0';
}

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* One group of four characters that stand for `have` bytes; false if it is not canonical. */
static bool base64_group(const char *text, size_t have, uint8_t bytes[3])
{
	uint32_t v = 0;

	for (size_t i = 0; i < 4; i++) {
		int digit = i <= have ? base64_value(text[i]) : 0;

		if (digit < 0 || (i > have && text[i] != '='))
			return false;
		v = v << 6 | (uint32_t)digit;
	}
	bytes[0] = (uint8_t)(v >> 16);
	bytes[1] = (uint8_t)(v >> 8);
	bytes[2] = (uint8_t)v;
	return (have > 1 || bytes[1] == 0) && (have > 2 || bytes[2] == 0);
}

int kith_base64_read(const char *text, uint8_t *out, size_t *len)
{
	size_t text_len = strlen(text), total = text_len / 4 * 3;
	uint8_t bytes[3];

	if (text_len % 4 != 0)
		return KITH_EMALFORMED;
	if (text_len && text[text_len - 1] == '=')
		total -= text[text_len - 2] == '=' ? 2 : 1;
	if (total > *len)
		return KITH_ETOOBIG;
	for (size_t at = 0; at < total; at += 3) {
		size_t have = total - at < 3 ? total - at : 3;

		if (!base64_group(text + at / 3 * 4, have, bytes))
			return KITH_EMALFORMED;
		memcpy(out + at, bytes, have);
	}
	*len = total;
	return 0;
}

bool kith_name_is_valid(const char *name, size_t max)
{
	size_t len = strlen(name);

	if (len == 0 || len > max || name[0] == '-' || name[0] == '.')
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = name[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '.' && c != '-')
			return false;
	}
	return true;
}

/* Length of the UTF-8 sequence at the start, 0 if there is none. The smallest code point of each
 * length rules out the longer spellings of a smaller one. */
static size_t utf8_sequence(const uint8_t *p, size_t left)
{
	static const uint32_t smallest[5] = {0, 1, 0x80, 0x800, 0x10000};
	size_t len = p[0] < 0x80 ? 1 : p[0] < 0xc0 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	uint32_t code = len == 1 ? p[0] : p[0] & (0x7fu >> len);

	if (len == 0 || len > left || p[0] >= 0xf8)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3f);
	}
	if (code < smallest[len] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return len;
}

bool kith_text_is_valid(const void *p, size_t len)
{
	const uint8_t *b = p;

	while (len > 0) {
		size_t step = utf8_sequence(b, len);

		if (step == 0)
			return false;
		b += step;
		len -= step;
	}
	return true;
}

bool kith_text_is_line(const void *p, size_t len)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < len; i++)
		if (b[i] < ' ' || b[i] == 0x7F)
			return false;
	return kith_text_is_valid(p, len);
}
