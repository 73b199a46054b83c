#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Two sites of four: what their certificates say decides whom they ask and tell, and the line between
them carries little."""

from lab import check, run, scene


def sites(lab):
    a, b = lab.hosts[:4], lab.hosts[4:]
    lab.admit(lab.hosts, zones={h: "a" if h in a else "b" for h in lab.hosts})
    lab.start(lab.hosts)
    lab.wait_all(60, "two sites of four hosts: all see all")
    check("and the zone of each", all(m["zone"] == ("a" if m["name"] in {h.name for h in a} else "b")
                                      for view in lab.views().values() for m in view.values()))

    lab.wait_rounds(8, 120, "eight rounds later, at rest")
    before = {c: lab.stats("node." + c) for c in ("bytes_sent", "zone_bytes_sent", "zone_bytes_received")}
    lab.wait_rounds(16, 120, "and after twice as many again")
    took = {c: lab.stats("node." + c) - n for c, n in before.items()}
    check("some of what they sent has crossed and come, less than a third",
          0 < took["zone_bytes_sent"] < took["bytes_sent"] / 3 and took["zone_bytes_received"] > 0, took)
    lab.net.split(a, b)
    lab.wait_seen(a, "failed", 60, "the line is cut: b sees all of a failed", by=b)
    lab.wait_seen(b, "failed", 60, "and a all of b", by=a)
    check("since others of a silent one's zone were asked at once", lab.stats("node.rounds_zone") > 0)
    lab.net.heal()
    lab.wait_all(60, "healed: all see all")


run(scene([sites], hosts=8, cluster=False))
