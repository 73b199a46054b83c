/* SPDX-License-Identifier: ISC */
/*
 * sim/verbs_claim.h: those rows of the table in sim/verbs.c that let time pass and claim something.
 * One that does not hold ends the run (sim/report.h).
 */
#ifndef KITH_SIM_VERBS_CLAIM_H
#define KITH_SIM_VERBS_CLAIM_H

#include "sim/verbs.h"

void scenario_run_run(struct scenario *s, const struct scenario_value *v);
void scenario_run_joined(struct scenario *s, const struct scenario_value *v);
void scenario_run_agree(struct scenario *s, const struct scenario_value *v);
void scenario_run_is(struct scenario *s, const struct scenario_value *v);
void scenario_run_wait(struct scenario *s, const struct scenario_value *v);
void scenario_run_never(struct scenario *s, const struct scenario_value *v);
void scenario_run_allow(struct scenario *s, const struct scenario_value *v);
void scenario_run_offered(struct scenario *s, const struct scenario_value *v);
void scenario_run_missing(struct scenario *s, const struct scenario_value *v);
void scenario_run_steady(struct scenario *s, const struct scenario_value *v);
void scenario_run_tagged(struct scenario *s, const struct scenario_value *v);
void scenario_run_stat(struct scenario *s, const struct scenario_value *v);
void scenario_run_remains(struct scenario *s, const struct scenario_value *v);

#endif
