# SPDX-License-Identifier: ISC
#
# A target fuzz_x.c defines LLVMFuzzerTestOneInput; two lines add it:
#
#	fuzz_programs += %D%/fuzz_x
#	tests_fuzz_fuzz_x_LDADD = $(fuzz_ldadd)
#	EXTRA_DIST += %D%/fuzz_x.in
#
# fuzz_x.in/ holds its corpus (at least one file), fuzz_x.repro/ every input that once crashed it.
# Any compiler links main.c, which replays both in make check; --with-fuzzer links libFuzzer.

fuzz_programs =

if FUZZER
fuzz_ldadd = $(FUZZ_LIBS)
else
fuzz_ldadd = libkith_fuzzmain.la
check_LTLIBRARIES += libkith_fuzzmain.la
TESTS += $(fuzz_programs)
endif
fuzz_ldadd += libkith_support.la $(room_libs) $(SODIUM_LIBS) $(MSGPACK_LIBS)

libkith_fuzzmain_la_SOURCES = %D%/main.c

check_PROGRAMS += $(fuzz_programs)
