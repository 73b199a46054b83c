/* SPDX-License-Identifier: ISC */
#include "sim/scenario.h"

#include "sim/args.h"
#include "sim/report.h"
#include "sim/verbs.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A line under the reader's finger. */
struct reader {
	struct scenario *s;
	FILE *complaints;
	unsigned line;
	char *words[SCENARIO_WORDS_MAX];
	int count, at;
	bool had_action;
};

static void complain(struct reader *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void complain(struct reader *r, const char *format, ...)
{
	va_list ap;

	r->s->errors++;
	fprintf(r->complaints, "%s:%u: ", r->s->file, r->line);
	va_start(ap, format);
	vfprintf(r->complaints, format, ap);
	va_end(ap);
	fputc('\n', r->complaints);
}

/* --- arguments -------------------------------------------------------------------------------- */

static bool read_index(const struct reader *r, const char *text, uint32_t *index)
{
	uint64_t n;

	if (text[0] != 'n' || !sim_number_parse(text + 1, UINT32_MAX, &n) || n >= r->s->hosts)
		return false;
	*index = (uint32_t)n;
	return true;
}

static void add_hosts(struct scenario_value *v, uint32_t first, uint32_t last)
{
	v->hosts = realloc(v->hosts, (v->host_count + last - first + 1) * sizeof(*v->hosts));
	assert(v->hosts != NULL);
	for (; first <= last; first++)
		v->hosts[v->host_count++] = first;
}

/* "n00-n03,n07", "all". */
static bool read_hosts(struct reader *r, char *text, struct scenario_value *v)
{
	char *part, *dash, *rest = NULL;
	uint32_t first, last;

	if (strcmp(text, "all") == 0) {
		add_hosts(v, 0, r->s->hosts - 1);
		return true;
	}
	for (part = strtok_r(text, ",", &rest); part != NULL; part = strtok_r(NULL, ",", &rest)) {
		dash = strchr(part, '-');
		if (dash != NULL)
			*dash++ = '\0';
		if (!read_index(r, part, &first) || !read_index(r, dash != NULL ? dash : part, &last) ||
		    last < first)
			return false;
		add_hosts(v, first, last);
	}
	return v->host_count > 0;
}

static bool read_status(const char *text, int *status)
{
	int i;

	*status = CLUSTER_UNKNOWN;
	if (strcmp(text, "unknown") == 0)
		return true;
	for (i = 0; i < KITH_STATUS_COUNT; i++)
		if (strcmp(text, kith_status_name((enum kith_status)i)) == 0) {
			*status = i;
			return true;
		}
	return false;
}

/* Whether `word` is one of "a|b|c". */
static bool is_among(const char *words, const char *word)
{
	const size_t len = strlen(word);
	const char *at = words;

	while ((at = strstr(at, word)) != NULL) {
		if ((at == words || at[-1] == '|') && (at[len] == '|' || at[len] == '\0'))
			return true;
		at += len;
	}
	return false;
}

static bool read_zone(const struct reader *r, const char *text, struct scenario_value *v)
{
	for (v->number = 0; v->number < r->s->zone_count; v->number++)
		if (strcmp(r->s->zones[v->number], text) == 0)
			return true;
	return false;
}

static const char *const expected[] = {
	[SCN_TIME] = "a duration like 200ms, 1.5s or 2h",
	[SCN_SHARE] = "a share like 30% or 0.5%",
	[SCN_NUMBER] = "a whole number",
	[SCN_HOST] = "one host, n00 to the last",
	[SCN_HOSTS] = "hosts, like n03, n00-n04,n07 or all",
	[SCN_STATUS] = "alive, restarting, suspect, failed, left or unknown",
	[SCN_STAT] = "a counter of kith-metrics(7), like rounds_failed or drops.replay",
	[SCN_WORD] = "a word of at most 39 characters",
	[SCN_ZONE] = "a zone that an earlier line names",
};

static bool read_value(struct reader *r, const struct scenario_param *p, char *text,
		       struct scenario_value *v)
{
	bool ok = false;

	switch (p->type) {
	case SCN_TIME:
		ok = sim_duration_parse(text, &v->us);
		break;
	case SCN_SHARE:
		ok = sim_share_parse(text, &v->ppm);
		break;
	case SCN_NUMBER:
		ok = sim_number_parse(text, INT64_MAX, &v->number);
		break;
	case SCN_HOST:
		ok = read_hosts(r, text, v) && v->host_count == 1;
		break;
	case SCN_HOSTS:
		ok = read_hosts(r, text, v);
		break;
	case SCN_STATUS:
		ok = read_status(text, &v->status);
		break;
	case SCN_STAT:
		ok = scenario_stat_find(text, &v->stat);
		break;
	case SCN_ZONE:
		ok = read_zone(r, text, v);
		break;
	case SCN_WORD:
		ok = strlen(text) < sizeof(v->word) && (p->words == NULL || is_among(p->words, text));
		if (ok)
			snprintf(v->word, sizeof(v->word), "%s", text);
		break;
	case SCN_END:
		break;
	}
	v->given = ok;
	return ok;
}

static void read_param(struct reader *r, const struct scenario_verb *verb,
		       const struct scenario_param *p, struct scenario_value *v)
{
	const char *const what = p->words != NULL ? p->words : expected[p->type];
	const char *const after = p->keyword != NULL ? p->keyword : verb->name;
	char said[64];

	if (r->at >= r->count) {
		complain(r, "after %s %s was expected, but the line ends; usage: %s %s", after, what,
			 verb->name, verb->usage);
		return;
	}
	snprintf(said, sizeof(said), "%.63s", r->words[r->at]);
	if (!read_value(r, p, r->words[r->at++], v))
		complain(r, "%s: %s was expected", said, what);
}

static void read_params(struct reader *r, struct scenario_statement *st)
{
	const struct scenario_param *p = st->verb->params;
	const unsigned errors = r->s->errors;
	int i;

	for (i = 0; p[i].type != SCN_END && p[i].keyword == NULL; i++)
		if (r->at < r->count || !p[i].is_optional)
			read_param(r, st->verb, &p[i], &st->values[i]);
	while (r->at < r->count && r->s->errors == errors) {
		const char *word = r->words[r->at++];

		for (i = 0; p[i].type != SCN_END; i++)
			if (p[i].keyword != NULL && strcmp(p[i].keyword, word) == 0)
				break;
		if (p[i].type == SCN_END)
			complain(r, "%s is not understood here; usage: %s %s", word, st->verb->name,
				 st->verb->usage);
		else if (st->values[i].given)
			complain(r, "%s is said twice", word);
		else
			read_param(r, st->verb, &p[i], &st->values[i]);
	}
	for (i = 0; p[i].type != SCN_END && r->s->errors == errors; i++)
		if (!p[i].is_optional && !st->values[i].given)
			complain(r, "%s is missing; usage: %s %s", p[i].keyword, st->verb->name,
				 st->verb->usage);
}

/* --- lines ------------------------------------------------------------------------------------ */

static void cut_line(struct reader *r, char *line)
{
	char *word, *rest = NULL, *comment = strchr(line, '#');

	if (comment != NULL)
		*comment = '\0';
	r->count = r->at = 0;
	for (word = strtok_r(line, " \t\r\n", &rest); word != NULL;
	     word = strtok_r(NULL, " \t\r\n", &rest)) {
		if (r->count == SCENARIO_WORDS_MAX) {
			complain(r, "more than %d words in a line", SCENARIO_WORDS_MAX);
			r->count = 0;
			return;
		}
		r->words[r->count++] = word;
	}
}

static const struct scenario_verb *find_verb(const char *name)
{
	const struct scenario_verb *v = scenario_verbs;

	while (v->name != NULL && strcmp(v->name, name) != 0)
		v++;
	return v->name != NULL ? v : NULL;
}

static void read_statement(struct reader *r, const char *text)
{
	struct scenario *s = r->s;
	const struct scenario_verb *verb = find_verb(r->words[r->at++]);
	struct scenario_statement *st;
	const unsigned errors = s->errors;
	const char *wrong;

	if (verb == NULL) {
		complain(r, "%s is no statement; kith-scenario(5) lists them", r->words[0]);
		return;
	}
	if (verb->read != NULL && r->had_action) {
		complain(r, "%s has to stand before the first thing that happens", verb->name);
		return;
	}
	if (s->count == SCENARIO_STATEMENTS_MAX) {
		complain(r, "more than %d statements", SCENARIO_STATEMENTS_MAX);
		return;
	}
	st = &s->statements[s->count++];
	st->line = r->line;
	st->verb = verb;
	st->text = strdup(text);
	assert(st->text != NULL);
	read_params(r, st);
	r->had_action |= verb->read == NULL;
	if (verb->read != NULL && s->errors == errors && (wrong = verb->read(s, st->values)) != NULL)
		complain(r, "%s", wrong);
}

bool scenario_read(struct scenario *s, const char *file, FILE *in, FILE *complaints)
{
	struct reader r = {.s = s, .complaints = complaints};
	char line[SCENARIO_LINE_MAX], copy[SCENARIO_LINE_MAX];

	memset(s, 0, sizeof(*s));
	s->file = file;
	s->hosts = 3;
	cluster_opts_init(&s->opts, 1);
	s->statements = calloc(SCENARIO_STATEMENTS_MAX, sizeof(*s->statements));
	assert(s->statements != NULL);
	while (fgets(line, sizeof(line), in) != NULL) {
		r.line++;
		if (strlen(line) == sizeof(line) - 1 && line[sizeof(line) - 2] != '\n') {
			complain(&r, "a line of more than %d bytes", SCENARIO_LINE_MAX - 2);
			break;
		}
		line[strcspn(line, "\r\n")] = '\0';
		memcpy(copy, line, sizeof(copy));
		cut_line(&r, line);
		if (r.count > 0)
			read_statement(&r, copy + strspn(copy, " \t"));
	}
	if (s->errors == 0 && !r.had_action)
		complain(&r, "nothing happens in this scenario");
	return s->errors == 0;
}

void scenario_free(struct scenario *s)
{
	uint32_t i;
	int k;

	for (i = 0; i < s->count; i++) {
		for (k = 0; k < SCENARIO_PARAMS_MAX; k++)
			free(s->statements[i].values[k].hosts);
		free(s->statements[i].text);
	}
	free(s->statements);
	free(s->remains);
	memset(s, 0, sizeof(*s));
}

struct cluster *scenario_run(struct scenario *s, const uint64_t *seed, const struct look *look)
{
	struct cluster *c;
	uint32_t i;

	if (seed != NULL)
		s->opts.seed = *seed;
	look_opts(look, &s->opts);
	s->remains = calloc(s->hosts, sizeof(*s->remains));
	assert(s->remains != NULL);
	c = s->cluster = cluster_new(s->hosts, &s->opts);
	snprintf(s->again, sizeof(s->again), "kith-sim run --seed %" PRIu64 " %s", s->opts.seed,
		 s->file);
	c->where = s->where;
	c->again = s->again;
	look_at(look, c);
	for (i = 0; i < s->count; i++) {
		const struct scenario_statement *st = &s->statements[i];

		snprintf(s->where, sizeof(s->where), "%s:%u: %s", s->file, st->line, st->text);
		if (st->verb->run == NULL)
			continue;
		if (look->events)
			printf("%11.6f %s\n", (double)(c->world.now - WORLD_START) / 1e6, st->text);
		st->verb->run(s, st->values);
	}
	snprintf(s->where, sizeof(s->where), "%s: its end", s->file);
	scenario_settle(s);
	return c;
}
