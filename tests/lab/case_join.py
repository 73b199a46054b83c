#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""How daemons find each other: by which seeds, and over which family of addresses."""

from lab import check, run, scene


def dead_seeds(lab):
    """Of three seeds one has no kithd, one no host."""
    lab.admit(lab.hosts[:3], [lab.hosts[3].seed(), "10.77.0.99:5484", lab.hosts[0].seed()])
    lab.start(lab.hosts[:3])
    lab.wait_all(60, "they join though two of three seeds are dead")
    told = lab.hosts[1].kith("status")["seeds"]
    check("kith status tells which one answered",
          [seed["result"] == "joined" for seed in told].count(True) == 1 and len(told) == 3, told)


def crash(lab):
    victim = lab.hosts[2]
    victim.kill()
    lab.wait_seen(victim, "failed", 60, "a crash is known by the others")


def addresses(lab):
    view = lab.views([lab.hosts[0]])[lab.hosts[0]]
    check("each is known by an address of both families", all(
        {a[0] for a in member["addrs"]} == {"[", "1"} for member in view.values()), view)


run(scene([dead_seeds], hosts=4, cluster=False),
    scene([addresses], hosts=3, families="46"),
    scene([crash], hosts=3, families="6"),
    scene([crash], hosts=3, families="4"))
