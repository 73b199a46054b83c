# SPDX-License-Identifier: ISC
#
# Tests that read as stories: a cluster in one process, a fault, a wait in virtual seconds, a claim.
#
#	story_tests += %D%/story_join
#	tests_story_story_join_LDADD = $(story_ldadd)

story_ldadd = libkith_cluster.la $(LDADD)

story_tests =

story_tests += %D%/story_network
tests_story_story_network_LDADD = $(story_ldadd)

EXTRA_DIST += %D%/story.h
story_tests += %D%/story_join
tests_story_story_join_LDADD = $(story_ldadd)
story_tests += %D%/story_crash
tests_story_story_crash_LDADD = $(story_ldadd)
story_tests += %D%/story_silence
tests_story_story_silence_LDADD = $(story_ldadd)
story_tests += %D%/story_links
tests_story_story_links_LDADD = $(story_ldadd)
story_tests += %D%/story_partition
tests_story_story_partition_LDADD = $(story_ldadd)
story_tests += %D%/story_restart
tests_story_story_restart_LDADD = $(story_ldadd)
story_tests += %D%/story_kept
tests_story_story_kept_LDADD = $(story_ldadd)
story_tests += %D%/story_leave
tests_story_story_leave_LDADD = $(story_ldadd)
story_tests += %D%/story_pause
tests_story_story_pause_LDADD = $(story_ldadd)
story_tests += %D%/story_loss
tests_story_story_loss_LDADD = $(story_ldadd)
story_tests += %D%/story_suspicion
tests_story_story_suspicion_LDADD = $(story_ldadd)
story_tests += %D%/story_stranger
tests_story_story_stranger_LDADD = $(story_ldadd)
story_tests += %D%/story_same
tests_story_story_same_LDADD = $(story_ldadd)
story_tests += %D%/story_memory
tests_story_story_memory_LDADD = $(story_ldadd)
story_tests += %D%/story_change
tests_story_story_change_LDADD = $(story_ldadd)
story_tests += %D%/story_clock
tests_story_story_clock_LDADD = $(story_ldadd)
story_tests += %D%/story_forget
tests_story_story_forget_LDADD = $(story_ldadd)
story_tests += %D%/story_ping
tests_story_story_ping_LDADD = $(story_ldadd)

if HAVE_CMOCKA
check_PROGRAMS += $(story_tests)
TESTS += $(story_tests)
endif

# Those of many runs, for a median or for luck's sake.
story_long = \
	%D%/story_change \
	%D%/story_crash \
	%D%/story_join \
	%D%/story_partition \
	%D%/story_pause \
	%D%/story_silence \
	%D%/story_suspicion
