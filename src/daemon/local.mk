# SPDX-License-Identifier: ISC
#
# kithd: everything but main.c is an archive, which the unit tests link too.

noinst_LTLIBRARIES += libkith_daemon.la
libkith_daemon_la_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE
libkith_daemon_la_SOURCES = \
	%D%/accept.c \
	%D%/accept.h \
	%D%/advertise.c \
	%D%/advertise.h \
	%D%/clock.c \
	%D%/clock.h \
	%D%/conf.c \
	%D%/conf.h \
	%D%/host.h \
	%D%/listen.c \
	%D%/listen.h \
	%D%/log.c \
	%D%/log.h \
	%D%/log_ids.h \
	%D%/options.c \
	%D%/options.h \
	%D%/saver.c \
	%D%/saver.h \
	%D%/sockaddr.c \
	%D%/sockaddr.h \
	%D%/stream.c \
	%D%/stream.h \
	%D%/tags.c \
	%D%/tags.h \
	%D%/udp.c \
	%D%/udp.h
