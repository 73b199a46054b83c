# SPDX-License-Identifier: ISC
#
# kith-sim: the node that ships, in virtual time, with a network that does whatever a seed or a text
# says. All but main() is an archive, in whose words the stories of tests/story are told too.

noinst_LTLIBRARIES += libkith_sim.la
libkith_sim_la_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE
libkith_sim_la_SOURCES = \
	%D%/alloc_fail.c \
	%D%/alloc_fail.h \
	%D%/args.c \
	%D%/args.h \
	%D%/checker.c \
	%D%/checker.h \
	%D%/claims.c \
	%D%/claims.h \
	%D%/cluster.c \
	%D%/cluster.h \
	%D%/cmd_run.c \
	%D%/cmd_experiment.c \
	%D%/cmd_experiment.h \
	%D%/cmd_swarm.c \
	%D%/cmd_swarm.h \
	%D%/exp_bootstrap.c \
	%D%/exp_change.c \
	%D%/exp_churn.c \
	%D%/exp_crash.c \
	%D%/exp_crowd.c \
	%D%/exp_gray.c \
	%D%/exp_heal.c \
	%D%/exp_join.c \
	%D%/exp_lifeguard.c \
	%D%/exp_partial.c \
	%D%/exp_regions.c \
	%D%/exp_storm.c \
	%D%/experiment.c \
	%D%/experiment.h \
	%D%/faults.c \
	%D%/faults.h \
	%D%/figures.c \
	%D%/figures.h \
	%D%/hash.h \
	%D%/marks.c \
	%D%/marks.h \
	%D%/look.c \
	%D%/look.h \
	%D%/net.c \
	%D%/net.h \
	%D%/nettcp.c \
	%D%/nettcp.h \
	%D%/offers.c \
	%D%/offers.h \
	%D%/pcap.c \
	%D%/pcap.h \
	%D%/process.c \
	%D%/process.h \
	%D%/report.c \
	%D%/report.h \
	%D%/room.c \
	%D%/room.h \
	%D%/scenario.c \
	%D%/scenario.h \
	%D%/verbs.c \
	%D%/verbs.h \
	%D%/verbs_claim.c \
	%D%/verbs_claim.h \
	%D%/result.c \
	%D%/result.h \
	%D%/swarm.c \
	%D%/swarm.h \
	%D%/swarm_fault.c \
	%D%/swarm_fault.h \
	%D%/swarm_plan.c \
	%D%/swarm_plan.h \
	%D%/swarm_strike.c \
	%D%/swarm_strike.h \
	%D%/watch.c \
	%D%/watch.h \
	%D%/world.c \
	%D%/world.h

bin_PROGRAMS += kith-sim
kith_sim_SOURCES = \
	%D%/clear.c \
	%D%/clear.h \
	%D%/cmd_bench.c \
	%D%/command.c \
	%D%/command.h \
	%D%/main.c
kith_sim_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE
kith_sim_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=crypto_aead_xchacha20poly1305_ietf_decrypt \
	-Wl,--wrap=crypto_aead_xchacha20poly1305_ietf_encrypt \
	-Wl,--wrap=crypto_generichash_blake2b_final \
	-Wl,--wrap=crypto_generichash_blake2b_init_salt_personal \
	-Wl,--wrap=crypto_generichash_blake2b_update \
	-Wl,--wrap=crypto_scalarmult \
	-Wl,--wrap=crypto_scalarmult_base \
	-Wl,--wrap=crypto_secretstream_xchacha20poly1305_init_pull \
	-Wl,--wrap=crypto_secretstream_xchacha20poly1305_pull \
	-Wl,--wrap=crypto_secretstream_xchacha20poly1305_push \
	-Wl,--wrap=crypto_sign_detached \
	-Wl,--wrap=crypto_sign_seed_keypair \
	-Wl,--wrap=crypto_sign_verify_detached \
	-Wl,--wrap=randombytes_buf_deterministic
kith_sim_LDADD = libkith_sim.la $(room_libs) $(SODIUM_LIBS) $(MSGPACK_LIBS)
