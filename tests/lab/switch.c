/* SPDX-License-Identifier: ISC */
/*
 * switch HOSTS SEED: the lab's network. It makes one network namespace a host, each with a TUN
 * device "kith0" and no other way out, and carries packets between them, worse than a cable would.
 *
 * One packet: read from the sender's device; the destination's last byte names the receiver
 * (10.77.x.H, fd77::x:H); counted; recorded if that direction is; the faults of (from, to) are
 * applied; written to the receiver's device, or queued until its delay is over.
 *
 * The first line of standard output is "ok", the process, and a file descriptor a host: that
 * host's namespace is /proc/PROCESS/fd/DESCRIPTOR. Then each line of standard input is a command
 * and is answered by one line, "ok ..." or "error ...". Hosts count from 1, and 0 means all:
 *
 *	set FROM TO FAULT VALUE    see fault_names; 0 heals
 *	count FROM TO              what FROM sent to TO so far, before faults
 *	record FROM TO             keep the datagrams that FROM sends to TO from now on
 *	replay                     send all of them once more, as they were, and keep no more
 *
 * It ends with its standard input; the namespaces end with the last process in them.
 * Exit status 77: this machine does not allow it.
 */
#include <config.h>
#include "base/heap.h"
#include "base/mem.h"
#include "base/rng.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
	HOSTS_MAX = 250,
	PACKET_MAX = 2048, /* bytes; the devices' MTU is 1500 */
	QUEUE_MAX = 65536, /* packets under way; one more is lost */
	RECORD_MAX = 4096, /* packets kept for a replay; later ones are not */
	READS_A_TURN = 64, /* packets of one host before the next one's turn */
	UNAVAILABLE = 77,
};

enum fault { LOSS, DUPLICATE, CORRUPT, DELAY, JITTER, MTU, BLOCK, NO_UDP, FAULTS };
static const char *const fault_names[FAULTS] = {
	[LOSS] = "loss",	   /* per cent of packets */
	[DUPLICATE] = "duplicate", /* per cent */
	[CORRUPT] = "corrupt",	   /* per cent; the checksum stays right */
	[DELAY] = "delay",	   /* ms */
	[JITTER] = "jitter",	   /* ms, 0 to this much more delay; reorders */
	[MTU] = "mtu",		   /* longer packets vanish without a word; 0: none do */
	[BLOCK] = "block",	   /* 1: all packets vanish */
	[NO_UDP] = "no_udp",	   /* 1: those of UDP do, as behind a firewall that nobody thought of */
};

struct packet {
	struct kith_heap_node due; /* first, so that the heap's node is the packet */
	uint32_t to;
	size_t len;
	uint8_t bytes[];
};

/* One direction between two hosts. */
struct link {
	uint32_t fault[FAULTS];
	uint64_t udp, udp_bytes, tcp, tcp_bytes, other, lost; /* bytes of payload */
};

/* What a packet's headers say. */
struct shape {
	uint32_t to; /* 0: to nobody here */
	uint8_t protocol;
	size_t payload; /* where that of UDP or TCP begins; at most the packet's length */
};

static struct {
	uint32_t hosts;
	int tun[HOSTS_MAX + 1], netns[HOSTS_MAX + 1];
	struct link link[HOSTS_MAX + 1][HOSTS_MAX + 1];
	struct kith_heap queue;
	struct kith_rng rng;
	bool recording;
	uint32_t record_from, record_to;
	struct packet *recorded[RECORD_MAX];
	uint32_t recorded_count;
} net;

static void die(int status, const char *what)
{
	fprintf(stderr, "switch: %s: %s\n", what, strerror(errno));
	exit(status);
}

static kith_us now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (kith_us)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* --- hosts ----------------------------------------------------------------------------------- */

/* An open TUN device stays with the namespace in which it was opened. */
static void make_host(uint32_t i)
{
	struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};

	memcpy(request.ifr_name, "kith0", sizeof "kith0");
	if (unshare(CLONE_NEWNET) != 0)
		die(UNAVAILABLE, "no network namespace");
	net.netns[i] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (net.netns[i] < 0)
		die(1, "/proc/self/ns/net");
	net.tun[i] = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (net.tun[i] < 0)
		die(UNAVAILABLE, "/dev/net/tun");
	if (ioctl(net.tun[i], TUNSETIFF, &request) != 0)
		die(UNAVAILABLE, "TUNSETIFF");
}

/* --- packets --------------------------------------------------------------------------------- */

static struct shape shape_of(const uint8_t *p, size_t len)
{
	struct shape s = {.payload = len};
	size_t header = 0;

	if (len >= 20 && p[0] >> 4 == 4 && p[16] == 10 && p[17] == 77) {
		header = (size_t)(p[0] & 15) * 4;
		s.protocol = p[9];
		s.to = p[19];
	} else if (len >= 40 && p[0] >> 4 == 6 && p[24] == 0xfd && p[25] == 0x77) {
		header = 40;
		s.protocol = p[6];
		s.to = p[39];
	}
	if (s.to > net.hosts)
		s.to = 0;
	if (s.protocol == IPPROTO_UDP)
		s.payload = header + 8;
	else if (s.protocol == IPPROTO_TCP && header + 20 <= len)
		s.payload = header + (size_t)(p[header + 12] >> 4) * 4;
	if (s.payload > len)
		s.payload = len;
	return s;
}

static void count(struct link *l, const struct shape *s, size_t len)
{
	if (s->protocol == IPPROTO_UDP) {
		l->udp++;
		l->udp_bytes += len - s->payload;
	} else if (s->protocol == IPPROTO_TCP) {
		l->tcp++;
		l->tcp_bytes += len - s->payload;
	} else {
		l->other++;
	}
}

/* Two words of the payload change places: their sum, and so the checksum, stays right, and the
 * packet comes to the program instead of ending in the kernel. */
static void corrupt(uint8_t *p, size_t len)
{
	uint32_t words = (uint32_t)len / 2;
	uint8_t *a, *b, word[2];

	if (words < 2)
		return;
	a = p + 2 * (size_t)kith_rng_below(&net.rng, words);
	b = p + 2 * (size_t)kith_rng_below(&net.rng, words);
	memcpy(word, a, 2);
	memcpy(a, b, 2);
	memcpy(b, word, 2);
}

static bool chance(uint32_t per_cent)
{
	return per_cent > 0 && kith_rng_below(&net.rng, 100) < per_cent;
}

static struct packet *keep(uint32_t to, const uint8_t *bytes, size_t len)
{
	struct packet *p = calloc(1, sizeof *p + len);

	if (p == NULL)
		die(1, "a packet");
	p->to = to;
	p->len = len;
	memcpy(p->bytes, bytes, len);
	return p;
}

/* A full device loses packets as a full switch does. */
static void deliver(uint32_t to, const uint8_t *bytes, size_t len)
{
	ssize_t written = write(net.tun[to], bytes, len);

	(void)written;
}

static void send_one(struct link *l, uint32_t to, uint8_t *bytes, size_t len, size_t payload)
{
	uint32_t jitter_us = l->fault[JITTER] * 1000;
	kith_us delay = (kith_us)l->fault[DELAY] * 1000;

	if (chance(l->fault[LOSS]) || net.queue.count == QUEUE_MAX) {
		l->lost++;
		return;
	}
	if (chance(l->fault[CORRUPT]))
		corrupt(bytes + payload, len - payload);
	if (jitter_us > 0)
		delay += kith_rng_below(&net.rng, jitter_us);
	if (delay > 0)
		kith_heap_set(&net.queue, &keep(to, bytes, len)->due, now_us() + delay);
	else
		deliver(to, bytes, len);
}

static bool covers(uint32_t named, uint32_t host)
{
	return named == 0 || named == host;
}

/* UDP alone: what is replayed of TCP ends in the receiver's kernel. */
static bool is_recorded(uint32_t from, const struct shape *s)
{
	return net.recording && s->protocol == IPPROTO_UDP && covers(net.record_from, from) &&
	       covers(net.record_to, s->to) && net.recorded_count < RECORD_MAX;
}

static void forward(uint32_t from, uint8_t *bytes, size_t len)
{
	struct shape s = shape_of(bytes, len);
	struct link *l = &net.link[from][s.to];

	if (s.to == 0)
		return;
	count(l, &s, len);
	if (is_recorded(from, &s))
		net.recorded[net.recorded_count++] = keep(s.to, bytes, len);
	if (l->fault[BLOCK] || (l->fault[NO_UDP] && s.protocol == IPPROTO_UDP) ||
	    (l->fault[MTU] > 0 && len > l->fault[MTU])) {
		l->lost++;
		return;
	}
	if (chance(l->fault[DUPLICATE]))
		send_one(l, s.to, bytes, len, s.payload);
	send_one(l, s.to, bytes, len, s.payload);
}

static void read_host(uint32_t from)
{
	uint8_t bytes[PACKET_MAX];
	ssize_t len;

	for (int i = 0; i < READS_A_TURN; i++) {
		len = read(net.tun[from], bytes, sizeof bytes);
		if (len <= 0)
			return;
		forward(from, bytes, (size_t)len);
	}
}

static void deliver_due(void)
{
	struct kith_heap_node *first;

	while ((first = kith_heap_first(&net.queue)) != NULL && first->at <= now_us()) {
		struct packet *p = (struct packet *)first;

		kith_heap_stop(&net.queue, first);
		deliver(p->to, p->bytes, p->len);
		free(p);
	}
}

/* --- commands -------------------------------------------------------------------------------- */

static bool set_fault(uint32_t from, uint32_t to, const char *name, uint32_t value)
{
	for (int f = 0; f < FAULTS; f++) {
		if (strcmp(name, fault_names[f]) != 0)
			continue;
		for (uint32_t i = 1; i <= net.hosts; i++)
			for (uint32_t k = 1; k <= net.hosts; k++)
				if (covers(from, i) && covers(to, k))
					net.link[i][k].fault[f] = value;
		puts("ok");
		return true;
	}
	return false;
}

static bool tell_counts(uint32_t from, uint32_t to)
{
	struct link sum = {.udp = 0};

	for (uint32_t i = 1; i <= net.hosts; i++)
		for (uint32_t k = 1; k <= net.hosts; k++) {
			const struct link *l = &net.link[i][k];

			if (!covers(from, i) || !covers(to, k))
				continue;
			sum.udp += l->udp;
			sum.udp_bytes += l->udp_bytes;
			sum.tcp += l->tcp;
			sum.tcp_bytes += l->tcp_bytes;
			sum.other += l->other;
			sum.lost += l->lost;
		}
	printf("ok udp %" PRIu64 " udp_bytes %" PRIu64 " tcp %" PRIu64 " tcp_bytes %" PRIu64
	       " other %" PRIu64 " lost %" PRIu64 "\n",
	       sum.udp, sum.udp_bytes, sum.tcp, sum.tcp_bytes, sum.other, sum.lost);
	return true;
}

static bool record(uint32_t from, uint32_t to)
{
	net.recording = true;
	net.record_from = from;
	net.record_to = to;
	puts("ok");
	return true;
}

static bool replay(void)
{
	net.recording = false;
	for (uint32_t i = 0; i < net.recorded_count; i++) {
		deliver(net.recorded[i]->to, net.recorded[i]->bytes, net.recorded[i]->len);
		free(net.recorded[i]);
	}
	printf("ok replayed %" PRIu32 "\n", net.recorded_count);
	net.recorded_count = 0;
	return true;
}

static bool obey(const char *line)
{
	char verb[16] = "", name[16] = "";
	uint32_t from = 0, to = 0, value = 0;
	int words = sscanf(line, "%15s %" SCNu32 " %" SCNu32 " %15s %" SCNu32, verb, &from, &to,
			   name, &value);

	if (from > net.hosts || to > net.hosts)
		return false;
	if (words == 5 && strcmp(verb, "set") == 0)
		return set_fault(from, to, name, value);
	if (words == 3 && strcmp(verb, "count") == 0)
		return tell_counts(from, to);
	if (words == 3 && strcmp(verb, "record") == 0)
		return record(from, to);
	return words == 1 && strcmp(verb, "replay") == 0 && replay();
}

/* False at the end of standard input. */
static bool read_commands(void)
{
	static char text[65536];
	static size_t len;
	ssize_t got = read(STDIN_FILENO, text + len, sizeof text - 1 - len);
	char *line = text, *end;

	if (got <= 0)
		return false;
	len += (size_t)got;
	text[len] = '\0';
	while ((end = strchr(line, '\n')) != NULL) {
		*end = '\0';
		if (!obey(line))
			printf("error %s\n", line);
		line = end + 1;
	}
	fflush(stdout);
	len -= (size_t)(line - text);
	memmove(text, line, len);
	return true;
}

/* --- main ------------------------------------------------------------------------------------ */

static int wait_for_input(struct pollfd *fds)
{
	struct kith_heap_node *first = kith_heap_first(&net.queue);
	struct timespec wait = {0};
	kith_us left = first == NULL ? 0 : first->at - now_us();

	if (left > 0) {
		wait.tv_sec = left / 1000000;
		wait.tv_nsec = left % 1000000 * 1000;
	}
	return ppoll(fds, net.hosts + 1, first == NULL ? NULL : &wait, NULL);
}

static void serve(void)
{
	struct pollfd fds[HOSTS_MAX + 1] = {{.fd = STDIN_FILENO, .events = POLLIN}};

	for (uint32_t i = 1; i <= net.hosts; i++)
		fds[i] = (struct pollfd){.fd = net.tun[i], .events = POLLIN};
	for (;;) {
		if (wait_for_input(fds) < 0 && errno != EINTR)
			die(1, "poll");
		deliver_due();
		for (uint32_t i = 1; i <= net.hosts; i++)
			if (fds[i].revents != 0)
				read_host(i);
		if (fds[0].revents != 0 && !read_commands())
			return;
	}
}

int main(int argc, char **argv)
{
	uint8_t seed[16] = {0};
	unsigned long hosts = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;

	if (hosts < 1 || hosts > HOSTS_MAX) {
		fputs("usage: switch HOSTS SEED\n", stderr);
		return 2;
	}
	memcpy(seed, argv[2], strnlen(argv[2], sizeof seed));
	kith_rng_init(&net.rng, seed);
	kith_heap_init(&net.queue, &kith_alloc_libc);
	if (!kith_heap_reserve(&net.queue, QUEUE_MAX))
		die(1, "the queue");
	net.hosts = (uint32_t)hosts;
	for (uint32_t i = 1; i <= net.hosts; i++)
		make_host(i);
	printf("ok %ld", (long)getpid());
	for (uint32_t i = 1; i <= net.hosts; i++)
		printf(" %d", net.netns[i]);
	puts("");
	fflush(stdout);
	serve();
	return 0;
}
