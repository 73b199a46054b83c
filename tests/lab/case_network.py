#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Five daemons and a network that loses, delays, repeats and spoils what it carries."""

from lab import check, run, scene, wait_for


def come_back(lab, where):
    """A join is the longest conversation that they have. Where a machine is slow to start it, it may
    have been called failed, and was."""
    host = lab.hosts[4]
    before = lab.convicted(besides=host)
    host.kill()
    host.start()
    lab.wait_all(120, f"{where}: a member that crashed comes back")
    lab.wait_rounds(5, 120, "and they go on for five rounds of each")
    now = lab.convicted(besides=host)
    check("nobody else was called failed", now == before, now - before)


def loss(lab):
    lab.net.loss(20)
    come_back(lab, "20 % loss")


def short_path(lab):
    """Longer packets vanish, and nobody says so: the least that IPv6 allows has to do."""
    lab.net.mtu(1280)
    come_back(lab, "no path for more than 1280 bytes")
    check("no packet was longer", lab.net.count(0, 0)["lost"] == 0, lab.net.count(0, 0))


def slow(lab):
    lab.net.delay(20, jitter=30)
    lab.net.duplicate(20)
    lab.net.corrupt(5)
    come_back(lab, "slow, out of order, repeated and spoilt")
    wait_for(lambda: lab.stats("drops.replay") > 0, 120, "what came twice is dropped")
    wait_for(lambda: lab.stats("drops.bad_tag") > 0, 120, "what was spoilt is dropped")


run(scene([short_path, loss, slow], hosts=5))
