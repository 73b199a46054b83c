# SPDX-License-Identifier: ISC
#
# Names and requests in, answers out. The JSON writer is an archive of its own, so that the
# command line links it without the rest.

noinst_LTLIBRARIES += libkith_json.la
libkith_json_la_SOURCES =

noinst_LTLIBRARIES += libkith_query.la
libkith_query_la_SOURCES =
