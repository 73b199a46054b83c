# SPDX-License-Identifier: ISC
#
# Rules that are programs. Each is a shell script that speaks TAP.

lint_tests = \
	%D%/exports.sh \
	%D%/hardening.sh \
	%D%/headers.sh \
	%D%/layers.sh \
	%D%/man.sh \
	%D%/service.sh \
	%D%/tidy.sh

dist_check_SCRIPTS += $(lint_tests)
TESTS += $(lint_tests)

# configure.sh tries configure many times; contrib/check runs it once, not every make check.
EXTRA_DIST += %D%/configure.sh %D%/names.sh
