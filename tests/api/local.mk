# SPDX-License-Identifier: ISC
#
# Programs that use the public headers and the shared library only, as an embedder would:
#
#	api_tests += %D%/test_x
#	tests_api_test_x_LDADD = $(api_ldadd)

api_tests = %D%/test_words
api_ldadd = libkith.la $(CMOCKA_LIBS)
tests_api_test_words_LDADD = $(api_ldadd)

if HAVE_CMOCKA
check_PROGRAMS += $(api_tests)
TESTS += $(api_tests)
endif
# The scripts compile their programs themselves: as C and as C++, without any flag of ours.

dist_check_SCRIPTS += %D%/installed.sh %D%/pair.sh
TESTS += %D%/installed.sh %D%/pair.sh

EXTRA_DIST += %D%/pair.c
