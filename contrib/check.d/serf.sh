#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Stock `serf members` beside `kith members`, while ten daemons are killed and restarted in turn
# (tests/cli/ten.py). Debian's serf is unpacked rather than installed: installing it starts an
# agent on this machine.

. "${top_srcdir:?}/tests/support/tap.sh"
: "${top_builddir:?}"

if ! command -v serf >/dev/null; then
	build=$top_srcdir/build-check-serf
	mkdir -p "$build" && cd "$build" || exit 99
	if apt-get download serf && dpkg-deb -x serf_*.deb .; then
		PATH=$PATH:$build/usr/bin
	else
		skip "serf members agrees with kith members" "serf cannot be downloaded"
		done_testing
		exit
	fi
fi
cd "$top_srcdir" || exit 99
exec python3 tests/cli/ten.py
