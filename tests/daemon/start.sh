#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Every way in which a start is refused: its exit code (kithd.8), and the sentence with the cure.

. "${top_srcdir:?}/tests/daemon/lib.sh"
: "${tmp:?}" "${kith:?}" "${kithd:?}" "${ended=}"

cluster a b
args="-c $tmp/none.conf --state $tmp/a --socket $tmp/a.sock -o network.listen=127.0.0.1:0"
set -f # the arguments above hold no patterns

# ---- usage

run --bogus
claim_exit "an unknown option is 2" 2 "unknown option or missing value: --bogus" "kithd --help"
run --help
claim_exit "help is 0" 0 "usage: kithd"
run --version
claim_exit "so is the version" 0 "kithd "

# ---- configuration

printf '[netwrok]\nlisten = 127.0.0.1\n[node]\nnam = a\n[log]\nlevel = loud\n' >"$tmp/bad.conf"
run -c "$tmp/bad.conf" --state "$tmp/a" --socket "$tmp/a.sock"
claim_exit "all mistakes of a file are told at once, 78" 78 \
	"$tmp/bad.conf:2: unknown section [netwrok]; did you mean [network]?" \
	"$tmp/bad.conf:4: unknown setting 'nam' in [node]; did you mean 'name'?" \
	"$tmp/bad.conf:6: log.level: 'loud' is none of: error warning info debug"
run --check -c "$tmp/bad.conf" --state "$tmp/a"
claim_exit "and --check tells the same" 78 "bad.conf:2: " "bad.conf:4: " "bad.conf:6: "
run -c "$tmp/missing.conf" --state "$tmp/a"
claim_exit "a configuration that was named must exist" 78 "$tmp/missing.conf: there is no such file"
run $args -o node.name=b
claim_exit "a name that is not the certificate's" 78 \
	"command line: node.name: 'b', but the certificate says 'a'"
run $args -o cluster.name=other -o node.zone=z
claim_exit "cluster and zone likewise, both told" 78 \
	"cluster.name: 'other', but the identity file says 'test'" "node.zone: 'z', but"
run $args -o timing.probe-interval=300ms -o timing.probe-timeout=200ms -o timing.relay-timeout=200ms
claim_exit "timings that do not fit" 78 "must not exceed timing.probe-interval"
run $args -o rpc.listen=0.0.0.0:0
claim_exit "an open TCP listener needs a key" 78 "set rpc.auth-key-file, or listen on 127.0.0.1"
run $args -o control.socket="$tmp/$(printf '%0120d' 0)"
claim_exit "a socket path that is too long" 78 "at most 107 characters"

# ---- identity and epoch

mkdir "$tmp/empty"
run -c "$tmp/none.conf" --state "$tmp/empty" --socket "$tmp/x.sock"
claim_exit "no identity file" 78 "$tmp/empty/cluster.join: there is no identity file" "kith join FILE"

copy() { # NAME: a state directory to spoil
	rm -rf "$tmp/spoiled"
	cp -Rp "$tmp/$1" "$tmp/spoiled"
}
spoiled="-c $tmp/none.conf --state $tmp/spoiled --socket $tmp/s.sock -o network.listen=127.0.0.1:0"
copy a
line=$(grep -n '^cluster-key' "$tmp/spoiled/cluster.join" | cut -d: -f1)
sed -i "${line}s/= ..../= AAAA/" "$tmp/spoiled/cluster.join"
run $spoiled
claim_exit "a mistyped key names its line" 78 \
	"$tmp/spoiled/cluster.join:$line: cluster-key: not a key of 48 characters with a checksum that fits"
copy a
chmod 644 "$tmp/spoiled/identity"
run $spoiled
claim_exit "a secret that all may read is 77" 77 "$tmp/spoiled/identity: open to every user" \
	"chmod o= $tmp/spoiled/identity"
copy a
cp "$tmp/b/identity" "$tmp/spoiled/identity"
run $spoiled
claim_exit "another host's identity" 78 "does not belong to this identity"
copy a
run $spoiled -o cluster.join-file="$tmp/b.join"
claim_exit "another host's identity file" 78 "its identity is not the one in $tmp/spoiled"
copy a
rm "$tmp/spoiled/epoch" "$tmp/spoiled/epoch.old"
run $spoiled
claim_exit "an identity without epoch" 78 "there is an identity but no epoch" "cure: a new identity"
copy a
: >"$tmp/spoiled/epoch"
sed -i 's/^epoch = .*/epoch = 0/; s/^crc = ./crc = z/' "$tmp/spoiled/epoch.old"
run $spoiled
claim_exit "both copies of the epoch damaged" 78 "neither copy of the epoch can be used" \
	"cure: a new identity"
copy a
cp "$tmp/b/epoch" "$tmp/spoiled/epoch"
cp "$tmp/b/epoch" "$tmp/spoiled/epoch.old"
run $spoiled
claim_exit "the epoch of another identity" 78 "it belongs to another identity"

# ---- the system

run -c "$tmp/none.conf" --state "$tmp/no/such" --socket "$tmp/x.sock"
claim_exit "a state directory that cannot be made is 71" 71 "make the directory above it first"
unwritable="-c $tmp/none.conf --state $tmp/locked/state --socket $tmp/x.sock"
mkdir "$tmp/locked"
chmod 755 "$tmp" "$tmp/locked"
if [ "$(id -u)" -ne 0 ]; then
	chmod 555 "$tmp/locked"
	run $unwritable
	claim_exit "an unwritable directory is 77" 77 "Permission denied"
elif command -v setpriv >/dev/null && setpriv --reuid 65534 --clear-groups "$kithd" --version \
	>/dev/null 2>&1; then
	# shellcheck disable=SC2034 # claim_exit looks at it
	out=$(setpriv --reuid 65534 --clear-groups "$kithd" $unwritable 2>&1)
	# shellcheck disable=SC2034 # and at this
	code=$?
	claim_exit "an unwritable directory is 77" 77 "Permission denied" "owned by the user"
else
	skip "an unwritable directory is 77" "root, and no other user can run the program here"
fi
run $args -o network.listen=192.0.2.1
claim_exit "an address of somebody else is 71" 71 "this host has no such address"

start a
run $args
claim_exit "a second kithd on the same state is 75" 75 \
	"$tmp/a: in use by another process, pid $(pid a); stop it first"
run -c "$tmp/none.conf" --state "$tmp/b" --socket "$tmp/a.sock" -o network.listen=127.0.0.1:0
claim_exit "a socket that is served is 75" 75 "$tmp/a.sock: another kithd serves this socket"
check "and that one is left alone" ask a members
run -c "$tmp/none.conf" --state "$tmp/b" --socket "$tmp/b.sock" -o "network.listen=$(addr a)"
claim_exit "a port that is taken is 71" 71 "another program has the port"
run --check $args
claim_exit "--check is fine while the daemon runs" 0
run --check=bind $args -o "network.listen=$(addr a)"
claim_exit "--check=bind tries the sockets" 71 "another program has the port" \
	"another kithd serves this socket"
stop a KILL
check "a killed daemon leaves its socket" test -S "$tmp/a.sock"
start a
check "which is no obstacle" ask a members
stop a QUIT

# ---- what is no obstacle

: >"$tmp/a/epoch"
printf 'kith-kept 1\nxyz' >"$tmp/a/kept"
start a
check "one torn copy of the epoch is survived, and told" \
	logged a 'file\.ignored what=.*/epoch: there is no line'
check "so is damage to what was kept" logged a 'file\.ignored what=.*/kept: damaged at byte 12 of 15'
check "the epoch went on" until_true logged a 'node\.started .*epoch=3'
stop a QUIT

run --print-config $args
claim_exit "settings are printed with their origin" 0 "[network]" \
	"listen = 127.0.0.1:0                     ; command line" "; default" "; not set"

done_testing
