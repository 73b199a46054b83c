/* SPDX-License-Identifier: ISC */
#include "cli/cmd_demo.h"

#include "base/text.h"
#include "cli/ask.h"
#include "cli/cmd_why.h"
#include "cli/demo_cluster.h"
#include "cli/spawn.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	START_MS = 15000,  /* three daemons listen within a second; a loaded machine gets more */
	MEET_MS = 60000,
	FAIL_MS = 60000,   /* a crash is agreed upon within some seconds */
	VICTIM = 1,        /* b: a is everybody's seed */
	TEXT_COLUMN = 40
};

const struct kith_flag kith_demo_flags[] = {
	{"keep", 'k', NULL, "leave two running until Ctrl-C, as it does on a terminal"},
	{NULL, 0, NULL, NULL},
};

#define SERVICE "web"
#define SERVICE_PORT 8080
#define TEXT_OF(number) TEXT_OF_IT(number)
#define TEXT_OF_IT(number) #number

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

struct demo {
	struct kith_cli *cli; /* borrowed */
	struct kith_demo_cluster cluster;
	unsigned step;
	int64_t began_ms;
	struct kith_answer json; /* with --json: the document so far, inside "steps" */
};

/* --- steps ----------------------------------------------------------------------------------- */

static double seconds_since(const struct demo *d)
{
	return (double)(kith_now_ms() - d->began_ms) / 1000;
}

/* One numbered line: what was done, what came of it, how long it took. */
static void step(struct demo *d, const char *what, const char *result)
{
	double s = seconds_since(d);

	d->step++;
	if (!d->cli->json) {
		fprintf(d->cli->out, "%2u %-*s  %-*s  (%.1fs)\n", d->step, TEXT_COLUMN, what,
			TEXT_COLUMN, result, s);
		fflush(d->cli->out);
		return;
	}
	kith_write_map(&d->json.w);
	kith_write_key_u64(&d->json.w, "step", d->step);
	kith_write_key_text(&d->json.w, "what", what);
	kith_write_key_text(&d->json.w, "result", result);
	kith_write_key(&d->json.w, "seconds");
	kith_write_real(&d->json.w, s);
	kith_write_end(&d->json.w);
}

static enum kith_exit stopped(struct demo *d)
{
	return kith_cli_fail(d->cli, KITH_EXIT_NO, "interrupted", NULL, "interrupted");
}

static enum kith_exit too_late(struct demo *d, const char *what, int bound_ms)
{
	char hint[KITH_PLACE_MAX];

	snprintf(hint, sizeof(hint), "the daemons' logs tell why: %s/*.log", d->cluster.dir);
	return kith_cli_fail(d->cli, KITH_EXIT_NO, "demo_failed", hint, "%s within %d s", what,
			     bound_ms / 1000);
}

/* A daemon that ended by itself: no use to wait for it. */
static enum kith_exit check_running(struct demo *d)
{
	for (unsigned i = 0; i < KITH_DEMO_NODES; i++) {
		struct kith_demo_node *node = &d->cluster.nodes[i];
		char hint[KITH_PLACE_MAX];

		if (node->pid == 0 || !kith_spawn_ended(&node->pid, 0))
			continue;
		snprintf(hint, sizeof(hint), "its log tells why: %s/%s.log", d->cluster.dir,
			 node->name);
		return kith_cli_fail(d->cli, KITH_EXIT_NO, "demo_failed", hint,
				     "kithd %s has ended by itself", node->name);
	}
	return KITH_EXIT_YES;
}

typedef bool (*claim_f)(struct demo *d, unsigned node);

/* Waits until the claim holds at every running node. */
static enum kith_exit await(struct demo *d, claim_f claim, int bound_ms, const char *otherwise)
{
	int64_t deadline = kith_now_ms() + bound_ms;

	for (;;) {
		struct timespec pause = {.tv_nsec = 50000000};
		bool all = true;
		enum kith_exit got = check_running(d);

		for (unsigned i = 0; i < KITH_DEMO_NODES && all && got == KITH_EXIT_YES; i++)
			all = d->cluster.nodes[i].pid == 0 || claim(d, i);
		if (got != KITH_EXIT_YES || (all && !interrupted))
			return got;
		if (interrupted)
			return stopped(d);
		if (kith_now_ms() >= deadline)
			return too_late(d, otherwise, bound_ms);
		nanosleep(&pause, NULL);
	}
}

/* --- claims ---------------------------------------------------------------------------------- */

static bool answers(struct demo *d, unsigned node)
{
	struct kith_reply r;
	bool ok = kith_demo_ask(&d->cluster, d->cli, node, "kith.status", NULL, &r);

	kith_reply_fini(&r);
	return ok;
}

static bool sees_all(struct demo *d, unsigned node)
{
	struct kith_reply r;
	bool ok = kith_demo_ask(&d->cluster, d->cli, node, "kith.status", NULL, &r) &&
		  kith_reply_uint(r.root, "members.alive", 0) == KITH_DEMO_NODES;

	kith_reply_fini(&r);
	return ok;
}

static bool knows_of_failure(struct demo *d, unsigned node)
{
	struct kith_reply r;
	bool ok = kith_demo_ask(&d->cluster, d->cli, node, "kith.status", NULL, &r) &&
		  kith_reply_uint(r.root, "members.failed", 0) == 1;

	kith_reply_fini(&r);
	return ok;
}

/* How many instances of the service of step 3 answers may name there; more than can be: no answer. */
static uint64_t instances(struct demo *d, unsigned node)
{
	struct kith_reply r;
	const bool ok = kith_demo_ask(&d->cluster, d->cli, node, "kith.services", SERVICE, &r);
	const uint64_t count = ok ? kith_reply_uint(r.root, "total", UINT64_MAX) : UINT64_MAX;

	kith_reply_fini(&r);
	return count;
}

static bool lists_service(struct demo *d, unsigned node)
{
	return instances(d, node) == 1;
}

static bool has_lost_it(struct demo *d, unsigned node)
{
	return knows_of_failure(d, node) && instances(d, node) == 0;
}

/* --- the course ------------------------------------------------------------------------------ */

static enum kith_exit start(struct demo *d)
{
	char line[128];
	struct kith_text t;
	enum kith_exit got = kith_demo_prepare(&d->cluster, d->cli);

	if (got == KITH_EXIT_YES)
		got = kith_demo_start(&d->cluster, d->cli);
	if (got == KITH_EXIT_YES)
		got = await(d, answers, START_MS, "not all of the three daemons answered");
	if (got != KITH_EXIT_YES)
		return got;
	kith_text_init(&t, line, sizeof(line));
	for (unsigned i = 0; i < KITH_DEMO_NODES; i++) {
		kith_text_str(&t, i > 0 ? "   " : "");
		kith_text_str(&t, d->cluster.nodes[i].name);
		kith_text_str(&t, " :");
		kith_text_u64(&t, d->cluster.nodes[i].port);
	}
	step(d, "three nodes started on 127.0.0.1", line);
	return KITH_EXIT_YES;
}

static enum kith_exit meet(struct demo *d)
{
	enum kith_exit got = await(d, sees_all, MEET_MS, "the three did not all find each other");

	if (got == KITH_EXIT_YES)
		step(d, "they found each other", "3 alive, each sees all");
	return got;
}

static enum kith_exit offer(struct demo *d)
{
	struct kith_cli *c = d->cli;
	enum kith_exit got;

	d->began_ms = kith_now_ms();
	if (!kith_demo_register(&d->cluster, c, VICTIM, SERVICE, SERVICE_PORT))
		return too_late(d, "b did not take the service", 1000);
	got = await(d, lists_service, MEET_MS, "a and c did not hear of the service");
	if (got != KITH_EXIT_YES)
		return got;
	step(d, "b offers " SERVICE " on port " TEXT_OF(SERVICE_PORT), "all three list it");
	if (!c->json)
		fprintf(c->out, "     dig @127.0.0.1 -p %u %s.service.kith.internal SRV\n",
			d->cluster.nodes[0].dns_port, SERVICE);
	return KITH_EXIT_YES;
}

static enum kith_exit crash(struct demo *d)
{
	struct kith_demo_node *victim = &d->cluster.nodes[VICTIM];
	enum kith_exit got;

	d->began_ms = kith_now_ms();
	kill(victim->pid, SIGKILL);
	if (!kith_spawn_ended(&victim->pid, START_MS))
		return too_late(d, "kithd b did not end", START_MS);
	got = await(d, has_lost_it, FAIL_MS, "a and c did not agree that b failed");
	if (got == KITH_EXIT_YES)
		step(d, "b killed with SIGKILL", "a and c agree: it failed, and " SERVICE " is gone");
	return got;
}

static enum kith_exit explain(struct demo *d)
{
	struct kith_cli *c = d->cli;
	char command[KITH_PLACE_MAX + 64];
	struct kith_reply r;

	snprintf(command, sizeof(command), "kith --socket %s why b", d->cluster.nodes[0].socket);
	if (!kith_demo_ask(&d->cluster, c, 0, "kith.why", "b", &r)) {
		kith_reply_fini(&r);
		return too_late(d, "a did not tell why", 1000);
	}
	d->began_ms = kith_now_ms();
	if (c->json) {
		kith_write_end(&d->json.w); /* of the steps */
		kith_write_key(&d->json.w, "why");
		kith_write_value(&d->json.w, r.root);
	} else {
		fprintf(c->out, "%2u why?%*s  %s\n", ++d->step, TEXT_COLUMN - 4, "", command);
		kith_why_print(c, &r, "     ");
		fflush(c->out);
	}
	kith_reply_fini(&r);
	return KITH_EXIT_YES;
}

/* Until Ctrl-C. */
static void keep(struct demo *d)
{
	struct timespec pause = {.tv_nsec = 200000000};
	struct kith_cli *c = d->cli;

	fprintf(c->out, "Leave it running and try:  kith --socket %s status | members | services\n",
		d->cluster.nodes[0].socket);
	fprintf(c->out, "Stop:                      Ctrl-C (removes %s)\n", d->cluster.dir);
	fputs("Real thing in two hosts:   man kith\n", c->out);
	fflush(c->out);
	while (!interrupted)
		nanosleep(&pause, NULL);
}

static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

	interrupted = 0;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		sigaction(numbers[i], &action, NULL);
}

static void finish(struct demo *d, enum kith_exit got)
{
	struct kith_cli *c = d->cli;

	kith_demo_end(&d->cluster);
	if (c->json && got == KITH_EXIT_YES)
		(void)kith_answer_print(&d->json, c);
	else if (c->json)
		kith_buf_fini(&d->json.buf);
	else if (got == KITH_EXIT_YES)
		fputs("All ended, and the directory is removed.\n", c->out);
	/* After a failure the logs stay, for whoever has to find out. */
	if (got == KITH_EXIT_YES || interrupted)
		kith_demo_remove(&d->cluster);
}

enum kith_exit kith_cmd_demo(struct kith_cli *c, const struct kith_args *a)
{
	struct demo d = {.cli = c, .began_ms = kith_now_ms()};
	bool stay = !c->json && (kith_args_has(a, "keep") || isatty(fileno(c->out)) == 1);
	enum kith_exit got;

	if (c->json && kith_args_has(a, "keep"))
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", NULL,
				     "--keep and --json do not go together: one document, then the end");
	catch_signals();
	if (c->json) {
		kith_answer_init(&d.json, true);
		kith_write_key_array(&d.json.w, "steps");
	}
	got = start(&d);
	if (got == KITH_EXIT_YES)
		got = meet(&d);
	if (got == KITH_EXIT_YES)
		got = offer(&d);
	if (got == KITH_EXIT_YES)
		got = crash(&d);
	if (got == KITH_EXIT_YES)
		got = explain(&d);
	if (got == KITH_EXIT_YES && stay)
		keep(&d);
	finish(&d, got);
	return got;
}
