#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""How fast 32 daemons agree, and that they do not err. Prints figures; their bounds are far off.

The targets, for a machine that has the time for it: a crash 3.5 s (median of ten), a cut host 7 s,
two healed halves 5 s, no false failure in five minutes of 20 % loss.
"""

import os
import random
import time

from lab import becomes_true, check, figures, run, say, scene, wait_for

HOSTS = int(os.environ.get("LAB_HOSTS", "32"))
CRASHES = int(os.environ.get("LAB_CRASHES", "10"))
LOSS_S = int(os.environ.get("LAB_LOSS_S", "300"))
KILLS = int(os.environ.get("LAB_KILLS", "200"))


def repeat(lab, times, fault, what):
    """Fault by fault on a random host: until it is failed at all others, and until it is back."""
    rng, last, each, back = random.Random(lab.seed), [], [], []
    for _ in range(times):
        host = rng.choice(lab.hosts)
        since = time.monotonic()
        fault(host)
        taken = lab.wait_seen(host, "failed", 60, since=since)
        if taken is None:
            break
        last.append(max(taken))
        each += taken
        began = time.monotonic()
        if not lab.recover():
            break
        back.append(time.monotonic() - began)
    if check(f"{what}: failed at all others, {times} times", len(back) == times):
        figures(f"{what}, failed at the last of the others", last)
        figures(f"{what}, failed at each of the others", each)
        figures(f"{what}, over: all see all", back)


def crashes(lab):
    repeat(lab, CRASHES, lambda host: host.kill(), "a killed kithd")


def cuts(lab):
    repeat(lab, CRASHES, lab.net.cut, "a host that is cut off")


def halves(lab):
    one, other = lab.hosts[:HOSTS // 2], lab.hosts[HOSTS // 2:]
    cut, healed = [], []

    def both(state, since):
        taken = [lab.wait_seen(a, state, 120, f"each half sees the other {state}", by=b, since=since)
                 for a, b in ((one, other), (other, one))]
        return None if None in taken else max(max(t) for t in taken)

    for _ in range(3):
        since = time.monotonic()
        lab.net.split(one, other)
        cut.append(both("failed", since))
        since = time.monotonic()
        lab.net.heal()
        healed.append(both("alive", since))
        if None in cut or None in healed:
            return
        lab.wait_all(120, "all see all")
    figures("two halves, cut: failed", cut)
    figures("two halves, healed: alive", healed)


def loss(lab):
    before, failed = lab.failures(), sum(h.stats("node.rounds_failed") for h in lab.hosts)
    suspicions = sum(h.stats("node.suspicions_sent") for h in lab.hosts)
    lab.net.loss(20)
    end = time.monotonic() + LOSS_S
    while time.monotonic() < end:
        time.sleep(min(10, max(0, end - time.monotonic())))
    check(f"20 % loss for {LOSS_S} s: no false failure", lab.failures() == before,
          lab.failures() - before)
    traffic = lab.net.count(0, 0)
    say(f"packets so far: {traffic['udp'] + traffic['tcp']}, {traffic['lost']} of them lost")
    say(f"rounds without any answer: "
        f"{sum(h.stats('node.rounds_failed') for h in lab.hosts) - failed}, suspicions signed: "
        f"{sum(h.stats('node.suspicions_sent') for h in lab.hosts) - suspicions}")


def kills(lab):
    """At any moment, of a life that may be some milliseconds old: each start has to do."""
    rng, starts, answers, missing = random.Random(lab.seed), [], [], 0
    lab.wait_kept()
    for _ in range(KILLS):
        host = rng.choice(lab.hosts)
        host.kill()
        began = time.monotonic()
        host.start()
        missing += bool(lab.unknown_at_start(host))
        answers.append(time.monotonic() - began)
        if rng.random() < 0.5:
            time.sleep(rng.random() * 0.2)
            continue
        took = becomes_true(lambda h=host: lab.all_see_all([h]), 60)
        if took is None:
            check("each start after a kill", False, host.log_tail())
            return
        starts.append(took)
    wait_for(lab.all_see_all, 60, f"after {KILLS} kills all see all")
    check("each first answer had everybody", missing == 0, missing)
    figures("from a start until kithd answers, in steps of 50 ms", answers)
    figures("from a start until kithd answers and sees all", starts)


run(scene([crashes, cuts, halves, loss], hosts=HOSTS),
    scene([kills], hosts=5))
