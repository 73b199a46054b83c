# SPDX-License-Identifier: ISC
#
# Every test speaks TAP: cmocka programs, shell (.sh) and Python (.py) scripts alike.
# Scripts source tests/support/tap.sh for it.

TEST_EXTENSIONS = .sh .py
tap_driver = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(tap_driver)
SH_LOG_DRIVER = $(tap_driver)
SH_LOG_COMPILER = $(SHELL)
PY_LOG_DRIVER = $(tap_driver)
PY_LOG_COMPILER = python3 -B

AM_TESTS_ENVIRONMENT = \
	CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	UBSAN_OPTIONS=print_stacktrace=1; export UBSAN_OPTIONS; \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir; \
	top_builddir='$(abs_top_builddir)'; export top_builddir; \
	CC='$(CC)' CXX='$(CXX_FOR_LINT)' NM='$(NM)' OBJDUMP='$(OBJDUMP)' READELF='$(READELF)'; \
	export CC CXX NM OBJDUMP READELF; \
	MANDOC='$(MANDOC)' SANITIZER='$(SANITIZER)' HARDENING='$(HARDENING)'; \
	export MANDOC SANITIZER HARDENING; \
	PROGRAMS='$(bin_PROGRAMS) $(sbin_PROGRAMS)'; export PROGRAMS;

# What takes minutes under sanitizers: contrib/check tests it optimised, and full both ways.
slow_tests =

include %D%/support/local.mk
include %D%/unit/local.mk
include %D%/api/local.mk
include %D%/fuzz/local.mk
include %D%/vectors/local.mk
include %D%/bench/local.mk
include %D%/story/local.mk
include %D%/cli/local.mk
include %D%/sim/local.mk
include %D%/daemon/local.mk
include %D%/lab/local.mk
include %D%/lint/local.mk

dist_check_SCRIPTS += $(slow_tests)
TESTS += $(slow_tests)

# All but the stories of many runs, a name a line. (Automake writes programs into TESTS one by one, so that
# no variable takes them out again.)
list-short:
	@printf '%s\n' $(TESTS) | grep -vxF "`printf '%s\n' $(story_long)`"
.PHONY: list-short

# The same programs under valgrind; scripts are left out, they start programs of their own, and so are
# the stories that take minutes there: the sanitizers see them.
check-valgrind: $(check_LTLIBRARIES) $(check_PROGRAMS)
	@test -n '$(VALGRIND)' || { echo 'valgrind was not found; on Debian: apt-get install valgrind.'; exit 1; }
	short=`printf '%s\n' $(check_PROGRAMS) | grep -vxF "\`printf '%s\n' $(story_long)\`"`; \
	$(MAKE) $(AM_MAKEFLAGS) check TESTS="`echo $$short`" \
		LOG_COMPILER='$(LIBTOOL) --mode=execute $(VALGRIND) -q --leak-check=full --errors-for-leak-kinds=definite,indirect --error-exitcode=99'
