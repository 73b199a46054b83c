/* SPDX-License-Identifier: ISC */
#include "daemon/dns.h"
#include "base/addr.h"
#include "base/check.h"
#include "base/mem.h"
#include "daemon/clock.h"
#include "daemon/dns_rate.h"
#include "daemon/dns_tcp.h"
#include "daemon/sockaddr.h"
#include <errno.h>
#include <ev.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum {
	BATCH = 32,
	QUERY_ROOM = 1024, /* a longer one than is answered still shows to be one */
	READ_BATCHES = 8   /* a turn: a flood of questions must not keep the node waiting */
};

/* Where a datagram came to, which its answer is to come from. */
union to {
	struct cmsghdr align;
	uint8_t room[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

struct batch {
	struct mmsghdr in[BATCH], out[BATCH];
	struct iovec in_pieces[BATCH], out_pieces[BATCH];
	struct sockaddr_storage from[BATCH];
	union to to[BATCH];
	uint8_t queries[BATCH][QUERY_ROOM];
	uint8_t answers[BATCH][KITH_DNS_UDP_MOST];
};

struct kith_dns_host {
	struct kith_host *host; /* borrowed */
	struct kith_directory directory;
	struct kith_dns *dns;
	struct kith_dns_tcp *tcp;
	struct kith_dns_rate rate;
	ev_io sockets[2 * KITH_LISTENS_MAX];
	size_t count;
	struct batch batch; /* used within one read */
};

/* --- UDP ------------------------------------------------------------------------------------- */

static void prepare(struct batch *b)
{
	for (int i = 0; i < BATCH; i++) {
		b->in_pieces[i] = (struct iovec){b->queries[i], QUERY_ROOM};
		b->in[i].msg_hdr = (struct msghdr){
			.msg_name = &b->from[i],
			.msg_namelen = sizeof b->from[i],
			.msg_iov = &b->in_pieces[i],
			.msg_iovlen = 1,
			.msg_control = b->to[i].room,
			.msg_controllen = sizeof b->to[i].room,
		};
	}
}

/* The interface is the routing table's to choose. */
static void answer_from(struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO)
			((struct in_pktinfo *)(void *)CMSG_DATA(c))->ipi_ifindex = 0;
		else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO)
			((struct in6_pktinfo *)(void *)CMSG_DATA(c))->ipi6_ifindex = 0;
	}
}

/* This host may ask as often as it likes: nobody else can say that he is. */
static bool is_over_rate(struct kith_dns_host *h, const struct sockaddr_storage *from, kith_us now)
{
	const struct kith_addr source = kith_sockaddr_read(from);

	return !kith_addr_is_loopback(&source) && !kith_dns_rate_take(&h->rate, &source, now);
}

/* How many answers there are to the first n queries. */
static unsigned answer_batch(struct kith_dns_host *h, unsigned n)
{
	const uint32_t unix_s = (uint32_t)(kith_clock_unix_ms() / 1000);
	const kith_us now = kith_clock_now();
	struct batch *b = &h->batch;
	unsigned count = 0;

	for (unsigned i = 0; i < n; i++) {
		const bool is_over = is_over_rate(h, &b->from[i], now);
		const struct kith_bytes answer = kith_dns_answer(
			h->dns, is_over ? KITH_DNS_UDP_LIMITED : KITH_DNS_UDP, unix_s,
			(struct kith_bytes){b->queries[i], b->in[i].msg_len});

		if (answer.len == 0)
			continue;
		KITH_ASSERT(answer.len <= sizeof b->answers[count]);
		memcpy(b->answers[count], answer.p, answer.len);
		b->out_pieces[count] = (struct iovec){b->answers[count], answer.len};
		b->out[count].msg_hdr = b->in[i].msg_hdr;
		b->out[count].msg_hdr.msg_iov = &b->out_pieces[count];
		b->out[count].msg_hdr.msg_flags = 0;
		answer_from(&b->out[count].msg_hdr);
		count++;
	}
	return count;
}

/* A client whose answer is lost asks again. */
static void send_batch(struct kith_dns_host *h, int fd, unsigned count)
{
	unsigned at = 0;

	while (at < count) {
		int n = sendmmsg(fd, h->batch.out + at, count - at, MSG_DONTWAIT);

		if (n > 0) {
			at += (unsigned)n;
		} else if (errno != EINTR) {
			kith_dns_counters(h->dns)->unsent++;
			at++;
		}
	}
}

static void on_readable(struct ev_loop *loop, ev_io *io, int events)
{
	struct kith_dns_host *h = io->data;

	(void)loop;
	(void)events;
	for (int i = 0; i < READ_BATCHES; i++) {
		int n;

		prepare(&h->batch);
		n = recvmmsg(io->fd, h->batch.in, BATCH, MSG_DONTWAIT, NULL);
		if (n > 0)
			send_batch(h, io->fd, answer_batch(h, (unsigned)n));
		if (n < BATCH && !(n < 0 && errno == EINTR))
			return;
	}
}

/* --- settings -------------------------------------------------------------------------------- */

int kith_dns_open(struct kith_listens *l, const struct kith_conf *c, struct kith_log *log,
		  struct kith_report *r)
{
	const bool must = kith_conf_is_set(c, KITH_OPTION_DNS_LISTEN);
	struct kith_report why = {0};
	int code = kith_listens_open(l, c, KITH_OPTION_DNS_LISTEN, log, must ? r : &why);

	if (must || code == 0)
		return code;
	if (log != NULL) {
		char text[512];

		snprintf(text, sizeof text, "%.*s", (int)strcspn(kith_report_text(&why), "\n"),
			 kith_report_text(&why));
		kith_log(log, DNS_OFF, kith_f_text("why", text));
	}
	kith_report_clear(&why);
	return 0;
}

struct settings {
	struct kith_dns_config config;
	const char *domains[KITH_DNS_DOMAINS_MAX];
};

static uint32_t seconds(const struct kith_conf *c, enum kith_option_id id)
{
	return (uint32_t)(kith_conf_number(c, id) / KITH_SECOND);
}

static void read_settings(struct settings *s, const struct kith_conf *c)
{
	const size_t count = kith_conf_count(c, KITH_OPTION_DNS_DOMAIN);

	for (size_t i = 0; i < count; i++)
		s->domains[i] = kith_conf_item(c, KITH_OPTION_DNS_DOMAIN, i);
	if (count == 0)
		s->domains[0] = kith_options[KITH_OPTION_DNS_DOMAIN].preset;
	s->config = (struct kith_dns_config){
		.domains = s->domains,
		.domain_count = count > 0 ? count : 1,
		.ttl_s = seconds(c, KITH_OPTION_DNS_TTL),
		.negative_ttl_s = seconds(c, KITH_OPTION_DNS_NEGATIVE_TTL),
		.udp_limit = (uint16_t)kith_conf_number(c, KITH_OPTION_DNS_UDP_LIMIT),
		.prefer = (enum kith_dns_prefer)kith_conf_number(c, KITH_OPTION_DNS_PREFER),
		.zone_min = (uint32_t)kith_conf_number(c, KITH_OPTION_DNS_ZONE_MIN),
		.only_passing = kith_conf_number(c, KITH_OPTION_DNS_ONLY_PASSING) != 0,
	};
}

void kith_dns_reload(struct kith_dns_host *h, const struct kith_conf *c)
{
	struct settings s;
	int rc;

	if (h == NULL)
		return;
	read_settings(&s, c);
	rc = kith_dns_set(h->dns, &s.config);
	KITH_ASSERT(rc == 0); /* it was judged when it was read */
	kith_dns_rate_set(&h->rate, (uint32_t)kith_conf_number(c, KITH_OPTION_DNS_RATE));
}

/* --- life ------------------------------------------------------------------------------------ */

static bool start(struct kith_dns_host *h, const struct kith_conf *c, const struct kith_listens *l)
{
	uint8_t seed[16 + 24];
	struct settings s;

	read_settings(&s, c);
	kith_clock_entropy(seed, sizeof seed);
	kith_dns_rate_init(&h->rate, seed + 16, (uint32_t)kith_conf_number(c, KITH_OPTION_DNS_RATE));
	kith_directory_init(&h->directory, h->host->node, &kith_alloc_libc);
	if (kith_dns_new(&h->dns, &s.config, &h->directory, seed) != 0)
		return false;
	h->tcp = kith_dns_tcp_new(h->host, h->dns, l);
	return h->tcp != NULL;
}

struct kith_dns_host *kith_dns_start(struct kith_host *host, const struct kith_listens *l,
				     const struct kith_conf *c)
{
	struct kith_dns_host *h = l->count > 0 ? calloc(1, sizeof *h) : NULL;

	if (h == NULL)
		return NULL;
	h->host = host;
	if (!start(h, c, l)) {
		kith_dns_stop(&h);
		return NULL;
	}
	for (size_t i = 0; i < l->count; i++) {
		ev_io *io = &h->sockets[h->count++];

		ev_io_init(io, on_readable, l->all[i].udp, EV_READ);
		io->data = h;
		ev_io_start(host->loop, io);
		kith_log(host->log, DNS_LISTEN, kith_f_addr("addr", &l->all[i].addr));
	}
	return h;
}

void kith_dns_stop(struct kith_dns_host **dns)
{
	struct kith_dns_host *h = *dns;

	if (h == NULL)
		return;
	for (size_t i = 0; i < h->count; i++)
		ev_io_stop(h->host->loop, &h->sockets[i]);
	kith_dns_tcp_free(&h->tcp);
	kith_dns_free(&h->dns);
	kith_directory_fini(&h->directory);
	free(h);
	*dns = NULL;
}

const struct kith_dns_counters *kith_dns_counted(const struct kith_dns_host *h)
{
	return h != NULL ? kith_dns_counters(h->dns) : NULL;
}

bool kith_dns_is_built(void)
{
	return true;
}

const char *kith_dns_version(void)
{
	return kith_dns_library();
}
