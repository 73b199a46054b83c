/* SPDX-License-Identifier: ISC */
#include "sim/result.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX = 64 };

struct sim_row {
	const struct sim_table *table;
	struct sim_value values[SIM_COLUMNS_MAX];
};

/* --- words ------------------------------------------------------------------------------------ */

static void value_text(const struct sim_column *c, const struct sim_value *v, char *out)
{
	if (!v->is_known)
		snprintf(out, TEXT_MAX, "-");
	else if (c->decimals < 0)
		snprintf(out, TEXT_MAX, "%s", v->text);
	else
		snprintf(out, TEXT_MAX, "%.*f", c->decimals, v->number);
}

/* "sent", "B/s/host" -> "sent_B_per_s_per_host". */
static void key_text(const struct sim_column *c, char *out)
{
	const char *unit = strcmp(c->unit, "%") == 0 ? "percent" : c->unit;
	int len = snprintf(out, TEXT_MAX, "%s%s", c->name, *unit != '\0' && *unit != '/' ? "_" : "");

	for (; *unit != '\0'; unit++)
		len += snprintf(out + len, (size_t)(TEXT_MAX - len), *unit == '/' ? "_per_" : "%c",
				*unit);
}

/* --- JSON ------------------------------------------------------------------------------------- */

/* Names and texts are ours: letters, digits, blanks and signs that JSON does not quote. */
static void print_json(const struct sim_result *r, const struct sim_row *row)
{
	const struct sim_column *c = row->table->columns;
	char key[TEXT_MAX], text[TEXT_MAX];
	int i;

	printf("{\"experiment\":\"%s\",\"table\":\"%s\"", r->name, row->table->name);
	for (i = 0; c[i].name != NULL; i++) {
		const bool is_text = row->values[i].is_known && c[i].decimals < 0;

		key_text(&c[i], key);
		value_text(&c[i], &row->values[i], text);
		printf(",\"%s\":%s%s%s", key, is_text ? "\"" : "",
		       row->values[i].is_known ? text : "null", is_text ? "\"" : "");
	}
	printf("}\n");
	fflush(stdout);
}

/* --- aligned ---------------------------------------------------------------------------------- */

static int longer(int width, const char *text)
{
	const int len = (int)strlen(text);

	return len > width ? len : width;
}

static int column_width(const struct sim_result *r, const struct sim_table *t, int column)
{
	const struct sim_column *c = &t->columns[column];
	int width = longer(longer(0, c->name), c->unit);
	char text[TEXT_MAX];
	size_t i;

	for (i = 0; i < r->row_count; i++) {
		if (r->rows[i].table != t)
			continue;
		value_text(c, &r->rows[i].values[column], text);
		width = longer(width, text);
	}
	return width;
}

/* Numbers to the right, texts to the left. */
static void print_cell(const struct sim_column *c, int column, int width, const char *text)
{
	const char *gap = column > 0 ? "  " : "";

	if (c->decimals >= 0)
		printf("%s%*s", gap, width, text);
	else if (c[1].name == NULL)
		printf("%s%s", gap, text);
	else
		printf("%s%-*s", gap, width, text);
}

static void print_table(const struct sim_result *r, const struct sim_table *t)
{
	const struct sim_column *c = t->columns;
	int widths[SIM_COLUMNS_MAX], i;
	char text[TEXT_MAX];
	bool has_units = false;
	size_t k;

	for (i = 0; c[i].name != NULL; i++) {
		widths[i] = column_width(r, t, i);
		has_units = has_units || *c[i].unit != '\0';
	}
	for (i = 0; c[i].name != NULL; i++)
		print_cell(&c[i], i, widths[i], c[i].name);
	printf("\n");
	for (i = 0; has_units && c[i].name != NULL; i++)
		print_cell(&c[i], i, widths[i], c[i].unit);
	if (has_units)
		printf("\n");
	for (k = 0; k < r->row_count; k++) {
		if (r->rows[k].table != t)
			continue;
		for (i = 0; c[i].name != NULL; i++) {
			value_text(&c[i], &r->rows[k].values[i], text);
			print_cell(&c[i], i, widths[i], text);
		}
		printf("\n");
	}
}

static bool has_rows(const struct sim_result *r, const struct sim_table *t)
{
	size_t i;

	for (i = 0; i < r->row_count; i++)
		if (r->rows[i].table == t)
			return true;
	return false;
}

static void print_tables(const struct sim_result *r)
{
	const struct sim_table *t = r->tables;
	bool is_first = true;

	for (; t->name != NULL; t++) {
		if (t->is_detail || !has_rows(r, t))
			continue;
		if (!is_first)
			printf("\n");
		is_first = false;
		print_table(r, t);
	}
}

/* --- plot ------------------------------------------------------------------------------------- */

static bool has_program(const char *name)
{
	const char *path = getenv("PATH");
	char file[512];

	while (path != NULL && *path != '\0') {
		const size_t len = strcspn(path, ":");

		snprintf(file, sizeof(file), "%.*s/%s", (int)len, path, name);
		if (access(file, X_OK) == 0)
			return true;
		path += len + (path[len] == ':' ? 1 : 0);
	}
	return false;
}

/* Within single quotes gnuplot knows one escape: two for one. */
static void print_quoted(FILE *f, const char *text)
{
	fputc('\'', f);
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputc('\'', f);
		fputc(*text, f);
	}
	fputc('\'', f);
}

static void print_data(const struct sim_result *r, FILE *f)
{
	const struct sim_column *c = r->tables[0].columns;
	char text[TEXT_MAX];
	size_t k;
	int i;

	fprintf(f, "$data << END\n");
	for (k = 0; k < r->row_count; k++) {
		if (r->rows[k].table != &r->tables[0])
			continue;
		for (i = 0; c[i].name != NULL; i++) {
			value_text(&c[i], &r->rows[k].values[i], text);
			fprintf(f, c[i].decimals < 0 ? "\"%s\" " : "%s ", text);
		}
		fprintf(f, "\n");
	}
	fprintf(f, "END\n");
}

static bool plot(const struct sim_result *r)
{
	FILE *f = popen("exec gnuplot", "w");
	int status;

	if (f == NULL) {
		perror("kith-sim: gnuplot");
		return false;
	}
	fprintf(f, "set terminal svg size 800,500 dynamic background rgb 'white'\nset output ");
	print_quoted(f, r->plot_file);
	fprintf(f, "\nset datafile missing '-'\nset grid\nset key above\nset yrange [0:*]\n");
	print_data(r, f);
	fprintf(f, "%s", r->plot);
	status = pclose(f);
	if (status != 0)
		fprintf(stderr, "kith-sim: gnuplot could not write %s\n", r->plot_file);
	return status == 0;
}

/* --- a result's life --------------------------------------------------------------------------- */

bool sim_result_begin(struct sim_result *r, const char *name, const struct sim_table *tables,
		      const char *plot_commands, bool is_json, const char *plot_file)
{
	memset(r, 0, sizeof(*r));
	r->name = name;
	r->tables = tables;
	r->plot = plot_commands;
	r->is_json = is_json;
	r->plot_file = plot_file;
	/* Before hours of run, not after them. */
	if (plot_file == NULL || has_program("gnuplot"))
		return true;
	fprintf(stderr, "kith-sim: --plot needs gnuplot, which was not found; on Debian: "
			"apt-get install gnuplot-nox\n");
	return false;
}

void sim_result_row(struct sim_result *r, const struct sim_table *t, const struct sim_value *values)
{
	struct sim_row *row;
	int i;

	if (r->row_count == r->row_room) {
		r->row_room = r->row_room ? 2 * r->row_room : 16;
		r->rows = realloc(r->rows, r->row_room * sizeof(*r->rows));
		assert(r->rows != NULL);
	}
	row = &r->rows[r->row_count++];
	memset(row, 0, sizeof(*row));
	row->table = t;
	for (i = 0; t->columns[i].name != NULL; i++)
		row->values[i] = values[i];
	if (r->is_json)
		print_json(r, row);
}

bool sim_result_end(struct sim_result *r)
{
	bool is_fine = true;

	if (!r->is_json)
		print_tables(r);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("kith-sim: standard output");
		is_fine = false;
	}
	if (r->plot_file != NULL)
		is_fine = plot(r) && is_fine;
	free(r->rows);
	r->rows = NULL;
	return is_fine;
}
