# SPDX-License-Identifier: ISC
#
# What kithd and kith share about files. Link it as libkith_files.la $(INIH_LIBS), before base.

noinst_LTLIBRARIES += libkith_files.la
libkith_files_la_SOURCES = \
	%D%/authority.c \
	%D%/authority.h \
	%D%/disk.c \
	%D%/disk.h \
	%D%/epoch.c \
	%D%/epoch.h \
	%D%/fields.c \
	%D%/fields.h \
	%D%/idfile.c \
	%D%/idfile.h \
	%D%/ini.c \
	%D%/ini.h \
	%D%/kept.c \
	%D%/kept.h \
	%D%/report.c \
	%D%/report.h \
	%D%/seed.c \
	%D%/seed.h \
	%D%/state.c \
	%D%/state.h \
	%D%/suggest.c \
	%D%/suggest.h
