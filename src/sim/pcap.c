/* SPDX-License-Identifier: ISC */
#include "sim/pcap.h"

#include "sim/hash.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINKTYPE_RAW = 101, IP4_LEN = 20, IP6_LEN = 40, UDP_LEN = 8, TCP_LEN = 20, DATA_MAX = 60000 };

/* How far each direction of a connection has come. */
struct flow {
	uint64_t key; /* connection and direction */
	uint32_t seq;
	UT_hash_handle hh;
};

struct pcap {
	FILE *file;
	struct flow *flows; /* owned hash */
	uint8_t packet[IP6_LEN + TCP_LEN + DATA_MAX];
};

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

static void write32(FILE *f, uint32_t v)
{
	const uint8_t b[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};

	fwrite(b, sizeof(b), 1, f);
}

struct pcap *pcap_open(const char *file)
{
	struct pcap *p = calloc(1, sizeof(*p));

	assert(p != NULL);
	p->file = fopen(file, "wb");
	if (p->file == NULL) {
		free(p);
		return NULL;
	}
	write32(p->file, 0xa1b2c3d4);
	write32(p->file, 4u << 16 | 2); /* version 2.4 */
	write32(p->file, 0);
	write32(p->file, 0);
	write32(p->file, sizeof(p->packet));
	write32(p->file, LINKTYPE_RAW);
	return p;
}

/* RFC 1071. */
static uint16_t checksum(uint32_t sum, const uint8_t *p, size_t len)
{
	for (; len > 1; p += 2, len -= 2)
		sum += (uint32_t)p[0] << 8 | p[1];
	if (len > 0)
		sum += (uint32_t)p[0] << 8;
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static size_t put_ip(uint8_t *p, const struct net_sent *s, uint8_t protocol, size_t payload)
{
	memset(p, 0, IP6_LEN);
	if (s->from.family == 6) {
		p[0] = 0x60;
		put16(p + 4, (unsigned)payload);
		p[6] = protocol;
		p[7] = 64;
		memcpy(p + 8, s->from.ip, 16);
		memcpy(p + 24, s->to.ip, 16);
		return IP6_LEN;
	}
	p[0] = 0x45;
	put16(p + 2, (unsigned)(IP4_LEN + payload));
	p[8] = 64;
	p[9] = protocol;
	memcpy(p + 12, s->from.ip, 4);
	memcpy(p + 16, s->to.ip, 4);
	put16(p + 10, checksum(0, p, IP4_LEN));
	return IP4_LEN;
}

static uint32_t sequence(struct pcap *p, const struct net_sent *s, size_t len)
{
	const uint64_t key = s->connection << 1 | (s->from.port > s->to.port);
	struct flow *f = NULL;
	uint32_t seq;

	HASH_FIND(hh, p->flows, &key, sizeof(key), f);
	if (f == NULL) {
		f = calloc(1, sizeof(*f));
		assert(f != NULL);
		f->key = key;
		f->seq = 1;
		HASH_ADD(hh, p->flows, key, sizeof(f->key), f);
	}
	seq = f->seq;
	f->seq += (uint32_t)len;
	return seq;
}

static void on_sent(void *ctx, const struct net_sent *s)
{
	struct pcap *p = ctx;
	const size_t len = s->len < DATA_MAX ? s->len : DATA_MAX;
	const size_t head = s->stream ? TCP_LEN : UDP_LEN;
	const uint64_t at = (uint64_t)CLUSTER_UNIX_MS * 1000 + (uint64_t)(s->at - WORLD_START);
	uint8_t *transport;
	size_t ip;

	ip = put_ip(p->packet, s, s->stream ? 6 : 17, head + len);
	transport = p->packet + ip;
	memset(transport, 0, head);
	put16(transport, s->from.port);
	put16(transport + 2, s->to.port);
	if (s->stream) {
		put32(transport + 4, sequence(p, s, s->len));
		transport[12] = TCP_LEN / 4 << 4;
		transport[13] = 0x18; /* PSH, ACK */
		put16(transport + 14, 65535);
	} else {
		put16(transport + 4, (unsigned)(UDP_LEN + len)); /* without a checksum, as RFC 768 allows */
	}
	memcpy(transport + head, s->buf, len);
	write32(p->file, (uint32_t)(at / 1000000));
	write32(p->file, (uint32_t)(at % 1000000));
	write32(p->file, (uint32_t)(ip + head + len));
	write32(p->file, (uint32_t)(ip + head + s->len));
	fwrite(p->packet, ip + head + len, 1, p->file);
}

void pcap_sniff(struct pcap *p, struct cluster *c)
{
	c->sniff = on_sent;
	c->sniff_ctx = p;
}

bool pcap_close(struct pcap **pp)
{
	struct pcap *p = *pp;
	struct flow *f, *next;
	const bool failed = ferror(p->file) != 0;
	const bool closed = fclose(p->file) == 0;

	HASH_ITER(hh, p->flows, f, next) {
		HASH_DEL(p->flows, f);
		free(f);
	}
	free(p);
	*pp = NULL;
	return closed && !failed;
}
