# SPDX-License-Identifier: ISC
#
# A node of arrays (support/fake_node.h) stands in for libkith, so these link no room above query.

query_ldadd = libkith_rpcclient.la libkith_query.la libkith_json.la libkith_fakenode.la \
	libkith_support.la libkith_sim.la libkith_wire.la libkith_base.la $(CMOCKA_LIBS) $(MSGPACK_LIBS)

unit_tests += \
	%D%/test_query_apart \
	%D%/test_query_buf \
	%D%/test_query_changes \
	%D%/test_query_conn \
	%D%/test_query_definition \
	%D%/test_query_directory \
	%D%/test_query_filter \
	%D%/test_query_join \
	%D%/test_query_json \
	%D%/test_query_monitor \
	%D%/test_query_native \
	%D%/test_query_native_status \
	%D%/test_query_offers \
	%D%/test_query_out \
	%D%/test_query_pattern \
	%D%/test_query_ping \
	%D%/test_query_rpc \
	%D%/test_query_serf \
	%D%/test_query_services \
	%D%/test_query_stream \
	%D%/test_query_table \
	%D%/test_query_tree \
	%D%/test_query_utf8 \
	%D%/test_query_when

tests_unit_test_query_apart_LDADD = $(query_ldadd)
tests_unit_test_query_buf_LDADD = $(query_ldadd)
tests_unit_test_query_changes_LDADD = $(query_ldadd)
tests_unit_test_query_conn_LDADD = $(query_ldadd)
tests_unit_test_query_definition_LDADD = $(query_ldadd)
tests_unit_test_query_directory_LDADD = $(query_ldadd)
tests_unit_test_query_filter_LDADD = $(query_ldadd)
tests_unit_test_query_join_LDADD = $(query_ldadd)
tests_unit_test_query_json_LDADD = $(query_ldadd)
tests_unit_test_query_monitor_LDADD = $(query_ldadd)
tests_unit_test_query_native_LDADD = $(query_ldadd)
tests_unit_test_query_native_status_LDADD = $(query_ldadd)
tests_unit_test_query_offers_LDADD = $(query_ldadd)
tests_unit_test_query_out_LDADD = $(query_ldadd)
tests_unit_test_query_pattern_LDADD = $(query_ldadd)
tests_unit_test_query_ping_LDADD = $(query_ldadd)
tests_unit_test_query_rpc_LDADD = $(query_ldadd)
tests_unit_test_query_serf_LDADD = $(query_ldadd)
tests_unit_test_query_services_LDADD = $(query_ldadd)
tests_unit_test_query_stream_LDADD = $(query_ldadd)
tests_unit_test_query_table_LDADD = $(query_ldadd)
tests_unit_test_query_tree_LDADD = $(query_ldadd)
tests_unit_test_query_utf8_LDADD = $(query_ldadd)
tests_unit_test_query_when_LDADD = $(query_ldadd)

if HAVE_DNS
unit_tests += \
	%D%/test_query_dns \
	%D%/test_query_dns_message

dns_ldadd = libkith_dnsclient.la $(dns_libs) $(query_ldadd)
tests_unit_test_query_dns_LDADD = $(dns_ldadd)
tests_unit_test_query_dns_message_LDADD = $(dns_ldadd)
endif
