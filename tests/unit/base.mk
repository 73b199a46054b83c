# SPDX-License-Identifier: ISC

unit_tests += \
	%D%/test_base_addr \
	%D%/test_base_crc \
	%D%/test_base_cur \
	%D%/test_base_err \
	%D%/test_base_glob \
	%D%/test_base_heap \
	%D%/test_base_list \
	%D%/test_base_map \
	%D%/test_base_mem \
	%D%/test_base_rng \
	%D%/test_base_slab \
	%D%/test_base_text \
	%D%/test_base_time
