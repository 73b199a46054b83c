/* SPDX-License-Identifier: ISC */
/*
 * Hosts that are neither up nor down (Rapid, USENIX ATC 2018, §7): some of many hear nothing for 20 s
 * in every 40, or lose 80 % of what they send and of what is sent to them, all the time. Nobody else
 * may be removed for it, and who is so may not come and go for ever. Measured, at the other hosts:
 * whether one of themselves was held failed; when the first of them concluded that a faulty one failed;
 * how often it came and went, per host that looks on and ten minutes, in the first half of the run and
 * in the second, when it is known for it. And what it costs: the suspicions and refutations that are
 * signed, which all have to carry, and of the latter those by hosts that are well; and how many others a
 * faulty host holds failed on average.
 */
#include "base/time.h"
#include "sim/claims.h"
#include "sim/experiment.h"
#include "sim/faults.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define FLIP (20 * KITH_SECOND)
enum { LOSSY_ZONE = NET_ZONES_MAX - 1, LOSSY_PPM = 800000 };

static const struct sim_table tables[] = {
	{"sizes",
	 {{"hosts", "", 0},
	  {"faulty", "", 0},
	  {"runs", "", 0},
	  {"minutes", "", 0},
	  {"false", "", 0},
	  {"first_median", "s", 1},
	  {"missed", "", 0},
	  {"early", "/10min", 2},
	  {"late", "/10min", 2},
	  {"late_max", "/10min", 2},
	  {"said", "/min", 1},
	  {"refuted", "/min", 1},
	  {"by_well", "/min", 1},
	  {"lost", "", 2},
	  {"datagrams", "/s/host", 1},
	  {"sent", "B/s/host", 0},
	  {NULL, NULL, 0}},
	 false},
	{NULL, {{NULL, NULL, 0}}, false},
};

/* What became of a faulty host. */
struct fate {
	bool is_faulty;
	kith_us first;     /* somebody concluded that it failed; 0: nobody did */
	uint32_t early, late; /* changes of its status that were told, at all others */
};

/* What all hosts, and those that are well, have signed so far. */
struct signed_words {
	uint64_t said, refuted, by_well;
};

struct sums {
	struct sim_samples first, early, late, said, refuted, by_well, lost, datagrams, sent;
	uint32_t missed, wrong;
};

struct watch {
	struct fate *fates; /* by host */
	uint32_t faulty, wrong;
	kith_us began, half; /* 0: nothing is wrong yet */
	struct sums *sums;
};

static bool is_change(const struct kith_event *e)
{
	return e->kind == KITH_EVENT_FAILED || e->kind == KITH_EVENT_ALIVE;
}

static void on_event(void *ctx, struct cluster_node *n, const struct kith_event *e)
{
	struct watch *w = ctx;
	struct cluster *c = n->cluster;
	struct fate *f;

	if (w->began == 0 || !is_change(e) || w->fates[n->index].is_faulty)
		return;
	f = &w->fates[cluster_index(c, &e->mid)];
	if (!f->is_faulty) {
		w->wrong += e->kind == KITH_EVENT_FAILED;
		return;
	}
	/* That a suspect answered is no return: it had not gone. */
	if (e->kind == KITH_EVENT_ALIVE && e->from != KITH_STATUS_FAILED)
		return;
	if (f->first == 0)
		f->first = cluster_now(c);
	if (cluster_now(c) < w->half)
		f->early++;
	else
		f->late++;
}

static void choose(struct cluster *c, struct watch *w)
{
	uint32_t left = w->faulty;

	while (left > 0) {
		const uint32_t i = (uint32_t)world_below(&c->world, c->count);

		if (w->fates[i].is_faulty)
			continue;
		w->fates[i].is_faulty = true;
		left--;
	}
}

static void deafen_all(struct cluster *c, const struct watch *w, bool deaf)
{
	uint32_t i;

	for (i = 0; i < c->count; i++)
		if (w->fates[i].is_faulty)
			cluster_deafen(c, i, deaf);
}

static void lose(struct cluster *c, const struct watch *w)
{
	struct net_weather weather = c->net.weather;
	uint32_t i;

	weather.loss_ppm = LOSSY_PPM;
	net_zone_weather(&c->net, 0, LOSSY_ZONE, &weather);
	net_zone_weather(&c->net, LOSSY_ZONE, LOSSY_ZONE, &weather);
	for (i = 0; i < c->count; i++)
		if (w->fates[i].is_faulty)
			c->net.hosts[i].zone = LOSSY_ZONE;
}

static struct signed_words signed_so_far(struct cluster *c, const struct watch *w)
{
	struct signed_words sum = {0, 0, 0};
	struct kith_stats s;
	uint32_t i;

	for (i = 0; i < c->count; i++) {
		kith_node_stats(c->nodes[i].node, &s);
		sum.said += s.suspicions_sent;
		sum.refuted += s.refutations;
		sum.by_well += w->fates[i].is_faulty ? 0 : s.refutations;
	}
	return sum;
}

/* Whom the faulty hold failed. */
static void look(struct cluster *c, const struct watch *w)
{
	struct kith_view v;
	uint32_t i;

	for (i = 0; i < c->count; i++)
		if (w->fates[i].is_faulty) {
			kith_node_view(c->nodes[i].node, &v);
			sim_samples_add(&w->sums->lost, v.failed);
		}
}

static void go_on(struct sim_trial *t, struct cluster *c, const struct watch *w, uint32_t run,
		  kith_us until)
{
	while (cluster_now(c) < until) {
		cluster_run(c, kith_us_min(KITH_SECOND, until - cluster_now(c)));
		look(c, w);
		sim_progress(t, "%u hosts, run %u of %u: %.0f s left", c->count, run + 1, t->runs,
			     (double)(until - cluster_now(c)) / 1e6);
	}
}

static void note(struct cluster *c, const struct watch *w, kith_us length, struct sums *s)
{
	const double watchers = c->count - w->faulty, ten_minutes = (double)length / 2 / 600e6;
	uint32_t i;

	for (i = 0; i < c->count; i++) {
		const struct fate *f = &w->fates[i];

		if (!f->is_faulty)
			continue;
		if (f->first != 0)
			sim_samples_add_us(&s->first, f->first - w->began);
		else
			s->missed++;
		sim_samples_add(&s->early, f->early / watchers / ten_minutes);
		sim_samples_add(&s->late, f->late / watchers / ten_minutes);
	}
	s->wrong += w->wrong;
}

static void note_words(struct sums *s, const struct signed_words *before, const struct signed_words *after,
		       kith_us length)
{
	const double minutes = (double)length / 60e6;

	sim_samples_add(&s->said, (double)(after->said - before->said) / minutes);
	sim_samples_add(&s->refuted, (double)(after->refuted - before->refuted) / minutes);
	sim_samples_add(&s->by_well, (double)(after->by_well - before->by_well) / minutes);
}

static bool run_once(struct sim_trial *t, uint32_t hosts, uint32_t faulty, kith_us length, uint32_t run,
		     struct sums *s)
{
	const bool flips = t->experiment == &sim_flipflop;
	struct watch w = {.faulty = faulty, .sums = s};
	struct cluster_opts o;
	struct cluster *c;
	struct sim_traffic before;
	struct signed_words words, words_after;
	const double host_s = (double)length / 1e6 * hosts;
	bool has_joined;

	sim_large_opts(&o, t->seed + run);
	c = cluster_new(hosts, &o);
	w.fates = calloc(hosts, sizeof(*w.fates));
	assert(w.fates != NULL);
	c->on_event = on_event;
	c->on_event_ctx = &w;
	has_joined = sim_join_all(t, c, run);
	if (has_joined) {
		kith_us at;

		choose(c, &w);
		w.began = at = cluster_now(c);
		w.half = w.began + length / 2;
		before = sim_traffic_of(c);
		words = signed_so_far(c, &w);
		if (!flips)
			lose(c, &w);
		for (; flips && at < w.began + length; at += 2 * FLIP) {
			deafen_all(c, &w, true);
			go_on(t, c, &w, run, kith_us_min(at + FLIP, w.began + length));
			deafen_all(c, &w, false);
			go_on(t, c, &w, run, kith_us_min(at + 2 * FLIP, w.began + length));
		}
		go_on(t, c, &w, run, w.began + length);
		sim_traffic_note(c, before, host_s, &s->datagrams, &s->sent);
		note(c, &w, length, s);
		words_after = signed_so_far(c, &w);
		note_words(s, &words, &words_after, length);
	}
	cluster_free(&c);
	free(w.fates);
	return has_joined;
}

static bool run_size(struct sim_trial *t, uint32_t hosts, uint32_t faulty, kith_us length)
{
	struct sums s = {.missed = 0};
	bool is_fine = true;
	uint32_t k;

	for (k = 0; k < t->runs && is_fine; k++)
		is_fine = run_once(t, hosts, faulty, length, k, &s);
	sim_result_row(&t->result, &tables[0], (struct sim_value[]){
		SIM_NUMBER(hosts), SIM_NUMBER(faulty), SIM_NUMBER(t->runs),
		SIM_NUMBER((double)length / 60e6), SIM_NUMBER(s.wrong), sim_samples_at(&s.first, 500),
		SIM_NUMBER(s.missed), sim_samples_mean(&s.early), sim_samples_mean(&s.late),
		sim_samples_at(&s.late, 1000), sim_samples_mean(&s.said), sim_samples_mean(&s.refuted),
		sim_samples_mean(&s.by_well), sim_samples_mean(&s.lost), sim_samples_mean(&s.datagrams),
		sim_samples_mean(&s.sent)});
	sim_samples_free(&s.first);
	sim_samples_free(&s.early);
	sim_samples_free(&s.late);
	sim_samples_free(&s.said);
	sim_samples_free(&s.refuted);
	sim_samples_free(&s.by_well);
	sim_samples_free(&s.lost);
	sim_samples_free(&s.datagrams);
	sim_samples_free(&s.sent);
	return is_fine && s.wrong == 0;
}

static enum sim_exit run(struct sim_trial *t)
{
	enum sim_exit result = SIM_HELD;
	uint64_t faulty;
	kith_us length;
	uint32_t i;

	if (!sim_args_number(t->args, "faulty", 0, CLUSTER_NODES_MAX / 2, 0, &faulty) ||
	    !sim_args_us(t->args, "length", 1200 * KITH_SECOND, &length))
		return SIM_USAGE;
	for (i = 0; i < t->hosts.count; i++) {
		const uint32_t hosts = (uint32_t)t->hosts.values[i];

		if (2 * faulty < hosts)
			continue;
		fprintf(stderr, "kith-sim: of %u hosts not %u can be faulty: most must be fine\n", hosts,
			(unsigned)faulty);
		return SIM_USAGE;
	}
	for (i = 0; i < t->hosts.count; i++) {
		const uint32_t hosts = (uint32_t)t->hosts.values[i], hundredth = (hosts + 99) / 100;

		if (!run_size(t, hosts, faulty != 0 ? (uint32_t)faulty : hundredth, length))
			result = SIM_BROKEN;
	}
	return result;
}

static const char plot[] =
	"set xlabel 'hosts'\nset ylabel 'changes of a faulty host in 10 minutes'\n"
	"plot $data using 1:8 with linespoints pointtype 7 title 'first half', "
	"$data using 1:9 with linespoints pointtype 7 title 'second half'\n";

const struct sim_experiment sim_flipflop = {
	.name = "flipflop",
	.synopsis = "some hosts hear nothing for 20 s in every 40: nobody else is removed for it",
	.takes = " faulty length met ",
	.hosts = "128",
	.runs = 1,
	.tables = tables,
	.plot = plot,
	.run = run,
};

const struct sim_experiment sim_lossy = {
	.name = "lossy",
	.synopsis = "some hosts lose 80 % of all packets, both ways: nobody else is removed for it",
	.takes = " faulty length met ",
	.hosts = "128",
	.runs = 1,
	.tables = tables,
	.plot = plot,
	.run = run,
};
