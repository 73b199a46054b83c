# SPDX-License-Identifier: ISC
#
# Keys, signatures and sealed bytes: the only room that calls libsodium.

noinst_LTLIBRARIES += libkith_seal.la
libkith_seal_la_SOURCES = \
	%D%/certificate.c \
	%D%/certificate.h \
	%D%/datagram.c \
	%D%/datagram.h \
	%D%/hash.c \
	%D%/hash.h \
	%D%/identity.c \
	%D%/identity.h \
	%D%/secret.c \
	%D%/secret.h \
	%D%/session.c \
	%D%/session.h \
	%D%/stream.c \
	%D%/stream.h
