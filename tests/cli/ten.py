#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Ten daemons on loopback, killed and restarted in turn.

Made with kith init, admit and join as an operator would. Every `kith members --json` on the way is
one valid JSON document; after each kill and each restart all views agree; stock `serf members`,
asking the same daemon over TCP, tells the same. Waits are for states, with generous bounds.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

COUNT = 10
BOUND_S = 120  # a crash is agreed upon within some seconds; a loaded machine gets more

builddir = os.environ["top_builddir"]
KITH = os.environ.get("KITH", os.path.join(builddir, "kith"))
KITHD = os.environ.get("KITHD", os.path.join(builddir, "kithd"))
SERF = shutil.which("serf")


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def check(self, name, ok, why=""):
        self.count += 1
        self.failed += not ok
        print(f"{'ok' if ok else 'not ok'} {self.count} - {name}", flush=True)
        if not ok and why:
            print("\n".join("# " + line for line in str(why).splitlines()), flush=True)

    def skip(self, name, reason):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {reason}", flush=True)


def free_port(taken):
    """Free for UDP and TCP alike."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            port = tcp.getsockname()[1]
            try:
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in taken:
            taken.add(port)
            return port


class Node:
    def __init__(self, index, directory, taken):
        self.name = f"n{index}"
        self.dir = directory
        self.port, self.rpc_port = free_port(taken), free_port(taken)
        self.state = os.path.join(directory, self.name)
        self.socket = os.path.join(directory, self.name + ".sock")
        self.log = os.path.join(directory, self.name + ".log")
        self.process = None

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [KITHD, "-c", os.path.join(self.dir, "kith.conf"), "--state", self.state,
                 "--socket", self.socket, "-o", f"network.listen=127.0.0.1:{self.port}",
                 "-o", f"rpc.listen=127.0.0.1:{self.rpc_port}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def stop(self, number):
        self.process.send_signal(number)
        self.process.wait(BOUND_S)
        self.process = None

    def kith(self, *words):
        return subprocess.run([KITH, "--socket", self.socket, *words], capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, timeout=BOUND_S, check=False)


class Views:
    """Asks for members, and remembers every answer that was not one JSON document."""

    def __init__(self):
        self.asked, self.bad = 0, []

    def of(self, node, *words):
        """{name: state}, or None when kithd did not answer."""
        done = node.kith("members", "--json", *words)
        self.asked += 1
        try:
            assert done.stdout.endswith("\n") and done.stdout.count("\n") == 1
            answer = json.loads(done.stdout)
            assert answer["v"] == 1 and answer["ok"] == (done.returncode in (0, 1))
            if answer["ok"]:
                return {m["name"]: m["state"] for m in answer["members"]}
            assert answer["error"]["exit"] == done.returncode
        except (AssertionError, ValueError, KeyError) as error:
            self.bad.append(f"{node.name}: {error!r}: {done.stdout!r} {done.stderr!r}")
        return None

    def until(self, nodes, want):
        """Whether all come to see what want() accepts; with the last views otherwise."""
        end = time.monotonic() + BOUND_S
        while True:
            views = {n.name: self.of(n) for n in nodes}
            if all(view is not None and want(view) for view in views.values()):
                return True, views
            if time.monotonic() > end:
                return False, views
            time.sleep(0.1)


def make(directory):
    """Ten members' files; the first one is everybody's seed."""
    taken = set()
    nodes = [Node(i, directory, taken) for i in range(COUNT)]
    with open(os.path.join(directory, "kith.conf"), "w", encoding="utf-8") as conf:
        conf.write("[log]\nformat = text\n")

    def kith(*words, **more):
        return subprocess.run([KITH, *words], cwd=directory, check=True, timeout=BOUND_S,
                              capture_output=True, **more).stdout

    kith("init", "ten", "--name", "n0", "--seed", f"127.0.0.1:{nodes[0].port}",
         "--state", nodes[0].state)
    for node in nodes[1:]:
        kith("join", "-", "--state", node.state,
             input=kith("admit", node.name, "--seed", f"127.0.0.1:{nodes[1].port}"))
    return nodes


def all_alive(view):
    return len(view) == COUNT and set(view.values()) == {"alive"}


def serf_view(node):
    done = subprocess.run([SERF, "members", f"-rpc-addr=127.0.0.1:{node.rpc_port}",
                           "-format=json"], capture_output=True, text=True, timeout=BOUND_S,
                          check=False)
    if done.returncode != 0:
        return done.stdout + done.stderr
    return {m["name"]: m["status"] for m in json.loads(done.stdout)["members"]}


def check_serf(tap, views, nodes, when):
    """Serf has no suspicion: it calls a suspect alive."""
    if SERF is None:
        tap.skip(f"serf members agrees {when}", "serf is not installed")
        return
    told, ours = {}, {}
    for node in nodes:
        told[node.name] = serf_view(node)
        ours[node.name] = views.of(node, "--all")
    tap.check(f"serf members agrees {when}", told == ours, f"serf: {told}\nkith: {ours}")


def ping(node, target):
    """Exit code, and {way: result}."""
    done = node.kith("ping", target.name, "--json")
    answer = json.loads(done.stdout)["rounds"][0]
    return done.returncode, {way: answer[way]["result"] for way in ("direct", "via", "tcp")}


def restart_in_turn(tap, views, nodes):
    for i, node in enumerate(nodes):
        others = [n for n in nodes if n is not node]
        hard = i % 2 == 0
        node.stop(signal.SIGKILL if hard else signal.SIGTERM)
        gone = ("failed",) if hard else ("restarting", "left")
        good, seen = views.until(others, lambda view, node=node, gone=gone:
                                 view.get(node.name, "left") in gone)
        tap.check(f"{node.name} {'killed' if hard else 'stopped'}: all others agree", good, seen)
        if i == 0:
            check_serf(tap, views, others, "that it failed")
            code, ways = ping(others[0], node)
            tap.check("a killed one is pinged in vain: its host is up, its daemon is not", code == 1 and
                      ways == {"direct": "silent", "via": "nacked", "tcp": "refused"}, ways)
            tap.check("and is failed as before", views.of(others[0])[node.name] == "failed")
            down = node.kith("members", "--json")
            tap.check("who asks it meets one document of an error", down.returncode == 3 and
                      json.loads(down.stdout)["error"]["code"] == "daemon_down", down)
        node.start()
        good, seen = views.until(nodes, all_alive)
        tap.check(f"{node.name} restarted: all see all", good, seen)


def leave(tap, views, nodes):
    last, others = nodes[-1], nodes[:-1]
    done = last.kith("leave", "--json")
    tap.check("leave", done.returncode == 0 and json.loads(done.stdout)["left"] is True, done)
    tap.check("and its kithd ends well", last.process.wait(BOUND_S) == 0)
    last.process = None
    good, seen = views.until(others, lambda view: set(view.values()) == {"alive"} and
                             len(view) == COUNT - 1)
    tap.check("all others list it no more", good, seen)
    good = all((views.of(n, "--all") or {}).get(last.name) == "left" for n in others)
    tap.check("and with --all as left", good)
    check_serf(tap, views, others, "that it left")


def run(tap, directory):
    nodes, views = make(directory), Views()
    try:
        for node in nodes:
            node.start()
        good, seen = views.until(nodes, all_alive)
        tap.check("ten daemons find each other", good, seen)
        if good:
            check_serf(tap, views, nodes, "on all of them")
            why = nodes[0].kith("why", nodes[3].name, "--json")
            tap.check("why of a living member", why.returncode == 0 and
                      json.loads(why.stdout)["member"]["state"] == "alive", why)
            code, ways = ping(nodes[0], nodes[3])
            tap.check("ping of a living member, by each way", code == 0 and
                      set(ways.values()) == {"answered"}, ways)
            restart_in_turn(tap, views, nodes)
            leave(tap, views, nodes)
        tap.check(f"each of {views.asked} answers was one JSON document", not views.bad,
                  "\n".join(views.bad[:10]))
    finally:
        for node in nodes:
            if node.process is not None:
                node.process.kill()
                node.process.wait()
        if tap.failed:
            for node in nodes:
                with open(node.log, encoding="utf-8", errors="replace") as log:
                    print(f"# --- {node.name}\n" + "".join("# " + line for line in log), end="")


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="kith-ten.") as directory:
        run(tap, directory)
    print(f"1..{tap.count}")
    sys.exit(tap.failed != 0)


main()
