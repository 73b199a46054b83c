# SPDX-License-Identifier: ISC
#
# Files of the room, source and header, one a line in alphabetical order:
#
#	libkith_base_la_SOURCES = \
#		%D%/this.c \
#		%D%/this.h

noinst_LTLIBRARIES += libkith_base.la
libkith_base_la_SOURCES = \
	%D%/addr.c \
	%D%/addr.h \
	%D%/check.h \
	%D%/crc.c \
	%D%/crc.h \
	%D%/cur.c \
	%D%/cur.h \
	%D%/err.c \
	%D%/err.h \
	%D%/glob.c \
	%D%/glob.h \
	%D%/heap.c \
	%D%/heap.h \
	%D%/list.h \
	%D%/map.c \
	%D%/map.h \
	%D%/mem.c \
	%D%/mem.h \
	%D%/rng.c \
	%D%/rng.h \
	%D%/slab.c \
	%D%/slab.h \
	%D%/text.c \
	%D%/text.h \
	%D%/time.h
