# SPDX-License-Identifier: ISC
#
# The verbs (cmd_*.c) and what they share with them are tested from outside, in tests/cli/.

cli_ldadd = libkith_support.la libkith_sim.la $(cli_libs) $(CMOCKA_LIBS)

unit_tests += \
	%D%/test_cli_admit \
	%D%/test_cli_args \
	%D%/test_cli_client \
	%D%/test_cli_place \
	%D%/test_cli_reply \
	%D%/test_cli_spawn \
	%D%/test_cli_text \
	%D%/test_cli_verbs

tests_unit_test_cli_admit_LDADD = $(cli_ldadd)
tests_unit_test_cli_args_LDADD = $(cli_ldadd)
tests_unit_test_cli_client_LDADD = $(cli_ldadd)
tests_unit_test_cli_place_LDADD = $(cli_ldadd)
tests_unit_test_cli_reply_LDADD = $(cli_ldadd)
tests_unit_test_cli_spawn_LDADD = $(cli_ldadd)
tests_unit_test_cli_text_LDADD = $(cli_ldadd)
tests_unit_test_cli_verbs_LDADD = $(cli_ldadd)
