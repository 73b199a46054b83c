/* SPDX-License-Identifier: ISC */
#include "cli/cmd_join.h"

#include "cli/ask.h"
#include "cli/install.h"
#include "seal/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	JOIN_WAIT_MS = 10000,    /* how long kithd is to wait for seeds */
	JOIN_TIMEOUT_MS = 15000, /* and we for kithd */
	JOIN_WAIT_MAX_MS = 60000 /* kithd's own bound */
};

const struct kith_flag kith_join_flags[] = {
	{"state", 0, "DIR", "the state directory to install a file into"},
	{"config", 0, "DIR", "the directory of kith.conf"},
	{NULL, 0, NULL, NULL},
};

/* --- join FILE ------------------------------------------------------------------------------- */

static enum kith_exit read_input(struct kith_cli *c, char *text, size_t room, size_t *len)
{
	*len = 0;
	while (*len < room) {
		ssize_t got = read(STDIN_FILENO, text + *len, room - *len);

		if (got < 0 && errno != EINTR)
			return kith_cli_fail_errno(c, errno, NULL, "reading standard input");
		if (got == 0)
			return KITH_EXIT_YES;
		*len += got > 0 ? (size_t)got : 0;
	}
	return kith_cli_fail(c, KITH_EXIT_CONFIG, "bad_file", NULL,
			     "standard input is longer than any identity file");
}

static enum kith_exit parse(struct kith_cli *c, const char *name, const char *text, size_t len,
			    struct kith_idfile *f)
{
	struct kith_report report = {.text = NULL};
	enum kith_file_result result = kith_idfile_parse(name, text, len, f, &report);
	enum kith_exit got = KITH_EXIT_YES;

	if (result != KITH_FILE_OK)
		got = kith_admit_file_failure(c, result, &report, name,
					      "it must be what kith admit printed, unchanged");
	kith_report_clear(&report);
	return got;
}

static enum kith_exit read_file(struct kith_cli *c, const char *path, struct kith_idfile *f)
{
	char buf[KITH_IDFILE_TEXT_MAX + 1], *text = NULL;
	struct kith_report report = {.text = NULL};
	enum kith_file_result result;
	enum kith_exit got;
	struct stat st;
	size_t len = 0;

	if (strcmp(path, "-") == 0) {
		got = read_input(c, buf, sizeof(buf) - 1, &len);
		buf[len] = '\0';
		if (got == KITH_EXIT_YES)
			got = parse(c, "-", buf, len, f);
		kith_wipe(buf, sizeof(buf));
		return got;
	}
	result = kith_file_read(path, 0, &text, &len, &report);
	if (result != KITH_FILE_OK) {
		got = kith_admit_file_failure(c, result, &report, path, NULL);
		kith_report_clear(&report);
		return got;
	}
	got = parse(c, path, text, len, f);
	kith_file_free(&text, len);
	if (got == KITH_EXIT_YES && stat(path, &st) == 0 && (st.st_mode & 077) != 0)
		kith_cli_say(c, "Others on this host can read %s: remove it when this is done.", path);
	return got;
}

/* The public key and member id that the file is for: its own identity's, or this host's. */
static enum kith_exit find_identity(struct kith_cli *c, struct kith_install *in,
				    const struct kith_idfile *f, uint8_t key[KITH_KEY_LEN],
				    struct kith_mid *mid)
{
	uint8_t seed[KITH_KEY_LEN];
	bool found = true;
	enum kith_exit got = KITH_EXIT_YES;

	if (f->has_identity)
		memcpy(seed, f->identity, sizeof(seed));
	else
		got = kith_install_identity(in, c, seed, &found);
	if (got == KITH_EXIT_YES && !found)
		got = kith_cli_fail(c, KITH_EXIT_CONFIG, "no_identity",
				    "kith init --identity makes it and prints its key, for kith admit "
				    "--key",
				    "the file brings no identity and %s has none", in->state_dir);
	if (got == KITH_EXIT_YES)
		got = kith_admit_identity(c, seed, key, mid);
	kith_wipe(seed, sizeof(seed));
	return got;
}

static enum kith_exit tell(struct kith_cli *c, const struct kith_install *in,
			   const struct kith_idfile *f, const struct kith_certificate *cert,
			   const char *path)
{
	char start[2 * KITH_PLACE_MAX + 64];
	struct kith_answer an;

	kith_install_start(in, start, sizeof(start));
	if (c->json) {
		kith_answer_init(&an, true);
		kith_answer_text(&an, "cluster", f->cluster);
		kith_answer_text(&an, "name", f->name);
		kith_answer_text(&an, "zone", cert->zone);
		kith_answer_time(&an, "not_after", cert->not_after);
		kith_answer_text(&an, "state_dir", in->state_dir);
		kith_answer_text(&an, "config_file",
				 in->config_path[0] != '\0' ? in->config_path : NULL);
		kith_answer_text(&an, "next", start);
		return kith_answer_print(&an, c);
	}
	kith_cli_say(c, "this host is %s of %s now", f->name, f->cluster);
	kith_cli_say(c, "  %s  identity, epoch and cluster.join written", in->state_dir);
	kith_install_say(in, c);
	if (f->seed_count == 0)
		kith_cli_say(c, "  the file names no seed: after the start, kith join ADDR of any member");
	if (strcmp(path, "-") != 0)
		kith_cli_say(c, "  %s is of no more use: remove it", path);
	kith_cli_say(c, "Next: %s", start);
	return KITH_EXIT_YES;
}

static enum kith_exit join_file(struct kith_cli *c, const struct kith_args *a, const char *path)
{
	struct kith_certificate cert;
	uint8_t key[KITH_KEY_LEN];
	struct kith_install in;
	struct kith_idfile file;
	struct kith_mid mid;
	enum kith_exit got = read_file(c, path, &file);

	if (got != KITH_EXIT_YES)
		return got;
	got = kith_install_open(&in, c, kith_args_get(a, "state"), kith_args_get(a, "config"));
	if (got == KITH_EXIT_YES)
		got = find_identity(c, &in, &file, key, &mid);
	if (got == KITH_EXIT_YES)
		got = kith_admit_judge(c, &file, key, &cert);
	if (got == KITH_EXIT_YES)
		got = kith_install_file(&in, c, &file, &mid);
	if (got == KITH_EXIT_YES)
		got = kith_install_config(&in, c, &file);
	if (got == KITH_EXIT_YES)
		got = tell(c, &in, &file, &cert, path);
	kith_install_close(&in);
	kith_idfile_wipe(&file);
	return got;
}

/* --- join ADDR ------------------------------------------------------------------------------- */

static void print_seeds(struct kith_cli *c, struct kith_reply *r)
{
	static const char *const heads[] = {"RESULT", "SEED", "ADDRESS", "MEANING", NULL};
	struct kith_value_walk walk = kith_value_walk(kith_reply_get(r->root, "seeds"));
	struct kith_value seed;
	struct kith_table t;

	kith_table_init(&t, heads);
	while (kith_value_next(&walk, &seed)) {
		const char *result = kith_reply_text(r, seed, "result", "pending");
		const char *cells[] = {result, kith_reply_text(r, seed, "text", "?"),
				       kith_reply_text(r, seed, "addr", NULL),
				       kith_reply_text(r, seed, "message", NULL)};

		kith_table_row(&t, strcmp(result, "joined") == 0 ? KITH_COLOR_GOOD : KITH_COLOR_WARN,
			       cells);
	}
	if (t.rows > 0)
		kith_table_print(&t, c);
	kith_table_fini(&t);
}

static enum kith_exit join_addrs(struct kith_cli *c, const struct kith_args *a)
{
	uint64_t wait_ms = JOIN_WAIT_MS;
	struct kith_reply r;
	struct kith_ask q;
	enum kith_exit got;

	if (c->timeout_given)
		wait_ms = (uint64_t)c->timeout_ms - (uint64_t)c->timeout_ms / 10;
	else
		c->timeout_ms = JOIN_TIMEOUT_MS;
	kith_reply_init(&r);
	kith_ask_init(&q);
	kith_write_key_array(&q.w, "addrs");
	for (int i = 0; i < a->operand_count; i++)
		kith_write_text(&q.w, a->operands[i]);
	kith_write_end(&q.w);
	kith_write_key_u64(&q.w, "wait_ms", wait_ms < JOIN_WAIT_MAX_MS ? wait_ms : JOIN_WAIT_MAX_MS);
	got = kith_ask(&q, c, "kith.join", &r);
	if (got == KITH_EXIT_YES && c->json) {
		got = kith_answer_value(c, r.root);
	} else if (!c->json) {
		print_seeds(c, &r);
		if (got == KITH_EXIT_YES)
			kith_cli_say(c, "%llu of %d answered. Next: kith members",
				     (unsigned long long)kith_reply_uint(r.root, "contacted", 0),
				     a->operand_count);
	}
	kith_reply_fini(&r);
	return got;
}

/* A file is what stands there, or looks like a path; everything else is an address. */
static bool is_file(const char *operand)
{
	size_t len = strlen(operand);
	struct stat st;

	return strcmp(operand, "-") == 0 || strchr(operand, '/') != NULL ||
	       (len > 5 && strcmp(operand + len - 5, ".join") == 0) || stat(operand, &st) == 0;
}

enum kith_exit kith_cmd_join(struct kith_cli *c, const struct kith_args *a)
{
	if (!is_file(a->operands[0])) {
		if (kith_args_has(a, "state") || kith_args_has(a, "config"))
			return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", NULL,
					     "--state and --config go with a file, and '%s' is none",
					     a->operands[0]);
		return join_addrs(c, a);
	}
	if (a->operand_count > 1)
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", "kith help join",
				     "one identity file at a time: '%s' is too much", a->operands[1]);
	return join_file(c, a, a->operands[0]);
}
