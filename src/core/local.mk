# SPDX-License-Identifier: ISC
#
# Files of the room, source and header, one a line in alphabetical order:
#
#	libkith_core_la_SOURCES = \
#		%D%/this.c \
#		%D%/this.h

noinst_LTLIBRARIES += libkith_core.la
libkith_core_la_SOURCES = \
	%D%/accuse.c \
	%D%/accuse.h \
	%D%/bucket.h \
	%D%/catalogue.c \
	%D%/catalogue.h \
	%D%/clocks.c \
	%D%/clocks.h \
	%D%/compare.c \
	%D%/compare.h \
	%D%/coord.c \
	%D%/coord.h \
	%D%/dispute.c \
	%D%/dispute.h \
	%D%/entry.c \
	%D%/entry.h \
	%D%/fact.c \
	%D%/fact.h \
	%D%/flap.c \
	%D%/flap.h \
	%D%/gossip.c \
	%D%/gossip.h \
	%D%/handshake.c \
	%D%/handshake.h \
	%D%/helper.c \
	%D%/helper.h \
	%D%/join.c \
	%D%/join.h \
	%D%/kept.c \
	%D%/kept.h \
	%D%/leave.c \
	%D%/leave.h \
	%D%/ledger.c \
	%D%/ledger.h \
	%D%/limits.h \
	%D%/message.c \
	%D%/message.h \
	%D%/node.c \
	%D%/node.h \
	%D%/obituary.c \
	%D%/obituary.h \
	%D%/offer.c \
	%D%/offer.h \
	%D%/out.c \
	%D%/out.h \
	%D%/own.c \
	%D%/own.h \
	%D%/packet.c \
	%D%/packet.h \
	%D%/partner.c \
	%D%/partner.h \
	%D%/peer.c \
	%D%/peer.h \
	%D%/period.c \
	%D%/period.h \
	%D%/ping.c \
	%D%/ping.h \
	%D%/pool.c \
	%D%/pool.h \
	%D%/plain.c \
	%D%/plain.h \
	%D%/probe.c \
	%D%/probe.h \
	%D%/range.c \
	%D%/range.h \
	%D%/relay.c \
	%D%/relay.h \
	%D%/revoke.c \
	%D%/revoke.h \
	%D%/ring.c \
	%D%/ring.h \
	%D%/root.c \
	%D%/root.h \
	%D%/rtt.c \
	%D%/rtt.h \
	%D%/stock.c \
	%D%/stock.h \
	%D%/store.c \
	%D%/store.h \
	%D%/store_service.c \
	%D%/stranger.c \
	%D%/stranger.h \
	%D%/stream.c \
	%D%/stream.h \
	%D%/suspect.c \
	%D%/suspect.h \
	%D%/sync.c \
	%D%/sync.h \
	%D%/talk.c \
	%D%/talk.h \
	%D%/timer.c \
	%D%/timer.h \
	%D%/tomb.c \
	%D%/tomb.h \
	%D%/trust.c \
	%D%/trust.h \
	%D%/zone.c \
	%D%/zone.h
