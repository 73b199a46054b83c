#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The wrong turns of kith-quickstart(7): each ends in a sentence that names the cause."""

import glob
import os
import subprocess

from lab import KITHD, check, run, scene, skip, wait_for


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


def wrong_clock(lab):
    """kithd runs with the wall clock of libfaketime; the others, and all durations, are true."""
    library = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    if not library:
        skip("a clock that is an hour behind", "there is no libfaketime (Debian: libfaketime)")
        return
    last, failures = lab.hosts[-1], lab.failures(besides=lab.hosts[-1])
    last.stop()
    last.start(environment={
        "LD_PRELOAD": library[0], "FAKETIME": "-3600", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        # The library before the sanitizer's, if there is one: it calls nothing of it.
        "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"})
    pid = last.process.pid
    wait_for(lambda: tells(last, "this host's clock is 1 h behind the median of 2 members"), 60,
             "whose clock is an hour behind is told so")
    lab.wait_all(30, "it is seen by all, and sees all")
    for host in lab.hosts[:-1]:
        wait_for(lambda h=host: h.kith("status")["state"] == "healthy", 60, f"{host.name} is well")
    last.stop()
    for name in (f"faketime_shm_{pid}", f"sem.faketime_sem_{pid}"):  # it leaves them behind
        if os.path.exists("/dev/shm/" + name):
            os.unlink("/dev/shm/" + name)
    last.start()
    wait_for(lambda: last.kith("status").get("state") == "healthy", 60,
             "with the true clock it is well again")
    check("nobody was called failed", lab.failures(besides=last) == failures)


def full_table(lab):
    a, b, c = lab.hosts
    lab.admit(lab.hosts)
    for host in (a, b):
        host.start("-o", "limits.max-members=2")
    for host in (a, b):
        wait_for(lambda h=host: tells(h, "table is full: 2 members, limits.max-members = 2"), 60,
                 f"{host.name} tells that its member table is full")
    c.start()
    wait_for(lambda: tells(c, a.seed("4"), "its member table is full"), 60,
             "whom it has no room for is told so")
    wait_for(lambda: tells(a, f"packets from {c.address('4')} are of a host for which the member "
                           "table has no room"), 60, "and the host itself names who asked")
    asked = c.kith("join", a.seed("4"))
    check("kith join says it as well", asked["seeds"][0]["result"] == "full", asked)
    for host in (a, b):
        host.stop()
    lab.start(lab.hosts)
    lab.wait_all(60, "with room for it, it is in")


run(scene([closed_port, second_daemon, nothing_installed, wrong_key, blocked_udp], hosts=4,
          families="4", cluster=False),
    scene([full_table], hosts=3, families="4", cluster=False),
    scene([wrong_clock], hosts=3, families="4"))
