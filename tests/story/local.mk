# SPDX-License-Identifier: ISC
#
# Tests that read as stories: a cluster in one process, a fault, a wait in virtual seconds, a claim.
#
#	story_tests += %D%/story_join

EXTRA_DIST += %D%/story.h

story_tests =
story_tests += %D%/story_network
story_tests += %D%/story_join
story_tests += %D%/story_crash
story_tests += %D%/story_silence
story_tests += %D%/story_links
story_tests += %D%/story_partition
story_tests += %D%/story_restart
story_tests += %D%/story_kept
story_tests += %D%/story_leave
story_tests += %D%/story_pause
story_tests += %D%/story_loss
story_tests += %D%/story_suspicion
story_tests += %D%/story_stranger
story_tests += %D%/story_same
story_tests += %D%/story_memory
story_tests += %D%/story_change
story_tests += %D%/story_clock
story_tests += %D%/story_forget
story_tests += %D%/story_ping

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
