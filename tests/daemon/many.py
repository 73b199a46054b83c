#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""How fast many daemons on one machine, started at once with one seed, all see all.

many.py ROUNDS COUNT...     prints figures; targets: 30 in 2 s, 100 in 4 s. A run is judged by what
the daemons log, so that asking them does not slow them down. That all see all is claimed, its time
is not: it is the machine's, too.
"""

import datetime
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time

BOUND_S = 120
BUILD = os.environ["top_builddir"]
KITH = os.path.join(BUILD, "kith")
# The program itself: libtool's wrapper around it takes longer to start than kithd.
LIBS = os.path.join(BUILD, ".libs")
KITHD = os.path.join(LIBS, "kithd")


class Daemon:
    def __init__(self, directory, index):
        self.name, self.port = f"n{index}", 20000 + index
        self.state = os.path.join(directory, self.name)
        self.log = self.state + ".log"
        self.process = None

    def start(self, conf):
        """In the state of somebody who was just admitted."""
        if os.path.exists(os.path.join(self.state, "kept")):
            os.unlink(os.path.join(self.state, "kept"))
        with open(self.log, "wb") as log:
            # pylint: disable=consider-using-with
            self.process = subprocess.Popen(
                [KITHD, "-c", conf, "--state", self.state, "--socket", self.state + ".sock",
                 "--log", "json", "-o", f"network.listen=127.0.0.1:{self.port}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, "LD_LIBRARY_PATH": LIBS})

    def seen(self):
        """{name: when it was first seen}."""
        when = {}
        with open(self.log, encoding="utf-8") as log:
            for line in log:
                if not line.endswith("\n"):
                    break
                said = json.loads(line)
                if said["id"] == "member.joined":
                    when.setdefault(said["node"], datetime.datetime.fromisoformat(
                        said["time"].replace("Z", "+00:00")).timestamp())
        return when


def kith(*words, **more):
    return subprocess.run([KITH, *words], check=True, text=True, capture_output=True, **more).stdout


def make(directory, count):
    daemons = [Daemon(directory, i) for i in range(count)]
    authority = os.path.join(directory, "many.authority")
    kith("init", "many", "--name", "n0", "--state", daemons[0].state, "--authority", authority,
         "--seed", f"127.0.0.1:{daemons[0].port}")
    for daemon in daemons[1:]:
        kith("join", "-", "--state", daemon.state,
             input=kith("admit", daemon.name, "--authority", authority))
    return daemons


def one_round(daemons, conf):
    """Seconds until all see all, or None."""
    began = time.time()
    try:
        for daemon in daemons:
            daemon.start(conf)
        while time.time() - began < BOUND_S:
            time.sleep(0.5)
            seen = [daemon.seen() for daemon in daemons]
            if all(len(when) == len(daemons) - 1 for when in seen):
                return max(max(when.values()) for when in seen) - began
        return None
    finally:
        for daemon in daemons:
            daemon.process.send_signal(signal.SIGKILL)
        for daemon in daemons:
            daemon.process.wait()


def main(rounds, counts):
    failed = 0
    for number, count in enumerate(counts, 1):
        with tempfile.TemporaryDirectory(prefix="kith-many.") as directory:
            conf = os.path.join(directory, "kith.conf")
            with open(conf, "w", encoding="utf-8"):
                pass
            daemons = make(directory, count)
            took = [one_round(daemons, conf) for _ in range(rounds)]
        missed = took.count(None)
        failed += missed > 0
        print(f"{'not ok' if missed else 'ok'} {number} - {count} daemons started at once all see "
              f"all, {rounds} times")
        if not missed:
            print(f"# {count} daemons: median {statistics.median(took):.2f} s, highest "
                  f"{max(took):.2f} s of {rounds}", flush=True)
    print(f"1..{len(counts)}")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), [int(count) for count in sys.argv[2:]]))
