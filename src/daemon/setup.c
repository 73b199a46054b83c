/* SPDX-License-Identifier: ISC */
#include "daemon/setup.h"
#include "base/crc.h"
#include "daemon/clock.h"
#include "files/epoch.h"
#include <stdlib.h>
#include <string.h>

enum { BAD = 78 };

/* --- identity -------------------------------------------------------------------------------- */

/* Where the file and the state directory both have one, they must agree. */
static int find_identity(struct kith_setup *s, const struct kith_state *state, const char *path,
			 bool *is_installed, struct kith_report *r)
{
	uint8_t seed[KITH_KEY_LEN];
	enum kith_file_result result = kith_state_identity_read(state, seed, r);
	int code = 0;

	*is_installed = result == KITH_FILE_OK;
	if (result != KITH_FILE_OK && result != KITH_FILE_ABSENT) {
		code = kith_file_exit_code(result);
	} else if (result == KITH_FILE_ABSENT && !s->id.has_identity) {
		kith_report_add(r, path, 0,
				"it is for an identity made on its host (admit --key), and there is none "
				"in %s; is this the right host?", state->path);
		code = BAD;
	} else if (result == KITH_FILE_OK && s->id.has_identity &&
		   memcmp(seed, s->id.identity, sizeof seed) != 0) {
		kith_report_add(r, path, 0,
				"its identity is not the one in %s; name another state directory with "
				"--state, or install the file with kith join", state->path);
		code = BAD;
	} else if (result == KITH_FILE_OK) {
		memcpy(s->id.identity, seed, sizeof seed);
		s->id.has_identity = true;
	}
	explicit_bzero(seed, sizeof seed);
	return code;
}

static bool matches(const struct kith_conf *c, enum kith_option_id option, const char *what,
		    const char *is, struct kith_report *r)
{
	if (!kith_conf_is_set(c, option) || strcmp(kith_conf_text(c, option), is) == 0)
		return true;
	kith_conf_blame(c, option, 0, r, "'%s', but %s says '%s'; correct the setting, or admit "
			"this host again", kith_conf_text(c, option), what, is);
	return false;
}

static int collect_authorities(struct kith_setup *s, const struct kith_conf *c,
			       struct kith_report *r)
{
	size_t count = kith_conf_count(c, KITH_OPTION_SECURITY_AUTHORITY);

	memcpy(s->authorities, s->id.authorities, sizeof s->authorities);
	s->authority_count = s->id.authority_count;
	for (size_t i = 0; i < count; i++) {
		uint8_t key[KITH_KEY_LEN];
		bool known = false;

		if (kith_key_read(kith_conf_item(c, KITH_OPTION_SECURITY_AUTHORITY, i), key) != 0)
			continue; /* it was judged when it was read */
		for (uint8_t j = 0; j < s->authority_count; j++)
			known = known || memcmp(s->authorities[j], key, sizeof key) == 0;
		if (known)
			continue;
		if (s->authority_count == KITH_AUTHORITIES_MAX) {
			kith_conf_blame(c, KITH_OPTION_SECURITY_AUTHORITY, i, r,
					"more than %d authorities, those of the identity file counted",
					KITH_AUTHORITIES_MAX);
			return BAD;
		}
		memcpy(s->authorities[s->authority_count++], key, sizeof key);
	}
	return 0;
}

static int check_signature(const struct kith_setup *s, const char *path, struct kith_report *r)
{
	struct kith_certificate unused;

	for (uint8_t i = 0; i < s->authority_count; i++)
		if (kith_certificate_verify(s->id.certificate, s->id.certificate_len,
					    s->authorities[i], s->id.cluster, &unused) == 0)
			return 0;
	kith_report_add(r, path, 0,
			"the certificate is not signed by any of the cluster's authorities; admit this "
			"host again (kith admit %s)", s->id.name);
	return BAD;
}

static int check_certificate(struct kith_setup *s, const struct kith_conf *c, const char *path,
			     struct kith_report *r)
{
	struct kith_certificate *cert = &s->certificate;
	uint8_t public_key[KITH_KEY_LEN];
	int error;

	error = kith_certificate_read(s->id.certificate, s->id.certificate_len, cert);
	if (error == 0)
		error = kith_identity_public(s->id.identity, public_key, &s->mid);
	if (error != 0) {
		kith_report_add(r, path, 0, "%s", kith_strerror(error));
		return BAD;
	}
	if (memcmp(cert->identity, public_key, sizeof public_key) != 0 ||
	    strcmp(cert->name, s->id.name) != 0) {
		kith_report_add(r, path, 0, "the certificate, for %s, does not belong to this identity, %s; "
				"admit this host again", cert->name, s->id.name);
		return BAD;
	}
	/* All that does not fit, not only the first. */
	if (!matches(c, KITH_OPTION_CLUSTER_NAME, "the identity file", s->id.cluster, r) +
	    !matches(c, KITH_OPTION_NODE_NAME, "the certificate", cert->name, r) +
	    !matches(c, KITH_OPTION_NODE_ZONE, "the certificate", cert->zone, r) > 0)
		return BAD;
	error = collect_authorities(s, c, r);
	return error != 0 ? error : check_signature(s, path, r);
}

static int read_identity(struct kith_setup *s, const struct kith_conf *c,
			 const struct kith_state *state, bool *is_installed, struct kith_report *r)
{
	const char *path = kith_conf_text(c, KITH_OPTION_CLUSTER_JOIN_FILE);
	enum kith_file_result result;
	int code;

	result = kith_idfile_read(path, &s->id, r);
	if (result == KITH_FILE_ABSENT)
		kith_report_add(r, path, 0,
				"there is no identity file; install the one that kith admit printed: "
				"kith join FILE (a new cluster: kith init NAME)");
	if (result != KITH_FILE_OK)
		return kith_file_exit_code(result);
	code = find_identity(s, state, path, is_installed, r);
	return code != 0 ? code : check_certificate(s, c, path, r);
}

/* An identity that was installed had an epoch: if it is gone, the past could come back. */
static int read_epoch(struct kith_setup *s, const struct kith_state *state, bool is_installed,
		      struct kith_report *r, struct kith_report *hints)
{
	struct kith_report found = {0};
	enum kith_file_result result = kith_epoch_read(state->path, &s->mid, &s->epoch, &found);
	struct kith_report *to = result == KITH_FILE_OK ? hints : r;

	if (found.count > 0)
		kith_report_add(to, NULL, 0, "%.*s", (int)strlen(kith_report_text(&found)) - 1,
				kith_report_text(&found));
	kith_report_clear(&found);
	if (result == KITH_FILE_OK)
		return 0;
	s->is_first_start = result == KITH_FILE_ABSENT && !is_installed;
	if (s->is_first_start)
		return 0;
	if (result == KITH_FILE_ABSENT)
		kith_report_add(r, state->path, 0,
				"there is an identity but no epoch, so this directory is not whole; cure: "
				"a new identity (kith admit %s, then kith join FILE into an empty state "
				"directory)", s->id.name);
	return kith_file_exit_code(result);
}

/* --- the rest -------------------------------------------------------------------------------- */

static int read_auth_key(struct kith_setup *s, const struct kith_conf *c, struct kith_report *r)
{
	const char *path = kith_conf_text(c, KITH_OPTION_RPC_AUTH_KEY_FILE);
	enum kith_file_result result;
	char *text;
	size_t len, key_len;

	if (*path == '\0')
		return 0;
	result = kith_file_read(path, KITH_FILE_SECRET, &text, &len, r);
	if (result == KITH_FILE_ABSENT)
		kith_conf_blame(c, KITH_OPTION_RPC_AUTH_KEY_FILE, 0, r, "there is no such file");
	if (result != KITH_FILE_OK)
		return kith_file_exit_code(result);
	key_len = strcspn(text, "\r\n");
	if (key_len == 0 || key_len >= sizeof s->auth_key) {
		kith_conf_blame(c, KITH_OPTION_RPC_AUTH_KEY_FILE, 0, r,
				"its first line must be the key, 1 to %zu characters",
				sizeof s->auth_key - 1);
		result = KITH_FILE_BAD;
	} else {
		memcpy(s->auth_key, text, key_len);
		s->auth_key[key_len] = '\0';
	}
	kith_file_free(&text, len);
	return kith_file_exit_code(result);
}

int kith_setup_read(struct kith_setup *s, const struct kith_conf *c, const struct kith_state *state,
		    struct kith_report *r, struct kith_report *hints)
{
	bool is_installed = false;
	int identity, key, tags, epoch = 0;

	memset(s, 0, sizeof *s);
	identity = read_identity(s, c, state, &is_installed, r);
	if (identity == 0)
		epoch = read_epoch(s, state, is_installed, r, hints);
	key = read_auth_key(s, c, r);
	tags = kith_tags_pack(&s->tags, c, r);
	return identity != 0 ? identity : epoch != 0 ? epoch : key != 0 ? key : tags;
}

int kith_setup_begin(const struct kith_setup *s, const struct kith_state *state,
		     struct kith_report *r)
{
	if (!s->is_first_start)
		return 0;
	return kith_file_exit_code(kith_epoch_write(state->path, &s->mid, s->epoch, r));
}

static void set_timing(struct kith_timing *t, const struct kith_conf *c)
{
	static const enum kith_option_id options[] = {
		KITH_OPTION_TIMING_PROBE_INTERVAL, KITH_OPTION_TIMING_PROBE_TIMEOUT,
		KITH_OPTION_TIMING_RELAY_TIMEOUT, KITH_OPTION_TIMING_GOSSIP_INTERVAL};
	kith_us *const values[] = {&t->period, &t->probe_timeout, &t->relay_timeout,
				   &t->gossip_tick};

	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (kith_conf_is_set(c, options[i]))
			*values[i] = kith_conf_number(c, options[i]);
}

static void set_version(uint8_t version[3])
{
	const char *p = kith_version();

	for (int i = 0; i < 3 && *p != '\0'; i++) {
		char *end;

		version[i] = (uint8_t)strtoul(p, &end, 10);
		p = *end == '.' ? end + 1 : "";
	}
}

void kith_setup_config(struct kith_config *out, const struct kith_setup *s,
		       const struct kith_conf *c)
{
	static const enum kith_profile profiles[] = {KITH_PROFILE_LAN, KITH_PROFILE_LOCAL,
						     KITH_PROFILE_WAN};

	kith_config_init(out, profiles[kith_conf_number(c, KITH_OPTION_TIMING_PROFILE)]);
	set_timing(&out->timing, c);
	set_version(out->version);
	out->cluster = s->id.cluster;
	memcpy(out->identity_seed, s->id.identity, sizeof out->identity_seed);
	out->certificate = (struct kith_bytes){s->id.certificate, s->id.certificate_len};
	memcpy(out->authorities, s->authorities, sizeof out->authorities);
	out->authority_count = s->authority_count;
	memcpy(out->cluster_keys, s->id.cluster_keys, sizeof out->cluster_keys);
	out->cluster_key_count = s->id.cluster_key_count;
	out->epoch = s->epoch;
	kith_clock_entropy(out->secret_seed, sizeof out->secret_seed);
	kith_clock_entropy(out->choice_seed, sizeof out->choice_seed);
	out->tags = (struct kith_bytes){s->tags.bytes, s->tags.len};
	out->reap_after = kith_conf_number(c, KITH_OPTION_TIMING_FORGET_AFTER);
	out->max_members = (uint32_t)kith_conf_number(c, KITH_OPTION_LIMITS_MAX_MEMBERS);
}

int kith_setup_blame(int error, const struct kith_setup *s, struct kith_report *r)
{
	switch (error) {
	case KITH_EEXPIRED:
		kith_report_add(r, NULL, 0,
				"the certificate of %s has expired, or the clock is wrong (date); admit "
				"this host again with kith admit %s", s->id.name, s->id.name);
		return BAD;
	case KITH_EINVAL:
		kith_report_add(r, NULL, 0,
				"the timings do not fit each other: timing.probe-timeout and "
				"timing.relay-timeout together must not exceed timing.probe-interval");
		return BAD;
	case KITH_ENOMEM:
	case KITH_ECRYPTO:
		kith_report_add(r, NULL, 0, "%s", kith_strerror(error));
		return 71;
	default:
		kith_report_add(r, NULL, 0, "%s: %s", s->id.name, kith_strerror(error));
		return BAD;
	}
}

void kith_setup_wipe(struct kith_setup *s)
{
	explicit_bzero(s, sizeof *s);
}
