# SPDX-License-Identifier: ISC
#
# kithd. With the first main.c these lines lose their ##:
##
## sbin_PROGRAMS += kithd
## kithd_SOURCES = \
## 	%D%/main.c
## kithd_LDADD = libkith_query.la libkith_json.la libkith.la libkith_base.la \
## 	$(EV_LIBS) $(INIH_LIBS) $(MSGPACK_LIBS) $(SODIUM_LIBS)
