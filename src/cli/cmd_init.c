/* SPDX-License-Identifier: ISC */
#include "cli/cmd_init.h"

#include "base/addr.h"
#include "base/crc.h"
#include "base/text.h"
#include "cli/answer.h"
#include "cli/cmd_admit.h"
#include "cli/install.h"
#include "seal/hash.h"

#include <string.h>
#include <unistd.h>

enum { GOSSIP_PORT = 5484 };

const struct kith_flag kith_init_flags[] = {
	{"name", 'n', "NAME", "this host's name in the cluster; its short host name without"},
	{"zone", 'z', "ZONE", "the zone it is in: a room, a site, a region"},
	{"service", 'S', "GLOB", "services it may offer, repeatable; '*' without"},
	{"external", 0, NULL, "it may offer services at addresses that are not its own"},
	{"days", 'd', "N", "how long its certificate is good; 400 without"},
	{"seed", 0, "ADDR", "where others reach this host, repeatable; the address of the default "
			    "route without"},
	{"authority", 'a', "FILE", "where to write the authority's file; CLUSTER.authority without"},
	{"state", 0, "DIR", "the state directory"},
	{"config", 0, "DIR", "the directory of kith.conf"},
	{"identity", 'i', NULL, "only make this host's identity, and print its public key"},
	{NULL, 0, NULL, NULL},
};

/* This host's identity seed: the one that lies there, or a new one. */
static enum kith_exit own_identity(struct kith_install *in, struct kith_cli *c,
				   uint8_t seed[KITH_KEY_LEN], uint8_t public_key[KITH_KEY_LEN],
				   struct kith_mid *mid)
{
	bool found;
	enum kith_exit got = kith_install_identity(in, c, seed, &found);

	if (got == KITH_EXIT_YES && !found)
		got = kith_admit_key(c, seed);
	if (got == KITH_EXIT_YES)
		got = kith_admit_identity(c, seed, public_key, mid);
	if (got == KITH_EXIT_YES && !found)
		got = kith_install_new_identity(in, c, seed, mid);
	return got;
}

static enum kith_exit identity_only(struct kith_cli *c, struct kith_install *in)
{
	uint8_t seed[KITH_KEY_LEN], key[KITH_KEY_LEN];
	char text[KITH_KEY_TEXT_LEN + 1];
	struct kith_answer an;
	struct kith_mid mid;
	enum kith_exit got = own_identity(in, c, seed, key, &mid);

	kith_wipe(seed, sizeof(seed));
	if (got != KITH_EXIT_YES)
		return got;
	kith_key_write(key, text);
	if (c->json) {
		kith_answer_init(&an, true);
		kith_answer_text(&an, "public_key", text);
		kith_answer_text(&an, "state_dir", in->state_dir);
		return kith_answer_print(&an, c);
	}
	fprintf(c->out, "%s\n", text);
	kith_cli_say(c, "This host's identity is in %s and stays there; the key above is public.",
		     in->state_dir);
	kith_cli_say(c, "Next, where the authority's file is: kith admit NAME --key %s", text);
	return KITH_EXIT_YES;
}

/* Seeds for those who join later: what --seed says, or the addresses of the default routes. */
static enum kith_exit find_seeds(struct kith_cli *c, const struct kith_args *a,
				 struct kith_authority_file *f)
{
	static const int families[] = {4, 6};

	for (size_t i = 0; i < 2 && !kith_args_has(a, "seed"); i++) {
		struct kith_addr addr;

		if (!kith_place_address(families[i], &addr))
			continue;
		addr.port = GOSSIP_PORT;
		kith_addr_print(&addr, f->seeds[f->seed_count++], KITH_SEED_TEXT_MAX + 1);
	}
	return kith_admit_seeds(c, a, f);
}

static enum kith_exit write_authority(struct kith_cli *c, const char *path,
				      const struct kith_authority_file *f)
{
	struct kith_report report = {.text = NULL};
	enum kith_file_result result = kith_authority_write(path, KITH_FILE_NEW, f, &report);
	enum kith_exit got = KITH_EXIT_YES;

	if (result != KITH_FILE_OK)
		got = kith_admit_file_failure(c, result, &report, path,
					      result == KITH_FILE_EXISTS
						      ? "admit more hosts with it: kith admit NAME"
						      : "--authority FILE names another place");
	kith_report_clear(&report);
	return got;
}

/* The first member. Its own file needs no seed: it is the seed. */
static enum kith_exit install_self(struct kith_cli *c, struct kith_install *in,
				   const struct kith_authority_file *authority,
				   struct kith_admit *m)
{
	struct kith_authority_file own = *authority;
	uint8_t seed[KITH_KEY_LEN];
	struct kith_idfile file;
	struct kith_mid mid;
	uint32_t not_after;
	enum kith_exit got = own_identity(in, c, seed, m->identity, &mid);

	own.seed_count = 0;
	if (got == KITH_EXIT_YES)
		got = kith_admit_member(c, &own, m, &file, &not_after);
	if (got == KITH_EXIT_YES) {
		file.has_identity = true;
		memcpy(file.identity, seed, sizeof(seed));
		got = kith_install_file(in, c, &file, &mid);
		if (got == KITH_EXIT_YES)
			got = kith_install_config(in, c, &file);
		kith_idfile_wipe(&file);
	}
	kith_authority_wipe(&own);
	kith_wipe(seed, sizeof(seed));
	return got;
}

static enum kith_exit tell(struct kith_cli *c, const struct kith_install *in,
			   const struct kith_authority_file *f, const char *path,
			   const struct kith_admit *m)
{
	char start[2 * KITH_PLACE_MAX + 64];
	struct kith_answer an;

	kith_install_start(in, start, sizeof(start));
	if (c->json) {
		kith_answer_init(&an, true);
		kith_answer_text(&an, "cluster", f->cluster);
		kith_answer_text(&an, "name", m->name);
		kith_answer_text(&an, "authority_file", path);
		kith_answer_text(&an, "state_dir", in->state_dir);
		kith_answer_text(&an, "config_file",
				 in->config_path[0] != '\0' ? in->config_path : NULL);
		kith_write_key_array(&an.w, "seeds");
		for (unsigned i = 0; i < f->seed_count; i++)
			kith_write_text(&an.w, f->seeds[i]);
		kith_write_end(&an.w);
		kith_answer_text(&an, "next", start);
		return kith_answer_print(&an, c);
	}
	kith_cli_say(c, "%s is a new cluster, and %s its first member", f->cluster, m->name);
	kith_cli_say(c, "  %s  admits members: a secret, keep it off the cluster's hosts", path);
	kith_cli_say(c, "  %s  this host's identity and keys", in->state_dir);
	kith_install_say(in, c);
	for (unsigned i = 0; i < f->seed_count; i++)
		kith_cli_say(c, "  others will join through %s", f->seeds[i]);
	if (f->seed_count == 0)
		kith_cli_say(c, "  no address of this host was found: kith admit --seed ADDR names one");
	kith_cli_say(c, "Next: %s", start);
	kith_cli_say(c, "then for each other host: kith admit NAME > NAME.join, copy it there, and "
		     "kith join NAME.join");
	return KITH_EXIT_YES;
}

/* Where the authority's file is to be; looked at before anything is made. */
static enum kith_exit find_authority(struct kith_cli *c, const struct kith_args *a,
				     char path[KITH_PLACE_MAX])
{
	const char *given = kith_args_get(a, "authority");
	int len = given != NULL ? snprintf(path, KITH_PLACE_MAX, "%s", given)
				: snprintf(path, KITH_PLACE_MAX, "%s.authority", a->operands[0]);

	if (len >= KITH_PLACE_MAX)
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", NULL, "--authority: too long");
	if (access(path, F_OK) == 0)
		return kith_cli_fail(c, KITH_EXIT_REFUSED, "exists",
				     "admit more hosts with it: kith admit NAME",
				     "the cluster's authority is there already: %s", path);
	return KITH_EXIT_YES;
}

static enum kith_exit make_cluster(struct kith_cli *c, struct kith_install *in, const char *path,
				   struct kith_admit *m, struct kith_authority_file *f)
{
	char join[KITH_PATH_MAX];
	enum kith_exit got;

	if (access(kith_state_path(&in->state, KITH_STATE_JOIN, join), F_OK) == 0)
		return kith_cli_fail(c, KITH_EXIT_REFUSED, "exists",
				     "--state DIR names another place",
				     "this host is a member of a cluster already: %s is there", join);
	got = write_authority(c, path, f);
	if (got != KITH_EXIT_YES)
		return got;
	got = install_self(c, in, f, m);
	if (got == KITH_EXIT_YES)
		return tell(c, in, f, path, m);
	unlink(path); /* so that the next try does not find half a cluster */
	return got;
}

static enum kith_exit new_cluster(struct kith_cli *c, const struct kith_args *a)
{
	char services[KITH_ROLES_MAX + 2], host[KITH_NAME_MAX + 1], path[KITH_PLACE_MAX];
	struct kith_authority_file authority = {.seed_count = 0};
	struct kith_install in = {.is_open = false};
	struct kith_admit m;
	const char *name = kith_args_get(a, "name");
	enum kith_exit got;

	kith_place_host_name(host, sizeof(host));
	got = kith_admit_words(c, a, name != NULL ? name : host, services, &m);
	if (got == KITH_EXIT_YES)
		got = kith_admit_authority(c, a->operands[0], &authority);
	if (got == KITH_EXIT_YES)
		got = find_seeds(c, a, &authority);
	if (got == KITH_EXIT_YES)
		got = find_authority(c, a, path);
	if (got == KITH_EXIT_YES)
		got = kith_install_open(&in, c, kith_args_get(a, "state"),
					kith_args_get(a, "config"));
	if (got == KITH_EXIT_YES)
		got = make_cluster(c, &in, path, &m, &authority);
	kith_install_close(&in);
	kith_authority_wipe(&authority);
	return got;
}

enum kith_exit kith_cmd_init(struct kith_cli *c, const struct kith_args *a)
{
	struct kith_install in;
	enum kith_exit got;

	if (kith_args_has(a, "identity") != (a->operand_count == 0))
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", "kith help init",
				     a->operand_count > 0
					     ? "init --identity takes no cluster's name"
					     : "init needs the name of the new cluster");
	if (a->operand_count > 0)
		return new_cluster(c, a);
	got = kith_install_open(&in, c, kith_args_get(a, "state"), kith_args_get(a, "config"));
	if (got == KITH_EXIT_YES)
		got = identity_only(c, &in);
	kith_install_close(&in);
	return got;
}
