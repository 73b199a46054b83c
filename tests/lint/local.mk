# SPDX-License-Identifier: ISC
#
# Rules that are programs. Each is a shell script that speaks TAP.

lint_tests =

dist_check_SCRIPTS += $(lint_tests)
TESTS += $(lint_tests)
