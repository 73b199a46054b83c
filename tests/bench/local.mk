# SPDX-License-Identifier: ISC
#
# Measurements, built and run by hand: make tests/bench/bench_seal. No test depends on time.

EXTRA_PROGRAMS += %D%/bench_seal
tests_bench_bench_seal_LDADD = $(room_libs) $(SODIUM_LIBS) $(MSGPACK_LIBS)

EXTRA_PROGRAMS += %D%/bench_kept
tests_bench_bench_kept_LDADD = libkith_files.la $(INIH_LIBS) $(core_ldadd)

EXTRA_PROGRAMS += %D%/bench_sync
tests_bench_bench_sync_LDADD = $(core_ldadd)

EXTRA_PROGRAMS += %D%/bench_members
tests_bench_bench_members_LDADD = $(core_ldadd)
