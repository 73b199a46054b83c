/* SPDX-License-Identifier: ISC */
/* sim/cmd_swarm.h: `kith-sim swarm`: many seeds, one after the other, until one breaks something. */
#ifndef KITH_SIM_CMD_SWARM_H
#define KITH_SIM_CMD_SWARM_H

#include "sim/command.h"

extern const struct sim_flag sim_swarm_flags[];
enum sim_exit sim_cmd_swarm(const struct sim_args *a);
extern const struct sim_flag sim_replay_flags[];
enum sim_exit sim_cmd_replay(const struct sim_args *a);

#endif
