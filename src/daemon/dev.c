/* SPDX-License-Identifier: ISC */
#include "daemon/dev.h"
#include "base/addr.h"
#include "daemon/clock.h"
#include "files/authority.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char cluster[] = "dev";
enum { CERTIFICATE_DAYS = 30, SOCKET_PATH_ROOM = 80 };

static const char *in_dir(const struct kith_dev *v, const char *name, char *out)
{
	snprintf(out, KITH_PATH_MAX, "%s/%s", v->dir, name);
	return out;
}

static int make_directory(struct kith_dev *v, struct kith_report *r)
{
	const char *tmp = getenv("TMPDIR");

	if (tmp == NULL || *tmp != '/' || strlen(tmp) > SOCKET_PATH_ROOM)
		tmp = "/tmp";
	snprintf(v->dir, sizeof v->dir, "%s/kith-dev.XXXXXX", tmp);
	if (mkdtemp(v->dir) != NULL)
		return 0;
	kith_report_add(r, v->dir, 0, "cannot make a directory: %s; set TMPDIR", strerror(errno));
	v->dir[0] = '\0';
	return 71;
}

/* --- an own cluster -------------------------------------------------------------------------- */

static bool fill_identity(struct kith_idfile *f, const struct kith_authority_file *a)
{
	struct kith_certificate c = {
		.rights = KITH_RIGHT_EVENT | KITH_RIGHT_QUERY | KITH_RIGHT_SERVICE |
			  KITH_RIGHT_OPERATOR,
		.serial = (uint64_t)kith_clock_unix_ms(),
		.not_after = (uint32_t)(kith_clock_unix_ms() / 1000 + CERTIFICATE_DAYS * 86400),
		.name = "dev-1",
		.roles = "*",
	};

	*f = (struct kith_idfile){.authority_count = 1, .cluster_key_count = 1, .name = "dev-1",
				  .certificate_len = sizeof f->certificate, .has_identity = true};
	memcpy(f->cluster, cluster, sizeof cluster);
	memcpy(f->cluster_keys, a->cluster_keys, sizeof f->cluster_keys);
	kith_clock_entropy(f->identity, sizeof f->identity);
	return kith_identity_public(a->seed, f->authorities[0], NULL) == 0 &&
	       kith_identity_public(f->identity, c.identity, NULL) == 0 &&
	       kith_certificate_sign(&c, a->seed, cluster, f->certificate, &f->certificate_len) == 0;
}

static int found(const struct kith_dev *v, struct kith_report *r)
{
	struct kith_authority_file a = {.cluster_key_count = 1};
	enum kith_file_result result = KITH_FILE_OS;
	struct kith_idfile f;
	char path[KITH_PATH_MAX];

	memcpy(a.cluster, cluster, sizeof cluster);
	kith_clock_entropy(a.seed, sizeof a.seed);
	kith_clock_entropy(a.cluster_keys[0], sizeof a.cluster_keys[0]);
	if (fill_identity(&f, &a))
		result = kith_idfile_write(in_dir(v, KITH_STATE_JOIN, path), 0, &f, r);
	else
		kith_report_add(r, "kithd", 0, "%s", kith_strerror(KITH_ECRYPTO));
	if (result == KITH_FILE_OK)
		result = kith_authority_write(in_dir(v, "dev.authority", path), 0, &a, r);
	kith_idfile_wipe(&f);
	kith_authority_wipe(&a);
	return kith_file_exit_code(result);
}

/* --- arguments ------------------------------------------------------------------------------- */

static bool sets(const struct kith_args *a, const char *key)
{
	for (size_t i = 0; i < a->override_count; i++)
		if (strncmp(a->overrides[i], key, strlen(key)) == 0)
			return true;
	return false;
}

/* Ours first: what the caller says replaces it. */
static void set_overrides(struct kith_dev *v, const struct kith_args *args)
{
	size_t count = 0;

	snprintf(v->texts[count++], sizeof *v->texts, "network.listen=127.0.0.1:0");
	snprintf(v->texts[count++], sizeof *v->texts, "log.format=text");
	snprintf(v->texts[count++], sizeof *v->texts, "control.socket=%s/kithd.sock", v->dir);
	if (kith_dns_is_built())
		snprintf(v->texts[count++], sizeof *v->texts, "dns.listen=127.0.0.1:0");
	v->args.override_count = 0;
	for (size_t i = 0; i < count; i++) {
		char key[64];

		snprintf(key, sizeof key, "%.*s", (int)strcspn(v->texts[i], "=") + 1, v->texts[i]);
		if (!sets(args, key))
			v->args.overrides[v->args.override_count++] = v->texts[i];
	}
	for (size_t i = 0; i < args->override_count &&
			   v->args.override_count < KITH_OVERRIDES_MAX; i++)
		v->args.overrides[v->args.override_count++] = args->overrides[i];
}

int kith_dev_prepare(struct kith_dev *v, const struct kith_args *args, struct kith_report *r)
{
	int code;

	v->args = *args;
	code = make_directory(v, r);
	if (code != 0)
		return code;
	set_overrides(v, args);
	if (args->state == NULL)
		v->args.state = v->dir;
	if (args->state == NULL && !sets(args, "cluster.join-file="))
		return found(v, r);
	return 0;
}

void kith_dev_greet(const struct kith_dev *v, const struct kith_daemon *d, FILE *out)
{
	struct kith_member self;
	char addr[KITH_ADDR_TEXT_MAX], path[KITH_PATH_MAX];

	kith_node_self(d->host.node, &self);
	fprintf(out,
		"%s of cluster %s on %s; Ctrl-C ends it and removes %s\n"
		"  look         kith --socket %s status\n",
		self.name, d->id.cluster, kith_addr_print(&self.addrs[0], addr, sizeof addr), v->dir,
		d->sockets.path);
	if (access(in_dir(v, "dev.authority", path), R_OK) == 0)
		fprintf(out,
			"  one more     kith admit dev-2 --authority %s --seed %s > dev-2.join\n"
			"               kithd --dev -o cluster.join-file=dev-2.join\n",
			path, addr);
	if (d->dns_listens.count > 0)
		fprintf(out, "  names        dig @127.0.0.1 -p %u %s.node.%s\n", d->dns_listens.all[0].addr.port,
			self.name, kith_conf_text(d->conf, KITH_OPTION_DNS_DOMAIN));
	fprintf(out, "  for real     man kithd\n");
	fflush(out);
}

void kith_dev_remove(struct kith_dev *v)
{
	struct dirent *entry;
	DIR *dir;

	if (v->dir[0] == '\0' || (dir = opendir(v->dir)) == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	(void)rmdir(v->dir);
	v->dir[0] = '\0';
}
