# SPDX-License-Identifier: ISC
#
# Files of the room, source and header, one a line in alphabetical order:
#
#	libkith_wire_la_SOURCES = \
#		%D%/this.c \
#		%D%/this.h

noinst_LTLIBRARIES += libkith_wire.la
libkith_wire_la_SOURCES = \
	%D%/mp.c \
	%D%/mp.h \
	%D%/mp_template.h \
	%D%/msg.c \
	%D%/msg.h \
	%D%/record.c \
	%D%/record.h \
	%D%/service.c \
	%D%/service.h
