/* SPDX-License-Identifier: ISC */
#include "files/peers.h"
#include "base/addr.h"
#include "base/check.h"
#include "files/fields.h"
#include <stdlib.h>
#include <string.h>

enum {
	LINE_ROOM = 8 + KITH_NAME_MAX + 1 + KITH_ADDR_TEXT_MAX + 12,
	TEXT_ROOM = KITH_PEERS_MAX * LINE_ROOM + 64
};

static const char *const status_names[KITH_STATUS_COUNT] = {
#define X(upper, lower, help) [KITH_STATUS_##upper] = #lower,
	KITH_STATUSES(X)
#undef X
};

static bool scan_status(const char *word, enum kith_status *status)
{
	for (int i = 0; i < KITH_STATUS_COUNT; i++) {
		if (strcmp(word, status_names[i]) == 0 && i != KITH_STATUS_LEFT) {
			*status = (enum kith_status)i;
			return true;
		}
	}
	return false;
}

static const char *take_peer(void *ctx, const char *value, bool continued)
{
	struct kith_peers *p = ctx;
	struct kith_peer *peer = &p->all[p->count];
	char copy[LINE_ROOM], *save = NULL;
	const char *name, *addr, *status;

	(void)continued;
	if (strlen(value) >= sizeof copy)
		return "line is too long";
	memcpy(copy, value, strlen(value) + 1);
	name = strtok_r(copy, " \t", &save);
	addr = strtok_r(NULL, " \t", &save);
	status = strtok_r(NULL, " \t", &save);
	if (status == NULL || strtok_r(NULL, " \t", &save) != NULL)
		return "not NAME ADDRESS STATUS; the line is skipped";
	if (!kith_name_is_valid(name, KITH_NAME_MAX) || kith_addr_scan(addr, 0, &peer->addr) != 0 ||
	    !kith_addr_is_usable(&peer->addr) || !scan_status(status, &peer->status))
		return "name, address or status is not valid; the line is skipped";
	memcpy(peer->name, name, strlen(name) + 1);
	p->count++;
	return NULL;
}

static const struct kith_field fields[] = {{"peer", 0, KITH_PEERS_MAX, false, take_peer}};

enum kith_file_result kith_peers_read(const char *path, struct kith_peers *p,
				      struct kith_report *r)
{
	enum kith_file_result result;
	char *text;
	size_t len;

	memset(p, 0, sizeof *p);
	result = kith_file_read(path, 0, &text, &len, r);
	if (result != KITH_FILE_OK)
		return result;
	result = kith_fields_parse(path, text, len, fields, sizeof fields / sizeof *fields, p, r);
	kith_file_free(&text, len);
	return result;
}

enum kith_file_result kith_peers_write(const char *path, const struct kith_peers *p,
				       struct kith_report *r)
{
	enum kith_file_result result;
	char *text = malloc(TEXT_ROOM), addr[KITH_ADDR_TEXT_MAX];
	struct kith_text t;

	if (text == NULL) {
		kith_report_add(r, path, 0, "%s", "out of memory");
		return KITH_FILE_OS;
	}
	kith_text_init(&t, text, TEXT_ROOM);
	kith_text_str(&t, "# Where others were; kithd asks them when it starts.\nversion = 1\n");
	for (size_t i = 0; i < p->count; i++) {
		kith_text_str(&t, "peer = ");
		kith_text_str(&t, p->all[i].name);
		kith_text_str(&t, " ");
		kith_text_str(&t, kith_addr_print(&p->all[i].addr, addr, sizeof addr));
		kith_text_str(&t, " ");
		kith_text_str(&t, status_names[p->all[i].status]);
		kith_text_str(&t, "\n");
	}
	KITH_ASSERT(!t.cut);
	result = kith_file_write(path, 0, text, t.len, r);
	free(text);
	return result;
}
