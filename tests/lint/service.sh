#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The service file: systemd understands each line, and its cage is as tight as it was.

. "${top_srcdir:?}/tests/support/tap.sh"
: "${top_builddir:?}"

if ! command -v systemd-analyze >/dev/null; then
	skip "systemd understands the service" "systemd-analyze is missing"
	skip "the cage is tight" "systemd-analyze is missing"
	done_testing
	exit
fi
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

# verify wants the programs to be there and executable.
sed "s|^\(Exec[A-Za-z]*=\)[^ ]*/kithd|\1/bin/true|" "$top_builddir/kithd.service" >"$tmp/kithd.service"
understood() {
	systemd-analyze verify --man=no "$1" >"$tmp/out" 2>&1 && ! grep -F "$1" "$tmp/out"
}
check "systemd understands the service" understood "$tmp/kithd.service"
mkdir "$tmp/mutant"
sed 's/^ProtectHome=yes/ProtectHomes=yes/' "$tmp/kithd.service" >"$tmp/mutant/kithd.service"
check "and an unknown setting is caught" sh -c \
	"systemd-analyze verify --man=no '$tmp/mutant/kithd.service' 2>&1 | grep -q ProtectHomes"

# Tenths of systemd's exposure level: 0 is none, 100 is a root shell.
tight() { systemd-analyze security --offline=yes --threshold="$2" --no-pager "$1" >"$tmp/out" 2>&1; }
if systemd-analyze security --offline=yes /dev/null 2>&1 | grep -q 'unrecognized option'; then
	skip "the cage is tight" "systemd-analyze has no --offline"
else
	check "the cage is tight" tight "$tmp/kithd.service" 18
	diag "$(tail -n 1 "$tmp/out")"
	sed '/^SystemCallFilter=/d' "$tmp/kithd.service" >"$tmp/mutant/kithd.service"
	check "and a door left open is caught" sh -c \
		"! systemd-analyze security --offline=yes --threshold=18 '$tmp/mutant/kithd.service' >/dev/null 2>&1"
fi
done_testing
