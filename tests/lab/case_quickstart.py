#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""kith-quickstart(7), word for word: each command of the page is typed on the host it names.

Two hosts with nothing but their names and kith installed. What the page takes for granted is made
here: an empty configuration and state directory each, a default route, and an scp that knows the way
to b.
"""

import os
import re
import subprocess
import tempfile

from lab import KITH, KITHD, check, run, say, scene

PAGE = os.path.join(os.environ.get("top_srcdir", "."), "man", "kith-quickstart.7")
PROMPT = re.compile(r"^([ab])# (.*)$")
BOUND_S = 120  # for one command; kith itself waits 30 s at most


def commands():
    with open(PAGE, encoding="utf-8") as page:
        return [m.groups() for m in map(PROMPT.match, page) if m]


def directories():
    """Where kith keeps its files unless it is told otherwise."""
    with tempfile.NamedTemporaryFile(suffix=".conf") as empty:
        shown = subprocess.run([KITHD, "-c", empty.name, "--print-config"], check=True, text=True,
                               capture_output=True).stdout
    state = os.path.dirname(re.search(r"^join-file = (\S+)", shown, re.M).group(1))
    control = os.path.dirname(re.search(r"^socket = (\S+)", shown, re.M).group(1))
    return [state.removesuffix("/var/lib/kith") + "/etc/kith", state, control]


def program(path, name, line):
    with open(os.path.join(path, name), "w", encoding="utf-8") as script:
        script.write(f"#!/bin/sh\n{line}\n")
    os.chmod(script.name, 0o755)


class Terminal:
    """A root shell on a host, with its own name and its own copies of these directories."""

    def __init__(self, host, name, home, path, mounts):
        self.name = name
        # pylint: disable=consider-using-with
        self.shell = subprocess.Popen(
            ["nsenter", f"--net={host.namespace}", "--", "unshare", "--mount", "--uts", "--",
             "bash", "-m"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, cwd=home,
            env={**os.environ, "PATH": path + ":" + os.environ["PATH"], "HOME": home})
        for directory in mounts:
            self.type(f"mount -t tmpfs -o mode=755 none {directory}")
        self.type(f"echo {name} >/proc/sys/kernel/hostname")
        self.type("ip route add default dev kith0")

    def type(self, command):
        """Its exit status and what it printed."""
        self.shell.stdin.write(command + "\nprintf '\\nexit:%d\\n' $?\n")
        self.shell.stdin.flush()
        said = []
        for line in self.shell.stdout:
            if line.startswith("exit:"):
                return int(line[5:]), "".join(said)
            said.append(line)
        raise RuntimeError(f"the shell of {self.name} is gone: {''.join(said)}")

    def close(self):
        self.shell.stdin.write("kill %1 2>/dev/null; wait\nexit\n")
        self.shell.stdin.close()
        self.shell.stdout.read()
        self.shell.wait(BOUND_S)


def word_for_word(lab):
    mounts = directories()
    made = [d for d in mounts if not os.path.isdir(d)]
    for directory in made:
        os.makedirs(directory)
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "bin")
        homes = {name: os.path.join(place, name) for name in "ab"}
        for directory in (path, *homes.values()):
            os.mkdir(directory)
        program(path, "kith", f'exec {os.path.abspath(KITH)} "$@"')
        program(path, "kithd", f'exec {os.path.abspath(KITHD)} "$@" >>$HOME/kithd.log 2>&1')
        program(path, "scp", f'[ "$2" = b: ] && exec cp "$1" {homes["b"]}')
        terminals = {name: Terminal(host, name, homes[name], path, mounts)
                     for name, host in zip("ab", lab.hosts)}
        try:
            told = {}
            for name, command in commands():
                status, told[command] = terminals[name].type(command)
                if not check(f"{name}# {command}", status == 0, told[command]):
                    say(terminals[name].type("cat kithd.log")[1])
            members = told.get("kith members", "")
            check("both are listed as alive",
                  re.findall(r"^alive +(\S+)", members, re.M) == ["a", "b"], members)
            check("the reason tells that it was refused", "refused" in told.get("kith why b", ""),
                  told.get("kith why b"))
        finally:
            for terminal in terminals.values():
                terminal.close()
    for directory in reversed(made):
        os.removedirs(directory)


say(f"{len(commands())} commands")
run(scene([word_for_word], hosts=2, families="4", cluster=False))
