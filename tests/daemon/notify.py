#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What a service manager hears of kithd: sd_notify(3), with the test as the manager."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

KITHD = os.path.join(os.environ["top_builddir"], "kithd")
PATIENCE_S = 30  # a bound for slow machines, no claim
count = 0


def check(name, is_good):
    global count
    count += 1
    print(f"{'ok' if is_good else 'not ok'} {count} - {name}", flush=True)


class Manager:
    """One kithd under a manager whose socket has this address."""

    def __init__(self, tmp, address, **environment):
        self.said = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(0.1)
        self.socket.bind(address.replace("@", "\0", 1))
        self.log = open(os.path.join(tmp, "log"), "w+", encoding="utf-8")
        self.config = os.path.join(tmp, "conf")
        with open(self.config, "w", encoding="utf-8") as f:
            f.write("[node]\ntag = a=1\n")
        self.kithd = subprocess.Popen(
            [KITHD, "--dev", "-c", self.config],
            env=dict(os.environ, NOTIFY_SOCKET=address, TMPDIR=tmp, **environment),
            stdout=self.log, stderr=self.log)

    def hears(self, state, times=1):
        """Whether it hears the state so often from now on, or has unheard."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                self.said.append(self.socket.recv(4096).decode())
            except TimeoutError:
                continue
            if self.said[-1].split("\n", maxsplit=1)[0] == state:
                times -= 1
                if times == 0:
                    return True
        print(f"# heard only {self.said}")
        return False

    def end(self):
        code = self.kithd.wait(PATIENCE_S)
        self.socket.close()
        self.log.close()
        return code


def main():
    with tempfile.TemporaryDirectory() as tmp:
        m = Manager(tmp, os.path.join(tmp, "notify"), WATCHDOG_USEC="200000")
        check("it is ready", m.hears("READY=1"))
        check("it was never ready before that", m.said == ["READY=1"])
        check("its watchdog is fed again and again", m.hears("WATCHDOG=1", 3))
        before_us = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        m.kithd.send_signal(signal.SIGHUP)
        check("it says that it reloads", m.hears("RELOADING=1"))
        stamp = m.said[-1].split("\n")[1].split("=")
        check("and when", stamp[0] == "MONOTONIC_USEC" and before_us <= int(stamp[1])
              <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000)
        check("and that it has", m.hears("READY=1"))
        with open(m.config, "w", encoding="utf-8") as f:
            f.write("[node]\ntags = wrong\n")
        m.kithd.send_signal(signal.SIGHUP)
        check("a reload that fails begins", m.hears("RELOADING=1"))
        check("and ends as well", m.hears("READY=1"))
        m.kithd.send_signal(signal.SIGTERM)
        check("it says that it stops", m.hears("STOPPING=1"))
        check("and does", m.end() == 0)

    with tempfile.TemporaryDirectory() as tmp:
        m = Manager(tmp, f"@kith-test-{os.getpid()}", WATCHDOG_USEC="200000", WATCHDOG_PID="1")
        check("an abstract socket is one, too", m.hears("READY=1"))
        m.kithd.send_signal(signal.SIGQUIT)
        check("a stop without a word to others is told", m.hears("STOPPING=1"))
        check("another process's watchdog is not fed", "WATCHDOG=1" not in m.said)
        m.end()
    print(f"1..{count}")


if sys.platform != "linux":
    print("1..0 # SKIP abstract sockets are Linux's")
else:
    main()
