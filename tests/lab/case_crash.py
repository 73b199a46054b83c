#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Five daemons that crash, come back, move, restart, leave and are paused."""

import signal

from lab import check, run, wait_for


def crash(lab):
    victim = lab.hosts[4]
    victim.kill()
    lab.wait_seen(victim, "failed", 60, "a crash is known by all")
    why = lab.hosts[1].kith("why", victim.name)
    check("kith why knows the verdict", why["ok"] and why["member"]["state"] == "failed", why)
    victim.start()
    lab.wait_all(60, "it comes back with its identity, and all see all")


run([crash])
