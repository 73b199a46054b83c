# SPDX-License-Identifier: ISC
#
# Programs that use the public headers and libkith.la only, as an embedder would:
#
#	check_PROGRAMS += %D%/two_nodes
#	tests_api_two_nodes_LDADD = libkith.la $(CMOCKA_LIBS)
#	TESTS += %D%/two_nodes

dist_check_SCRIPTS += %D%/installed.sh
TESTS += %D%/installed.sh
