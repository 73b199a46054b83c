#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Resolvers and a proxy that nobody here wrote, set up by the recipes of kith-dns(7), word for word but for
# the ports: unbound, which minimises what it asks, strictly, and mixes the letters' case; dnsmasq; HAProxy.

. "${top_srcdir:?}/tests/daemon/lib.sh"
: "${tmp:?}" "${top_builddir:?}"

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
port() { sed -n 's/.* dns\.listen addr=127\.0\.0\.1:\([0-9]*\).*/\1/p' "$tmp/web-1.log"; }
# recipe NAME: the first text of this section of the page's examples, with our port.
recipe() {
	awk -v name="$1" '
		/^\.Ss / { found = $0 == ".Ss " name }
		/^\.Ed/ { inside = 0 }
		found && inside { print }
		/^\.Bd -literal/ { inside = found }' "$top_srcdir/man/kith-dns.7" | sed "s/5486/$(port)/"
}
has() { command -v "$1" >/dev/null; }
background() { # NAME COMMAND...: until the end of the test
	background_name=$1
	shift
	"$@" >"$tmp/$background_name.log" 2>&1 </dev/null &
	echo $! >"$tmp/$background_name.pid"
}
# records PORT NAME TYPE: sorted, one a line, without owner and time to live
records() { dig @127.0.0.1 -p "$1" +tries=1 +time=5 +short "$2" "$3" | sort | tr '\n' ' '; }
gives() { [ "$(records "$2" "$3" "$4")" = "$1" ]; }
status_is() { dig @127.0.0.1 -p "$2" +tries=1 +time=5 +noall +comments "$3" "$4" | grep -q "status: $1,"; }

cluster web-1 web-2
start web-1 -o dns.listen=127.0.0.1:0
start web-2 -o network.listen= -o network.listen=127.0.0.2:0 -o cluster.seed="$(addr web-1)"
ask web-1 register web --port 8081 --weight 3 >"$tmp/out" 2>&1
ask web-2 register web --port 8082 >"$tmp/out" 2>&1
check "both are known" until_true gives "127.0.0.1 127.0.0.2 " "$(port)" web.service.kith.internal A

# resolves PROGRAM PORT
resolves() {
	check "$1: a service" until_true gives "127.0.0.1 127.0.0.2 " "$2" web.service.kith.internal A
	check "$1: SRV" gives "1 1 8082 web-2.node.kith.internal. 1 3 8081 web-1.node.kith.internal. " \
		"$2" _web._tcp.kith.internal SRV
	check "$1: a node" gives "127.0.0.2 " "$2" web-2.node.kith.internal A
	check "$1: no address of a family is no answer" status_is NOERROR "$2" web.service.kith.internal AAAA
	check "$1: a service that is not there" status_is NXDOMAIN "$2" none.service.kith.internal A
}

if has unbound; then
	unbound_port=$(free_port)
	{
		recipe unbound
		cat <<CONF
server:
    interface: 127.0.0.1@$unbound_port
    username: ""
    chroot: ""
    directory: "$tmp"
    pidfile: ""
    use-syslog: no
    use-caps-for-id: yes
    qname-minimisation: yes
    qname-minimisation-strict: yes
    module-config: "iterator"
remote-control:
    control-enable: no
CONF
	} >"$tmp/unbound.conf"
	background unbound unbound -d -c "$tmp/unbound.conf"
	resolves unbound "$unbound_port"
else
	skip "unbound" "it is missing (Debian: unbound)"
fi

if has dnsmasq; then
	dnsmasq_port=$(free_port)
	recipe dnsmasq >"$tmp/dnsmasq.conf"
	background dnsmasq dnsmasq --no-daemon --no-resolv --no-hosts --stop-dns-rebind --port="$dnsmasq_port" \
		--listen-address=127.0.0.1 --bind-interfaces --conf-file="$tmp/dnsmasq.conf"
	resolves dnsmasq "$dnsmasq_port"
else
	skip "dnsmasq" "it is missing (Debian: dnsmasq-base)"
fi

servers() { # ADDRESS:PORT...: those that HAProxy has
	servers_got=$(python3 - "$tmp/haproxy.sock" <<'PYTHON'
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(b"show servers state web\n")
text = b""
while piece := s.recv(4096):
    text += piece
rows = [row.split() for row in text.decode().splitlines()[2:]]
print(" ".join(sorted(f"{row[4]}:{row[18]}" for row in rows if len(row) > 18 and row[4] != "-")))
PYTHON
	)
	[ "$servers_got" = "$*" ]
}
if has haproxy; then
	{
		cat <<CONF
global
    stats socket $tmp/haproxy.sock level admin
defaults
    mode http
    timeout connect 1s
    timeout client 1s
    timeout server 1s
frontend in
    bind 127.0.0.1:$(free_port)
    default_backend web
CONF
		recipe HAProxy
	} >"$tmp/haproxy.conf"
	background haproxy haproxy -f "$tmp/haproxy.conf"
	check "HAProxy: takes servers and ports" until_true servers 127.0.0.1:8081 127.0.0.2:8082
	ask web-2 drain web >"$tmp/out" 2>&1
	check "HAProxy: leaves one out that is drained" until_true servers 127.0.0.1:8081
else
	skip "HAProxy" "it is missing (Debian: haproxy)"
fi

done_testing
