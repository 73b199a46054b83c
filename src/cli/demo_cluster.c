/* SPDX-License-Identifier: ISC */
#include "cli/demo_cluster.h"

#include "cli/admit.h"
#include "cli/ask.h"
#include "cli/spawn.h"
#include "files/state.h"
#include "seal/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ASK_MS = 1000, END_MS = 5000, PORT_TRIES = 64 };

static const char *const names[KITH_DEMO_NODES] = {"a", "b", "c"};

/* --- ports ----------------------------------------------------------------------------------- */

static bool bind_to(int type, uint16_t *port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(*port),
				 .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&in, sizeof(in)) == 0 &&
		  getsockname(fd, (struct sockaddr *)&in, &len) == 0;

	if (fd >= 0)
		close(fd);
	if (ok)
		*port = ntohs(in.sin_port);
	return ok;
}

/* A port that is free for both UDP and TCP now; somebody may take it before kithd does, which then
 * says so and the demo fails with a sentence. */
static enum kith_exit find_port(struct kith_demo_cluster *d, struct kith_cli *c, uint16_t *out)
{
	for (int i = 0; i < PORT_TRIES; i++) {
		uint16_t port = 0;
		bool is_free = bind_to(SOCK_STREAM, &port) && bind_to(SOCK_DGRAM, &port);

		for (unsigned other = 0; other < KITH_DEMO_NODES; other++)
			is_free &= d->nodes[other].port != port && d->nodes[other].dns_port != port;
		if (!is_free)
			continue;
		*out = port;
		return KITH_EXIT_YES;
	}
	return kith_cli_fail(c, KITH_EXIT_BUG, "system", NULL, "no free port on 127.0.0.1");
}

/* --- files ----------------------------------------------------------------------------------- */

static const char *path_of(const struct kith_demo_cluster *d, unsigned i, const char *what,
			   char out[KITH_PLACE_MAX])
{
	snprintf(out, KITH_PLACE_MAX, "%s/%s%s", d->dir, d->nodes[i].name, what);
	return out;
}

static enum kith_exit make_directory(struct kith_demo_cluster *d, struct kith_cli *c)
{
	const char *tmp = getenv("TMPDIR");

	if (tmp == NULL || *tmp != '/')
		tmp = "/tmp";
	/* A unix socket's path is short: about 100 bytes. */
	if (snprintf(d->dir, sizeof(d->dir), "%s/kith-demo.XXXXXX", tmp) > 80 ||
	    mkdtemp(d->dir) == NULL) {
		d->dir[0] = '\0';
		return kith_cli_fail_errno(c, errno != 0 ? errno : ENAMETOOLONG,
					   "TMPDIR names another place",
					   "cannot make a directory in %s", tmp);
	}
	return KITH_EXIT_YES;
}

static enum kith_exit write_config(struct kith_demo_cluster *d, struct kith_cli *c, unsigned i)
{
	char path[KITH_PLACE_MAX];
	FILE *f = fopen(path_of(d, i, ".conf", path), "wxe");
	bool ok;

	if (f == NULL)
		return kith_cli_fail_errno(c, errno, NULL, "cannot write %s", path);
	fprintf(f,
		"[network]\nlisten = 127.0.0.1:%u\n[control]\nsocket = %s\n[log]\nformat = text\n"
		"[dns]\nlisten = 127.0.0.1:%u\n",
		d->nodes[i].port, d->nodes[i].socket, d->nodes[i].dns_port);
	ok = !ferror(f);
	ok &= fclose(f) == 0;
	return ok ? KITH_EXIT_YES : kith_cli_fail_errno(c, EIO, NULL, "cannot write %s", path);
}

static enum kith_exit install(struct kith_demo_cluster *d, struct kith_cli *c, unsigned i,
			      const struct kith_idfile *file, const struct kith_mid *mid)
{
	struct kith_report report = {.text = NULL};
	struct kith_state state;
	char path[KITH_PLACE_MAX];
	enum kith_file_result result = kith_state_open(&state, path_of(d, i, "", path), &report);
	enum kith_exit got = KITH_EXIT_YES;

	if (result == KITH_FILE_OK) {
		result = kith_state_install(&state, file, mid, &report);
		kith_state_close(&state);
	}
	if (result != KITH_FILE_OK)
		got = kith_admit_file_failure(c, result, &report, path, NULL);
	kith_report_clear(&report);
	return got;
}

static enum kith_exit admit(struct kith_demo_cluster *d, struct kith_cli *c, unsigned i,
			    const struct kith_authority_file *authority)
{
	struct kith_admit m = {.name = d->nodes[i].name, .zone = "", .services = "*", .days = KITH_ADMIT_DAYS};
	struct kith_idfile file;
	uint8_t seed[KITH_KEY_LEN];
	struct kith_mid mid;
	uint32_t not_after;
	enum kith_exit got = kith_admit_key(c, seed);

	if (got == KITH_EXIT_YES)
		got = kith_admit_identity(c, seed, m.identity, &mid);
	if (got == KITH_EXIT_YES)
		got = kith_admit_member(c, authority, &m, &file, &not_after);
	if (got == KITH_EXIT_YES) {
		file.has_identity = true;
		memcpy(file.identity, seed, sizeof(seed));
		got = install(d, c, i, &file, &mid);
		kith_idfile_wipe(&file);
	}
	kith_wipe(seed, sizeof(seed));
	return got == KITH_EXIT_YES ? write_config(d, c, i) : got;
}

enum kith_exit kith_demo_prepare(struct kith_demo_cluster *d, struct kith_cli *c)
{
	struct kith_authority_file authority;
	enum kith_exit got;

	memset(d, 0, sizeof(*d));
	if (!kith_place_kithd(c, d->kithd))
		return kith_cli_fail(c, KITH_EXIT_UNREACHABLE, "no_kithd",
				     "KITHD in the environment names the program",
				     "kithd was found neither beside kith nor in PATH");
	got = make_directory(d, c);
	for (unsigned i = 0; i < KITH_DEMO_NODES && got == KITH_EXIT_YES; i++) {
		memcpy(d->nodes[i].name, names[i], sizeof(d->nodes[i].name));
		path_of(d, i, ".sock", d->nodes[i].socket);
		got = find_port(d, c, &d->nodes[i].port);
		if (got == KITH_EXIT_YES)
			got = find_port(d, c, &d->nodes[i].dns_port);
	}
	if (got == KITH_EXIT_YES)
		got = kith_admit_authority(c, "demo", &authority);
	if (got != KITH_EXIT_YES)
		return got;
	authority.seed_count = 1;
	snprintf(authority.seeds[0], sizeof(authority.seeds[0]), "127.0.0.1:%u", d->nodes[0].port);
	for (unsigned i = 0; i < KITH_DEMO_NODES && got == KITH_EXIT_YES; i++)
		got = admit(d, c, i, &authority);
	kith_authority_wipe(&authority);
	return got;
}

/* --- processes ------------------------------------------------------------------------------- */

enum kith_exit kith_demo_start(struct kith_demo_cluster *d, struct kith_cli *c)
{
	enum kith_exit got = KITH_EXIT_YES;

	for (unsigned i = 0; i < KITH_DEMO_NODES && got == KITH_EXIT_YES; i++) {
		char config[KITH_PLACE_MAX], state[KITH_PLACE_MAX], log[KITH_PLACE_MAX];
		char config_flag[] = "-c", state_flag[] = "--state";
		char *argv[] = {d->kithd, config_flag, config, state_flag, state, NULL};

		path_of(d, i, ".conf", config);
		path_of(d, i, "", state);
		got = kith_spawn_start(c, argv, path_of(d, i, ".log", log), &d->nodes[i].pid);
	}
	return got;
}

/* What is sent to that node: a short wait, and an error is only "not yet". */
static void address(struct kith_cli *to, const struct kith_demo_cluster *d, const struct kith_cli *c,
		    unsigned node)
{
	*to = *c;
	to->socket = d->nodes[node].socket;
	to->timeout_ms = ASK_MS;
	to->json = false;
	memset(&to->failure, 0, sizeof(to->failure));
}

bool kith_demo_ask(const struct kith_demo_cluster *d, struct kith_cli *c, unsigned node,
		   const char *command, const char *argument, struct kith_reply *r)
{
	struct kith_cli to;
	struct kith_ask q;

	address(&to, d, c, node);
	kith_reply_init(r);
	kith_ask_init(&q);
	if (argument != NULL)
		kith_write_key_text(&q.w, "name", argument);
	return kith_ask(&q, &to, command, r) == KITH_EXIT_YES;
}

bool kith_demo_register(const struct kith_demo_cluster *d, struct kith_cli *c, unsigned node,
			const char *name, uint16_t port)
{
	struct kith_reply r;
	struct kith_cli to;
	struct kith_ask q;
	bool ok;

	address(&to, d, c, node);
	kith_reply_init(&r);
	kith_ask_init(&q);
	kith_write_key_text(&q.w, "name", name);
	kith_write_key_u64(&q.w, "port", port);
	ok = kith_ask(&q, &to, "kith.register", &r) == KITH_EXIT_YES;
	kith_reply_fini(&r);
	return ok;
}

void kith_demo_end(struct kith_demo_cluster *d)
{
	for (unsigned i = 0; i < KITH_DEMO_NODES; i++)
		if (d->nodes[i].pid > 0)
			kill(d->nodes[i].pid, SIGTERM);
	for (unsigned i = 0; i < KITH_DEMO_NODES; i++) {
		if (kith_spawn_ended(&d->nodes[i].pid, END_MS))
			continue;
		kill(d->nodes[i].pid, SIGKILL);
		(void)kith_spawn_ended(&d->nodes[i].pid, END_MS);
	}
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

void kith_demo_remove(struct kith_demo_cluster *d)
{
	if (d->dir[0] != '\0')
		(void)nftw(d->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	d->dir[0] = '\0';
}
