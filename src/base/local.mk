# SPDX-License-Identifier: ISC
#
# Files of the room, source and header, one a line in alphabetical order:
#
#	libkith_base_la_SOURCES = \
#		%D%/this.c \
#		%D%/this.h

noinst_LTLIBRARIES += libkith_base.la
libkith_base_la_SOURCES = \
	%D%/addr.h \
	%D%/check.h \
	%D%/cur.h \
	%D%/err.h \
	%D%/heap.h \
	%D%/list.h \
	%D%/map.h \
	%D%/mem.h \
	%D%/rng.h \
	%D%/text.h \
	%D%/time.h
