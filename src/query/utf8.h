/* SPDX-License-Identifier: ISC */
/* query/utf8.h: which bytes are text. */
#ifndef KITH_QUERY_UTF8_H
#define KITH_QUERY_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What stands for each byte that is not text. */
#define KITH_UTF8_REPLACEMENT "\xEF\xBF\xBD"

/* Length of the character at p, 1 to 4; 0 if none begins there (RFC 3629: no surrogates, no
 * overlong forms, nothing above U+10FFFF). len > 0. */
size_t kith_utf8_next(const uint8_t *p, size_t len);
bool kith_utf8_is_text(const uint8_t *p, size_t len);

#endif
