# SPDX-License-Identifier: ISC
#
# Names and requests in, answers out. The JSON writer is an archive of its own, so that the
# command line links it without the rest: the writer with its two forms, and the reader of msgpack.
# The DNS is one, too: it alone needs ldns.

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
	%D%/dns_name.c \
	%D%/dns_name.h \
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

if HAVE_DNS
noinst_LTLIBRARIES += libkith_dns.la
libkith_dns_la_CPPFLAGS = $(AM_CPPFLAGS) $(LDNS_CFLAGS)
libkith_dns_la_SOURCES = \
	%D%/dns.c \
	%D%/dns.h \
	%D%/dns_answer.c \
	%D%/dns_answer.h \
	%D%/dns_pick.c \
	%D%/dns_pick.h \
	%D%/dns_record.c \
	%D%/dns_record.h \
	%D%/dns_service.c \
	%D%/dns_service.h \
	%D%/dns_wire.c \
	%D%/dns_wire.h
dns_libs = libkith_dns.la $(LDNS_LIBS)
else
dns_libs =
endif
