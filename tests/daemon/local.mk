# SPDX-License-Identifier: ISC
#
# Real processes on loopback, in shell or Python, speaking TAP.

daemon_tests = \
	%D%/dev.sh \
	%D%/disk.sh \
	%D%/dns.sh \
	%D%/flap.sh \
	%D%/life.sh \
	%D%/notify.py \
	%D%/revoke.sh \
	%D%/serf.sh \
	%D%/services.sh \
	%D%/signals.sh \
	%D%/start.sh \
	%D%/watch.sh

dist_check_SCRIPTS += $(daemon_tests)
EXTRA_DIST += %D%/dns_tcp.py %D%/lib.sh %D%/many.py
TESTS += $(daemon_tests)
