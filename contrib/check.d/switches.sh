#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Each switch of configure still builds and passes: without the optional libraries, without
# optimisation and hardening, with static libraries. The lab is about the network and the lints
# about the source and what is shipped: the other steps run them.

. "${top_srcdir:?}/tests/support/tap.sh"
: "${jobs:=2}"

builds() { # NAME ARGUMENT...
	build=$top_srcdir/build-check-$1
	shift
	mkdir -p "$build" && cd "$build" || return 1
	"$top_srcdir/configure" -q --enable-werror "$@" || return 1
	make -j"$jobs" && make -j"$jobs" check lab_tests= lint_tests=
}

check "without c-ares and DNS" builds no-cares --without-c-ares --without-dns
check "without optimisation and hardening" builds plain --disable-hardening CFLAGS='-O0 -g'
check "with static libraries, optimised for size" builds static --enable-static CFLAGS=-Os
done_testing
