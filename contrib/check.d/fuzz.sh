#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Every fuzz target under libFuzzer with ASan and UBSan, FUZZ_SECONDS each (60 if not set). An
# input that breaks one is left in build-check-fuzz/ and belongs into tests/fuzz/<target>.repro/.

. "${top_srcdir:?}/tests/support/tap.sh"
: "${jobs:=2}" "${FUZZ_SECONDS:=60}"

build=$top_srcdir/build-check-fuzz
mkdir -p "$build" && cd "$build" || exit 99
"$top_srcdir/configure" -q CC=clang --with-fuzzer --with-sanitizer=address,undefined \
	CFLAGS='-O1 -g' || exit 1
make -j"$jobs" fuzz || exit 1
make fuzz-run FUZZ_SECONDS="$FUZZ_SECONDS" FUZZ_JOBS="$jobs"
