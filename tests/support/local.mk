# SPDX-License-Identifier: ISC
#
# What several tests share: an archive that every unit test links, and tap.sh for shell scripts.

check_LTLIBRARIES += libkith_support.la
libkith_support_la_SOURCES =

EXTRA_DIST += %D%/tap.sh
