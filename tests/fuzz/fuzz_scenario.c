/* SPDX-License-Identifier: ISC */
/*
 * Bytes as a scenario: it is read or refused, with each mistake on a line of its own that names the
 * file and the line; what was read is freed whole. Hosts are few, or a set of all would cost time only.
 */
#include "sim/scenario.h"

#include "base/check.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *buf, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *buf, size_t len)
{
	struct scenario s;
	char *said = NULL, *at;
	size_t said_len = 0;
	unsigned lines = 0;
	FILE *in, *complaints;
	bool ok;

	if (len == 0)
		return 0;
	in = fmemopen((void *)(uintptr_t)buf, len, "r");
	complaints = open_memstream(&said, &said_len);
	KITH_ASSERT(in != NULL && complaints != NULL);
	ok = scenario_read(&s, "x.scn", in, complaints);
	fclose(in);
	fclose(complaints);
	for (at = said; (at = strstr(at, "x.scn:")) != NULL; at++)
		lines++;
	KITH_ASSERT(ok == (s.errors == 0));
	KITH_ASSERT(lines >= s.errors);
	KITH_ASSERT(s.hosts >= 1 && s.hosts <= SCENARIO_HOSTS_MAX);
	scenario_free(&s);
	free(said);
	return 0;
}
