/* SPDX-License-Identifier: ISC */
/* The golden bytes of wire/record.h: tests/vectors/records.txt. */
#include "wire/record.h"
#include "base/text.h"
#include "seal/identity.h"
#include "support/vectors.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_MAX = 8192 };

/* ---- what a record says, as the vectors write it */

static void say_u64(struct kith_text *t, const char *word, uint64_t v)
{
	kith_text_str(t, word);
	kith_text_u64(t, v);
}

static void say_hex(struct kith_text *t, const char *word, const void *p, size_t len)
{
	kith_text_str(t, word);
	kith_text_hex(t, p, len);
}

static void say_head(struct kith_text *t, const struct kith_record_head *h)
{
	say_u64(t, "record kind=", h->kind);
	say_u64(t, " len=", h->len);
	say_hex(t, " owner=", h->owner.b, 16);
	say_u64(t, " epoch=", h->epoch);
	say_u64(t, " seq=", h->seq);
	say_u64(t, " expires=", h->expires);
	kith_text_str(t, "\n");
}

static void say_member(struct kith_text *t, const struct kith_member_body *m)
{
	static const char *const states[] = {"", "alive", "left", "restarting"};
	struct kith_bytes key, value;
	size_t at = 0;

	say_hex(t, "member session=", m->session_pk, 32);
	say_u64(t, " proto=", m->proto_min);
	say_u64(t, "-", m->proto_max);
	kith_text_str(t, " state=");
	kith_text_str(t, states[m->state]);
	say_u64(t, " back_s=", m->back_s);
	say_u64(t, " flags=", m->flags);
	say_u64(t, " version=", m->version[0]);
	say_u64(t, ".", m->version[1]);
	say_u64(t, ".", m->version[2]);
	say_u64(t, " profile=", m->profile);
	kith_text_str(t, "\n");
	for (uint8_t i = 0; i < m->addr_count; i++) {
		kith_text_str(t, "addr ");
		kith_text_addr(t, &m->addrs[i]);
		kith_text_str(t, "\n");
	}
	while (kith_tags_next(m->tags, &at, &key, &value) == 1) {
		kith_text_str(t, "tag ");
		kith_text_mem(t, (const char *)key.p, key.len);
		kith_text_str(t, "=");
		kith_text_mem(t, (const char *)value.p, value.len);
		kith_text_str(t, "\n");
	}
	assert_int_equal(at, m->tags.len);
}

static void say_suspicion(struct kith_text *t, const struct kith_suspicion *s)
{
	say_hex(t, "suspicion target=", s->target.b, 16);
	say_u64(t, " epoch=", s->epoch);
	say_u64(t, " seq=", s->seq);
	kith_text_str(t, s->kind == KITH_SUSPICION_REFUSAL ? " kind=refusal" : " kind=silence");
	say_u64(t, " path=", s->path);
	kith_text_str(t, "\n");
}

/* ---- vectors */

/* Reads header and body of a record; what it says, or its error. */
static int read_record(const uint8_t *p, size_t len, char *text, size_t text_size)
{
	struct kith_record_head h;
	struct kith_member_body m;
	struct kith_suspicion s;
	struct kith_bytes body;
	struct kith_text t;
	int rc = kith_record_read(p, len, &h);

	if (rc != 0)
		return rc;
	kith_text_init(&t, text, text_size);
	say_head(&t, &h);
	body = kith_record_body(p, &h);
	switch (h.kind) {
	case KITH_RECORD_MEMBER:
		rc = kith_member_body_read(body, &m);
		if (rc == 0)
			say_member(&t, &m);
		break;
	case KITH_RECORD_SUSPICION:
		rc = kith_suspicion_read(body, &s);
		if (rc == 0)
			say_suspicion(&t, &s);
		break;
	default:
		say_hex(&t, "unknown body=", body.p, body.len);
		kith_text_str(&t, "\n");
	}
	assert_false(t.cut);
	return rc;
}

/* The same from a block of exactly that size. */
static int read_exact(const uint8_t *p, size_t len, char *text, size_t text_size)
{
	uint8_t *copy = malloc(len ? len : 1);
	int rc;

	assert_non_null(copy);
	if (len)
		memcpy(copy, p, len);
	rc = read_record(copy, len, text, text_size);
	free(copy);
	return rc;
}

/* Writes a record from what was read of it; its length. */
static size_t write_again(const uint8_t *p, size_t len, uint8_t out[KITH_RECORD_MAX])
{
	uint8_t body_bytes[KITH_RECORD_MAX];
	struct kith_record_head h;
	struct kith_member_body m;
	struct kith_suspicion s;
	struct kith_bytes body;

	assert_int_equal(kith_record_read(p, len, &h), 0);
	body = kith_record_body(p, &h);
	if (h.kind == KITH_RECORD_MEMBER) {
		size_t body_len = sizeof(body_bytes);

		assert_int_equal(kith_member_body_read(body, &m), 0);
		assert_int_equal(kith_member_body_write(&m, body_bytes, &body_len), 0);
		body = (struct kith_bytes){body_bytes, body_len};
	} else if (h.kind == KITH_RECORD_SUSPICION) {
		assert_int_equal(kith_suspicion_read(body, &s), 0);
		kith_suspicion_write(&s, body_bytes);
		body = (struct kith_bytes){body_bytes, KITH_SUSPICION_BODY};
	}
	h.len = 0;
	assert_int_equal(kith_record_write(&h, body, out), 0);
	return h.len;
}

/* The signature is real: by the seed and for the cluster that the file's head names. */
static void check_signature(const struct vector *v, const uint8_t *p, size_t len)
{
	struct kith_identity id;
	struct kith_record_head h;
	struct kith_bytes covered;
	struct kith_cid cid;
	uint8_t seed[KITH_KEY_LEN];

	for (uint8_t i = 0; i < sizeof(seed); i++)
		seed[i] = i;
	assert_int_equal(kith_identity_init(&id, seed), 0);
	kith_cid_make(&cid, "vectors");
	assert_int_equal(kith_record_read(p, len, &h), 0);
	assert_memory_equal(h.owner.b, id.mid.b, sizeof(h.owner.b));
	covered = kith_record_signed(p, &h);
	if (kith_verify(id.pk, KITH_LABEL_RECORD, &cid, covered.p, covered.len,
			kith_record_sig(p, &h)) != 0)
		fail_msg("vector %s is not signed", v->name);
}

static void check_vector(const struct vector *v)
{
	uint8_t bytes[VECTOR_BYTES_MAX], again[KITH_RECORD_MAX];
	char text[TEXT_MAX];
	const char *value;
	size_t len = vector_hex(v, bytes);

	if (len > 0) {
		if (read_exact(bytes, len, text, sizeof(text)) != 0)
			fail_msg("vector %s is refused", v->name);
		vector_means(v, text);
		check_signature(v, bytes, len);
		assert_int_equal(write_again(bytes, len, again), len);
		assert_memory_equal(again, bytes, len - KITH_RECORD_SIG);
	}
	for (size_t n = 0; (value = vector_value(v, "also", n)) != NULL; n++) {
		len = vector_bytes(v, value, bytes);
		if (read_exact(bytes, len, text, sizeof(text)) != 0)
			fail_msg("vector %s: refused is %s", v->name, value);
		vector_means(v, text);
		check_signature(v, bytes, len);
	}
	for (size_t n = 0; (value = vector_value(v, "refused", n)) != NULL; n++) {
		len = vector_bytes(v, value, bytes);
		if (read_exact(bytes, len, text, sizeof(text)) != KITH_EMALFORMED)
			fail_msg("vector %s: not refused is number %zu", v->name, n);
	}
}

static void golden_bytes_stay(void **state)
{
	(void)state;
	assert_int_equal(kith_seal_init(), 0);
	assert_int_equal(vectors_each("records.txt", check_vector), 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_bytes_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
