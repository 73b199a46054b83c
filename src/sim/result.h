/* SPDX-License-Identifier: ISC */
/*
 * sim/result.h: rows of figures, shown in one of three ways. An experiment declares its tables;
 * each row goes through sim_result_row() and is a line of JSON at once, or waits for
 * sim_result_end(), which aligns the tables and hands the first one to gnuplot.
 */
#ifndef KITH_SIM_RESULT_H
#define KITH_SIM_RESULT_H

#include <kith/types.h>
#include <stdbool.h>

enum { SIM_COLUMNS_MAX = 16 };

struct sim_column {
	const char *name;
	const char *unit; /* "s", "B/s/host", "%"; "" for none; the JSON key has it too */
	int decimals;     /* -1: a text */
};

/* Columns end with a NULL name; so does an array of tables. */
struct sim_table {
	const char *name;
	struct sim_column columns[SIM_COLUMNS_MAX + 1];
	bool is_detail; /* shown as JSON alone */
};

struct sim_value {
	const char *text; /* static */
	double number;
	bool is_known;    /* false: "-", null in JSON */
};
#define SIM_TEXT(s) ((struct sim_value){.text = (s), .is_known = true})
#define SIM_NUMBER(x) ((struct sim_value){.number = (double)(x), .is_known = true})
#define SIM_SECONDS(us) SIM_NUMBER((double)(us) / 1e6)
#define SIM_UNKNOWN ((struct sim_value){.is_known = false})

struct sim_row; /* kept until the end */

struct sim_result {
	const char *name;               /* of the experiment */
	const struct sim_table *tables;
	bool is_json;
	const char *plot_file;          /* NULL: no plot */
	const char *plot;               /* gnuplot commands about $data, the rows of the first table */
	struct sim_row *rows;           /* owned */
	size_t row_count, row_room;
};

/* `plot` may be NULL, and is not used without plot_file. False, said on stderr: there is no
 * gnuplot. */
bool sim_result_begin(struct sim_result *r, const char *name, const struct sim_table *tables,
		      const char *plot, bool is_json, const char *plot_file);
/* A row of the table; one value for each column. */
void sim_result_row(struct sim_result *r, const struct sim_table *t, const struct sim_value *values);
/* Prints and plots. False, said on stderr: the plot or standard output could not be written. */
bool sim_result_end(struct sim_result *r);

#endif
