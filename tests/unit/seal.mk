# SPDX-License-Identifier: ISC

unit_tests += \
	%D%/test_seal_certificate \
	%D%/test_seal_channel \
	%D%/test_seal_datagram \
	%D%/test_seal_hash \
	%D%/test_seal_identity \
	%D%/test_seal_secret \
	%D%/test_seal_session \
	%D%/test_seal_steps \
	%D%/test_seal_stream \
	%D%/test_seal_vectors

EXTRA_DIST += %D%/seal_fixture.h
