# SPDX-License-Identifier: ISC
#
# Tests that read as stories: a cluster in one process, a fault, a wait in virtual seconds, a claim.
#
#	story_tests += %D%/story_join

EXTRA_DIST += %D%/story.h

story_tests =
story_tests += %D%/story_network
story_tests += %D%/story_join
story_tests += %D%/story_links
story_tests += %D%/story_restart
story_tests += %D%/story_kept
story_tests += %D%/story_leave
story_tests += %D%/story_loss
story_tests += %D%/story_stranger
story_tests += %D%/story_same
story_tests += %D%/story_memory
story_tests += %D%/story_forget
story_tests += %D%/story_ping

# Those of many runs, for a median or for luck's sake: contrib/check runs them optimised, full both ways.
story_long =
story_long += %D%/story_change
story_long += %D%/story_clock
story_long += %D%/story_crash
story_long += %D%/story_join
story_long += %D%/story_partition
story_long += %D%/story_pause
story_long += %D%/story_silence
story_long += %D%/story_suspicion

if HAVE_CMOCKA
check_PROGRAMS += $(story_tests) $(story_long)
TESTS += $(story_tests) $(story_long)
endif
