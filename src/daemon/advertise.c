/* SPDX-License-Identifier: ISC */
#include "daemon/advertise.h"
#include "base/addr.h"
#include "base/text.h"
#include "daemon/sockaddr.h"
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

enum { CANDIDATES_MAX = 16 };

struct candidates {
	struct kith_addr all[CANDIDATES_MAX];
	size_t count;
};

static bool is_listed(const struct kith_addr *list, size_t count, const struct kith_addr *a)
{
	for (size_t i = 0; i < count; i++)
		if (kith_addr_eq(&list[i], a))
			return true;
	return false;
}

static void add(struct kith_advertised *out, struct kith_addr a, uint16_t port)
{
	if (a.port == 0)
		a.port = port;
	if (out->count < KITH_ADDRS_MAX && !is_listed(out->addrs, out->count, &a))
		out->addrs[out->count++] = a;
}

/* Which own address the kernel would send from. Connecting a UDP socket sends nothing. */
static struct kith_addr route_source(const struct kith_addr *to)
{
	struct sockaddr_storage s;
	socklen_t len = kith_sockaddr_write(to, &s);
	int fd = socket(s.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct kith_addr a = {0};

	if (fd < 0)
		return a;
	if (connect(fd, (struct sockaddr *)&s, len) == 0)
		a = kith_sockaddr_local(fd);
	close(fd);
	a.port = 0;
	return a;
}

/* TEST-NET-1 and the documentation prefix (RFC 5737, 3849): nobody's, so the default route. */
static struct kith_addr default_source(uint8_t family)
{
	static const uint8_t v4[4] = {192, 0, 2, 1}, v6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
	struct kith_addr to = kith_addr_make(family, family == 4 ? v4 : v6, 9);

	return route_source(&to);
}

static bool fits(const struct kith_addr *a, bool loopback)
{
	struct kith_addr with_port = *a;

	with_port.port = 1;
	return kith_addr_is_usable(&with_port) && kith_addr_is_loopback(a) == loopback;
}

/* Own addresses of a family in the order of the interfaces, without loopback ones. */
static void find_candidates(struct candidates *c, uint8_t family)
{
	struct ifaddrs *all;

	c->count = 0;
	if (getifaddrs(&all) != 0)
		return;
	for (struct ifaddrs *i = all; i != NULL && c->count < CANDIDATES_MAX; i = i->ifa_next) {
		struct sockaddr_storage s = {0};
		struct kith_addr a;

		if (i->ifa_addr == NULL || (i->ifa_addr->sa_family != AF_INET &&
					    i->ifa_addr->sa_family != AF_INET6))
			continue;
		memcpy(&s, i->ifa_addr, i->ifa_addr->sa_family == AF_INET
						? sizeof(struct sockaddr_in)
						: sizeof(struct sockaddr_in6));
		a = kith_sockaddr_read(&s);
		a.port = 0;
		if (a.family == family && fits(&a, false) && !is_listed(c->all, c->count, &a))
			c->all[c->count++] = a;
	}
	freeifaddrs(all);
}

static void log_choice(struct kith_log *log, const struct kith_addr *chosen,
		       const struct candidates *c)
{
	char others[512], addr[KITH_ADDR_TEXT_MAX];
	struct kith_text t;

	kith_text_init(&t, others, sizeof others);
	for (size_t i = 0; i < c->count; i++) {
		if (kith_addr_eq(&c->all[i], chosen))
			continue;
		if (t.len > 0)
			kith_text_str(&t, " ");
		kith_text_str(&t, kith_addr_print(&c->all[i], addr, sizeof addr));
	}
	if (log != NULL && t.len > 0)
		kith_log(log, ADVERTISE_CHOICE, kith_f_addr("chosen", chosen),
			 kith_f_text("others", others));
}

/* For a socket that is bound to all addresses of its family; family 0: there is none to tell. */
static struct kith_addr choose(uint8_t family, const struct kith_addr *seeds, size_t seed_count,
			       struct kith_log *log)
{
	static const uint8_t v4[4] = {127, 0, 0, 1}, v6[16] = {[15] = 1};
	struct kith_addr a = {0};
	struct candidates c;

	for (size_t i = 0; i < seed_count && a.family == 0; i++)
		if (seeds[i].family == family)
			a = route_source(&seeds[i]);
	if (a.family == family && fits(&a, true))
		return a; /* the seed is on this host: a cluster of one machine */
	find_candidates(&c, family);
	if (a.family != family || !fits(&a, false))
		a = default_source(family);
	if ((a.family != family || !fits(&a, false)) && c.count > 0)
		a = c.all[0];
	if (a.family == family && fits(&a, false)) {
		log_choice(log, &a, &c);
		return a;
	}
	a = kith_addr_make(family, family == 4 ? v4 : v6, 1);
	return family == 4 ? a : route_source(&a);
}

static void add_auto(struct kith_advertised *out, const struct kith_listens *l,
		     const struct kith_addr *seeds, size_t seed_count, struct kith_log *log)
{
	struct kith_advertised loopback = {0};

	for (size_t i = 0; i < l->count; i++) {
		struct kith_addr a = l->all[i].addr;

		if (kith_addr_is_unspecified(&a)) {
			a = choose(a.family, seeds, seed_count, log);
			a.port = 0;
		}
		if (a.family != 0)
			add(kith_addr_is_loopback(&a) ? &loopback : out, a, l->all[i].addr.port);
	}
	/* Others cannot use a loopback address beside a real one. */
	if (out->count == 0)
		*out = loopback;
}

int kith_advertise(struct kith_advertised *out, const struct kith_conf *c,
		   const struct kith_listens *l, const struct kith_addr *seeds, size_t seed_count,
		   struct kith_log *log, struct kith_report *r)
{
	*out = (struct kith_advertised){0};
	for (size_t i = 0; i < kith_conf_count(c, KITH_OPTION_NETWORK_ADVERTISE); i++) {
		const char *text = kith_conf_item(c, KITH_OPTION_NETWORK_ADVERTISE, i);

		if (strcmp(text, "auto") == 0)
			add_auto(out, l, seeds, seed_count, log);
		else
			add(out, kith_option_addr(&kith_options[KITH_OPTION_NETWORK_ADVERTISE], text),
			    l->all[0].addr.port);
	}
	if (out->count > 0)
		return 0;
	kith_conf_blame(c, KITH_OPTION_NETWORK_ADVERTISE, 0, r,
			"no address of this host was found that others can reach; name one");
	return 78;
}
