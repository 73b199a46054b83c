# SPDX-License-Identifier: ISC
#
# kith-sim from outside: shell scripts that speak TAP. tests/scenario/*.scn are what scenarios.sh
# runs: a new file there is run without a word here.

sim_tests = \
	%D%/command.sh

dist_check_SCRIPTS += $(sim_tests)
TESTS += $(sim_tests)
slow_tests += %D%/experiments.sh %D%/scenarios.sh %D%/swarm.sh

EXTRA_DIST += tests/scenario %D%/MUTANTS.md
