# shellcheck shell=sh
# SPDX-License-Identifier: ISC
#
# TAP for shell tests. Source it, call ok/not_ok/check/skip once per claim, end with done_testing,
# which prints the plan and is the exit status.
#
#	. "$top_srcdir/tests/support/tap.sh"
#	check "the map names what the header declares" cmp a b
#	done_testing

tap_count=0
tap_failed=0

ok() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $*"
}

not_ok() {
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count - $*"
}

# skip NAME REASON: a claim that cannot be tried here, and why.
skip() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

# check NAME COMMAND...: the claim holds if the command succeeds; its output follows a failure.
check() {
	tap_name=$1
	shift
	if tap_out=$("$@" 2>&1); then
		ok "$tap_name"
	else
		not_ok "$tap_name"
		diag "$tap_out"
	fi
}

diag() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

done_testing() {
	echo "1..$tap_count"
	[ "$tap_count" -gt 0 ] && [ "$tap_failed" -eq 0 ]
}
