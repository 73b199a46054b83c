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

fuzz_programs += %D%/fuzz_certificate
tests_fuzz_fuzz_certificate_LDADD = $(fuzz_ldadd)
EXTRA_DIST += %D%/fuzz_certificate.in

fuzz_programs += %D%/fuzz_datagram
tests_fuzz_fuzz_datagram_LDADD = $(fuzz_ldadd)
EXTRA_DIST += %D%/fuzz_datagram.in

fuzz_programs += %D%/fuzz_msg
tests_fuzz_fuzz_msg_LDADD = $(fuzz_ldadd)
EXTRA_DIST += %D%/fuzz_msg.in

fuzz_programs += %D%/fuzz_node
tests_fuzz_fuzz_node_LDADD = libkith_corefix.la $(fuzz_ldadd) $(CMOCKA_LIBS)
EXTRA_DIST += %D%/fuzz_node.in %D%/fuzz_node.repro

fuzz_programs += %D%/fuzz_record
tests_fuzz_fuzz_record_LDADD = $(fuzz_ldadd)
EXTRA_DIST += %D%/fuzz_record.in

fuzz_programs += %D%/fuzz_stream
tests_fuzz_fuzz_stream_LDADD = $(fuzz_ldadd)
EXTRA_DIST += %D%/fuzz_stream.in

fuzz_programs += %D%/fuzz_scenario
tests_fuzz_fuzz_scenario_LDADD = $(fuzz_ldadd)
EXTRA_DIST += %D%/fuzz_scenario.in

if FUZZER
fuzz_ldadd = $(FUZZ_LIBS)
else
fuzz_ldadd = libkith_fuzzmain.la
check_LTLIBRARIES += libkith_fuzzmain.la
TESTS += $(fuzz_programs)
endif
fuzz_ldadd += libkith_support.la libkith_sim.la $(room_libs) $(SODIUM_LIBS) $(MSGPACK_LIBS)

libkith_fuzzmain_la_SOURCES = %D%/main.c

# The RPC server over a node of arrays, which stands in for libkith.
fuzz_programs += %D%/fuzz_rpc
tests_fuzz_fuzz_rpc_LDADD = libkith_rpcclient.la libkith_query.la libkith_json.la \
	libkith_fakenode.la $(fuzz_ldadd)
EXTRA_DIST += %D%/fuzz_rpc.in %D%/fuzz_rpc.repro

# The DNS over such a node.
if HAVE_DNS
fuzz_programs += %D%/fuzz_dns
endif
tests_fuzz_fuzz_dns_LDADD = libkith_dnsclient.la $(dns_libs) libkith_query.la libkith_json.la \
	libkith_fakenode.la $(fuzz_ldadd)
EXTRA_DIST += %D%/fuzz_dns.in %D%/fuzz_dns.repro

fuzz_programs += %D%/fuzz_ini
tests_fuzz_fuzz_ini_LDADD = libkith_files.la $(fuzz_ldadd) $(INIH_LIBS)
EXTRA_DIST += %D%/fuzz_ini.in

check_PROGRAMS += $(fuzz_programs)

# make fuzz in any build: the targets with libFuzzer, in fuzz-build/ unless this build has it.
# make fuzz-run tries each for FUZZ_SECONDS, as TAP; new inputs stay in fuzz-corpus/.
FUZZ_SECONDS = 60
FUZZ_JOBS = 1

if FUZZER
fuzz: $(fuzz_programs)
fuzz-run: fuzz
	@$(SHELL) $(srcdir)/%D%/run.sh $(FUZZ_SECONDS) $(FUZZ_JOBS) $(fuzz_programs)
else
fuzz fuzz-run:
	$(MKDIR_P) fuzz-build
	test -f fuzz-build/Makefile || { cd fuzz-build && \
		$(abs_top_srcdir)/configure -q CC=clang CFLAGS='-O1 -g' \
			--with-fuzzer --with-sanitizer=address,undefined; }
	cd fuzz-build && $(MAKE) $(AM_MAKEFLAGS) FUZZ_SECONDS='$(FUZZ_SECONDS)' \
		FUZZ_JOBS='$(FUZZ_JOBS)' $@
endif

EXTRA_DIST += %D%/run.sh

clean-local: clean-fuzz
clean-fuzz:
	rm -rf fuzz-build fuzz-corpus
