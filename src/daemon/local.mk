# SPDX-License-Identifier: ISC
#
# kithd: everything but main.c is an archive, which the unit tests link too.

noinst_LTLIBRARIES += libkith_daemon.la
libkith_daemon_la_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE $(CARES_CFLAGS) \
	-DKITH_CONFIG_DIR='"$(sysconfdir)/kith"' -DKITH_STATE_DIR='"$(localstatedir)/lib/kith"' \
	-DKITH_RUN_DIR='"$(runstatedir)/kith"'
libkith_daemon_la_SOURCES = \
	%D%/accept.c \
	%D%/accept.h \
	%D%/advertise.c \
	%D%/advertise.h \
	%D%/args.c \
	%D%/args.h \
	%D%/clock.c \
	%D%/clock.h \
	%D%/conf.c \
	%D%/conf.h \
	%D%/conf_in.h \
	%D%/conf_service.c \
	%D%/control.c \
	%D%/control.h \
	%D%/daemon.c \
	%D%/daemon.h \
	%D%/dev.c \
	%D%/dev.h \
	%D%/dns.h \
	%D%/events.c \
	%D%/harden.c \
	%D%/harden.h \
	%D%/host.h \
	%D%/keep.c \
	%D%/listen.c \
	%D%/listen.h \
	%D%/log.c \
	%D%/log.h \
	%D%/log_ids.h \
	%D%/notify.c \
	%D%/notify.h \
	%D%/offering.c \
	%D%/options.c \
	%D%/options.h \
	%D%/paths.c \
	%D%/paths.h \
	%D%/reload.c \
	%D%/resolve.h \
	%D%/rpchost.c \
	%D%/saver.c \
	%D%/saver.h \
	%D%/seeds.c \
	%D%/seeds.h \
	%D%/services.c \
	%D%/services.h \
	%D%/setup.c \
	%D%/setup.h \
	%D%/sockaddr.c \
	%D%/sockaddr.h \
	%D%/state.c \
	%D%/stop.c \
	%D%/stream.c \
	%D%/stream.h \
	%D%/tags.c \
	%D%/tags.h \
	%D%/tick.c \
	%D%/turn.c \
	%D%/udp.c \
	%D%/udp.h
if HAVE_DNS
libkith_daemon_la_SOURCES += %D%/dns.c %D%/dns_rate.c %D%/dns_rate.h %D%/dns_tcp.c %D%/dns_tcp.h
else
libkith_daemon_la_SOURCES += %D%/dns_none.c
endif
if HAVE_CARES
libkith_daemon_la_SOURCES += %D%/resolve.c
else
libkith_daemon_la_SOURCES += %D%/resolve_none.c
endif

daemon_libs = libkith_daemon.la libkith_files.la $(dns_libs) libkith_query.la libkith_json.la libkith.la \
	libkith_base.la $(EV_LIBS) $(INIH_LIBS) $(CARES_LIBS) $(MSGPACK_LIBS) $(PTHREAD_LIBS)

sbin_PROGRAMS += kithd
kithd_SOURCES = %D%/main.c
kithd_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE
kithd_LDADD = $(daemon_libs)
