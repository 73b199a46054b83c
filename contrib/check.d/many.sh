#!/bin/sh
# SPDX-License-Identifier: ISC
#
# 30 and 100 daemons on this machine, started at once with one seed, ten times each. Prints figures.

: "${top_srcdir:?}" "${top_builddir:?}"
exec python3 -B "$top_srcdir/tests/daemon/many.py" 10 30 100
