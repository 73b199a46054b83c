#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Five daemons, and links between them that are gone, in both directions or in one."""

from lab import ALL, check, run, scene, wait_for


def cut_host(lab):
    lost = lab.hosts[4]
    lab.net.cut(lost)
    lab.wait_seen(lost, "failed", 60, "a host that is cut off is failed at all others")
    lab.wait_verdict(lab.hosts[0], lost, "silent", "kith why tells that it is silent")
    lab.wait_verdict(lost, lab.hosts[0], "cut_off", "and there, that it may be cut off itself")
    lab.net.heal()
    lab.wait_all(60, "healed: all see all")


def deaf_host(lab):
    deaf = lab.hosts[3]
    lab.net.cut_one_way(ALL, deaf)
    lab.wait_seen(deaf, "failed", 60, "a host that can send but not hear is failed at all others")
    lab.wait_verdict(lab.hosts[0], deaf, "one_way", "kith why tells that it is heard, but cannot hear")
    lab.net.heal()
    lab.wait_all(60, "healed: all see all")


def one_way_between_two(lab):
    a, b = lab.hosts[1], lab.hosts[2]
    before, relayed = lab.failures(), {h: h.stats("node.rounds_relayed") for h in (a, b)}
    lab.net.cut_one_way(a, b)
    wait_for(lambda: all(h.stats("node.rounds_relayed") > n for h, n in relayed.items()), 120,
             "one direction between two is gone: they reach each other through the others")
    ping = a.kith("ping", b.name)["rounds"][0]
    ways = [ping[way]["result"] for way in ("direct", "via", "tcp", "back")]
    check("kith ping tells which ways are gone",
          ways == ["silent", "answered", "silent", "answered"], ways)
    check("and in which direction",
          ping["message"] == "its datagrams arrive here, ours do not arrive there", ping)
    lab.wait_verdict(a, b, "indirect", "kith why tells that it answers through others alone")
    lab.wait_all(60, "all see all")
    check("and nobody was called failed", lab.failures() == before)


def partition(lab):
    few, many = lab.hosts[:2], lab.hosts[2:]
    lab.net.split(few, many)
    lab.wait_seen(few, "failed", 60, "a partition: the three see the two failed", by=many)
    lab.wait_seen(many, "failed", 60, "the two see the three failed", by=few)
    check("the two say that they are isolated", all(h.kith("status")["isolated"] for h in few))
    check("each side sees its own alive", all(
        lab.views([viewer])[viewer][host.name]["state"] == "alive"
        for side in (few, many) for viewer in side for host in side))
    lab.net.heal()
    lab.wait_all(60, "healed: all see all")


def lossy_host(lab):
    a, lossy = lab.hosts[0], lab.hosts[4]
    lab.net.set(ALL, lossy, "loss", 70)
    lab.net.set(lossy, ALL, "loss", 70)
    lab.wait_verdict(a, lossy, "disputed", "a host that loses 70 %: kith why tells that it is disputed")
    lab.net.heal()
    lab.wait_all(60, "healed: all see all")


run(scene([cut_host, deaf_host, one_way_between_two, partition, lossy_host], hosts=5))
