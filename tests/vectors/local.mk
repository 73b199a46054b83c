# SPDX-License-Identifier: ISC
#
# Golden bytes in hex with their meaning. A change needs a new version, never an edit.
# Each file: EXTRA_DIST += %D%/name.txt; the program that reads them is a unit test, by
# tests/support/vectors.h.

EXTRA_DIST += \
	%D%/certificates.txt \
	%D%/datagrams.txt \
	%D%/hashes.txt \
	%D%/messages.txt \
	%D%/records.txt \
	%D%/sessions.txt \
	%D%/streams.txt

# The same files, opened by a reader that shares no line with the library.
dist_check_SCRIPTS += %D%/python.sh
TESTS += %D%/python.sh
