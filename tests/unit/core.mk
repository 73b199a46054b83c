# SPDX-License-Identifier: ISC

# One node, and people around it whose keys the test holds.
check_LTLIBRARIES += libkith_corefix.la
libkith_corefix_la_SOURCES = \
	%D%/core_fix.c \
	%D%/core_fix.h \
	%D%/core_line.c \
	%D%/core_line.h \
	%D%/core_services.c \
	%D%/core_services.h \
	%D%/core_suspects.c \
	%D%/core_suspects.h \
	%D%/core_two.c \
	%D%/core_two.h

core_ldadd = libkith_corefix.la $(LDADD)

unit_tests += \
	%D%/test_core_accuse \
	%D%/test_core_catalogue \
	%D%/test_core_certify \
	%D%/test_core_clocks \
	%D%/test_core_dispute \
	%D%/test_core_flap \
	%D%/test_core_gossip \
	%D%/test_core_join \
	%D%/test_core_kept \
	%D%/test_core_ledger \
	%D%/test_core_message \
	%D%/test_core_obituary \
	%D%/test_core_offer \
	%D%/test_core_out \
	%D%/test_core_own \
	%D%/test_core_packet \
	%D%/test_core_partner \
	%D%/test_core_peer \
	%D%/test_core_ping \
	%D%/test_core_pool \
	%D%/test_core_plain \
	%D%/test_core_probe \
	%D%/test_core_probe_when \
	%D%/test_core_coord \
	%D%/test_core_revoke \
	%D%/test_core_ring \
	%D%/test_core_rtt \
	%D%/test_core_seed \
	%D%/test_core_stock \
	%D%/test_core_store \
	%D%/test_core_store_suspicion \
	%D%/test_core_stranger \
	%D%/test_core_stream \
	%D%/test_core_suspect \
	%D%/test_core_sync \
	%D%/test_core_talk \
	%D%/test_core_tomb \
	%D%/test_core_zone

tests_unit_test_core_accuse_LDADD = $(core_ldadd)
tests_unit_test_core_catalogue_LDADD = $(core_ldadd)
tests_unit_test_core_certify_LDADD = $(core_ldadd)
tests_unit_test_core_clocks_LDADD = $(core_ldadd)
tests_unit_test_core_dispute_LDADD = $(core_ldadd)
tests_unit_test_core_flap_LDADD = $(core_ldadd)
tests_unit_test_core_gossip_LDADD = $(core_ldadd)
tests_unit_test_core_join_LDADD = $(core_ldadd)
tests_unit_test_core_kept_LDADD = $(core_ldadd)
tests_unit_test_core_ledger_LDADD = $(core_ldadd)
tests_unit_test_core_message_LDADD = $(core_ldadd)
tests_unit_test_core_obituary_LDADD = $(core_ldadd)
tests_unit_test_core_offer_LDADD = $(core_ldadd)
tests_unit_test_core_out_LDADD = $(core_ldadd)
tests_unit_test_core_own_LDADD = $(core_ldadd)
tests_unit_test_core_packet_LDADD = $(core_ldadd)
tests_unit_test_core_partner_LDADD = $(core_ldadd)
tests_unit_test_core_peer_LDADD = $(core_ldadd)
tests_unit_test_core_ping_LDADD = $(core_ldadd)
tests_unit_test_core_pool_LDADD = $(core_ldadd)
tests_unit_test_core_plain_LDADD = $(core_ldadd)
tests_unit_test_core_probe_LDADD = $(core_ldadd)
tests_unit_test_core_probe_when_LDADD = $(core_ldadd)
tests_unit_test_core_coord_LDADD = $(core_ldadd)
tests_unit_test_core_revoke_LDADD = $(core_ldadd)
tests_unit_test_core_ring_LDADD = $(core_ldadd)
tests_unit_test_core_rtt_LDADD = $(core_ldadd)
tests_unit_test_core_seed_LDADD = $(core_ldadd)
tests_unit_test_core_stock_LDADD = $(core_ldadd)
tests_unit_test_core_store_LDADD = $(core_ldadd)
tests_unit_test_core_store_suspicion_LDADD = $(core_ldadd)
tests_unit_test_core_stranger_LDADD = $(core_ldadd)
tests_unit_test_core_stream_LDADD = $(core_ldadd)
tests_unit_test_core_suspect_LDADD = $(core_ldadd)
tests_unit_test_core_sync_LDADD = $(core_ldadd)
tests_unit_test_core_talk_LDADD = $(core_ldadd)
tests_unit_test_core_tomb_LDADD = $(core_ldadd)
tests_unit_test_core_zone_LDADD = $(core_ldadd)
