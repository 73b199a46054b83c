# SPDX-License-Identifier: ISC
#
# Manual pages in mdoc, a page a subject: dist_man_MANS += %D%/kith.1

dist_man_MANS += \
	%D%/kith-dns.7 \
	%D%/kith-experiments.7 \
	%D%/kith-metrics.7 \
	%D%/kith-protocol.7 \
	%D%/kith-quickstart.7 \
	%D%/kith-scenario.5 \
	%D%/kith-services.5 \
	%D%/kith-sim.1 \
	%D%/kith.1 \
	%D%/kith.conf.5 \
	%D%/kithd.8 \
	%D%/libkith.3
