# SPDX-License-Identifier: ISC
#
# What several tests share: an archive that every unit test links, and tap.sh for shell scripts.

check_LTLIBRARIES += libkith_support.la
libkith_support_la_SOURCES = \
	%D%/tmpdir.c \
	%D%/tmpdir.h \
	%D%/vectors.c \
	%D%/vectors.h

# For tests of what asks a node over <kith/kith.h>: a stand-in for libkith, and a client of the RPC.
# The room under test stands between them on the link line: the client needs it, it needs a node.
check_LTLIBRARIES += libkith_fakenode.la libkith_rpcclient.la
libkith_fakenode_la_SOURCES = \
	%D%/fake_node.c \
	%D%/fake_node.h
libkith_rpcclient_la_SOURCES = \
	%D%/rpc_client.c \
	%D%/rpc_client.h \
	%D%/rpc_world.c \
	%D%/rpc_world.h

if HAVE_DNS
check_LTLIBRARIES += libkith_dnsclient.la
libkith_dnsclient_la_SOURCES = \
	%D%/dns_client.c \
	%D%/dns_client.h \
	%D%/dns_world.c \
	%D%/dns_world.h
libkith_dnsclient_la_CPPFLAGS = $(AM_CPPFLAGS) $(LDNS_CFLAGS)
endif

EXTRA_DIST += %D%/tap.sh
