# SPDX-License-Identifier: ISC

daemon_test_ldadd = libkith_daemon.la libkith_files.la $(dns_libs) libkith_query.la libkith_json.la $(LDADD) \
	$(EV_LIBS) $(INIH_LIBS) $(CARES_LIBS) $(PTHREAD_LIBS)

if HAVE_DNS
unit_tests += %D%/test_daemon_dns_rate
endif
tests_unit_test_daemon_dns_rate_LDADD = $(daemon_test_ldadd)

unit_tests += \
	%D%/test_daemon_args \
	%D%/test_daemon_conf \
	%D%/test_daemon_listen \
	%D%/test_daemon_log \
	%D%/test_daemon_options \
	%D%/test_daemon_saver \
	%D%/test_daemon_services \
	%D%/test_daemon_sockaddr \
	%D%/test_daemon_tags

tests_unit_test_daemon_args_LDADD = $(daemon_test_ldadd)
tests_unit_test_daemon_conf_LDADD = $(daemon_test_ldadd)
tests_unit_test_daemon_listen_LDADD = $(daemon_test_ldadd)
tests_unit_test_daemon_log_LDADD = $(daemon_test_ldadd)
tests_unit_test_daemon_options_LDADD = $(daemon_test_ldadd)
tests_unit_test_daemon_saver_LDADD = $(daemon_test_ldadd)
tests_unit_test_daemon_services_LDADD = $(daemon_test_ldadd)
tests_unit_test_daemon_sockaddr_LDADD = $(daemon_test_ldadd)
tests_unit_test_daemon_tags_LDADD = $(daemon_test_ldadd)
