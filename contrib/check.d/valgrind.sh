#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Every compiled test under valgrind: no invalid access, no uninitialised decision, no lost block.

: "${top_builddir:?}" "${jobs:=2}"
exec make -C "$top_builddir" -j"$jobs" check-valgrind
