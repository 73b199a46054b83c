/* SPDX-License-Identifier: ISC */
/*
 * query/monitor.h: the daemon's log lines as Serf's `monitor` records. The last 512 lines are kept
 * and told to a new subscriber first.
 */
#ifndef KITH_QUERY_MONITOR_H
#define KITH_QUERY_MONITOR_H

#include "query/table.h"

void kith_monitor_log(struct kith_rpc *s, enum kith_rpc_level level, int64_t unix_ms,
		      const char *text);
void kith_monitor_fini(struct kith_rpc *s);

#endif
