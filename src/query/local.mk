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
	%D%/apart.c \
	%D%/apart.h \
	%D%/changes.c \
	%D%/changes.h \
	%D%/conn.c \
	%D%/conn.h \
	%D%/definition.c \
	%D%/definition.h \
	%D%/directory.c \
	%D%/directory.h \
	%D%/filter.c \
	%D%/filter.h \
	%D%/join.c \
	%D%/join.h \
	%D%/limits.h \
	%D%/members.c \
	%D%/members.h \
	%D%/monitor.c \
	%D%/monitor.h \
	%D%/native.c \
	%D%/native.h \
	%D%/native_stats.c \
	%D%/native_status.c \
	%D%/native_why.c \
	%D%/offers.c \
	%D%/offers.h \
	%D%/pattern.c \
	%D%/pattern.h \
	%D%/ping.c \
	%D%/ping.h \
	%D%/reply.c \
	%D%/reply.h \
	%D%/rpc.c \
	%D%/rpc.h \
	%D%/serf.c \
	%D%/serf.h \
	%D%/server.h \
	%D%/services.c \
	%D%/services.h \
	%D%/services_list.c \
	%D%/stream.c \
	%D%/stream.h \
	%D%/table.c \
	%D%/table.h \
	%D%/tags.c \
	%D%/tags.h \
	%D%/when.c \
	%D%/when.h
