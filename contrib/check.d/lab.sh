#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The lab's long cases (tests/lab/): 32 daemons crash, are cut off, parted and healed, and lose 20 %
# of all packets for five minutes; five daemons are killed 200 times. Prints figures.

: "${top_srcdir:?}" "${top_builddir:?}"
make -C "$top_builddir" tests/lab/switch || exit 99
exec python3 -B "$top_srcdir/tests/lab/long_figures.py"
