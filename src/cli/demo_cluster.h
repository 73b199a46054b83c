/* SPDX-License-Identifier: ISC */
/*
 * cli/demo_cluster.h: the three daemons of `kith demo`: keys and files in a temporary directory,
 * free ports on 127.0.0.1, starting, asking and ending them by their own pids.
 */
#ifndef KITH_CLI_DEMO_CLUSTER_H
#define KITH_CLI_DEMO_CLUSTER_H

#include "cli/place.h"
#include "cli/reply.h"

#include <sys/types.h>

enum { KITH_DEMO_NODES = 3 };

struct kith_demo_node {
	char name[2];
	uint16_t port, dns_port;
	char socket[KITH_PLACE_MAX];
	pid_t pid; /* 0: not running */
};

struct kith_demo_cluster {
	char dir[KITH_PLACE_MAX / 2]; /* "" before it is made */
	char kithd[KITH_PLACE_MAX];
	struct kith_demo_node nodes[KITH_DEMO_NODES];
};

/* Directory, keys, files and ports. */
enum kith_exit kith_demo_prepare(struct kith_demo_cluster *d, struct kith_cli *c);
/* Starts kithd of each. */
enum kith_exit kith_demo_start(struct kith_demo_cluster *d, struct kith_cli *c);
/* Asks one, briefly and without recording a failure; `argument` is the name that some calls
 * take, else NULL. False: no answer. `r` is initialised here and to be finished. */
KITH_MUST_USE bool kith_demo_ask(const struct kith_demo_cluster *d, struct kith_cli *c,
				 unsigned node, const char *command, const char *argument,
				 struct kith_reply *r);
/* Registers a service there, briefly. False: it was not taken. */
KITH_MUST_USE bool kith_demo_register(const struct kith_demo_cluster *d, struct kith_cli *c, unsigned node,
				      const char *name, uint16_t port);
/* Ends those that run: TERM, and KILL to who has not ended within 5 s. */
void kith_demo_end(struct kith_demo_cluster *d);
/* Removes the directory and all that the demo put there. */
void kith_demo_remove(struct kith_demo_cluster *d);

#endif
