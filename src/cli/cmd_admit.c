/* SPDX-License-Identifier: ISC */
#include "cli/cmd_admit.h"

#include "base/crc.h"
#include "base/text.h"
#include "cli/answer.h"
#include "files/seed.h"
#include "seal/hash.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

const struct kith_flag kith_admit_flags[] = {
	{"zone", 'z', "ZONE", "the zone it is in: a room, a site, a region"},
	{"service", 'S', "GLOB", "services it may offer, repeatable; '*' without"},
	{"external", 0, NULL, "it may offer services at addresses that are not its own"},
	{"days", 'd', "N", "how long its certificate is good; 400 without"},
	{"key", 'k', "PK", "the host made its identity itself: the key that kith init --identity printed"},
	{"seed", 0, "ADDR", "one more address of a member to join through, repeatable"},
	{"authority", 'a', "FILE", "the authority's file; the one *.authority here without"},
	{NULL, 0, NULL, NULL},
};

enum kith_exit kith_admit_words(struct kith_cli *c, const struct kith_args *a, const char *name,
				char services[KITH_ROLES_MAX + 2], struct kith_admit *m)
{
	const char *days = kith_args_get(a, "days"), *zone = kith_args_get(a, "zone"), *pattern;
	struct kith_text t;
	unsigned at = 0;

	memset(m, 0, sizeof(*m));
	m->name = name;
	m->zone = zone != NULL ? zone : "";
	m->days = KITH_ADMIT_DAYS;
	if (days != NULL && !kith_number_parse(days, 1, KITH_ADMIT_DAYS_MAX, &m->days))
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", NULL,
				     "--days: '%s' is no number of days from 1 to %d", days,
				     KITH_ADMIT_DAYS_MAX);
	kith_text_init(&t, services, KITH_ROLES_MAX + 2);
	while ((pattern = kith_args_next(a, "service", &at)) != NULL) {
		if (*pattern == '\0' || strchr(pattern, ' ') != NULL)
			return kith_cli_fail(c, KITH_EXIT_USAGE, "usage",
					     "one --service for each pattern",
					     "--service: '%s' is no pattern for names", pattern);
		kith_text_str(&t, t.len > 0 ? " " : "");
		kith_text_str(&t, pattern);
	}
	m->services = kith_args_has(a, "service") ? services : "*";
	m->external = kith_args_has(a, "external");
	return kith_admit_check(c, m);
}

enum kith_exit kith_admit_seeds(struct kith_cli *c, const struct kith_args *a,
				struct kith_authority_file *f)
{
	struct kith_seed_text scanned;
	const char *seed;
	unsigned at = 0;

	while ((seed = kith_args_next(a, "seed", &at)) != NULL) {
		if (strlen(seed) > KITH_SEED_TEXT_MAX || kith_seed_scan(seed, &scanned) != 0)
			return kith_cli_fail(c, KITH_EXIT_USAGE, "usage",
					     "10.0.0.1, 10.0.0.1:5484, [fd00::1]:5484 or host:5484",
					     "--seed: '%s' is no address", seed);
		if (f->seed_count == KITH_SEEDS_MAX)
			return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", NULL,
					     "--seed: more than %d seeds", KITH_SEEDS_MAX);
		memcpy(f->seeds[f->seed_count++], seed, strlen(seed) + 1);
	}
	return KITH_EXIT_YES;
}

/* The new member's key: its own, or one that we make for it. */
static enum kith_exit find_identity(struct kith_cli *c, const struct kith_args *a,
				    struct kith_admit *m, uint8_t seed[KITH_KEY_LEN])
{
	const char *key = kith_args_get(a, "key");
	enum kith_exit got;

	if (key == NULL) {
		got = kith_admit_key(c, seed);
		return got == KITH_EXIT_YES ? kith_admit_identity(c, seed, m->identity, NULL) : got;
	}
	if (kith_key_read(key, m->identity) == 0)
		return KITH_EXIT_YES;
	return kith_cli_fail(c, KITH_EXIT_USAGE, "usage",
			     "kith init --identity prints it on the host, 48 characters",
			     "--key: '%s' is no key, or one letter is wrong", key);
}

static enum kith_exit print(struct kith_cli *c, const struct kith_admit *m,
			    const struct kith_idfile *f, uint32_t not_after)
{
	char text[KITH_IDFILE_TEXT_MAX + 1];
	size_t len = kith_idfile_print(f, text);
	enum kith_exit got = KITH_EXIT_YES;
	struct kith_answer an;

	text[len] = '\0';
	if (c->json) {
		kith_answer_init(&an, true);
		kith_answer_text(&an, "cluster", f->cluster);
		kith_answer_text(&an, "name", f->name);
		kith_answer_text(&an, "zone", m->zone);
		kith_answer_text(&an, "services", m->services);
		kith_answer_time(&an, "not_after", not_after);
		kith_write_key_array(&an.w, "seeds");
		for (unsigned i = 0; i < f->seed_count; i++)
			kith_write_text(&an.w, f->seeds[i]);
		kith_write_end(&an.w);
		kith_answer_text(&an, "join_file", text);
		got = kith_answer_print(&an, c);
	} else {
		fputs(text, c->out);
	}
	kith_wipe(text, sizeof(text));
	return got;
}

static void tell(struct kith_cli *c, const struct kith_admit *m, const struct kith_idfile *f,
		 uint32_t not_after)
{
	time_t end = (time_t)not_after;
	struct tm tm;
	char date[16];

	gmtime_r(&end, &tm);
	strftime(date, sizeof(date), "%Y-%m-%d", &tm);
	kith_cli_say(c, "%s may be a member of %s until %s", f->name, f->cluster, date);
	if (strcmp(m->services, "*") == 0)
		kith_cli_say(c, "  it may offer any service; --service GLOB narrows that");
	if (f->seed_count == 0)
		kith_cli_say(c, "  no seed is in the file: name a member with --seed ADDR, or later, "
			     "on %s: kith join ADDR", f->name);
	kith_cli_say(c, f->has_identity
			     ? "The file is a secret: who has it is %s. Next, on %s: kith join FILE"
			     : "The file holds the cluster key and no identity. Next, on %s (%s): "
			       "kith join FILE",
		     f->name, f->name);
}

/* What lands in a file is a secret; the shell made that file with its umask. */
static void protect_output(void)
{
	struct stat st;

	if (fstat(STDOUT_FILENO, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
	    st.st_size == 0 && fchmod(STDOUT_FILENO, 0600) != 0)
		return; /* a file system without modes; the words say that it is a secret */
}

enum kith_exit kith_cmd_admit(struct kith_cli *c, const struct kith_args *a)
{
	struct kith_authority_file authority;
	uint8_t seed[KITH_KEY_LEN] = {0};
	char services[KITH_ROLES_MAX + 2];
	struct kith_idfile file;
	struct kith_admit m;
	uint32_t not_after = 0;
	enum kith_exit got = kith_admit_words(c, a, a->operands[0], services, &m);

	if (got != KITH_EXIT_YES)
		return got;
	got = kith_admit_find_authority(c, a, &authority);
	if (got != KITH_EXIT_YES)
		return got;
	got = kith_admit_seeds(c, a, &authority);
	if (got == KITH_EXIT_YES)
		got = find_identity(c, a, &m, seed);
	if (got == KITH_EXIT_YES)
		got = kith_admit_member(c, &authority, &m, &file, &not_after);
	if (got == KITH_EXIT_YES) {
		file.has_identity = !kith_args_has(a, "key");
		memcpy(file.identity, seed, sizeof(seed));
		protect_output();
		got = print(c, &m, &file, not_after);
		tell(c, &m, &file, not_after);
		kith_idfile_wipe(&file);
	}
	kith_authority_wipe(&authority);
	kith_wipe(seed, sizeof(seed));
	return got;
}
