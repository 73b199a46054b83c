# SPDX-License-Identifier: ISC
#
# Measurements, built and run by hand: make tests/bench/bench_seal. No test depends on time.

EXTRA_PROGRAMS += %D%/bench_seal
tests_bench_bench_seal_LDADD = $(room_libs) $(SODIUM_LIBS) $(MSGPACK_LIBS)
