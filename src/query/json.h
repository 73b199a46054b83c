/* SPDX-License-Identifier: ISC */
/*
 * query/json.h: JSON as a form of the writer (query/out.h), and msgpack turned into JSON.
 *
 * One line without blanks. Control characters, also U+007F to U+009F, leave as \u escapes, so that
 * a document can be shown on a terminal. Bytes leave as base64 text, floats that are no number as
 * null.
 */
#ifndef KITH_QUERY_JSON_H
#define KITH_QUERY_JSON_H

#include "query/tree.h"
#include "query/out.h"

extern const struct kith_form kith_form_json;

/* Writes a parsed value in the form of `w`: from the RPC's reply to the document of --json. */
void kith_write_value(struct kith_writer *w, struct kith_value v);
/* One whole msgpack value at `p` as JSON at the end of `out`. KITH_EMALFORMED (or bytes left
 * over), KITH_ETOOBIG, KITH_ENOMEM; then `out` is as it was. */
KITH_MUST_USE int kith_json_from_msgpack(const uint8_t *p, size_t len, struct kith_buf *out);

#endif
