# SPDX-License-Identifier: ISC

unit_tests += \
	%D%/test_wire_mp \
	%D%/test_wire_msg \
	%D%/test_wire_record \
	%D%/test_wire_record_vectors \
	%D%/test_wire_service
