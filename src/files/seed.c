/* SPDX-License-Identifier: ISC */
#include "files/seed.h"
#include "base/addr.h"
#include <string.h>

/* RFC 1123 labels, the underscore of service names too. All digits and dots is a mistyped
 * address, not a name. */
static bool is_host_name(const char *s, size_t len)
{
	size_t label_len = 0;
	bool has_letter = false;

	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c == '.') {
			if (label_len == 0 || s[i - 1] == '-')
				return false;
			label_len = 0;
			continue;
		}
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')
			has_letter = true;
		else if (!(c >= '0' && c <= '9') && !(c == '-' && label_len > 0))
			return false;
		if (++label_len > 63)
			return false;
	}
	return len > 0 && has_letter && s[len - 1] != '-';
}

static bool scan_port(const char *s, uint16_t *port)
{
	uint32_t v = 0;
	size_t len = strspn(s, "0123456789");

	if (len == 0 || len > 5 || s[len] != '\0')
		return false;
	for (size_t i = 0; i < len; i++)
		v = 10 * v + (uint32_t)(s[i] - '0');
	if (v == 0 || v > UINT16_MAX)
		return false;
	*port = (uint16_t)v;
	return true;
}

int kith_seed_scan(const char *text, struct kith_seed_text *s)
{
	struct kith_seed_text out = {.port = KITH_PORT_DEFAULT};
	const char *colon = strchr(text, ':');
	size_t len = colon != NULL ? (size_t)(colon - text) : strlen(text);

	if (kith_addr_scan(text, KITH_PORT_DEFAULT, &out.addr) == 0) {
		if (!kith_addr_is_usable(&out.addr))
			return KITH_EINVAL;
		out.port = out.addr.port;
		*s = out;
		return 0;
	}
	out.addr = (struct kith_addr){0};
	if (len > KITH_SEED_TEXT_MAX || !is_host_name(text, len) ||
	    (colon != NULL && !scan_port(colon + 1, &out.port)))
		return KITH_EINVAL;
	memcpy(out.host, text, len);
	*s = out;
	return 0;
}
