#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Names asked for with dig: each kind of record, over UDP and TCP, and what changes them.

. "${top_srcdir:?}/tests/daemon/lib.sh"
: "${tmp:?}" "${kith:?}" "${kithd:?}" "${ended=}"

if "$kithd" -VV | grep -q '^no DNS'; then
	skip "names are answered" "this kithd is built without DNS"
	done_testing
	exit
fi
if ! command -v dig >/dev/null; then
	skip "names are answered" "dig is missing (Debian: bind9-dnsutils)"
	done_testing
	exit
fi

port() { sed -n 's/.* dns\.listen addr=127\.0\.0\.1:\([0-9]*\).*/\1/p' "$tmp/$1.log" | tail -n 1; }
# ask_dns DIG-ARGUMENT...: what web-1 answers, without what else dig says.
ask_dns() { dig @127.0.0.1 -p "$(port web-1)" +tries=1 +time=10 +noall +nottlid +noclass "$@"; }
records() { ask_dns +answer "$@" | tr -s '\t' ' ' | sort; }
answers() { # TEXT DIG-ARGUMENT...: all records of the answer
	answers_want=$1
	shift
	answers_got=$(records "$@")
	[ "$answers_got" = "$answers_want" ] || { echo "$answers_got"; return 1; }
}
says() { # STATUS DIG-ARGUMENT...
	says_want=$1
	shift
	ask_dns +comments "$@" | grep -q "status: $says_want,"
}
flags() { ask_dns +comments "$@" | sed -n 's/^;; flags: \([^;]*\);.*/\1/p'; }

cluster web-1 web-2
start web-1 -o dns.listen=127.0.0.1:0 -o dns.domain=kith.internal -o dns.domain=consul -o node.tag=role=lb \
	-o timing.profile=local
start web-2 -o network.listen= -o network.listen=127.0.0.2:0 -o cluster.seed="$(addr web-1)" \
	-o timing.profile=local
check "they are two" until_true sees web-1 alive web-2

# ---- nodes

check "a node has an address" answers "web-2.node.kith.internal. A 127.0.0.2" web-2.node.kith.internal
check "in the other domain, too" answers "web-2.node.consul. A 127.0.0.2" web-2.node.consul
check "in whatever letters it is asked for" answers "WEB-2.Node.Consul. A 127.0.0.2" WEB-2.Node.Consul
check "its tags are text" answers 'web-1.node.kith.internal. TXT "role=lb"' web-1.node.kith.internal TXT
check "its address has its name" answers "2.0.0.127.in-addr.arpa. PTR web-2.node.kith.internal." -x 127.0.0.2
check "an address of nobody's is none of ours" says REFUSED -x 127.0.0.9
check "nor is another domain" says REFUSED example.com
check "nor is a whole domain to be had" says REFUSED +tcp AXFR kith.internal
check "the domain says who serves it" answers "kith.internal. NS ns.kith.internal." kith.internal NS
check "a node that is not there is not there" says NXDOMAIN web-9.node.kith.internal
check "a part of a name is there" says NOERROR node.kith.internal
check "the answer is authoritative, and we ask nobody else" test "$(flags node.kith.internal)" = "qr aa rd"

# ---- services

ask web-1 register web --port 80 --weight 10 --tag v1 >"$tmp/out" 2>&1 || diag "$(cat "$tmp/out")"
ask web-2 register web --port 81 --tag v2 >"$tmp/out" 2>&1 || diag "$(cat "$tmp/out")"
name=web.service.kith.internal
both="$name. A 127.0.0.1
$name. A 127.0.0.2"
check "a service has the addresses of its instances" until_true answers "$both" $name
check "and none of the other family" says NOERROR $name AAAA
check "SRV tells their ports" answers "$name. SRV 1 1 81 web-2.node.kith.internal.
$name. SRV 1 10 80 web-1.node.kith.internal." $name SRV
check "and has their addresses with it" test "$(ask_dns +additional $name SRV | grep -c '[[:space:]]A[[:space:]]')" -eq 2
check "as RFC 2782 writes it, too" answers "_web._tcp.consul. SRV 1 1 81 web-2.node.consul.
_web._tcp.consul. SRV 1 10 80 web-1.node.consul." _web._tcp.consul SRV
check "a tag is asked for" answers "v2.$name. A 127.0.0.2" v2.$name
check "a service that is not there is not there" says NXDOMAIN none.service.kith.internal

# ---- answers that are too long

i=0
while [ $i -lt 60 ]; do
	ask web-2 register many --id "many-$i" --port $((10000 + i)) >"$tmp/out" 2>&1 || diag "$(cat "$tmp/out")"
	i=$((i + 1))
done
long=many.service.kith.internal
has_all() { [ "$(records $long SRV | wc -l)" -eq 60 ]; }
check "dig asks again over TCP and has all of a long answer" until_true has_all
check "since that over UDP is cut and says so" test "$(flags +ignore $long SRV)" = "qr aa tc rd"
check "the short one has something" test "$(records +ignore +noedns $long SRV | wc -l)" -gt 5
"$top_srcdir/tests/daemon/dns_tcp.py" "$(port web-1)" $long >"$tmp/tcp" 2>&1 || echo "not ok 0 - it ends" >>"$tmp/tcp"
while read -r word rest; do
	case $word in
	ok) ok "over TCP${rest#*-}" ;;
	not) not_ok "over TCP${rest#*-}" ;;
	1..*) ;;
	*) diag "$word $rest" ;;
	esac
done <"$tmp/tcp"

# ---- changes

first="$name. A 127.0.0.1"
ask web-2 drain web >/dev/null 2>&1
check "an instance that is drained is not named" until_true answers "$first" $name
ask web-2 undrain web >/dev/null 2>&1
check "until it is undrained" until_true answers "$both" $name
stop web-2 QUIT
check "nor is one whose host is gone" until_true answers "$first" $name
check "the host's name stays" answers "web-2.node.kith.internal. A 127.0.0.2" web-2.node.kith.internal
ask web-1 deregister web >/dev/null 2>&1
check "without an instance there is no such name" until_true says NXDOMAIN $name

printf '[dns]\nttl = 30s\nnegative-ttl = 7s\n' >"$tmp/none.conf"
check "a reload is enough for its settings" ask web-1 reload
lives() { dig @127.0.0.1 -p "$(port web-1)" +noall +answer +authority "$@" | grep -q "[[:space:]]${lives_s}[[:space:]]"; }
lives_s=30
check "answers live for as long as is said" lives web-1.node.kith.internal
lives_s=7
check "and so does that there is nothing" lives $name
asked=$(ask web-1 stats dns --plain | awk '$1 == "dns.queries" { print $2 }')
check "queries are counted" test "${asked:-0}" -gt 40

# ---- where it listens

run --state "$tmp/web-2" -c "$tmp/none.conf" --socket "$tmp/other.sock" -o network.listen=127.0.0.1:0 \
	-o dns.listen="127.0.0.1:$(port web-1)"
claim_exit "an address that is taken is a mistake where it is configured" 71 "dns.listen: cannot listen on"
stop web-1
bare() { # NAME: with the default address, which one process of a host can have
	"$kithd" -c "$tmp/none.conf" --state "$tmp/$1" --socket "$tmp/$1.sock" -o network.listen=127.0.0.1:0 \
		--log text >"$tmp/$1.log" 2>&1 </dev/null &
	echo $! >"$tmp/$1.pid"
}
bare web-1
bare web-2
until_true has_started web-1 && until_true has_started web-2
both_run() { is_running web-1 && is_running web-2 && cat "$tmp/web-1.log" "$tmp/web-2.log" | grep -q ' dns\.off '; }
check "where it is the default, kithd does without, and says so" both_run

done_testing
