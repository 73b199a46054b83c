# SPDX-License-Identifier: ISC

unit_tests += \
	%D%/test_sim_args \
	%D%/test_sim_checker
