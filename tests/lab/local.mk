# SPDX-License-Identifier: ISC
#
# kithd in network namespaces, behind a network that can fail: lab.py is the vocabulary, switch.c
# the network. A case_*.py is run by make check and takes some seconds; a long_*.py only by
# contrib/check.d/lab.sh.

# No check_PROGRAMS: those are taken for tests by check-valgrind.
EXTRA_PROGRAMS += %D%/switch
check_DATA += %D%/switch$(EXEEXT)
CLEANFILES += %D%/switch$(EXEEXT)
tests_lab_switch_LDADD = libkith_base.la

lab_tests = \
	%D%/case_crash.py \
	%D%/case_cut.py \
	%D%/case_join.py \
	%D%/case_kept.py \
	%D%/case_network.py \
	%D%/case_quickstart.py \
	%D%/case_strangers.py \
	%D%/case_wrong_turns.py \
	%D%/case_zones.py

dist_check_SCRIPTS += $(lab_tests)
TESTS += $(lab_tests)

EXTRA_DIST += %D%/compare_serf.py %D%/lab.py %D%/long_figures.py
