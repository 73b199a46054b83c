/* SPDX-License-Identifier: ISC */
/* The resolver of a kithd that was built without c-ares: seeds are addresses. */
#include "daemon/resolve.h"
#include <stddef.h>

const char *kith_resolver_version(void)
{
	return "no resolver";
}

struct kith_resolver *kith_resolver_new(struct ev_loop *loop)
{
	(void)loop;
	return NULL;
}

void kith_resolver_free(struct kith_resolver **r)
{
	*r = NULL;
}

void kith_resolver_ask(struct kith_resolver *r, const char *host, uint16_t port,
		       kith_resolved_f on_resolved, void *ctx, uint64_t ticket)
{
	(void)r;
	(void)host;
	(void)port;
	on_resolved(ctx, ticket, NULL, 0, "this kithd resolves no names; give an address");
}

void kith_resolver_reload(struct kith_resolver *r)
{
	(void)r;
}
