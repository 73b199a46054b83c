# SPDX-License-Identifier: ISC
#
# kith. It speaks the RPC and signs, so it links the inside of wire and seal, never libkith.
# With the first main.c these lines lose their ##:
##
## bin_PROGRAMS += kith
## kith_SOURCES = \
## 	%D%/main.c
## kith_LDADD = libkith_json.la libkith_seal.la libkith_wire.la libkith_base.la \
## 	$(MSGPACK_LIBS) $(SODIUM_LIBS)
