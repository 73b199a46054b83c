/* SPDX-License-Identifier: ISC */
/*
 * sim/cmd_experiment.h: `kith-sim experiment NAME`: reads the flags, runs the experiment of that
 * name and shows its result.
 */
#ifndef KITH_SIM_CMD_EXPERIMENT_H
#define KITH_SIM_CMD_EXPERIMENT_H

#include "sim/command.h"

extern const struct sim_flag sim_experiment_flags[];
enum sim_exit sim_cmd_experiment(const struct sim_args *a);

#endif
