# SPDX-License-Identifier: ISC
#
# The public calls, and libkith itself: the archives of base, wire, seal, core and lib behind the
# names in libkith.map. A public function is added to include/kith/, to the map and to a manual page.

noinst_LTLIBRARIES += libkith_lib.la
libkith_lib_la_SOURCES = \
	%D%/api.c \
	%D%/config.c \
	%D%/config.h \
	%D%/reads.c \
	%D%/services.c \
	%D%/words.c

kithincludedir = $(includedir)/kith
kithinclude_HEADERS = \
	include/kith/kith.h \
	include/kith/service.h \
	include/kith/stats.h \
	include/kith/types.h

# The rooms as archives, for whatever needs their inside: unit tests, fuzzers, the simulator.
room_libs = libkith_lib.la libkith_core.la libkith_seal.la libkith_wire.la libkith_base.la

lib_LTLIBRARIES += libkith.la
libkith_la_SOURCES =
libkith_la_LIBADD = $(room_libs) $(SODIUM_LIBS) $(MSGPACK_LIBS)
libkith_la_DEPENDENCIES = $(room_libs) %D%/libkith.map
libkith_la_LDFLAGS = $(lib_ldflags) -version-info $(LIBKITH_VERSION_INFO)
if HAVE_VERSION_SCRIPT
libkith_la_LDFLAGS += -Wl,--version-script=$(srcdir)/%D%/libkith.map
endif

EXTRA_DIST += %D%/libkith.map
