/* SPDX-License-Identifier: ISC */
/*
 * daemon/log.h: one line, one event, with a stable id (daemon/log_ids.h) and keys. On its way a
 * line is formatted once as keys and values, folded if it repeats, written to stderr in the
 * form of the place (journal, text, JSON), and handed to whoever follows the log over the RPC.
 *
 *	kith_log(log, KITH_LOG_SEED_FAILED, kith_f_addr("seed", &a), kith_f_text("why", why));
 *
 * Values are escaped; secrets and payloads never go in.
 */
#ifndef KITH_DAEMON_LOG_H
#define KITH_DAEMON_LOG_H

#include "daemon/log_ids.h"
#include <kith/types.h>
#include <stdbool.h>

enum kith_log_level { KITH_LOG_ERROR, KITH_LOG_WARN, KITH_LOG_INFO, KITH_LOG_DEBUG };
enum kith_log_format { KITH_LOG_AUTO, KITH_LOG_JOURNAL, KITH_LOG_TEXT, KITH_LOG_JSON };

enum kith_log_id {
#define X(upper, id, level, help) KITH_LOG_ID_##upper,
	KITH_LOGS(X)
#undef X
	KITH_LOG_ID_COUNT
};

struct kith_log_field {
	const char *key; /* NULL ends the list */
	enum { KITH_F_TEXT, KITH_F_NUMBER, KITH_F_ADDR } kind;
	const char *text; /* borrowed for the call, as is addr */
	int64_t number;
	const struct kith_addr *addr;
};

static inline struct kith_log_field kith_f_text(const char *key, const char *text)
{
	return (struct kith_log_field){.key = key, .kind = KITH_F_TEXT, .text = text};
}

static inline struct kith_log_field kith_f_number(const char *key, int64_t number)
{
	return (struct kith_log_field){.key = key, .kind = KITH_F_NUMBER, .number = number};
}

static inline struct kith_log_field kith_f_addr(const char *key, const struct kith_addr *addr)
{
	return (struct kith_log_field){.key = key, .kind = KITH_F_ADDR, .addr = addr};
}

/* At least one field; an event without any says so in its table. */
#define kith_log(log, name, ...) \
	kith_log_write(log, KITH_LOG_ID_##name, \
		       (const struct kith_log_field[]){__VA_ARGS__, {.key = NULL}})

struct kith_log;

/* Somebody else who gets each line that is written: "id key=value ...", without time and level. */
typedef void (*kith_log_sink_f)(void *ctx, enum kith_log_level level, const char *text);

/* Writes to fd. NULL: out of memory. `format` AUTO decides by fd and the environment. */
struct kith_log *kith_log_new(int fd, enum kith_log_level level, enum kith_log_format format);
void kith_log_free(struct kith_log **log);
void kith_log_sink(struct kith_log *log, kith_log_sink_f sink, void *ctx);
void kith_log_set(struct kith_log *log, enum kith_log_level level, enum kith_log_format format);
enum kith_log_level kith_log_level_of(const struct kith_log *log);
/* Debug lines too, until this returns to `false`, whatever the level. */
void kith_log_verbose(struct kith_log *log, bool on);
/* Whether lines of `level` are written now: to spare making them. */
bool kith_log_wants(const struct kith_log *log, enum kith_log_level level);
/* The wall clock used for the times of lines; 0 = the system's. For tests. */
void kith_log_clock(struct kith_log *log, int64_t unix_ms);

void kith_log_write(struct kith_log *log, enum kith_log_id id, const struct kith_log_field *fields);

#endif
