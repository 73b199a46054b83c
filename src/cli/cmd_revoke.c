/* SPDX-License-Identifier: ISC */
#include "cli/cmd_revoke.h"

#include "base/text.h"
#include "cli/admit.h"
#include "cli/ask.h"

#include <string.h>
#include <time.h>

const struct kith_flag kith_revoke_flags[] = {
	{"authority", 'a', "FILE", "the authority's file; the one *.authority here without"},
	{NULL, 0, NULL, NULL},
};

/* Whom to expel. */
struct target {
	struct kith_mid mid;
	char issuer[2 * 16 + 1]; /* "": not listed, so not known */
};

/* No certificate of the authority lasts longer; there may be a newer one than the cluster has seen. */
static uint32_t longest(void)
{
	return (uint32_t)(time(NULL) + (time_t)KITH_ADMIT_DAYS_MAX * 24 * 3600);
}

/* A whole id needs no member: it may be gone, or not have come yet. */
static enum kith_exit find(struct kith_cli *c, const char *name, struct target *t)
{
	struct kith_reply r;
	struct kith_ask q;
	enum kith_exit got;
	bool is_known;

	memset(t, 0, sizeof(*t));
	kith_reply_init(&r);
	kith_ask_init(&q);
	kith_write_key_text(&q.w, "name", name);
	got = kith_ask(&q, c, "kith.member", &r);
	is_known = got == KITH_EXIT_YES &&
		   kith_hex_read(kith_reply_text(&r, r.root, "member.id", ""), t->mid.b,
				 sizeof(t->mid.b)) == 0;
	if (is_known) {
		const char *issuer = kith_reply_text(&r, r.root, "member.issuer", "");

		memcpy(t->issuer, issuer, strnlen(issuer, sizeof(t->issuer) - 1));
	} else if (got == KITH_EXIT_NO &&
		   kith_hex_read(name, t->mid.b, sizeof(t->mid.b)) == 0) {
		got = KITH_EXIT_YES;
	}
	kith_reply_fini(&r);
	return got;
}

/* Another authority's member would not mind. */
static enum kith_exit judge(struct kith_cli *c, const char *name, const struct target *t,
			    const struct kith_authority_file *f)
{
	char text[2 * 16 + 1];
	struct kith_mid id;
	const enum kith_exit got = kith_admit_authority_id(c, f, &id);

	if (got != KITH_EXIT_YES)
		return got;
	kith_hex_write(id.b, sizeof(id.b), text);
	if (t->issuer[0] == '\0' || strcmp(t->issuer, text) == 0)
		return KITH_EXIT_YES;
	return kith_cli_fail(c, KITH_EXIT_CONFIG, "authority",
			     "it takes the file of the authority that admitted the member",
			     "%s was admitted by authority %s, and this is %s", name, t->issuer, text);
}

static enum kith_exit send(struct kith_cli *c, const char *name, const uint8_t *revocation)
{
	char hex[2 * KITH_REVOCATION_LEN + 1];
	struct kith_reply r;
	struct kith_ask q;
	enum kith_exit got;

	kith_hex_write(revocation, KITH_REVOCATION_LEN, hex);
	kith_reply_init(&r);
	kith_ask_init(&q);
	kith_write_key_text(&q.w, "revocation", hex);
	got = kith_ask(&q, c, "kith.revoke", &r);
	if (got == KITH_EXIT_YES && c->json) {
		got = kith_answer_value(c, kith_reply_get(r.root, "revoked"));
	} else if (got == KITH_EXIT_YES) {
		kith_cli_say(c, "%s (%s) is expelled, for good: every host refuses it from the moment it hears of it.",
			     kith_reply_text(&r, r.root, "revoked.name", name),
			     kith_reply_text(&r, r.root, "revoked.id", "?"));
		kith_cli_say(c, "It still has the cluster key, with which it can read who introduces itself.");
	}
	kith_reply_fini(&r);
	return got;
}

enum kith_exit kith_cmd_revoke(struct kith_cli *c, const struct kith_args *a)
{
	uint8_t revocation[KITH_REVOCATION_LEN];
	struct kith_authority_file authority;
	struct target t;
	enum kith_exit got = kith_admit_find_authority(c, a, &authority);

	if (got != KITH_EXIT_YES)
		return got;
	got = find(c, a->operands[0], &t);
	if (got == KITH_EXIT_YES)
		got = judge(c, a->operands[0], &t, &authority);
	if (got == KITH_EXIT_YES)
		got = kith_admit_revoke(c, &authority, &t.mid, longest(), revocation);
	kith_authority_wipe(&authority);
	return got == KITH_EXIT_YES ? send(c, a->operands[0], revocation) : got;
}
