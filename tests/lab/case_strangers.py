#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Who has no key of the cluster learns nothing: three daemons, one of another cluster, one host
that sends noise, and packets that come once more."""

import sys

from lab import check, run, scene, wait_for

# ADDRESS...: datagrams of many lengths and types, and a TCP connection; prints how many datagrams
# were sent and how many bytes came back.
NOISE = """
import os, socket, sys
sent = heard = 0
for address in sys.argv[1:]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as udp:
        for length in range(1, 1233, 7):
            first = bytes([(0x11, 0x12, 0x13, 0x14, length & 255)[length % 5]])
            udp.sendto(first + os.urandom(length - 1), (address, 5484))
            sent += 1
    for length in (1, 76, 4000):
        with socket.socket(family) as tcp:
            tcp.connect((address, 5484))
            try:
                tcp.sendall(bytes([0x14]) + os.urandom(length - 1))
                tcp.shutdown(socket.SHUT_WR)
                heard += len(tcp.recv(4096))
            except ConnectionError:
                pass
print(sent, heard)
"""


def told(lab, stranger):
    """What members sent to a stranger, but for TCP's own handshakes and ends."""
    sums = lab.net.count(lab.members, stranger)
    return {what: sums[what] for what in ("udp", "udp_bytes", "tcp_bytes", "other")}


def refusals(host):
    """The seeds that it could not join."""
    return [seed for seed in host.kith("status").get("seeds", [])
            if seed["result"] not in (None, "joined", "self")]


def another_cluster(lab):
    stranger = lab.hosts[3]
    lab.admit([stranger], name="other")
    stranger.start(*(word for h in lab.members for f in "46"
                     for word in ("-o", f"cluster.seed={h.seed(f)}")))
    try:
        wait_for(lambda: len(refusals(stranger)) >= 6, 120,
                 "a member of another cluster asks each of us, and cannot join")
        asked = lab.net.count(stranger, lab.members)
        check("it did ask", asked["tcp_bytes"] > 0, asked)
        check("it was told nothing", not any(told(lab, stranger).values()), told(lab, stranger))
        check("it sees nobody", len(stranger.kith("members")["members"]) == 1)
    finally:
        stranger.kill()


def noise(lab):
    stranger = lab.hosts[4]
    sent, heard = map(int, stranger.run(sys.executable, "-c", NOISE, *(
        h.address(f) for h in lab.members for f in "46")).split())
    came = lab.net.count(stranger, lab.members)
    check("noise of all lengths goes to all members", came["udp"] == sent and sent > 1000, came)
    check("none of it is answered", heard == 0 and not any(told(lab, stranger).values()),
          told(lab, stranger))
    wait_for(lambda: all(sum(h.kith("stats")["stats"]["drops"].values()) > 100
                         for h in lab.members), 60, "it is dropped, and counted")
    check("and changed nothing", lab.all_see_all())


def knowledge(lab, host):
    """What a member knows, without what time and the slewing of clocks change by themselves."""
    members = host.kith("members", "--all")["members"]
    for member in members:
        for key in ("rtt_us", "seen_age_ms", "state_age_ms", "since"):
            del member[key]
    return {"members": members, "why": [host.kith("why", m["name"])["why"] for m in members],
            "accepted": host.stats("node.records_accepted")}


def replay(lab):
    """Datagrams to a member, from before and after a restart of another one."""
    host, other = lab.hosts[0], lab.hosts[1]
    lab.net.record(0, host)
    lab.wait_rounds(2, 60, "datagrams are recorded")
    other.kill()
    lab.wait_seen(other, "failed", 60)
    other.start()
    lab.wait_all(60, "in two lives of another member")
    lab.wait_rounds(5, 60, "all is quiet")
    known, drops = knowledge(lab, host), host.kith("stats")["stats"]["drops"]
    count = lab.net.replay()
    dropped = {}

    def all_dropped():
        now = host.kith("stats")["stats"]["drops"]
        dropped.update({k: n - drops[k] for k, n in now.items()
                        if n > drops[k] and not k.startswith("record_")})
        # An introduction without anything inside was sent to a seed: its record is old, no more.
        return sum(dropped.values()) + now["record_old"] - drops["record_old"] >= count

    check("there is enough to replay", count > 20, count)
    if wait_for(all_dropped, 60,
                "each datagram that comes once more is dropped, or tells what is old") is None:
        print("#", count, dropped)
    check("most as replays", dropped.get("replay", 0) > 0, dropped)
    now = knowledge(lab, host)
    check("and nothing changed", now == known, f"{known}\n{now}")


def three_of_five(lab):
    lab.admit(lab.hosts[:3])
    lab.start(lab.hosts[:3])
    lab.wait_all(60, "three of five hosts are a cluster")


run(scene([three_of_five, another_cluster, noise, replay], hosts=5, cluster=False))
