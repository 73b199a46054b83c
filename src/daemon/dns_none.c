/* SPDX-License-Identifier: ISC */
/* The DNS of a kithd that was built without it: the default is quietly nothing, a wish is refused. */
#include "daemon/dns.h"
#include <stddef.h>

int kith_dns_open(struct kith_listens *l, const struct kith_conf *c, struct kith_log *log,
		  struct kith_report *r)
{
	(void)log;
	l->count = 0;
	if (!kith_conf_is_set(c, KITH_OPTION_DNS_LISTEN))
		return 0;
	kith_conf_blame(c, KITH_OPTION_DNS_LISTEN, 0, r,
			"this kithd was built without DNS; remove the setting, or build it with ldns");
	return 78;
}

struct kith_dns_host *kith_dns_start(struct kith_host *host, const struct kith_listens *l,
				     const struct kith_conf *c)
{
	(void)host;
	(void)l;
	(void)c;
	return NULL;
}

void kith_dns_stop(struct kith_dns_host **dns)
{
	*dns = NULL;
}

void kith_dns_reload(struct kith_dns_host *dns, const struct kith_conf *c)
{
	(void)dns;
	(void)c;
}

const struct kith_dns_counters *kith_dns_counted(const struct kith_dns_host *dns)
{
	(void)dns;
	return NULL;
}

bool kith_dns_is_built(void)
{
	return false;
}

const char *kith_dns_version(void)
{
	return "no DNS";
}
