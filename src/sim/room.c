/* SPDX-License-Identifier: ISC */
#include "sim/room.h"

#include <inttypes.h>
#include <stdio.h>

/* A host by itself; a view of a member that packets were exchanged with, whose record is shared or not,
 * and the heap's slack. */
enum { HOST_BYTES = 200 * 1000, VIEW_SHARED_BYTES = 135, VIEW_BYTES = 1100 };

uint64_t room_needed(uint32_t hosts, bool shared)
{
	const uint64_t view = shared ? VIEW_SHARED_BYTES : VIEW_BYTES;

	return hosts * ((uint64_t)HOST_BYTES + hosts * view);
}

/* Linux: what can be had without swapping. UINT64_MAX where nobody says. */
static uint64_t available(void)
{
	FILE *f = fopen("/proc/meminfo", "r");
	uint64_t kb = 0;
	char line[128];
	bool found = false;

	while (f != NULL && !found && fgets(line, sizeof(line), f) != NULL)
		found = sscanf(line, "MemAvailable: %" SCNu64 " kB", &kb) == 1;
	if (f != NULL)
		fclose(f);
	return found ? kb * 1024 : UINT64_MAX;
}

bool room_is_there(uint32_t hosts, bool shared)
{
	const uint64_t needed = room_needed(hosts, shared), have = available();

	if (needed <= have)
		return true;
	fprintf(stderr, "kith-sim: %" PRIu32 " hosts need about %.1f GB of memory, and %.1f GB are free; "
		"take fewer%s\n", hosts, (double)needed / 1e9, (double)have / 1e9,
		shared ? "" : ", or --clear, whose nodes share records");
	return false;
}
