/* SPDX-License-Identifier: ISC */
/*
 * sim/verbs.h: the one table of what a scenario may say. The reader takes from it what may follow a
 * verb, the run what it does, the manual's check its name. To add a verb: a function and a row in
 * verbs.c, its entry in man/kith-scenario.5.
 */
#ifndef KITH_SIM_VERBS_H
#define KITH_SIM_VERBS_H

#include "sim/scenario.h"

enum scenario_type {
	SCN_END,
	SCN_TIME,   /* 200ms */
	SCN_SHARE,  /* 30% */
	SCN_NUMBER, /* 17 */
	SCN_HOST,   /* n03, once */
	SCN_HOSTS,  /* n00-n04,n07 or all */
	SCN_STATUS, /* alive ... or unknown */
	SCN_STAT,   /* rounds_failed, drops.replay */
	SCN_WORD,
	SCN_ZONE    /* named by an earlier `zone` */
};

/* Positional ones first; those with a keyword may stand in any order after them. */
struct scenario_param {
	const char *keyword; /* NULL: positional */
	enum scenario_type type;
	bool is_optional;
	const char *words;   /* of SCN_WORD: those allowed, "a|b", or NULL: any */
};

struct scenario_verb {
	const char *name;
	const char *usage; /* what follows the name */
	/* While the text is read; such a statement stands before the first without. Returns what
	 * is wrong with it, or NULL. May be NULL itself. */
	const char *(*read)(struct scenario *s, const struct scenario_value *v);
	/* When its turn comes in the run; or NULL. */
	void (*run)(struct scenario *s, const struct scenario_value *v);
	struct scenario_param params[SCENARIO_PARAMS_MAX]; /* ends with type SCN_END */
};

/* Ends with a row whose name is NULL. */
extern const struct scenario_verb scenario_verbs[];

/* What may still hold at the end; `remains WORD HOSTS` allows it. */
#define SCENARIO_REMAINS(X) \
	X(DOWN, down, "no process runs") \
	X(PAUSED, paused, "the process is stopped") \
	X(CUT, cut, "some of its paths are cut, or it is cut off or apart") \
	X(SUSPECT, suspect, "somebody running suspects it")

enum scenario_remain {
#define X(upper, lower, help) SCENARIO_REMAIN_##upper,
	SCENARIO_REMAINS(X)
#undef X
	SCENARIO_REMAIN_COUNT
};

/* The end of a run: fails it if something is left that `remains` did not name. */
void scenario_settle(struct scenario *s);
/* The row of a counter, by its name as in kith/stats.h ("drops.replay"); false: no such. */
bool scenario_stat_find(const char *name, uint32_t *row);
uint64_t scenario_stat_read(const struct kith_stats *st, uint32_t row);

#endif
