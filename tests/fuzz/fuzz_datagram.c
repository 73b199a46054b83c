/* SPDX-License-Identifier: ISC */
/*
 * Datagrams. The first byte says what the rest is:
 *
 *	0x11, 0x12  a DATA or INTRO packet as it comes from a stranger, that byte included
 *	0           plain text: sealed, opened, sealed with a bit flipped
 *	1           what an insider seals into an INTRO: length of the rider u16, then the plain text
 *
 * A stranger's packet opens only if it is one of those that the corpus holds; what opens lies
 * inside its buffer and can be sealed again.
 */
#include "base/cur.h"
#include "unit/seal_fixture.h"
#include <sodium.h>

int LLVMFuzzerTestOneInput(const uint8_t *buf, size_t len);

enum { INTRO_PLAIN_MAX = KITH_DATAGRAM_MAX - 28 - 16 };

static struct seal_world w;

static void try_data(const uint8_t *buf, size_t len)
{
	uint8_t *plain;
	struct kith_data_head h;

	if (len < KITH_DATA_OVERHEAD || len > KITH_DATAGRAM_MAX)
		return;
	kith_data_head(buf, &h);
	KITH_ASSERT(h.rtag == buf + 1 && h.sid == buf + 4 && h.ctr == kith_get_u64(buf + 12));
	plain = malloc(len - KITH_DATA_OVERHEAD + 1);
	KITH_ASSERT(plain != NULL);
	if (kith_data_open(&w.ba, buf, len, plain) == 0) {
		struct kith_session again = w.a.session;
		uint8_t packet[KITH_DATAGRAM_MAX];

		/* Only the sender can have made it. */
		again.ctr = h.ctr - 1;
		KITH_ASSERT(kith_data_seal(&again, &w.ab, w.b.session.sid, plain,
					   len - KITH_DATA_OVERHEAD, packet) == len);
		KITH_ASSERT(memcmp(packet, buf, len) == 0);
		KITH_ASSERT(kith_data_open(&w.ab, buf, len, plain) == KITH_EAUTH);
	}
	free(plain);
}

static void is_inside(struct kith_bytes part, const uint8_t *p, size_t len)
{
	KITH_ASSERT(part.p >= p && part.p + part.len <= p + len);
}

/* packet has KITH_DATAGRAM_MAX bytes. */
static int try_intro(const uint8_t *packet)
{
	uint8_t *scratch = malloc(KITH_INTRO_SEALED_MAX), again[KITH_DATAGRAM_MAX];
	uint8_t scratch_again[KITH_INTRO_SEALED_MAX];
	struct kith_gate gates[2];
	struct kith_intro got, same;
	int rc;

	KITH_ASSERT(scratch != NULL);
	gates[0] = w.gate;
	gates[0].udp[0] ^= 1;
	gates[0].hint = packet[1]; /* one whose key is tried in vain, whatever the hint */
	gates[1] = w.gate;
	rc = kith_intro_open(gates, 2, packet, scratch, &got);
	KITH_ASSERT(rc == 0 || rc == KITH_EAUTH || rc == KITH_EMALFORMED);
	if (rc == 0) {
		is_inside(got.certificate, scratch, KITH_INTRO_SEALED_MAX);
		is_inside(got.record, scratch, KITH_INTRO_SEALED_MAX);
		is_inside(got.data, packet, KITH_DATAGRAM_MAX);
		rc = kith_intro_seal(&w.gate, &w.a.session, &got, again);
		KITH_ASSERT(rc == 0);
		rc = kith_intro_open(&w.gate, 1, again, scratch_again, &same);
		KITH_ASSERT(rc == 0 && same.flags == got.flags);
		KITH_ASSERT(same.certificate.len == got.certificate.len);
		KITH_ASSERT(same.record.len == got.record.len && same.data.len == got.data.len);
		try_data(got.data.p, got.data.len);
	}
	free(scratch);
	return rc;
}

static void try_plain(const uint8_t *buf, size_t len)
{
	uint8_t packet[KITH_DATAGRAM_MAX], got[KITH_DATA_PLAIN_MAX];
	size_t bit, packet_len;

	if (len > KITH_DATA_PLAIN_MAX)
		len = KITH_DATA_PLAIN_MAX;
	w.a.session.ctr = 0;
	packet_len = kith_data_seal(&w.a.session, &w.ab, w.b.session.sid, buf, len, packet);
	KITH_ASSERT(kith_data_open(&w.ba, packet, packet_len, got) == 0);
	KITH_ASSERT(memcmp(got, buf, len) == 0);
	bit = (len ? buf[0] + buf[len / 2] * 256u : 0) % (packet_len * 8);
	packet[bit / 8] ^= (uint8_t)(1 << bit % 8);
	KITH_ASSERT(kith_data_open(&w.ba, packet, packet_len, got) == KITH_EAUTH);
}

static void try_insider(const uint8_t *buf, size_t len)
{
	uint8_t plain[INTRO_PLAIN_MAX] = {0}, packet[KITH_DATAGRAM_MAX] = {KITH_TYPE_INTRO};
	size_t rider, plain_len;
	int rc;

	if (len < 2)
		return;
	rider = kith_get_u16(buf);
	packet[1] = w.gate.hint;
	kith_put_u16(packet + 2, (uint16_t)rider);
	plain_len = rider < INTRO_PLAIN_MAX ? INTRO_PLAIN_MAX - rider : 0;
	memcpy(plain, buf + 2, len - 2 < plain_len ? len - 2 : plain_len);
	rc = crypto_aead_xchacha20poly1305_ietf_encrypt(packet + 28, NULL, plain, plain_len,
							packet, 28, NULL, packet + 4, w.gate.udp);
	KITH_ASSERT(rc == 0);
	rc = try_intro(packet);
	KITH_ASSERT(rc == 0 || rc == KITH_EMALFORMED);
}

int LLVMFuzzerTestOneInput(const uint8_t *buf, size_t len)
{
	uint8_t packet[KITH_DATAGRAM_MAX] = {0};

	if (w.a.certificate_len == 0)
		seal_world_make(&w);
	if (len == 0)
		return 0;
	switch (buf[0]) {
	case KITH_TYPE_DATA:
		try_data(buf, len);
		break;
	case KITH_TYPE_INTRO:
		memcpy(packet, buf, len < sizeof(packet) ? len : sizeof(packet));
		(void)try_intro(packet);
		break;
	case 0:
		try_plain(buf + 1, len - 1);
		break;
	case 1:
		try_insider(buf + 1, len - 1);
		break;
	}
	return 0;
}
