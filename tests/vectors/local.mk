# SPDX-License-Identifier: ISC
#
# Golden bytes in hex with their meaning. A change needs a new version, never an edit.
# Each file: EXTRA_DIST += %D%/name.txt; the program that reads them is a unit test, by
# tests/support/vectors.h.

EXTRA_DIST += \
	%D%/messages.txt \
	%D%/records.txt
