# SPDX-License-Identifier: ISC
#
# One cmocka program per source file, test_<room>_<file>.c, one line each in <room>.mk:
#
#	unit_tests += %D%/test_base_cur
#
# It is made of the .c file of that name and links the room archives, tests/support, the failing allocator of
# src/sim and cmocka
# (LDADD below). Only a test that needs more sets tests_unit_test_<room>_<file>_LDADD, starting
# with $(LDADD). One cmocka group a program: TAP takes one plan.

LDADD = libkith_support.la libkith_sim.la $(room_libs) $(CMOCKA_LIBS) $(SODIUM_LIBS) $(MSGPACK_LIBS)

unit_tests =

include %D%/base.mk
include %D%/wire.mk
include %D%/seal.mk
include %D%/core.mk
include %D%/lib.mk
include %D%/files.mk
include %D%/query.mk
include %D%/daemon.mk
include %D%/cli.mk
include %D%/sim.mk

if HAVE_CMOCKA
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
endif
