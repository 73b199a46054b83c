/* SPDX-License-Identifier: ISC */
#include "daemon/log.h"
#include "base/addr.h"
#include "base/text.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	LINE_ROOM = 2048,
	FOLD_MS = 60 * 1000 /* a line that repeats itself is written again after a minute */
};

static const struct {
	const char *id, *help;
	enum kith_log_level level;
} events[KITH_LOG_ID_COUNT] = {
#define X(upper, id, level, help) {id, help, KITH_LOG_##level},
	KITH_LOGS(X)
#undef X
};

static const char *const level_names[] = {"error", "warn", "info", "debug"};
static const int priorities[] = {3, 4, 6, 7}; /* syslog(3), as the journal reads them */

struct kith_log {
	int fd;
	enum kith_log_level level;
	enum kith_log_format format; /* never AUTO */
	bool verbose;
	int64_t clock_unix_ms;
	kith_log_sink_f sink;
	void *sink_ctx; /* borrowed */
	struct fold {
		uint32_t hash;
		int64_t written_unix_ms; /* 0 = never */
		uint32_t suppressed;
	} folds[KITH_LOG_ID_COUNT];
};

/* The journal tells us by $JOURNAL_STREAM which device and inode it reads from (systemd.exec(5)). */
static bool is_journal(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(fd, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

static enum kith_log_format choose(int fd, enum kith_log_format format)
{
	if (format != KITH_LOG_AUTO)
		return format;
	if (is_journal(fd))
		return KITH_LOG_JOURNAL;
	return isatty(fd) ? KITH_LOG_TEXT : KITH_LOG_JSON;
}

struct kith_log *kith_log_new(int fd, enum kith_log_level level, enum kith_log_format format)
{
	struct kith_log *log = calloc(1, sizeof *log);

	if (log == NULL)
		return NULL;
	log->fd = fd;
	kith_log_set(log, level, format);
	return log;
}

void kith_log_free(struct kith_log **log)
{
	free(*log);
	*log = NULL;
}

void kith_log_sink(struct kith_log *log, kith_log_sink_f sink, void *ctx)
{
	log->sink = sink;
	log->sink_ctx = ctx;
}

void kith_log_set(struct kith_log *log, enum kith_log_level level, enum kith_log_format format)
{
	log->level = level;
	log->format = choose(log->fd, format);
}

enum kith_log_level kith_log_level_of(const struct kith_log *log)
{
	return log->level;
}

void kith_log_verbose(struct kith_log *log, bool on)
{
	log->verbose = on;
}

bool kith_log_wants(const struct kith_log *log, enum kith_log_level level)
{
	return log->verbose || level <= log->level;
}

void kith_log_clock(struct kith_log *log, int64_t unix_ms)
{
	log->clock_unix_ms = unix_ms;
}

static int64_t now_of(const struct kith_log *log)
{
	struct timespec t;

	if (log->clock_unix_ms != 0)
		return log->clock_unix_ms;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- values ---------------------------------------------------------------------------------- */

/* Both forms escape quotes, backslashes and control bytes; JSON knows no \x. Bytes above 0x7e go
 * through: what comes here is from certificates and files, and is text. */
static void escape(struct kith_text *t, const char *s, bool json)
{
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\') {
			kith_text_mem(t, "\\", 1);
			kith_text_mem(t, s, 1);
		} else if (c < 0x20 || c == 0x7f) {
			kith_text_str(t, json ? "\\u00" : "\\x");
			kith_text_hex(t, s, 1);
		} else {
			kith_text_mem(t, s, 1);
		}
	}
}

static bool is_plain(const char *s)
{
	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++)
		if ((unsigned char)*s <= 0x20 || *s == '"' || *s == '\\' || *s == '=' || *s == 0x7f)
			return false;
	return true;
}

static void quote(struct kith_text *t, const char *s, bool json)
{
	if (!json && is_plain(s)) {
		kith_text_str(t, s);
		return;
	}
	kith_text_mem(t, "\"", 1);
	escape(t, s, json);
	kith_text_mem(t, "\"", 1);
}

static void append_value(struct kith_text *t, const struct kith_log_field *f, bool json)
{
	char addr[KITH_ADDR_TEXT_MAX];

	switch (f->kind) {
	case KITH_F_TEXT:
		quote(t, f->text != NULL ? f->text : "", json);
		break;
	case KITH_F_NUMBER:
		kith_text_i64(t, f->number);
		break;
	case KITH_F_ADDR:
		quote(t, kith_addr_print(f->addr, addr, sizeof addr), json);
		break;
	}
}

static void append_field(struct kith_text *t, const struct kith_log_field *f, bool json)
{
	kith_text_str(t, json ? ",\"" : " ");
	kith_text_str(t, f->key);
	kith_text_str(t, json ? "\":" : "=");
	append_value(t, f, json);
}

static void append_fields(struct kith_text *t, const struct kith_log_field *fields,
			  uint32_t suppressed, bool json)
{
	struct kith_log_field count = kith_f_number("suppressed", suppressed);

	for (; fields->key != NULL; fields++)
		append_field(t, fields, json);
	if (suppressed > 0)
		append_field(t, &count, json);
}

/* --- lines ----------------------------------------------------------------------------------- */

static void append_time(struct kith_text *t, int64_t unix_ms)
{
	time_t seconds = (time_t)(unix_ms / 1000);
	struct tm tm;
	char buf[64];

	gmtime_r(&seconds, &tm);
	snprintf(buf, sizeof buf, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
		 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(unix_ms % 1000));
	kith_text_str(t, buf);
}

static void begin_json(struct kith_text *t, enum kith_log_id id, int64_t unix_ms)
{
	kith_text_str(t, "{\"time\":\"");
	append_time(t, unix_ms);
	kith_text_str(t, "\",\"level\":\"");
	kith_text_str(t, level_names[events[id].level]);
	kith_text_str(t, "\",\"id\":\"");
	kith_text_str(t, events[id].id);
	kith_text_str(t, "\",\"msg\":");
	quote(t, events[id].help, true);
}

/* A document that was cut would be none: then it goes without its fields, and says so. */
static void make_json(struct kith_text *t, enum kith_log_id id, int64_t unix_ms,
		      const struct kith_log_field *fields, uint32_t suppressed)
{
	begin_json(t, id, unix_ms);
	append_fields(t, fields, suppressed, true);
	kith_text_str(t, "}");
	if (!t->cut)
		return;
	kith_text_init(t, t->buf, t->size);
	begin_json(t, id, unix_ms);
	kith_text_str(t, ",\"cut\":true}");
}

static void begin_plain(struct kith_text *t, const struct kith_log *log, enum kith_log_id id,
			int64_t unix_ms)
{
	char level[16];

	if (log->format == KITH_LOG_JOURNAL) {
		snprintf(level, sizeof level, "<%d>", priorities[events[id].level]);
		kith_text_str(t, level);
	} else {
		append_time(t, unix_ms);
		snprintf(level, sizeof level, " %-5s ", level_names[events[id].level]);
		kith_text_str(t, level);
	}
}

/* FNV-1a; it only decides whether a line repeats the one before it. */
static uint32_t hash_of(const char *s, size_t len)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 16777619u;
	return h;
}

/* A line that repeats the last one of its id is only counted; the trace repeats nothing. */
static bool is_folded(struct kith_log *log, enum kith_log_id id, const struct kith_text *t,
		      int64_t unix_ms, uint32_t *suppressed)
{
	struct fold *f = &log->folds[id];
	uint32_t hash = hash_of(t->buf, t->len);

	if (f->written_unix_ms != 0 && f->hash == hash && unix_ms >= f->written_unix_ms &&
	    unix_ms - f->written_unix_ms < FOLD_MS) {
		f->suppressed++;
		return true;
	}
	*suppressed = f->suppressed;
	*f = (struct fold){.hash = hash, .written_unix_ms = unix_ms};
	return false;
}

static void write_all(int fd, const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno != EINTR)
			return; /* there is nowhere left to say so */
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
}

void kith_log_write(struct kith_log *log, enum kith_log_id id, const struct kith_log_field *fields)
{
	char plain[LINE_ROOM], line[LINE_ROOM + 8];
	struct kith_text p, t;
	uint32_t suppressed;
	int64_t unix_ms;

	if (!kith_log_wants(log, events[id].level))
		return;
	unix_ms = now_of(log);
	kith_text_init(&p, plain, sizeof plain);
	kith_text_str(&p, events[id].id);
	append_fields(&p, fields, 0, false);
	if (is_folded(log, id, &p, unix_ms, &suppressed))
		return;
	kith_text_init(&t, line, LINE_ROOM);
	if (log->format == KITH_LOG_JSON) {
		make_json(&t, id, unix_ms, fields, suppressed);
	} else {
		begin_plain(&t, log, id, unix_ms);
		kith_text_str(&t, events[id].id);
		append_fields(&t, fields, suppressed, false);
	}
	line[t.len] = '\n'; /* there is room beyond what the builder knows */
	write_all(log->fd, line, t.len + 1);
	if (log->sink != NULL)
		log->sink(log->sink_ctx, events[id].level, plain);
}
