# SPDX-License-Identifier: ISC
#
# What several tests share: an archive that every unit test links, and tap.sh for shell scripts.

check_LTLIBRARIES += libkith_support.la
libkith_support_la_SOURCES = \
	%D%/alloc_fail.c \
	%D%/alloc_fail.h \
	%D%/tmpdir.c \
	%D%/tmpdir.h \
	%D%/vectors.c \
	%D%/vectors.h

# A cluster in one process, for the stories. An archive of its own: it needs cmocka and a node.
check_LTLIBRARIES += libkith_cluster.la
libkith_cluster_la_SOURCES = \
	%D%/claims.c \
	%D%/claims.h \
	%D%/cluster.c \
	%D%/cluster.h \
	%D%/faults.c \
	%D%/faults.h \
	%D%/figures.c \
	%D%/figures.h \
	%D%/net.c \
	%D%/net.h \
	%D%/nettcp.c \
	%D%/nettcp.h \
	%D%/process.c \
	%D%/process.h \
	%D%/report.c \
	%D%/report.h \
	%D%/world.c \
	%D%/world.h

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

EXTRA_DIST += %D%/tap.sh
