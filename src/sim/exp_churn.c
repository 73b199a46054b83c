/* SPDX-License-Identifier: ISC */
/*
 * Churn: every host comes and goes, as its users switch it on and off. Its lives are exponentially
 * distributed around a mean session, what lies between them around half a minute; half of the lives end
 * with a leave, half without a word. Measured: when each of the others knew that a host was gone, and
 * that one was back; who was held failed in a life; and, when all that are up stay so, how long they
 * take to agree.
 */
#include "base/time.h"
#include "sim/claims.h"
#include "sim/experiment.h"

#include <assert.h>
#include <stdlib.h>

#define AWAY (30 * KITH_SECOND) /* mean */
#define LEAVING (4 * KITH_SECOND)
#define STEP (100 * KITH_MS)
#define WITHIN (120 * KITH_SECOND)

static const struct sim_table tables[] = {
	{"sessions",
	 {{"hosts", "", 0},
	  {"session", "s", 0},
	  {"runs", "", 0},
	  {"minutes", "", 0},
	  {"lives", "", 0},
	  {"back_median", "s", 2},
	  {"back_p99", "s", 2},
	  {"left_p99", "s", 2},
	  {"failed_median", "s", 2},
	  {"failed_p99", "s", 2},
	  {"false", "", 0},
	  {"same_max", "s", 2},
	  {"missed", "", 0},
	  {"datagrams", "/s/host", 1},
	  {"sent", "B/s/host", 0},
	  {NULL, NULL, 0}},
	 false},
	{NULL, {{NULL, NULL, 0}}, false},
};

enum phase { UP, LEAVES, DOWN };

struct life {
	enum phase phase;
	kith_us since;
};

struct sums {
	struct sim_samples back, left, failed, same, datagrams, sent;
	uint32_t lives, wrong, missed;
};

struct watch {
	struct sums *sums;
	struct life *lives; /* by host; NULL: nothing happens */
};

/* Whether the member as it is shown there is the host's present life; else the news of that are still
 * under way. */
static bool is_this_life(struct cluster_node *n, uint32_t who)
{
	const struct cluster_node *subject = &n->cluster->nodes[who];
	struct kith_member m;

	return kith_node_member(n->node, &subject->mid, &m) == 0 && m.epoch == subject->disk_epoch;
}

static void on_event(void *ctx, struct cluster_node *n, const struct kith_event *e)
{
	struct watch *w = ctx;
	struct cluster *c = n->cluster;
	const uint32_t who = cluster_index(c, &e->mid);
	const struct life *l = who < c->count && w->lives != NULL ? &w->lives[who] : NULL;
	kith_us took;

	/* Who came in itself meanwhile heard of it late for that reason. */
	if (l == NULL || w->lives[n->index].phase != UP || w->lives[n->index].since > l->since)
		return;
	took = cluster_now(c) - l->since;
	if (e->kind == KITH_EVENT_FAILED && l->phase == UP)
		w->sums->wrong += is_this_life(n, who) ? 1 : 0;
	else if (e->kind == KITH_EVENT_FAILED)
		sim_samples_add_us(&w->sums->failed, took);
	else if (e->kind == KITH_EVENT_LEFT && l->phase != UP)
		sim_samples_add_us(&w->sums->left, took);
	else if ((e->kind == KITH_EVENT_JOINED || e->kind == KITH_EVENT_ALIVE) && l->phase == UP &&
		 e->from != KITH_STATUS_SUSPECT)
		sim_samples_add_us(&w->sums->back, took);
}

/* Ends within this step what lasts so long on average, and remembers nothing: an exponential. */
static bool ends(struct cluster *c, kith_us mean)
{
	return world_below(&c->world, (uint64_t)mean) < STEP;
}

/* Any that is up. */
static uint32_t seed_for(struct cluster *c, const struct life *lives, uint32_t i)
{
	uint32_t at = (uint32_t)world_below(&c->world, c->count), k;

	for (k = 0; k < c->count; k++, at++)
		if (at % c->count != i && lives[at % c->count].phase == UP)
			return at % c->count;
	return i;
}

static void turn(struct cluster *c, struct watch *w, uint32_t i, kith_us session)
{
	struct life *l = &w->lives[i];
	const kith_us now = cluster_now(c);

	if (l->phase == UP && ends(c, session)) {
		l->since = now;
		l->phase = world_chance(&c->world, 500000) && cluster_leave(c, i) == 0 ? LEAVES : DOWN;
		if (l->phase == DOWN) /* without a word */
			cluster_crash(c, i);
	} else if (l->phase == LEAVES && now - l->since >= LEAVING) {
		cluster_crash(c, i);
		l->phase = DOWN;
	} else if (l->phase == DOWN && ends(c, AWAY)) {
		cluster_start(c, i);
		cluster_join(c, i, seed_for(c, w->lives, i));
		w->sums->lives++;
		*l = (struct life){UP, now};
	}
}

static void go_on(struct sim_trial *t, struct cluster *c, struct watch *w, kith_us session,
		  kith_us length, uint32_t run)
{
	const kith_us until = cluster_now(c) + length;
	uint32_t i;

	while (cluster_now(c) < until) {
		for (i = 0; i < c->count; i++)
			turn(c, w, i, session);
		cluster_run(c, STEP);
		sim_progress(t, "%u hosts, run %u of %u: %.0f s left", c->count, run + 1, t->runs,
			     (double)(until - cluster_now(c)) / 1e6);
	}
	/* Who leaves is through with it. */
	for (i = 0; i < c->count; i++)
		if (w->lives[i].phase == LEAVES)
			cluster_crash(c, i);
}

static bool run_once(struct sim_trial *t, uint32_t hosts, kith_us session, kith_us length, uint32_t run,
		     struct sums *s)
{
	struct watch w = {.sums = s};
	struct sim_traffic before;
	struct cluster_opts o;
	struct cluster *c;
	struct life *lives;
	kith_us began;
	bool has_joined;

	sim_large_opts(&o, t->seed + run);
	c = cluster_new(hosts, &o);
	lives = calloc(hosts, sizeof(*lives));
	assert(lives != NULL);
	c->on_event = on_event;
	c->on_event_ctx = &w;
	has_joined = sim_join_all(t, c, run);
	if (has_joined) {
		w.lives = lives;
		before = sim_traffic_of(c);
		go_on(t, c, &w, session, length, run);
		sim_traffic_note(c, before, (double)length / 1e6 * hosts, &s->datagrams, &s->sent);
		began = cluster_now(c);
		if (cluster_try_wait(c, WITHIN, sim_all_agree, NULL))
			sim_samples_add_us(&s->same, cluster_now(c) - began);
		else
			s->missed++;
		w.lives = NULL;
	}
	cluster_free(&c);
	free(lives);
	return has_joined;
}

static bool run_row(struct sim_trial *t, uint32_t hosts, kith_us session, kith_us length)
{
	struct sums s = {.lives = 0};
	bool is_fine = true;
	uint32_t k;

	for (k = 0; k < t->runs && is_fine; k++)
		is_fine = run_once(t, hosts, session, length, k, &s);
	sim_result_row(&t->result, &tables[0], (struct sim_value[]){
		SIM_NUMBER(hosts), SIM_SECONDS(session), SIM_NUMBER(t->runs),
		SIM_NUMBER((double)length / 60e6), SIM_NUMBER(s.lives), sim_samples_at(&s.back, 500),
		sim_samples_at(&s.back, 990), sim_samples_at(&s.left, 990),
		sim_samples_at(&s.failed, 500), sim_samples_at(&s.failed, 990), SIM_NUMBER(s.wrong),
		sim_samples_at(&s.same, 1000), SIM_NUMBER(s.missed), sim_samples_mean(&s.datagrams),
		sim_samples_mean(&s.sent)});
	sim_samples_free(&s.back);
	sim_samples_free(&s.left);
	sim_samples_free(&s.failed);
	sim_samples_free(&s.same);
	sim_samples_free(&s.datagrams);
	sim_samples_free(&s.sent);
	return is_fine && s.missed == 0 && s.wrong == 0;
}

static enum sim_exit run(struct sim_trial *t)
{
	enum sim_exit result = SIM_HELD;
	struct sim_list sessions;
	kith_us length;
	uint32_t i, k;

	if (!sim_list_us(t->args, "session", "1h,10m", &sessions) ||
	    !sim_args_us(t->args, "length", 600 * KITH_SECOND, &length))
		return SIM_USAGE;
	for (i = 0; i < t->hosts.count; i++)
		for (k = 0; k < sessions.count; k++)
			if (!run_row(t, (uint32_t)t->hosts.values[i], (kith_us)sessions.values[k],
				     length))
				result = SIM_BROKEN;
	return result;
}

const struct sim_experiment sim_churn = {
	.name = "churn",
	.synopsis = "all hosts come and go: when the others know, and who is held failed wrongly",
	.takes = " session length met ",
	.hosts = "128",
	.runs = 1,
	.tables = tables,
	.plot = "set xlabel 'mean session (s)'\nset ylabel 's until it is known'\n"
		"plot $data using 2:7 with points pointtype 7 title 'back, p99', "
		"$data using 2:8 with points pointtype 7 title 'left, p99', "
		"$data using 2:10 with points pointtype 7 title 'failed, p99'\n",
	.run = run,
};
