/* SPDX-License-Identifier: ISC */
/*
 * sim/room.h: whether a cluster fits into the memory that is free, asked before it is made: n hosts hold
 * n x n views of a member, and a run that the kernel ends half-way tells nothing.
 */
#ifndef KITH_SIM_ROOM_H
#define KITH_SIM_ROOM_H

#include <kith/types.h>
#include <stdbool.h>

enum {
	ROOM_ASKED_FROM = 1000, /* hosts; fewer fit anywhere */
	ROOM_EXIT = 71          /* as of the system's refusals */
};

/* Bytes that so many hosts with full views need, measured (tests/bench/bench_members.c). `shared`:
 * nodes share verified facts. */
uint64_t room_needed(uint32_t hosts, bool shared);
/* False: it needs more than is free; said on standard error, with both figures. */
bool room_is_there(uint32_t hosts, bool shared);

#endif
