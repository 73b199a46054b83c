/* SPDX-License-Identifier: ISC */
#include "daemon/sockaddr.h"
#include "base/addr.h"
#include <netinet/in.h>
#include <string.h>

socklen_t kith_sockaddr_write(const struct kith_addr *a, struct sockaddr_storage *out)
{
	memset(out, 0, sizeof *out);
	if (a->family == 4) {
		struct sockaddr_in *in = (struct sockaddr_in *)out;

		in->sin_family = AF_INET;
		in->sin_port = htons(a->port);
		memcpy(&in->sin_addr, a->ip, 4);
		return sizeof *in;
	} else {
		struct sockaddr_in6 *in = (struct sockaddr_in6 *)out;

		in->sin6_family = AF_INET6;
		in->sin6_port = htons(a->port);
		memcpy(&in->sin6_addr, a->ip, 16);
		return sizeof *in;
	}
}

struct kith_addr kith_sockaddr_read(const struct sockaddr_storage *in)
{
	if (in->ss_family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)in;

		return kith_addr_make(4, (const uint8_t *)&v4->sin_addr, ntohs(v4->sin_port));
	}
	if (in->ss_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)in;

		return kith_addr_make(6, (const uint8_t *)&v6->sin6_addr, ntohs(v6->sin6_port));
	}
	return (struct kith_addr){0};
}

struct kith_addr kith_sockaddr_local(int fd)
{
	struct sockaddr_storage s = {0};
	socklen_t len = sizeof s;

	if (getsockname(fd, (struct sockaddr *)&s, &len) != 0)
		return (struct kith_addr){0};
	return kith_sockaddr_read(&s);
}

struct kith_addr kith_sockaddr_peer(int fd)
{
	struct sockaddr_storage s = {0};
	socklen_t len = sizeof s;

	if (getpeername(fd, (struct sockaddr *)&s, &len) != 0)
		return (struct kith_addr){0};
	return kith_sockaddr_read(&s);
}
