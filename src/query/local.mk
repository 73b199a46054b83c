# SPDX-License-Identifier: ISC
#
# Names and requests in, answers out. The JSON writer is an archive of its own, so that the
# command line links it without the rest: the writer with its two forms, and the reader of msgpack.

noinst_LTLIBRARIES += libkith_json.la
libkith_json_la_SOURCES = \
	%D%/buf.c \
	%D%/buf.h \
	%D%/calls.h \
	%D%/json.c \
	%D%/json.h \
	%D%/out.c \
	%D%/out.h \
	%D%/tree.c \
	%D%/tree.h \
	%D%/tree_template.h \
	%D%/utf8.c \
	%D%/utf8.h

noinst_LTLIBRARIES += libkith_query.la
libkith_query_la_SOURCES = \
	%D%/limits.h \
	%D%/rpc.h
