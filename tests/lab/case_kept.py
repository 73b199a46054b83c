#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What daemons know outlives them: they answer at once, and find each other without a seed."""

import random
import time

from lab import check, run, scene


def the_only_seed_moved(lab):
    """Nobody is at the address that all were told to ask, and never will be."""
    seed, other = lab.hosts[0], lab.hosts[4]
    lab.wait_kept()
    seed.kill()
    lab.wait_seen(seed, "failed", 60, "the seed is failed")
    seed.move()
    seed.start()
    lab.wait_all(60, "it finds the others, from elsewhere")
    other.kill()
    lab.wait_seen(other, "failed", 60, "another one is failed")
    other.start()
    lab.wait_all(60, "and finds them without any seed")


def alone(lab):
    host = lab.hosts[2]
    host.kill()
    lab.net.cut(host)
    time.sleep(2)
    host.start()
    missing = lab.unknown_at_start(host)
    check("cut off, it answers with all that it knew", not missing, missing)
    age = host.kith("status")["sync"]["answered_age_ms"]
    check("and says for how long it has heard nothing", age is not None and age >= 2000, age)


def kills(lab):
    """At any moment, of a life that may be some milliseconds old."""
    rng = random.Random(lab.seed)
    missing = set()
    for _ in range(10):
        host = rng.choice(lab.hosts)
        host.kill()
        host.start()
        missing |= lab.unknown_at_start(host)
        time.sleep(rng.random() * 0.3)
    check("after each of ten kills the first answer has everybody", not missing, missing)
    lab.wait_all(60, "and all see all")


run(scene([the_only_seed_moved, alone, kills], hosts=5))
