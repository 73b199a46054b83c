#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The golden bytes, read by contrib/python/kith_vectors.py. It wants PyNaCl (Debian: python3-nacl),
# which belongs to the system's Python when another one comes first in PATH.

. "${top_srcdir:?}/tests/support/tap.sh"

for python in python3 /usr/bin/python3; do
	if "$python" -c 'import nacl.bindings' 2>/dev/null; then
		PYTHONDONTWRITEBYTECODE=1 exec "$python" "$top_srcdir/contrib/python/kith_vectors.py" \
			"$top_srcdir/tests/vectors"
	fi
done
skip "golden bytes are read in Python" "PyNaCl is missing (Debian: python3-nacl)"
done_testing
