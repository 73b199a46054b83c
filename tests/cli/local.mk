# SPDX-License-Identifier: ISC
#
# kith from outside: shell scripts that speak TAP. Those without daemons of their own ask
# fake_kithd.py, which answers from a script.

cli_tests = \
	%D%/config.sh \
	%D%/demo.sh \
	%D%/exits.sh \
	%D%/help.sh \
	%D%/install.sh \
	%D%/look.sh \
	%D%/services.sh

dist_check_SCRIPTS += $(cli_tests)
TESTS += $(cli_tests)
slow_tests += %D%/ten.py

EXTRA_DIST += %D%/fake_kithd.py %D%/lib.sh %D%/script.json
