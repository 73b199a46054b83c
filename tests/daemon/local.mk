# SPDX-License-Identifier: ISC
#
# Real processes on loopback, in shell or Python, speaking TAP:
#
#	dist_check_SCRIPTS += %D%/restart.sh
#	TESTS += %D%/restart.sh
