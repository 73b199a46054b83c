#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The same faults for kithd and for serf, in the same network, and one table of what came of them.

compare_serf.py [HOSTS]     32 hosts by default; about a quarter of an hour. contrib/compare-serf
                            finds the programs and calls it.

Both run as they come: serf with its profile "lan" and an encryption key, kithd with its defaults. Each
row begins with a new cluster that is whole. What a daemon concludes is read from its log as it
comes, so that nobody is kept busy by questions; times are of the last host that had to know.
"""

import collections
import datetime
import os
import re
import selectors
import signal
import statistics
import subprocess
import sys
import threading
import time

from lab import ALL, BUILD, Lab, Unavailable, _die_with_parent, _ready

LIBS = os.path.join(BUILD, ".libs")  # libtool's wrapper takes longer to start than kithd
BOUND_S = 120
SERF_KEY = "cg8StVXbQJ0gPvMd9o7yrg=="  # of this comparison alone: both seal what they send
HEAD = ("", "serf", "kith", "serf/kith")


class Kith:
    name = "kith"
    told = re.compile(r" member\.(joined|alive|failed|left|quarantined) .*?node=(\S+)")
    is_up = {"joined": True, "alive": True, "failed": False, "left": False, "quarantined": False}
    environment = {"LD_LIBRARY_PATH": LIBS}

    @staticmethod
    def command(host, _seed):
        kept = os.path.join(host.state, "kept")
        if os.path.exists(kept):
            os.unlink(kept)  # a cluster that is new
        return [os.path.join(LIBS, "kithd"), "-c", host.conf, "--state", host.state, "--socket",
                host.socket, "--log", "text"]

    @staticmethod
    def version():
        said = subprocess.run([os.path.join(BUILD, "kithd"), "--version"], check=True, text=True,
                              capture_output=True).stdout
        return said.split("\n", maxsplit=1)[0]


class Serf:
    name = "serf"
    told = re.compile(r"serf: EventMember(Join|Failed|Leave): (\S+)")
    is_up = {"Join": True, "Failed": False, "Leave": False}
    environment = {}

    @staticmethod
    def command(host, seed):
        join = [] if seed is host else [f"-join={seed.address('4')}:7946"]
        return ["serf", "agent", f"-node={host.name}", f"-bind={host.address('4')}:7946",
                "-rpc-addr=127.0.0.1:7373", f"-encrypt={SERF_KEY}", "-log-level=info", *join]

    @staticmethod
    def version():
        said = subprocess.run(["serf", "version"], check=True, text=True, capture_output=True).stdout
        return "serf " + said.split("\n", maxsplit=1)[0].removeprefix("Serf v")


class Cluster:
    """All daemons of one kind, each in its namespace, and what each has told of the others."""

    def __init__(self, lab, kind):
        self.lab, self.kind, self.hosts = lab, kind, lab.hosts
        self.running = {}  # host: process
        self.view = collections.defaultdict(dict)  # host: {name: (is_up, when)}
        self.failures = []  # when somebody was held failed
        self.selector = selectors.DefaultSelector()
        self.lock = threading.Lock()
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self):
        while True:
            for key, _ in self.selector.select(0.2):
                chunk = os.read(key.fd, 65536)
                if not chunk:
                    self.selector.unregister(key.fileobj)
                    continue
                host, rest = key.data
                lines = (rest[0] + chunk).split(b"\n")
                rest[0] = lines.pop()
                for line in lines:
                    self._hear(host, line.decode(errors="replace"))

    def _hear(self, host, line):
        said = self.kind.told.search(line)
        if said is None or said[2] == host.name:
            return
        is_up, now = self.kind.is_up[said[1]], time.monotonic()
        with self.lock:
            self.view[host][said[2]] = (is_up, now)
            if not is_up:
                self.failures.append(now)

    def start(self, hosts):
        for host in hosts:
            # pylint: disable=consider-using-with, subprocess-popen-preexec-fn
            process = subprocess.Popen(
                ["nsenter", f"--net={host.namespace}", "--",
                 *self.kind.command(host, self.hosts[0])],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                preexec_fn=_die_with_parent, env={**os.environ, **self.kind.environment})
            self.running[host] = process
            self.selector.register(process.stdout, selectors.EVENT_READ, (host, [b""]))

    def kill(self, host):
        process = self.running.pop(host)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def signal(self, hosts, number):
        for host in hosts:
            self.running[host].send_signal(number)

    def end(self):
        for host in list(self.running):
            self.kill(host)
        time.sleep(0.5)  # what they had said is read
        with self.lock:
            self.view.clear()
            self.failures.clear()
        self.lab.net.heal()

    def last(self, viewers, seen, is_up, since, within_s=BOUND_S):
        """When the last of the viewers came to hold all these up, or failed; None: not in time."""
        while time.monotonic() - since < within_s:
            with self.lock:
                told = [self.view[v].get(s.name) for v in viewers for s in seen if v is not s]
            if all(t is not None and t[0] == is_up for t in told):
                return max((t[1] for t in told), default=since)
            time.sleep(0.05)
        return None

    def boot(self):
        """Seconds until all see all, from the start of all but the first, at once."""
        self.start(self.hosts[:1])
        time.sleep(1)
        since = time.monotonic()
        self.start(self.hosts[1:])
        when = self.last(self.hosts, self.hosts, True, since)
        return None if when is None else when - since

    def failures_since(self, since):
        with self.lock:
            return sum(when >= since for when in self.failures)

    def cpu_s(self):
        total = 0
        for process in self.running.values():
            with open(f"/proc/{process.pid}/stat", encoding="ascii") as stat:
                words = stat.read().rsplit(")", 1)[1].split()
            total += int(words[11]) + int(words[12])
        return total / os.sysconf("SC_CLK_TCK")

    def memory_mb(self):
        total = 0
        for process in self.running.values():
            with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
                total += next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
        return total / 1024 / len(self.running)

    def sent(self):
        count = self.lab.net.count(ALL, ALL)
        return count["udp_bytes"] + count["tcp_bytes"]


# ---- what is measured: each a list of (what, unit, value); value None: not within the bound


def median(values):
    return None if None in values else statistics.median(values)


def bootstrap(cluster):
    took = [cluster.boot()]
    for _ in range(2):
        cluster.end()
        took.append(cluster.boot())
    yield f"{len(cluster.hosts)} hosts start at once: all see all", "s", median(took)


def one_after_the_other(cluster, fault, times):
    """Seconds until the last of those that are fine holds each victim failed; they stay so."""
    fine, took = list(cluster.hosts), []
    for _ in range(times):
        victim = fine.pop(len(fine) // 2)
        since = time.monotonic()
        fault(victim)
        when = cluster.last(fine, [victim], False, since)
        took.append(None if when is None else when - since)
        time.sleep(2)
    return median(took)


def crash(cluster):
    yield "a process is killed: known at all others", "s", one_after_the_other(
        cluster, cluster.kill, 5)


def silence(cluster):
    yield "a host is cut off: known at all others", "s", one_after_the_other(
        cluster, cluster.lab.net.cut, 3)


def halves(cluster):
    half = len(cluster.hosts) // 2
    one, other = cluster.hosts[:half], cluster.hosts[half:]
    since = time.monotonic()
    cluster.lab.net.split(one, other)
    parted = [cluster.last(one, other, False, since), cluster.last(other, one, False, since)]
    yield "cut into halves: each holds the other failed", "s", (
        None if None in parted else max(parted) - since)
    time.sleep(max(0, since + 60 - time.monotonic()))
    since = time.monotonic()
    cluster.lab.net.heal()
    when = cluster.last(cluster.hosts, cluster.hosts, True, since)
    yield "the network is back after a minute: all see all", "s", (
        None if when is None else when - since)


def pauses(cluster):
    quarter = cluster.hosts[1::4]
    since = time.monotonic()
    for _ in range(5):
        cluster.signal(quarter, signal.SIGSTOP)
        time.sleep(4)
        cluster.signal(quarter, signal.SIGCONT)
        time.sleep(4)
    time.sleep(10)
    yield "a quarter stops for 4 s, five times: held failed", "times", cluster.failures_since(since)


def loss(cluster):
    cluster.lab.net.loss(30)
    since, before = time.monotonic(), cluster.sent()
    time.sleep(60)
    took = time.monotonic() - since
    yield "30 % of all packets are lost, a minute: held failed", "times", (
        cluster.failures_since(since))
    yield "and what a host sends meanwhile", "B/s", (
        (cluster.sent() - before) / took / len(cluster.hosts))


def idle(cluster):
    time.sleep(20)  # the news of the start are over
    since, sent, cpu = time.monotonic(), cluster.sent(), cluster.cpu_s()
    time.sleep(60)
    took, count = time.monotonic() - since, len(cluster.hosts)
    yield "at rest: what a host sends", "B/s", (cluster.sent() - sent) / took / count
    yield "at rest: CPU of a host", "ms/s", 1000 * (cluster.cpu_s() - cpu) / took / count
    yield "at rest: memory of a host", "MB", cluster.memory_mb()


MEASURES = (bootstrap, crash, silence, halves, pauses, loss, idle)


def measure_all(kind, hosts):
    rows = {}
    with Lab(hosts=hosts, families="4", cluster=kind is Kith) as lab:
        cluster = Cluster(lab, kind)
        for measure in MEASURES:
            print(f"{kind.name}: {measure.__name__}", file=sys.stderr, flush=True)
            whole = measure is bootstrap or cluster.boot() is not None
            for what, unit, value in measure(cluster) if whole else ():
                rows[what] = (unit, value)
            cluster.end()
    return rows


# ---- the table


def text(unit, value):
    if value is None:
        return f"> {BOUND_S} s"
    return f"{value:.0f} {unit}" if unit in ("times", "B/s") else f"{value:.2f} {unit}"


def ratio(serf, kith):
    if serf is None or kith is None or kith == 0:
        return "" if serf == kith else "-"
    return f"{serf / kith:.1f}"


def show(results, hosts):
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        model = next((line.split(":", 1)[1].strip() for line in info
                      if line.startswith("model name")), "unknown processor")
    print(f"{datetime.date.today().isoformat()}, {hosts} hosts on {os.cpu_count()} cores of {model}")
    print(f"{Serf.version()}; {Kith.version()}")
    rows = [HEAD]
    for what in results[Kith]:
        unit, kith = results[Kith][what]
        serf = results[Serf].get(what, (unit, None))[1]
        rows.append((what, text(unit, serf), text(unit, kith), ratio(serf, kith)))
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    for row in rows:
        print("  ".join([row[0].ljust(widths[0])] +
                        [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]))


def main():
    hosts = int(sys.argv[1]) if len(sys.argv) > 1 else 32
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        _ready()
        show({kind: measure_all(kind, hosts) for kind in (Serf, Kith)}, hosts)
    except Unavailable as reason:
        sys.exit(f"compare-serf: this machine allows no network of its own: {reason}")


if __name__ == "__main__":
    main()
