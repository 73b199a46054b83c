# shellcheck shell=sh
# SPDX-License-Identifier: ISC
#
# Real daemons on loopback. Source it, then:
#
#	cluster web-1 web-2      identities in $tmp/NAME (state directories) of one cluster
#	start web-1 [OPTION...]  runs kithd; waits for its start; $(addr web-1) is where it listens
#	pid web-1                its process
#	stop web-1 [SIGNAL]      signals it, waits for its end; its exit code is in $ended
#	sees web-1 alive web-2   status that one has for another
#	until_true COMMAND...    waits for a state, 20 s at most (a bound for slow machines, no claim)
#
# Ports are free ones, nothing outlives the test.

. "${top_srcdir:?}/tests/support/tap.sh"
: "${top_builddir:?}"

kith=$top_builddir/kith
kithd=${KITHD:-$top_builddir/kithd}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/kith-test.XXXXXX") || exit 99
unset KITH_SOCKET XDG_RUNTIME_DIR NOTIFY_SOCKET JOURNAL_STREAM

at_end() {
	for at_end_file in "$tmp"/*.pid; do
		[ -s "$at_end_file" ] && kill -9 "$(cat "$at_end_file")" 2>/dev/null
	done
	wait 2>/dev/null
	rm -rf "$tmp"
}
trap at_end EXIT
trap 'exit 1' HUP INT TERM

pid() { cat "$tmp/$1.pid"; }
is_running() { kill -0 "$(pid "$1")" 2>/dev/null; }
addr() { sed -n 's/.* daemon\.start .* addr=\([^ ]*\) .*/\1/p' "$tmp/$1.log" | tail -n 1; }
logged() { grep -q "$2" "$tmp/$1.log"; }
ask() { # NAME KITH-ARGUMENT...
	ask_name=$1
	shift
	"$kith" --socket "$tmp/$ask_name.sock" "$@"
}
status_of() { ask "$1" members --all --plain 2>/dev/null | awk -v name="$2" '$2 == name { print $1 }'; }
sees() { [ "$(status_of "$1" "$3")" = "$2" ]; }
# lists NAME ADDRESS: a member that NAME knows has it.
lists() { ask "$1" members | grep -qF "$2"; }
sees_nobody() { [ -z "$(status_of "$1" "$2")" ]; }

until_true() {
	until_tries=400
	until "$@" >/dev/null 2>&1; do
		until_tries=$((until_tries - 1))
		[ $until_tries -gt 0 ] || return 1
		sleep 0.05
	done
}

cluster() {
	: >"$tmp/none.conf"
	"$kith" init test --name "$1" --state "$tmp/$1" --config "$tmp/conf" --seed 127.0.0.1:1 \
		--authority "$tmp/test.authority" >"$tmp/cluster.out" 2>&1 || {
		diag "$(cat "$tmp/cluster.out")"
		exit 99
	}
	shift
	for cluster_name; do
		"$kith" admit "$cluster_name" --authority "$tmp/test.authority" \
			>"$tmp/$cluster_name.join" 2>"$tmp/cluster.out" &&
			"$kith" join "$tmp/$cluster_name.join" --state "$tmp/$cluster_name" \
				--config "$tmp/conf.$cluster_name" >>"$tmp/cluster.out" 2>&1 || {
			diag "$(cat "$tmp/cluster.out")"
			exit 99
		}
	done
}

# launch NAME OPTION...: without waiting.
launch() {
	launch_name=$1
	shift
	"$kithd" -c "$tmp/none.conf" --state "$tmp/$launch_name" --socket "$tmp/$launch_name.sock" \
		-o network.listen=127.0.0.1:0 -o dns.listen= --log text "$@" \
		>>"$tmp/$launch_name.log" 2>&1 </dev/null &
	echo $! >"$tmp/$launch_name.pid"
}
has_started() { logged "$1" ' daemon\.start ' || ! is_running "$1"; }
start() {
	start_name=$1
	shift
	rm -f "$tmp/$start_name.log"
	: >"$tmp/$start_name.log"
	launch "$start_name" "$@"
	until_true has_started "$start_name" && is_running "$start_name" || {
		not_ok "$start_name starts"
		diag "$(cat "$tmp/$start_name.log")"
		done_testing
		exit 1
	}
}

has_ended() { ! is_running "$1"; }
# A child that has ended is a zombie until it is waited for, so its end shows in /proc.
is_over() { ! grep -q '^State:[[:space:]]*[^Z]' "/proc/$(pid "$1")/status" 2>/dev/null; }
end_of() { # NAME: waits for it to end by itself
	until_true is_over "$1" || {
		kill -9 "$(pid "$1")"
		diag "$1 did not end"
	}
	wait "$(pid "$1")" 2>/dev/null
	# shellcheck disable=SC2034 # the tests look at it
	ended=$?
	: >"$tmp/$1.pid"
}
stop() {
	kill "-${2:-TERM}" "$(pid "$1")"
	end_of "$1"
}

# run OPTION...: kithd that is to fail or to print; output in $out, exit code in $code.
run() {
	out=$("$kithd" "$@" 2>&1 </dev/null)
	code=$?
}
# claim_exit NAME CODE TEXT...: what run() left: the code, and each text in the output.
claim_exit() {
	claim_name=$1
	claim_wrong=
	[ "$code" = "$2" ] || claim_wrong="exit $code instead of $2"
	shift 2
	for claim_text; do
		case $out in
		*"$claim_text"*) ;;
		*) claim_wrong="$claim_wrong
does not say: $claim_text" ;;
		esac
	done
	if [ -z "$claim_wrong" ]; then
		ok "$claim_name"
	else
		not_ok "$claim_name"
		diag "$claim_wrong
$out"
	fi
}
