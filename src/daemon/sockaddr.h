/* SPDX-License-Identifier: ISC */
/* daemon/sockaddr.h: addresses as the kernel has them, and back; v4-mapped ones become IPv4. */
#ifndef KITH_DAEMON_SOCKADDR_H
#define KITH_DAEMON_SOCKADDR_H

#include <kith/types.h>
#include <sys/socket.h>

/* The length of what is in *out. */
socklen_t kith_sockaddr_write(const struct kith_addr *a, struct sockaddr_storage *out);
/* Family 0 for anything that is neither IPv4 nor IPv6. */
struct kith_addr kith_sockaddr_read(const struct sockaddr_storage *in);
/* The address that fd is bound to, or (peer) connected with; family 0 on failure. */
struct kith_addr kith_sockaddr_local(int fd);
struct kith_addr kith_sockaddr_peer(int fd);

#endif
