# SPDX-License-Identifier: ISC
#
# What kithd and kith share about files. Link it as libkith_files.la $(INIH_LIBS), before base.

noinst_LTLIBRARIES += libkith_files.la
libkith_files_la_SOURCES = \
	%D%/authority.h \
	%D%/disk.h \
	%D%/epoch.h \
	%D%/idfile.h \
	%D%/ini.h \
	%D%/peers.h \
	%D%/report.h \
	%D%/state.h
