/* SPDX-License-Identifier: ISC */
/*
 * cli/place.h: where things are: socket, state and configuration of a system-wide kithd, or of one
 * that a user runs; this host's name and address; the kithd program.
 */
#ifndef KITH_CLI_PLACE_H
#define KITH_CLI_PLACE_H

#include "cli/cli.h"

enum { KITH_PLACE_MAX = 1024 };

/* The default socket, for --socket: KITH_SOCKET, a user's own kithd, the system's. Returns out. */
const char *kith_place_socket(char *out, size_t size);
/* State directory and directory of kith.conf: what --state or --config said (may be NULL), else the
 * system's for root and the user's own (XDG) for others. False: too long, or no home. */
KITH_MUST_USE bool kith_place_state(const char *given, char out[KITH_PLACE_MAX]);
KITH_MUST_USE bool kith_place_config(const char *given, char out[KITH_PLACE_MAX]);
/* Whether the path is the packaged system's: then the next step is systemctl's. */
bool kith_place_is_system(const char *state);
/* kithd: KITHD in the environment, beside this program, in the build tree, in ../sbin, or in PATH. */
KITH_MUST_USE bool kith_place_kithd(const struct kith_cli *c, char out[KITH_PLACE_MAX]);
/* The host's name up to the first dot, in lower case, as far as a member's name may be so; "" if
 * nothing is left. */
void kith_place_host_name(char *out, size_t size);
/* The address that the default route leaves from, of family 4 or 6; nothing is sent. False: none. */
KITH_MUST_USE bool kith_place_address(int family, struct kith_addr *a);
/* Makes the directory and its missing parents, 0755 or what `mode` says for the last. 0 or errno. */
int kith_place_make(const char *path, unsigned mode);
/* Root writes for whoever owns `dir`, so that kithd, which runs as its own user, can read what is
 * written: becomes the owner until kith_place_return(). 0 or errno. */
int kith_place_become_owner(const char *dir);
void kith_place_return(void);

#endif
