# SPDX-License-Identifier: ISC
"""The lab: real kithd daemons, each in a network namespace, and a network that can fail.

    def crash(lab):
        victim = lab.hosts[2]
        victim.kill()
        lab.wait_seen(victim, "failed", 30, "a crash is known by all")

    run(scene([crash], hosts=5))

A scene is a lab with a cluster of all its hosts, made as an operator would, with kith init, admit
and join. Each of its stories begins in a network that is whole, in a cluster where all see all.
run() tells them and speaks TAP; `case_x.py STORY` tells only that one.
The network is tests/lab/switch.c. No packet leaves the namespaces, and they end with their
processes: nothing is left to tidy up, whatever ends the test.

Waits are for states, and their bounds are generous: a loaded machine gets the time it needs.
"""

import collections
import ctypes
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import traceback

BUILD = os.environ.get("top_builddir", ".")
KITH = os.path.join(BUILD, "kith")
KITHD = os.path.join(BUILD, "kithd")
SWITCH = os.path.join(BUILD, "tests", "lab", "switch")
BOUND_S = 60  # for what has no bound of its own
PORT = 5484
ALL = 0
CRIES = ("Assertion", "Sanitizer", "runtime error")
FAULTS = ("loss", "duplicate", "corrupt", "delay", "jitter", "mtu", "block", "no_udp")


class Unavailable(Exception):
    """This machine does not allow a lab; the text is the reason."""


# ---- TAP

_count = _failed = 0


def say(text):
    print("\n".join("# " + line for line in str(text).splitlines()), flush=True)


def check(claim, holds, why=""):
    global _count, _failed
    _count += 1
    _failed += not holds
    print(f"{'ok' if holds else 'not ok'} {_count} - {claim}", flush=True)
    if not holds and why:
        say(why)
    return bool(holds)


def skip(claim, reason):
    global _count
    _count += 1
    print(f"ok {_count} - {claim} # SKIP {reason}", flush=True)


def wait_for(condition, within_s, claim):
    """Claims that condition() comes to hold. Returns the seconds that it took, or None."""
    took = becomes_true(condition, within_s)
    if check(claim, took is not None, f"not within {within_s} s"):
        say(f"    after {took:.1f} s")
    return took


def becomes_true(condition, within_s):
    """The seconds until condition() holds, or None."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > within_s:
            return None
        time.sleep(0.05)
    return time.monotonic() - began


def figures(what, seconds):
    """Prints median, 99th percentile and maximum."""
    ordered = sorted(seconds)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    say(f"{what}: median {statistics.median(ordered):.2f} s, p99 {p99:.2f} s, "
        f"max {ordered[-1]:.2f} s, n = {len(ordered)}")


# ---- the network


class Net:
    """Where a host or a list of hosts is asked for, ALL is every host."""

    def __init__(self, count, seed):
        # pylint: disable=consider-using-with
        self.switch = subprocess.Popen([SWITCH, str(count), str(seed)], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        words = self.switch.stdout.readline().split()
        if not words:
            reason = self.switch.stderr.read().strip()
            if self.switch.wait() == 77:
                raise Unavailable(reason)
            raise RuntimeError(reason)
        self.namespaces = [f"/proc/{words[1]}/fd/{fd}" for fd in words[2:]]

    def command(self, *words):
        print(*words, file=self.switch.stdin, flush=True)
        answer = self.switch.stdout.readline().split()
        if answer[:1] != ["ok"]:
            raise RuntimeError(f"the switch says {answer} to {words}")
        return answer[1:]

    def set(self, sender, receiver, fault, value):
        for a in _indexes(sender):
            for b in _indexes(receiver):
                self.command("set", a, b, fault, value)

    def cut(self, hosts):
        self.set(hosts, ALL, "block", 1)
        self.set(ALL, hosts, "block", 1)

    def cut_one_way(self, sender, receiver):
        self.set(sender, receiver, "block", 1)

    def split(self, one, other):
        self.set(one, other, "block", 1)
        self.set(other, one, "block", 1)

    def loss(self, per_cent):
        self.set(ALL, ALL, "loss", per_cent)

    def duplicate(self, per_cent):
        self.set(ALL, ALL, "duplicate", per_cent)

    def corrupt(self, per_cent):
        self.set(ALL, ALL, "corrupt", per_cent)

    def delay(self, ms, jitter=0):
        self.set(ALL, ALL, "delay", ms)
        self.set(ALL, ALL, "jitter", jitter)

    def mtu(self, length):
        self.set(ALL, ALL, "mtu", length)

    def block_udp(self):
        self.set(ALL, ALL, "no_udp", 1)

    def heal(self):
        for fault in FAULTS:
            self.set(ALL, ALL, fault, 0)

    def count(self, sender, receiver):
        """Packets and bytes of payload so far: udp, udp_bytes, tcp, tcp_bytes, other, lost."""
        total = collections.Counter()
        for a in _indexes(sender):
            for b in _indexes(receiver):
                words = self.command("count", a, b)
                total.update(dict(zip(words[::2], map(int, words[1::2]))))
        return dict(total)

    def record(self, sender, receiver):
        self.command("record", *_indexes(sender), *_indexes(receiver))

    def replay(self):
        return int(self.command("replay")[1])

    def close(self):
        self.switch.stdin.close()
        self.switch.wait()


def _indexes(hosts):
    if hosts == ALL:
        return [ALL]
    return [h.index for h in (hosts if isinstance(hosts, list) else [hosts])]


# ---- hosts


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Host:
    """A namespace and, if it runs, the kithd in it; self.process is that kithd."""

    def __init__(self, index, namespace, directory, families):
        self.index, self.name, self.namespace = index, f"h{index}", namespace
        self.families, self.subnet = families, 0
        self.state = os.path.join(directory, self.name)
        self.socket = os.path.join(directory, self.name + ".sock")
        self.log = os.path.join(directory, self.name + ".log")
        self.conf = os.path.join(directory, "kith.conf")  # empty: the defaults have to do
        self.process = None
        self._ip("link set lo up", *self._addresses("add"), "link set kith0 up txqueuelen 5000")

    def address(self, family=None):
        family = family or self.families[0]
        return (f"10.77.{self.subnet}.{self.index}" if family == "4" else
                f"fd77::{self.subnet:x}:{self.index:x}")

    def seed(self, family=None):
        """Its address as others are told of it."""
        address = self.address(family)
        return f"[{address}]:{PORT}" if ":" in address else f"{address}:{PORT}"

    def _addresses(self, verb):
        return [f"addr {verb} {self.address(f)}/{16 if f == '4' else 64} dev kith0"
                for f in self.families]

    def _ip(self, *lines):
        self.run("ip", "-batch", "-", input="\n".join(lines))

    def move(self):
        """The host gets other addresses, and has its old ones no more."""
        old = self._addresses("del")
        self.subnet += 1
        self._ip(*old, *self._addresses("add"))

    def run(self, *command, **more):
        """A command on that host, which has to succeed; returns what it says."""
        return subprocess.run(["nsenter", f"--net={self.namespace}", "--", *command], check=True,
                              text=True, capture_output=True, timeout=BOUND_S, **more).stdout

    def start(self, *options, environment=None):
        with open(self.log, "ab") as log:
            # pylint: disable=consider-using-with, subprocess-popen-preexec-fn
            self.process = subprocess.Popen(
                ["nsenter", f"--net={self.namespace}", "--", KITHD, "-c", self.conf,
                 "--state", self.state, "--socket", self.socket, "--log", "text", *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=_die_with_parent,
                env={**os.environ, **(environment or {})})

    def stop(self, number=signal.SIGTERM):
        """Ends kithd; returns its exit status."""
        self.process.send_signal(number)
        return self.end()

    def end(self):
        status = self.process.wait(BOUND_S)
        self.process = None
        return status

    def kill(self):
        self.stop(signal.SIGKILL)

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def ask(self, *words):
        """Starts a question; Lab.answers() reads it."""
        return subprocess.Popen([KITH, "--socket", self.socket, *words, "--json"], text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)

    def kith(self, *words):
        """The document that kith prints."""
        with self.ask(*words) as process:
            return json.loads(process.communicate(timeout=BOUND_S)[0])

    def stats(self, *counters):
        """The sum of these counters."""
        told = self.kith("stats")["stats"]
        total = 0
        for counter in counters:
            group, name = counter.split(".")
            total += told[group][name]
        return total

    def knows_on_disk(self, host):
        """Whether what it keeps over a restart has this host's certificate."""
        kept = os.path.join(self.state, "kept")
        if not os.path.exists(kept):
            return False
        with open(kept, "rb") as file:
            return bytes([len(host.name)]) + host.name.encode() in file.read()

    def log_tail(self, lines=25):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return "".join(log.readlines()[-lines:])


# ---- a cluster of them


class Lab:
    def __init__(self, hosts=5, families="46", seed=1, cluster=True):
        self.directory = tempfile.TemporaryDirectory(prefix="kith-lab.")
        self.net, self.hosts, self.members, self.seed = None, [], [], seed
        with open(os.path.join(self.directory.name, "kith.conf"), "w", encoding="utf-8"):
            pass
        try:
            self.net = Net(hosts, seed)
            self.hosts = [Host(i + 1, namespace, self.directory.name, families)
                          for i, namespace in enumerate(self.net.namespaces)]
            if cluster:
                self.members = self.hosts
                self.admit(self.members)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for host in self.hosts:
            if host.process is not None:
                host.kill()
        if self.net is not None:
            self.net.close()
        self.directory.cleanup()

    def admit(self, members, seeds=None, name="lab", zones=None):
        """Makes a cluster of them. They know the first one's address, or these seeds; their
        certificates name zones, {host: zone}, or none."""
        def kith(*words, **more):
            return subprocess.run([KITH, *words], check=True, text=True, capture_output=True,
                                  timeout=BOUND_S, **more).stdout

        authority = os.path.join(self.directory.name, name + ".authority")
        seeds = seeds or [members[0].seed()]

        def zone(host):
            return ["--zone", zones[host]] if zones else []

        kith("init", name, "--name", members[0].name, "--state", members[0].state, *zone(members[0]),
             "--authority", authority, *(word for s in seeds for word in ("--seed", s)))
        for host in members[1:]:
            kith("join", "-", "--state", host.state,
                 input=kith("admit", host.name, *zone(host), "--authority", authority))

    def start(self, hosts):
        """Starts those that do not run; they are the members that all have to see."""
        self.members = hosts
        for host in hosts:
            if host.process is None:
                host.start()

    def wait_kept(self):
        """Claims that each comes to have all others on its disk."""
        wait_for(lambda: all(h.knows_on_disk(other) for h in self.hosts for other in self.hosts
                             if other is not h), 120, "each has put on disk whom it knows")

    def unknown_at_start(self, host):
        """The names that the first answer of a host that was just started lacks, besides its own:
        it lists itself once it signs."""
        view = {}

        def answers():
            view.update(self.views([host])[host])
            return bool(view)

        becomes_true(answers, BOUND_S)
        return {h.name for h in self.hosts} - set(view) - {host.name}

    def running(self):
        return [h for h in self.members if h.process is not None]

    def views(self, viewers=None):
        """{host: {name: member}}; a host that does not answer has an empty view."""
        asked = [(h, h.ask("members", "--all")) for h in viewers or self.running()]
        views = {}
        for host, process in asked:
            with process:
                answer = json.loads(process.communicate(timeout=BOUND_S)[0])
            views[host] = {m["name"]: m for m in answer.get("members", [])}
        return views

    def all_see_all(self, viewers=None):
        """Whether those that run see each other alive, and nobody else."""
        names = {h.name for h in self.running()}
        return all({m["name"] for m in view.values() if m["state"] == "alive"} == names
                   for view in self.views(viewers).values())

    def wait_all(self, within_s, claim):
        took = wait_for(self.all_see_all, within_s, claim)
        if took is None:
            self.tell()
        return took

    def wait_verdict(self, viewer, seen, verdict, claim):
        """Waits until `kith why` concludes so at this host."""
        took = wait_for(lambda: viewer.kith("why", seen.name)["verdict"] == verdict, 60, claim)
        if took is None:
            say(f"    but: {viewer.kith('why', seen.name)}")
        return took

    def wait_seen(self, seen, state, within_s, claim=None, by=None, since=None):
        """Waits until `by` (the others that run) see this host, or each of these, in that state.

        Returns, of each pair, the seconds that it took after `since` (the call), as the viewers
        tell the age of the state: a slow poll does not lengthen it. None if it did not happen."""
        seen = seen if isinstance(seen, list) else [seen]
        left = list(by or (h for h in self.running() if h not in seen))
        began, taken = since or time.monotonic(), []
        while left and time.monotonic() - began < within_s:
            views, now = self.views(left), time.monotonic() - began
            for viewer, view in views.items():
                about = [view[h.name] for h in seen if h.name in view]
                if len(about) == len(seen) and all(m["state"] == state for m in about):
                    left.remove(viewer)
                    taken += [max(0.0, now - m["state_age_ms"] / 1000) for m in about]
            time.sleep(0.05 if len(left) < 10 else 0.3)
        if claim is not None:
            check(claim, not left, f"not within {within_s} s at {[h.name for h in left]}")
        if left:
            self.tell()
            return None
        say(f"    after {max(taken):.1f} s")
        return taken

    def stats(self, *counters):
        """The sum of these counters over all that run."""
        return sum(h.stats(*counters) for h in self.running())

    def failures(self, besides=None):
        """How many verdicts "failed" there were in the lives of those that run. What a host counted
        ends with its kithd: leave out the one that is to be stopped in between."""
        return sum(h.stats("node.members_failed") for h in self.running() if h is not besides)

    def convicted(self, besides):
        """Who was concluded failed so far, at whom and when, as the logs tell: all but this one."""
        return {f"{h.name}: {line}" for h in self.hosts for line in h.log_tail(100000).splitlines()
                if " member.failed " in line and f" node={besides.name} " not in line}

    def wait_rounds(self, count, within_s, claim):
        """Waits until each has probed so often from now on: the time in which a fault works."""
        until = {h: h.stats("node.rounds") + count for h in self.running()}
        return wait_for(lambda: all(h.stats("node.rounds") >= n for h, n in until.items()),
                        within_s, claim)

    def casualties(self):
        """What no fault of the network excuses: a kithd that ended by itself, or cried out."""
        found = [f"{h.name} ended with {h.process.poll()}" for h in self.hosts
                 if h.process is not None and h.process.poll() is not None]
        for host in self.hosts:
            if os.path.exists(host.log):
                with open(host.log, encoding="utf-8", errors="replace") as log:
                    found += [f"{host.name}: {line}" for line in log
                              if any(cry in line for cry in CRIES)]
        return found

    def tell(self):
        """The views and logs, for whoever looks for a fault."""
        for viewer, view in self.views().items():
            say(f"{viewer.name}: " + " ".join(f"{n}={m['state']}" for n, m in view.items()))
        for host in self.hosts[:8]:
            if os.path.exists(host.log):
                say(f"--- log of {host.name}\n{host.log_tail()}")

    def recover(self):
        """A whole network, all members up, all seen by all: whether it comes to that."""
        self.net.heal()
        self.start(self.members)
        return becomes_true(self.all_see_all, BOUND_S) is not None


# ---- stories


def _ready():
    """Leaves, with the reason, where there can be no lab."""
    for program, package in (("ip", "iproute2"), ("nsenter", "util-linux")):
        if shutil.which(program) is None:
            raise Unavailable(f"{program} is not installed (Debian: {package})")
    in_own_users = ["unshare", "--user", "--map-root-user", "--"]
    if os.geteuid() != 0:
        if subprocess.run([*in_own_users, "true"], capture_output=True, check=False).returncode:
            raise Unavailable("wants root, or user namespaces")
        os.execvp("unshare", [*in_own_users, sys.executable, *sys.argv])


def tell_story(lab, story):
    name = story.__name__.replace("_", " ")
    began = time.monotonic()
    try:
        if lab.recover():
            story(lab)
        else:
            check(f"{name}: all see all before it", False)
            lab.tell()
    except Exception:  # pylint: disable=broad-exception-caught
        check(name, False, traceback.format_exc())
        lab.tell()
    say(f"{name}: {time.monotonic() - began:.1f} s")


def scene(stories, **options):
    """Stories told in one lab: run(scene(...), scene(...))."""
    return stories, options


def run(*scenes):
    """Tells them, or the stories that are named on the command line, and exits."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    seed = int(os.environ.get("LAB_SEED", "1"))
    try:
        _ready()
        say(f"LAB_SEED={seed}")
        for stories, options in scenes:
            stories = [s for s in stories if not sys.argv[1:] or s.__name__ in sys.argv[1:]]
            if not stories:
                continue
            with Lab(seed=seed, **options) as lab:
                if lab.members and not check(f"{len(lab.hosts)} hosts join through one seed",
                                             lab.recover()):
                    lab.tell()
                for story in stories:
                    tell_story(lab, story)
                fallen = lab.casualties()
                check("no kithd fell", not fallen, "\n".join(fallen))
    except Unavailable as reason:
        print(f"1..0 # SKIP {reason}")
        sys.exit(0)
    print(f"1..{_count}")
    sys.exit(_failed != 0)
