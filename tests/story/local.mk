# SPDX-License-Identifier: ISC
#
# Tests that read as stories: a cluster in one process, a fault, a wait in virtual seconds, a claim.
#
#	story_tests += %D%/story_join

story_ldadd = libkith_cluster.la $(LDADD)

story_tests =

story_tests += %D%/story_network
tests_story_story_network_LDADD = $(story_ldadd)

if HAVE_CMOCKA
check_PROGRAMS += $(story_tests)
TESTS += $(story_tests)
endif
