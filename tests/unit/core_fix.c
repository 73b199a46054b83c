/* SPDX-License-Identifier: ISC */
#include "unit/core_fix.h"

#include "base/addr.h"
#include "base/cur.h"
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

const uint8_t fix_root[8] = {0};

static struct kith_addr addr_of(uint32_t i)
{
	struct kith_addr a = {.ip = {10, 0, (uint8_t)(i >> 8), (uint8_t)i}, .port = 5484,
			      .family = 4};

	return a;
}

static void seed_of(uint8_t seed[KITH_KEY_LEN], char what, uint32_t i)
{
	memset(seed, what, KITH_KEY_LEN);
	kith_put_u32(seed, i);
}

static size_t certify(struct fix *f, struct kith_certificate *c, const struct kith_identity *id,
		      const char *name, uint8_t out[KITH_CERTIFICATE_MAX])
{
	size_t len = KITH_CERTIFICATE_MAX;

	memset(c, 0, sizeof(*c));
	memcpy(c->identity, id->pk, sizeof(c->identity));
	c->serial = 1;
	c->rights = KITH_RIGHT_SERVICE;
	memcpy(c->roles, "*", 2);
	c->not_after = FIX_UNIX_S + 400 * 24 * 3600;
	snprintf(c->name, sizeof(c->name), "%s", name);
	assert_int_equal(kith_cert_sign(c, &f->authority, &f->cid, out, &len), 0);
	return len;
}

/* --- the node ------------------------------------------------------------------------------- */

void fix_init(struct fix *f)
{
	uint8_t seed[KITH_KEY_LEN];
	struct kith_certificate c;
	struct kith_identity id;

	memset(f, 0, sizeof(*f));
	alloc_fail_init(&f->heap);
	assert_int_equal(kith_seal_init(), 0);
	f->now = FIX_START;
	f->keeps_epochs = true;
	kith_cid_make(&f->cid, "twins");
	seed_of(seed, 'a', 0);
	assert_int_equal(kith_identity_init(&f->authority, seed), 0);
	seed_of(seed, 's', 0);
	kith_secret_init(&f->secret, seed);
	kith_config_init(&f->config, KITH_PROFILE_LAN);
	f->config.alloc = alloc_fail_hook(&f->heap);
	f->config.cluster = "twins";
	seed_of(f->config.identity_seed, 'i', 0);
	assert_int_equal(kith_identity_init(&id, f->config.identity_seed), 0);
	f->config.certificate.p = f->certificate;
	f->config.certificate.len = certify(f, &c, &id, "node", f->certificate);
	memcpy(f->config.authorities[0], f->authority.pk, KITH_KEY_LEN);
	f->config.authority_count = 1;
	seed_of(f->config.cluster_keys[0], 'k', 0);
	f->config.cluster_key_count = 1;
	kith_gate_make(&f->gate, f->config.cluster_keys[0], &f->cid);
	seed_of(f->config.secret_seed, 'r', 0);
	memset(f->config.choice_seed, 'c', sizeof(f->config.choice_seed));
	f->config.addrs[0] = addr_of(0xffff);
	f->config.addr_count = 1;
}

void fix_start(struct fix *f)
{
	assert_int_equal(kith_node_new(&f->n, &f->config, f->now, FIX_UNIX_S * INT64_C(1000)), 0);
	fix_collect(f);
}

void fix_setup(struct fix *f)
{
	fix_init(f);
	fix_start(f);
	assert_non_null(f->n->own.peer);
}

void fix_end(struct fix *f)
{
	fix_collect(f);
	fix_check(f);
	fix_forget(f);
	free(f->outs);
	kith_node_free(&f->n);
	assert_int_equal(f->heap.blocks, 0);
}

void fix_collect(struct fix *f)
{
	struct kith_out o;

	while (f->n != NULL && kith_node_next(f->n, &o)) {
		struct fix_out *e;

		if (f->out_count == f->out_room) {
			f->out_room = f->out_room ? 2 * f->out_room : 64;
			f->outs = realloc(f->outs, f->out_room * sizeof(*f->outs));
			assert(f->outs != NULL);
		}
		e = &f->outs[f->out_count++];
		e->out = o;
		e->at = f->now;
		e->data = malloc(o.len ? o.len : 1);
		assert(e->data != NULL);
		if (o.len > 0)
			memcpy(e->data, o.data, o.len);
		e->out.data = e->data;
		if (f->on_stream != NULL)
			f->on_stream(f, &e->out);
		if (o.kind == KITH_OUT_PERSIST && f->keeps_epochs)
			kith_node_persisted(f->n, f->now, o.token);
	}
	if (f->n != NULL)
		kith_out_settle(f->n); /* all is copied: the test may call what puts out more */
}

void fix_forget(struct fix *f)
{
	size_t i;

	fix_collect(f);
	for (i = 0; i < f->out_count; i++)
		free(f->outs[i].data);
	f->out_count = 0;
}

void fix_run(struct fix *f, kith_us during)
{
	const kith_us until = f->now + during;
	uint32_t spins = 0;

	fix_collect(f);
	while (kith_node_deadline(f->n) <= until) {
		const kith_us at = kith_node_deadline(f->n);

		spins = at <= f->now ? spins + 1 : 0;
		assert_true(spins < 1000);
		f->now = at > f->now ? at : f->now;
		kith_node_tick(f->n, f->now);
		fix_collect(f);
	}
	f->now = until;
	kith_node_tick(f->n, f->now);
	fix_collect(f);
}

void fix_jump(struct fix *f, kith_us by)
{
	f->now += by;
	kith_node_tick(f->n, f->now);
	fix_collect(f);
}

uint32_t fix_count(const struct fix *f, enum kith_out_kind kind)
{
	uint32_t count = 0;
	size_t i;

	for (i = 0; i < f->out_count; i++)
		count += f->outs[i].out.kind == kind;
	return count;
}

uint32_t fix_events(const struct fix *f, enum kith_event_kind kind)
{
	uint32_t count = 0;
	size_t i;

	for (i = 0; i < f->out_count; i++)
		count += f->outs[i].out.kind == KITH_OUT_EVENT && f->outs[i].out.event.kind == kind;
	return count;
}

const struct kith_out *fix_last(const struct fix *f, enum kith_out_kind kind)
{
	size_t i;

	for (i = f->out_count; i > 0; i--)
		if (f->outs[i - 1].out.kind == kind)
			return &f->outs[i - 1].out;
	return NULL;
}

uint32_t fix_datagrams_to(const struct fix *f, const struct kith_addr *to)
{
	uint32_t count = 0;
	size_t i;

	for (i = 0; i < f->out_count; i++)
		count += f->outs[i].out.kind == KITH_OUT_DATAGRAM &&
			 kith_addr_eq(&f->outs[i].out.addr, to);
	return count;
}

uint64_t fix_drops(const struct fix *f)
{
	uint64_t sum = 0;

#define X(name, help) sum += f->n->stats.drops.name;
	KITH_DROPS(X)
#undef X
	return sum;
}

void fix_check(const struct fix *f)
{
	if (f->n != NULL)
		kith_node_check(f->n);
}

bool fix_aborts(void (*fn)(void *arg), void *arg)
{
	const struct rlimit no_core = {0, 0};
	const pid_t child = fork();
	int status = 0;

	assert(child >= 0);
	if (child == 0) {
		signal(SIGABRT, SIG_DFL);
		setrlimit(RLIMIT_CORE, &no_core);
		close(STDERR_FILENO);
		fn(arg);
		_exit(0);
	}
	assert(waitpid(child, &status, 0) == child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

/* --- people: what they sign ----------------------------------------------------------------- */

void person_init(struct fix *f, struct person *p, uint32_t i)
{
	uint8_t seed[KITH_KEY_LEN];
	char name[16];

	memset(p, 0, sizeof(*p));
	seed_of(seed, 'p', i);
	assert_int_equal(kith_identity_init(&p->id, seed), 0);
	snprintf(name, sizeof(name), "p%u", i);
	p->cert_len = certify(f, &p->c, &p->id, name, p->cert);
	kith_session_new(&p->session, &f->secret, &f->cid, &p->id.mid);
	p->addr = addr_of(i);
	p->epoch = p->seq = 1;
	p->expires = FIX_UNIX_S + (uint32_t)((f->now - FIX_START) / KITH_SECOND) + FIX_LIFE_S;
	p->body.proto_min = p->body.proto_max = 1;
	p->body.state = KITH_MEMBER_ALIVE;
	p->body.addrs[0] = p->addr;
	p->body.addr_count = 1;
	memcpy(p->body.session_pk, p->session.pk, sizeof(p->body.session_pk));
}

/* The certificate anew, with what it says now. */
static void certify_anew(struct fix *f, struct person *p)
{
	p->c.serial++;
	p->cert_len = sizeof(p->cert);
	assert_int_equal(kith_cert_sign(&p->c, &f->authority, &f->cid, p->cert, &p->cert_len), 0);
}

void person_may_offer(struct fix *f, struct person *p, uint8_t rights, const char *patterns)
{
	p->c.rights = rights;
	snprintf(p->c.roles, sizeof(p->c.roles), "%s", patterns);
	certify_anew(f, p);
}

void person_zone(struct fix *f, struct person *p, const char *zone)
{
	snprintf(p->c.zone, sizeof(p->c.zone), "%s", zone);
	certify_anew(f, p);
}

static size_t sign(struct fix *f, struct person *p, struct kith_record_head *h,
		   struct kith_bytes body, uint8_t out[KITH_RECORD_MAX])
{
	struct kith_bytes what;

	h->owner = p->id.mid;
	assert_int_equal(kith_record_write(h, body, out), 0);
	what = kith_record_signed(out, h);
	kith_sign(&p->id, KITH_LABEL_RECORD, &f->cid, what.p, what.len,
		  out + h->len - KITH_RECORD_SIG);
	return h->len;
}

size_t person_sign(struct fix *f, struct person *p, uint8_t kind, uint32_t epoch, uint32_t seq,
		   struct kith_bytes body, uint8_t out[KITH_RECORD_MAX])
{
	struct kith_record_head h = {.kind = kind, .epoch = epoch, .seq = seq,
				     .expires = p->expires};

	return sign(f, p, &h, body, out);
}

size_t person_record(struct fix *f, struct person *p, uint8_t out[KITH_RECORD_MAX])
{
	uint8_t body[KITH_RECORD_MAX];
	size_t len = sizeof(body);

	assert_int_equal(kith_member_body_write(&p->body, body, &len), 0);
	return person_sign(f, p, KITH_RECORD_MEMBER, p->epoch, p->seq,
			   (struct kith_bytes){body, len}, out);
}

size_t person_suspicion(struct fix *f, struct person *p, const struct kith_peer *target,
			uint8_t kind, uint8_t out[KITH_RECORD_MAX])
{
	const struct kith_suspicion s = {target->record->mid, target->record->epoch,
					 target->record->seq, kind,
					 KITH_PATH_DIRECT};
	uint8_t body[KITH_SUSPICION_BODY];

	kith_suspicion_write(&s, body);
	return person_sign(f, p, KITH_RECORD_SUSPICION, p->epoch, ++p->numbered,
			   (struct kith_bytes){body, sizeof(body)}, out);
}

struct kith_peer *person_peer(const struct fix *f, const struct person *p)
{
	return kith_peer_find(f->n, &p->id.mid);
}

struct kith_peer *person_known(struct fix *f, struct person *p)
{
	uint8_t record[KITH_RECORD_MAX];
	const struct kith_bytes r = {record, person_record(f, p, record)};

	fix_collect(f);
	(void)kith_store_record(f->n, NULL, (struct kith_bytes){p->cert, p->cert_len}, r,
				KITH_STORE_BY_SYNC);
	fix_collect(f);
	return person_peer(f, p);
}

struct kith_peer *person_joins(struct fix *f, struct person *p, uint32_t i)
{
	struct kith_peer *peer;

	person_init(f, p, i);
	peer = person_known(f, p);
	assert_non_null(peer);
	person_pair(f, p);
	return peer;
}

enum kith_store_result person_tells(struct fix *f, struct person *deliverer,
				    const uint8_t *record, size_t len)
{
	enum kith_store_result r;

	fix_collect(f);
	r = kith_store_record(f->n, deliverer != NULL ? person_peer(f, deliverer) : NULL,
			      (struct kith_bytes){NULL, 0}, (struct kith_bytes){record, len},
			      KITH_STORE_BY_DATAGRAM);
	fix_collect(f);
	return r;
}

void person_leaves(struct fix *f, struct person *p)
{
	uint8_t record[KITH_RECORD_MAX];
	size_t len;

	p->seq++;
	p->body.state = KITH_MEMBER_LEFT;
	len = person_record(f, p, record);
	assert_int_equal(person_tells(f, NULL, record, len), KITH_STORE_NEWS);
}

/* --- people: what they send ----------------------------------------------------------------- */

void person_pair(struct fix *f, struct person *p)
{
	const struct kith_own_secrets *s = f->n->own.secrets;

	assert_int_equal(kith_pair_make(&p->pair, &p->session, &f->cid, &p->id.mid,
					&s->identity.mid, s->session.pk), 0);
}

size_t person_seal(struct fix *f, struct person *p, const uint8_t *plain, size_t len,
		   uint8_t out[KITH_DATAGRAM_MAX])
{
	return kith_data_seal(&p->session, &p->pair, f->n->own.secrets->session.sid, plain, len,
			      out);
}

void person_send(struct fix *f, struct person *p, const uint8_t *plain, size_t len)
{
	uint8_t datagram[KITH_DATAGRAM_MAX];

	len = person_seal(f, p, plain, len, datagram);
	kith_node_datagram(f->n, f->now, &p->addr, datagram, len);
	fix_collect(f);
}

void person_say(struct fix *f, struct person *p, const struct kith_msg *m)
{
	uint8_t plain[KITH_DATA_PLAIN_MAX];
	size_t len = 0;

	assert_true(kith_msg_write(m, plain, sizeof(plain), &len));
	person_send(f, p, plain, len);
}

void person_intro(struct fix *f, struct person *p, uint8_t flags, const struct kith_msg *m,
		  uint8_t out[KITH_DATAGRAM_MAX])
{
	uint8_t record[KITH_RECORD_MAX], plain[KITH_DATA_PLAIN_MAX], data[KITH_DATAGRAM_MAX];
	struct kith_intro in = {.flags = flags, .certificate = {p->cert, p->cert_len}};
	size_t len = 0;

	in.record = (struct kith_bytes){record, person_record(f, p, record)};
	if (m != NULL) {
		assert_true(kith_msg_write(m, plain, sizeof(plain), &len));
		in.data = (struct kith_bytes){data, person_seal(f, p, plain, len, data)};
	}
	assert_int_equal(kith_intro_seal(&f->gate, &p->session, &in, out), 0);
}

/* The plaintext of a datagram to this person; false: it does not open. */
static bool open_for(struct fix *f, struct person *p, const struct kith_out *o, uint8_t *plain,
		     size_t *len)
{
	uint8_t scratch[KITH_INTRO_SEALED_MAX];
	struct kith_bytes data = {o->data, o->len};
	struct kith_intro in;

	if (o->data[0] == KITH_TYPE_INTRO) {
		if (kith_intro_open(&f->gate, 1, o->data, scratch, &in) != 0)
			return false;
		data = in.data;
	}
	if (data.len < KITH_DATA_OVERHEAD || kith_data_open(&p->pair, data.p, data.len, plain) != 0)
		return false;
	*len = data.len - KITH_DATA_OVERHEAD;
	return true;
}

uint32_t person_heard(struct fix *f, struct person *p, enum kith_msg_kind kind,
		      struct kith_msg *m)
{
	uint32_t count = 0, unknown = 0;
	struct kith_bytes last = {NULL, 0};
	size_t i, last_at = 0;

	for (i = 0; i < f->out_count; i++) {
		const struct kith_out *o = &f->outs[i].out;
		uint8_t plain[KITH_DATA_PLAIN_MAX];
		struct kith_bytes bytes = {plain, 0};
		struct kith_msg each;
		size_t at = 0;

		if (o->kind != KITH_OUT_DATAGRAM || !kith_addr_eq(&o->addr, &p->addr) ||
		    !open_for(f, p, o, plain, &bytes.len))
			continue;
		while (kith_msg_next(bytes, &at, &each, &unknown) == 1) {
			if (each.kind != kind)
				continue;
			count++;
			if (m == NULL)
				continue;
			/* Read once more from where it stays. */
			memcpy(p->plain, plain, bytes.len);
			last = (struct kith_bytes){p->plain, bytes.len};
			last_at = at;
		}
	}
	if (m != NULL && count > 0)
		for (i = 0; i < last_at;)
			assert_int_equal(kith_msg_next(last, &i, m, &unknown), 1);
	return count;
}

void person_acks(struct fix *f, struct person *p)
{
	uint8_t root[8];
	struct kith_msg ping, ack = {.kind = KITH_MSG_ACK, .root = root,
				     .t = kith_now_unix_s(f->n) & 0xffff};

	kith_peers_root(f->n, root);
	if (person_heard(f, p, KITH_MSG_PING, &ping) > 0) {
		ack.n = ping.n;
		fix_forget(f);
		person_say(f, p, &ack);
	}
	fix_forget(f);
}
