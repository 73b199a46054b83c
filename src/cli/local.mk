# SPDX-License-Identifier: ISC
#
# kith. It speaks the RPC, signs, and writes the files of a member, so it links the inside of seal
# and files, never libkith. All but main() is an archive, which the unit tests link too.

noinst_LTLIBRARIES += libkith_cli.la
libkith_cli_la_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE \
	-DKITH_CONFIG_DIR='"$(sysconfdir)/kith"' -DKITH_STATE_DIR='"$(localstatedir)/lib/kith"' \
	-DKITH_RUN_DIR='"$(runstatedir)/kith"' -DKITH_SBIN_DIR='"$(sbindir)"'
libkith_cli_la_SOURCES = \
	%D%/admit.c \
	%D%/admit.h \
	%D%/answer.c \
	%D%/answer.h \
	%D%/args.c \
	%D%/args.h \
	%D%/ask.c \
	%D%/ask.h \
	%D%/child.c \
	%D%/child.h \
	%D%/cli.c \
	%D%/cli.h \
	%D%/client.c \
	%D%/client.h \
	%D%/cmd_admit.c \
	%D%/cmd_admit.h \
	%D%/cmd_config.c \
	%D%/cmd_config.h \
	%D%/cmd_daemon.c \
	%D%/cmd_daemon.h \
	%D%/cmd_demo.c \
	%D%/cmd_demo.h \
	%D%/cmd_help.c \
	%D%/cmd_help.h \
	%D%/cmd_init.c \
	%D%/cmd_init.h \
	%D%/cmd_join.c \
	%D%/cmd_join.h \
	%D%/cmd_members.c \
	%D%/cmd_members.h \
	%D%/cmd_ping.c \
	%D%/cmd_ping.h \
	%D%/cmd_register.c \
	%D%/cmd_register.h \
	%D%/cmd_revoke.c \
	%D%/cmd_revoke.h \
	%D%/cmd_rtt.c \
	%D%/cmd_rtt.h \
	%D%/cmd_run.c \
	%D%/cmd_run.h \
	%D%/cmd_services.c \
	%D%/cmd_services.h \
	%D%/cmd_stats.c \
	%D%/cmd_stats.h \
	%D%/cmd_status.c \
	%D%/cmd_status.h \
	%D%/cmd_tag.c \
	%D%/cmd_tag.h \
	%D%/cmd_wait.c \
	%D%/cmd_wait.h \
	%D%/cmd_watch.c \
	%D%/cmd_watch.h \
	%D%/cmd_why.c \
	%D%/cmd_why.h \
	%D%/define.c \
	%D%/define.h \
	%D%/demo_cluster.c \
	%D%/demo_cluster.h \
	%D%/install.c \
	%D%/install.h \
	%D%/pages.c \
	%D%/pages.h \
	%D%/place.c \
	%D%/place.h \
	%D%/reply.c \
	%D%/reply.h \
	%D%/spawn.c \
	%D%/spawn.h \
	%D%/text.c \
	%D%/text.h \
	%D%/verbs.c \
	%D%/verbs.h

cli_libs = libkith_cli.la libkith_json.la libkith_files.la libkith_wire.la libkith_seal.la \
	libkith_base.la \
	$(INIH_LIBS) $(MSGPACK_LIBS) $(SODIUM_LIBS)

bin_PROGRAMS += kith
kith_SOURCES = %D%/main.c
kith_LDADD = $(cli_libs)
