/* SPDX-License-Identifier: ISC */
#include "cli/admit.h"

#include "base/text.h"

#include <errno.h>
#include <glob.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum { SECONDS_A_DAY = 86400 };

static enum kith_exit seal_start(struct kith_cli *c)
{
	if (kith_seal_init() == 0)
		return KITH_EXIT_YES;
	return kith_cli_fail(c, KITH_EXIT_BUG, "crypto", "reinstall libsodium",
			     "libsodium could not be initialised");
}

enum kith_exit kith_admit_key(struct kith_cli *c, uint8_t key[KITH_KEY_LEN])
{
	size_t have = 0;

	while (have < KITH_KEY_LEN) {
		ssize_t got = getrandom(key + have, KITH_KEY_LEN - have, 0);

		if (got < 0 && errno != EINTR)
			return kith_cli_fail_errno(c, errno, NULL, "reading random bytes");
		have += got > 0 ? (size_t)got : 0;
	}
	return KITH_EXIT_YES;
}

enum kith_exit kith_admit_identity(struct kith_cli *c, const uint8_t seed[KITH_KEY_LEN],
				   uint8_t public_key[KITH_KEY_LEN], struct kith_mid *mid)
{
	struct kith_identity id;
	enum kith_exit got = seal_start(c);

	if (got != KITH_EXIT_YES)
		return got;
	if (kith_identity_init(&id, seed) != 0)
		return kith_cli_fail(c, KITH_EXIT_CONFIG, "key", NULL, "the identity is not usable");
	if (public_key != NULL)
		memcpy(public_key, id.pk, KITH_KEY_LEN);
	if (mid != NULL)
		*mid = id.mid;
	kith_wipe(&id, sizeof(id));
	return KITH_EXIT_YES;
}

enum kith_exit kith_admit_authority(struct kith_cli *c, const char *cluster,
				    struct kith_authority_file *f)
{
	enum kith_exit got = KITH_EXIT_YES;

	if (!kith_name_is_valid(cluster, KITH_CLUSTER_NAME_MAX))
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", NULL,
				     "'%s' is no name for a cluster: use 1 to %d of a-z, 0-9, '.' and "
				     "'-', not beginning with '.' or '-'",
				     cluster, KITH_CLUSTER_NAME_MAX);
	memset(f, 0, sizeof(*f));
	memcpy(f->cluster, cluster, strlen(cluster) + 1);
	got = kith_admit_key(c, f->seed);
	if (got == KITH_EXIT_YES)
		got = kith_admit_key(c, f->cluster_keys[0]);
	f->cluster_key_count = 1;
	return got;
}

enum kith_exit kith_admit_check(struct kith_cli *c, const struct kith_admit *m)
{
	if (!kith_name_is_valid(m->name, KITH_NAME_MAX))
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage",
				     *m->name == '\0' ? "name this host with --name NAME" : NULL,
				     "'%s' is no name for a member: use 1 to %d of a-z, 0-9, '.' and "
				     "'-', not beginning with '.' or '-'",
				     m->name, KITH_NAME_MAX);
	if (*m->zone != '\0' && !kith_name_is_valid(m->zone, KITH_ZONE_MAX))
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", NULL,
				     "'%s' is no name for a zone: use up to %d of a-z, 0-9, '.' and '-'",
				     m->zone, KITH_ZONE_MAX);
	if (strlen(m->services) > KITH_ROLES_MAX)
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage",
				     "fewer or shorter patterns: a '*' stands for any text",
				     "--service: the patterns together are longer than %d bytes",
				     KITH_ROLES_MAX);
	return KITH_EXIT_YES;
}

/* Not time(): that one may be a tick behind, in the second before. */
static struct timespec wall_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now;
}

static void fill(struct kith_certificate *cert, const struct kith_admit *m)
{
	const struct timespec now = wall_clock();

	memset(cert, 0, sizeof(*cert));
	cert->rights = KITH_RIGHT_EVENT | KITH_RIGHT_QUERY;
	if (*m->services != '\0')
		cert->rights |= KITH_RIGHT_SERVICE;
	if (m->external)
		cert->rights |= KITH_RIGHT_EXTERNAL;
	memcpy(cert->identity, m->identity, KITH_KEY_LEN);
	cert->serial = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	cert->not_after = (uint32_t)((uint64_t)now.tv_sec + m->days * SECONDS_A_DAY);
	memcpy(cert->name, m->name, strlen(m->name) + 1);
	memcpy(cert->zone, m->zone, strlen(m->zone) + 1);
	memcpy(cert->roles, m->services, strlen(m->services) + 1);
}

enum kith_exit kith_admit_member(struct kith_cli *c, const struct kith_authority_file *authority,
				 const struct kith_admit *m, struct kith_idfile *f,
				 uint32_t *not_after)
{
	struct kith_identity id;
	struct kith_certificate cert;
	struct kith_cid cid;
	size_t len = KITH_CERTIFICATE_MAX;
	enum kith_exit got = kith_admit_check(c, m);
	int err;

	if (got == KITH_EXIT_YES)
		got = seal_start(c);
	if (got != KITH_EXIT_YES)
		return got;
	memset(f, 0, sizeof(*f));
	fill(&cert, m);
	kith_cid_make(&cid, authority->cluster);
	err = kith_identity_init(&id, authority->seed);
	if (err == 0)
		err = kith_cert_sign(&cert, &id, &cid, f->certificate, &len);
	if (err == 0)
		memcpy(f->authorities[0], id.pk, KITH_KEY_LEN);
	kith_wipe(&id, sizeof(id));
	if (err == KITH_EINVAL)
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", NULL,
				     "the name, zone or a service pattern has letters that a "
				     "certificate can not hold");
	if (err != 0)
		return kith_cli_fail(c, KITH_EXIT_CONFIG, "key", NULL,
				     "the authority's key is not usable");
	f->certificate_len = len;
	f->authority_count = 1;
	memcpy(f->cluster, authority->cluster, sizeof(f->cluster));
	memcpy(f->cluster_keys, authority->cluster_keys, sizeof(f->cluster_keys));
	f->cluster_key_count = authority->cluster_key_count;
	memcpy(f->seeds, authority->seeds, sizeof(f->seeds));
	f->seed_count = authority->seed_count;
	memcpy(f->name, cert.name, sizeof(f->name));
	*not_after = cert.not_after;
	return KITH_EXIT_YES;
}

/* The authority's key, to be wiped. */
static enum kith_exit unlock(struct kith_cli *c, const struct kith_authority_file *authority,
			     struct kith_identity *id)
{
	const enum kith_exit got = seal_start(c);

	if (got != KITH_EXIT_YES || kith_identity_init(id, authority->seed) == 0)
		return got;
	return kith_cli_fail(c, KITH_EXIT_CONFIG, "key", NULL, "the authority's key is not usable");
}

enum kith_exit kith_admit_authority_id(struct kith_cli *c, const struct kith_authority_file *authority,
				       struct kith_mid *id)
{
	struct kith_identity key;
	const enum kith_exit got = unlock(c, authority, &key);

	if (got == KITH_EXIT_YES) {
		kith_authority_id(id->b, key.pk);
		kith_wipe(&key, sizeof(key));
	}
	return got;
}

enum kith_exit kith_admit_revoke(struct kith_cli *c, const struct kith_authority_file *authority,
				 const struct kith_mid *target, uint32_t until,
				 uint8_t revocation[KITH_REVOCATION_LEN])
{
	const size_t signed_len = KITH_REVOCATION_LEN - KITH_RECORD_SIG;
	struct kith_identity key;
	struct kith_cid cid;
	struct kith_mid id;
	const enum kith_exit got = unlock(c, authority, &key);

	if (got != KITH_EXIT_YES)
		return got;
	kith_cid_make(&cid, authority->cluster);
	kith_authority_id(id.b, key.pk);
	kith_revocation_write(&id, target, (uint32_t)time(NULL), until, revocation);
	kith_sign(&key, KITH_LABEL_RECORD, &cid, revocation, signed_len, revocation + signed_len);
	kith_wipe(&key, sizeof(key));
	return KITH_EXIT_YES;
}

static int verify(const struct kith_idfile *f)
{
	struct kith_cid cid;
	int err = KITH_ECERT;

	kith_cid_make(&cid, f->cluster);
	for (unsigned i = 0; i < f->authority_count && err != 0; i++)
		err = kith_cert_verify(f->certificate, f->certificate_len, f->authorities[i], &cid);
	return err;
}

enum kith_exit kith_admit_judge(struct kith_cli *c, const struct kith_idfile *f,
				const uint8_t identity[KITH_KEY_LEN],
				struct kith_certificate *certificate)
{
	const char *again = "ask for a new one: kith admit NAME, where the authority's file is";
	enum kith_exit got = seal_start(c);

	if (got != KITH_EXIT_YES)
		return got;
	if (kith_cert_read(f->certificate, f->certificate_len, certificate) != 0)
		return kith_cli_fail(c, KITH_EXIT_CONFIG, "certificate", again,
				     "the file's certificate does not follow the format");
	if (verify(f) != 0)
		return kith_cli_fail(c, KITH_EXIT_CONFIG, "certificate", again,
				     "the file's certificate is not signed by its authority for "
				     "cluster %s", f->cluster);
	if (strcmp(certificate->name, f->name) != 0)
		return kith_cli_fail(c, KITH_EXIT_CONFIG, "certificate", again,
				     "the file says %s and its certificate says %s", f->name,
				     certificate->name);
	if (!kith_ct_equal(certificate->identity, identity, KITH_KEY_LEN))
		return kith_cli_fail(c, KITH_EXIT_CONFIG, "certificate",
				     "kith init --identity prints this host's key, for kith admit --key",
				     "the file's certificate is for another identity");
	if ((int64_t)certificate->not_after <= (int64_t)wall_clock().tv_sec)
		return kith_cli_fail(c, KITH_EXIT_CONFIG, "certificate_expired", again,
				     "the file's certificate has expired; or this host's clock is "
				     "wrong: date tells");
	return KITH_EXIT_YES;
}

enum kith_exit kith_admit_file_failure(struct kith_cli *c, enum kith_file_result result,
				       const struct kith_report *r, const char *what,
				       const char *hint)
{
	static const struct {
		enum kith_exit exit;
		const char *code;
	} table[] = {
		[KITH_FILE_OK] = {KITH_EXIT_BUG, "bug"},
		[KITH_FILE_ABSENT] = {KITH_EXIT_CONFIG, "no_file"},
		[KITH_FILE_BAD] = {KITH_EXIT_CONFIG, "bad_file"},
		[KITH_FILE_EXISTS] = {KITH_EXIT_REFUSED, "exists"},
		[KITH_FILE_BUSY] = {KITH_EXIT_REFUSED, "busy"},
		[KITH_FILE_DENIED] = {KITH_EXIT_FORBIDDEN, "denied"},
		[KITH_FILE_FULL] = {KITH_EXIT_BUG, "disk_full"},
		[KITH_FILE_OS] = {KITH_EXIT_BUG, "system"},
	};
	const char *text = kith_report_text(r);
	int len = (int)strlen(text);

	while (len > 0 && text[len - 1] == '\n')
		len--;
	if (len == 0)
		return kith_cli_fail(c, table[result].exit, table[result].code, hint,
				     result == KITH_FILE_ABSENT ? "no such file: %s" : "%s", what);
	return kith_cli_fail(c, table[result].exit, table[result].code, hint, "%.*s", len, text);
}

enum kith_exit kith_admit_find_authority(struct kith_cli *c, const struct kith_args *a,
					  struct kith_authority_file *f)
{
	const char *path = kith_args_get(a, "authority"), *hint = NULL;
	struct kith_report report = {.text = NULL};
	enum kith_file_result result;
	enum kith_exit got = KITH_EXIT_YES;
	glob_t found = {.gl_pathc = 0};

	if (path == NULL) {
		if (glob("*.authority", 0, NULL, &found) == 0 && found.gl_pathc == 1)
			path = found.gl_pathv[0];
		hint = "kith init CLUSTER makes one; --authority FILE names one that is elsewhere";
	}
	if (path == NULL) {
		got = kith_cli_fail(c, KITH_EXIT_USAGE, "usage", hint,
				    found.gl_pathc > 1 ? "several *.authority files are here: which?"
						       : "no *.authority file is here");
	} else {
		result = kith_authority_read(path, f, &report);
		if (result != KITH_FILE_OK)
			got = kith_admit_file_failure(c, result, &report, path, hint);
	}
	globfree(&found);
	kith_report_clear(&report);
	return got;
}
