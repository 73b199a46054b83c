#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A second compiler's opinion: clang, warnings as errors, all tests.

: "${top_srcdir:?}" "${jobs:=2}"
build=$top_srcdir/build-check-clang
mkdir -p "$build" && cd "$build" || exit 99
"$top_srcdir/configure" -q CC=clang --enable-werror || exit 1
make -j"$jobs" || exit 1
exec make -j"$jobs" check
