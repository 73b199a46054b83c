/* SPDX-License-Identifier: ISC */
#include "seal/datagram.h"
#include "base/check.h"
#include "base/cur.h"
#include <sodium.h>
#include <string.h>

enum {
	HEAD_LEN = 28,                                            /* of both: the additional data */
	TAG_LEN = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	NONCE_LEN = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	DATA_CTR = 12,                                            /* here the nonce starts */
	DATA_SIV = 20,
	INTRO_NONCE = 4,
	INTRO_FIELDS_LEN = 1 + 2 + 2,                             /* flags and two lengths */
	INTRO_PLAIN_MAX = KITH_INTRO_SEALED_MAX - TAG_LEN
};

_Static_assert(HEAD_LEN + TAG_LEN == KITH_DATA_OVERHEAD, "DATA is header, ciphertext, tag");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == 32, "keys are 32 bytes");
_Static_assert(INTRO_NONCE + NONCE_LEN == HEAD_LEN, "the nonce ends INTRO's header");

void kith_gate_make(struct kith_gate *g, const uint8_t cluster_key[KITH_KEY_LEN],
		    const struct kith_cid *cid)
{
	struct kith_bytes key_part = {cluster_key, KITH_KEY_LEN};
	struct kith_bytes cid_part = {cid->b, sizeof(cid->b)};

	kith_hash(&g->hint, 1, KITH_LABEL_GATE_HINT, NULL, 0, &key_part, 1);
	kith_hash(g->udp, sizeof(g->udp), KITH_LABEL_GATE_UDP, cluster_key, KITH_KEY_LEN,
		  &cid_part, 1);
	kith_hash(g->tcp, sizeof(g->tcp), KITH_LABEL_GATE_TCP, cluster_key, KITH_KEY_LEN,
		  &cid_part, 1);
}

/* --- DATA ------------------------------------------------------------------------------------- */

void kith_data_head(const uint8_t *buf, struct kith_data_head *h)
{
	h->rtag = buf + 1;
	h->sid = buf + 4;
	h->ctr = kith_get_u64(buf + DATA_CTR);
}

static void data_nonce(uint8_t nonce[NONCE_LEN], const uint8_t *head)
{
	memset(nonce, 0, NONCE_LEN);
	memcpy(nonce, head + DATA_CTR, HEAD_LEN - DATA_CTR);
}

size_t kith_data_seal(struct kith_session *own, const struct kith_pair *pair,
		      const uint8_t rsid[KITH_SID_LEN], const uint8_t *plain, size_t len,
		      uint8_t *out)
{
	const struct kith_bytes parts[] = {{out, DATA_SIV}, {plain, len}};
	uint8_t nonce[NONCE_LEN];
	unsigned long long sealed_len = 0;
	int rc;

	KITH_ASSERT(len <= KITH_DATA_PLAIN_MAX);
	KITH_ASSERT(own->ctr < (UINT64_C(1) << 63) - 1);
	own->ctr++;
	out[0] = KITH_TYPE_DATA;
	memcpy(out + 1, rsid, 3);
	memcpy(out + 4, own->sid, KITH_SID_LEN);
	kith_put_u64(out + DATA_CTR, own->ctr);
	kith_hash(out + DATA_SIV, HEAD_LEN - DATA_SIV, KITH_LABEL_SIV, own->siv_key,
		  sizeof(own->siv_key), parts, 2);
	data_nonce(nonce, out);
	rc = crypto_aead_xchacha20poly1305_ietf_encrypt(out + HEAD_LEN, &sealed_len, plain, len,
							out, HEAD_LEN, NULL, nonce,
							pair->send_key);
	KITH_ASSERT(rc == 0 && sealed_len == len + TAG_LEN);
	return len + KITH_DATA_OVERHEAD;
}

int kith_data_open(const struct kith_pair *pair, const uint8_t *buf, size_t len, uint8_t *plain)
{
	uint8_t nonce[NONCE_LEN];

	if (len < KITH_DATA_OVERHEAD || len > KITH_DATAGRAM_MAX)
		return KITH_EAUTH;
	data_nonce(nonce, buf);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, buf + HEAD_LEN,
						       len - HEAD_LEN, buf, HEAD_LEN, nonce,
						       pair->recv_key) != 0)
		return KITH_EAUTH;
	return 0;
}

/* --- INTRO ------------------------------------------------------------------------------------ */

size_t kith_intro_room(size_t certificate_len, size_t record_len)
{
	size_t used = INTRO_FIELDS_LEN + certificate_len + record_len;

	if (used + KITH_DATA_OVERHEAD > INTRO_PLAIN_MAX)
		return 0;
	return INTRO_PLAIN_MAX - used;
}

static int intro_fits(const struct kith_intro *in)
{
	if (in->certificate.len > KITH_CERTIFICATE_MAX || in->record.len > KITH_RECORD_MAX)
		return 0;
	if (in->data.len == 0)
		return INTRO_FIELDS_LEN + in->certificate.len + in->record.len <= INTRO_PLAIN_MAX;
	return in->data.len <= kith_intro_room(in->certificate.len, in->record.len);
}

int kith_intro_seal(const struct kith_gate *gate, const struct kith_session *own,
		    const struct kith_intro *in, uint8_t *out)
{
	uint8_t plain[INTRO_PLAIN_MAX];
	size_t plain_len = INTRO_PLAIN_MAX - in->data.len;
	const struct kith_bytes parts[] = {{plain, plain_len}, in->data};
	unsigned long long sealed_len = 0;
	struct kith_wr w;
	int rc;

	if (!intro_fits(in))
		return KITH_ETOOBIG;
	KITH_ASSERT(in->data.len == 0 || in->data.len >= KITH_DATA_OVERHEAD);
	kith_wr_init(&w, plain, plain_len);
	kith_wr_u8(&w, in->flags);
	kith_wr_u16(&w, (uint16_t)in->certificate.len);
	kith_wr_bytes(&w, in->certificate.p, in->certificate.len);
	kith_wr_u16(&w, (uint16_t)in->record.len);
	kith_wr_bytes(&w, in->record.p, in->record.len);
	kith_wr_zero(&w, kith_wr_left(&w));
	KITH_ASSERT(!w.bad);

	out[0] = KITH_TYPE_INTRO;
	out[1] = gate->hint;
	kith_put_u16(out + 2, (uint16_t)in->data.len);
	kith_hash(out + INTRO_NONCE, NONCE_LEN, KITH_LABEL_NONCE, own->siv_key,
		  sizeof(own->siv_key), parts, 2);
	rc = crypto_aead_xchacha20poly1305_ietf_encrypt(out + HEAD_LEN, &sealed_len, plain,
							plain_len, out, HEAD_LEN, NULL,
							out + INTRO_NONCE, gate->udp);
	KITH_ASSERT(rc == 0 && sealed_len == plain_len + TAG_LEN);
	if (in->data.len > 0)
		memcpy(out + HEAD_LEN + sealed_len, in->data.p, in->data.len);
	return 0;
}

static int intro_parse(const uint8_t *plain, size_t len, struct kith_intro *out)
{
	struct kith_rd r;

	kith_rd_init(&r, plain, len);
	out->flags = kith_rd_u8(&r);
	out->certificate.len = kith_rd_u16(&r);
	out->certificate.p = kith_rd_bytes(&r, out->certificate.len);
	out->record.len = kith_rd_u16(&r);
	out->record.p = kith_rd_bytes(&r, out->record.len);
	if (r.bad || out->certificate.len > KITH_CERTIFICATE_MAX ||
	    out->record.len > KITH_RECORD_MAX)
		return KITH_EMALFORMED;
	return 0;
}

int kith_intro_open(const struct kith_gate *gates, size_t gate_count, const uint8_t *buf,
		    uint8_t *scratch, struct kith_intro *out)
{
	size_t data_len = kith_get_u16(buf + 2), sealed_len;
	int rc = KITH_EKEY;

	for (size_t i = 0; i < gate_count; i++) {
		struct kith_intro got;

		if (gates[i].hint != buf[1])
			continue;
		if (data_len > INTRO_PLAIN_MAX - INTRO_FIELDS_LEN ||
		    (data_len > 0 && data_len < KITH_DATA_OVERHEAD))
			return KITH_EMALFORMED;
		sealed_len = KITH_INTRO_SEALED_MAX - data_len;
		rc = KITH_EAUTH;
		if (crypto_aead_xchacha20poly1305_ietf_decrypt(
			    scratch, NULL, NULL, buf + HEAD_LEN, sealed_len, buf, HEAD_LEN,
			    buf + INTRO_NONCE, gates[i].udp) != 0)
			continue;
		rc = intro_parse(scratch, sealed_len - TAG_LEN, &got);
		if (rc != 0)
			return rc;
		got.data.p = buf + HEAD_LEN + sealed_len;
		got.data.len = data_len;
		*out = got;
		return 0;
	}
	return rc;
}
