#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The wrong turns of kith-quickstart(7): each ends in a sentence that names the cause."""

import subprocess

from lab import KITHD, check, run, scene, wait_for


def tells(host, *sentences):
    """Whether kith status says all that."""
    status = host.kith("status")
    said = status.get("message", "") + " ".join(p["message"] for p in status.get("problems", []))
    return all(sentence in said for sentence in sentences)


def refused_start(host, claim, status, sentence, *options):
    """A kithd that has to end at once."""
    ended = subprocess.run(
        ["nsenter", f"--net={host.namespace}", "--", KITHD, "-c", host.conf, "--state", host.state,
         "--socket", host.socket + ".second", *options],
        stdin=subprocess.DEVNULL, text=True, capture_output=True, check=False, timeout=60)
    check(claim, ended.returncode == status and sentence in ended.stderr,
          f"exit {ended.returncode}: {ended.stderr}")


def closed_port(lab):
    a, b = lab.hosts[:2]
    lab.admit([a, b])
    b.start()
    wait_for(lambda: tells(b, a.seed("4"), "refused"), 60,
             "the first host's daemon is not up: its address is named, and that it refuses")
    a.start()
    wait_for(lambda: b.kith("status")["state"] == "healthy", 60, "it comes up: all is well")


def second_daemon(lab):
    refused_start(lab.hosts[0], "a second daemon is told of the first", 75, "in use by")


def nothing_installed(lab):
    refused_start(lab.hosts[3], "a host that was not admitted is told how", 78, "kith join FILE")


def wrong_key(lab):
    a, c, d = lab.hosts[0], lab.hosts[2], lab.hosts[3]
    lab.admit([c, d], seeds=[a.seed("4")], name="other")
    d.start()
    wait_for(lambda: tells(d, a.seed("4"), "another cluster key"), 60,
             "who has another cluster's key is told so")
    wait_for(lambda: tells(a, f"packets from {d.address('4')} use an unknown cluster key"), 60,
             "and so is the host that it asks")
    d.stop()


def blocked_udp(lab):
    a, b = lab.hosts[:2]
    lab.net.block_udp()
    for host in (a, b):
        wait_for(lambda h=host: tells(h, "TCP is answered and UDP is not"), 120,
                 f"{host.name} tells that UDP is blocked")
    check("nobody is called failed", lab.stats("node.members_failed") == 0)
    lab.net.heal()
    for host in (a, b):
        wait_for(lambda h=host: h.kith("status")["state"] == "healthy", 60,
                 f"{host.name} is well again")


run(scene([closed_port, second_daemon, nothing_installed, wrong_key, blocked_udp], hosts=4,
          families="4", cluster=False))
