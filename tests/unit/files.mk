# SPDX-License-Identifier: ISC

files_ldadd = libkith_files.la $(INIH_LIBS) $(LDADD)

unit_tests += \
	%D%/test_files_authority \
	%D%/test_files_disk \
	%D%/test_files_epoch \
	%D%/test_files_fields \
	%D%/test_files_idfile \
	%D%/test_files_ini \
	%D%/test_files_kept \
	%D%/test_files_report \
	%D%/test_files_seed \
	%D%/test_files_state \
	%D%/test_files_suggest

tests_unit_test_files_authority_LDADD = $(files_ldadd)
tests_unit_test_files_disk_LDADD = $(files_ldadd)
tests_unit_test_files_epoch_LDADD = $(files_ldadd)
tests_unit_test_files_fields_LDADD = $(files_ldadd)
tests_unit_test_files_idfile_LDADD = $(files_ldadd)
tests_unit_test_files_ini_LDADD = $(files_ldadd)
tests_unit_test_files_kept_LDADD = $(files_ldadd)
tests_unit_test_files_report_LDADD = $(files_ldadd)
tests_unit_test_files_seed_LDADD = $(files_ldadd)
tests_unit_test_files_state_LDADD = $(files_ldadd)
tests_unit_test_files_suggest_LDADD = $(files_ldadd)
