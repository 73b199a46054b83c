#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The DNS over TCP as dig does not speak it: dns_tcp.py PORT NAME, TAP on standard output.

NAME has a long SRV answer.
"""

import select
import socket
import struct
import sys

PORT, NAME = int(sys.argv[1]), sys.argv[2]
PATIENCE_S = 20  # a bound for slow machines, no claim
CONNECTIONS_MAX = 64
count = 0


def check(name, is_good):
    global count
    count += 1
    print(f"{'ok' if is_good else 'not ok'} {count} - {name}", flush=True)


def query(ident, name, qtype):
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    message = struct.pack(">6H", ident, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", qtype, 1)
    return struct.pack(">H", len(message)) + message


def connect():
    s = socket.create_connection(("127.0.0.1", PORT))
    s.settimeout(PATIENCE_S)
    return s


def read(s, length):
    got = b""
    while len(got) < length:
        piece = s.recv(length - len(got))
        if not piece:
            return None
        got += piece
    return got


def answer(s):
    """(id, rcode, answers) of the next message, or None at the end."""
    head = read(s, 2)
    if head is None:
        return None
    message = read(s, struct.unpack(">H", head)[0])
    ident, flags, _, answers = struct.unpack(">4H", message[:8])
    return ident, flags & 0xF, answers


def is_closed(s):
    try:
        return s.recv(1) == b""
    except ConnectionResetError:
        return True


s = connect()
s.sendall(query(1, NAME, 33) + query(2, NAME, 16) + query(3, "example.com", 1))
told = [answer(s) for _ in range(3)]
check("questions sent at once are answered in their order", [t[0] for t in told] == [1, 2, 3])
check("each by itself", [t[1] for t in told] == [0, 0, 5])
for byte in query(4, NAME, 33):
    s.sendall(bytes([byte]))
check("one that comes byte by byte is answered", answer(s) == (4, 0, told[0][2]))
s.shutdown(socket.SHUT_WR)
check("who asks no more is let go", answer(s) is None)

s = connect()
s.sendall(query(5, NAME, 33))
s.shutdown(socket.SHUT_WR)
check("who asked before that is answered", answer(s) == (5, 0, told[0][2]) and answer(s) is None)

s = connect()
s.sendall(struct.pack(">H", 513) + bytes(64))
check("a question of 513 bytes ends the connection", is_closed(s))
s = connect()
s.sendall(struct.pack(">H", 12) + struct.pack(">6H", 6, 0x8100, 0, 0, 0, 0))
check("so does an answer", is_closed(s))

# Answers pile up until neither side's buffers take more; then all of them come.
s = connect()
s.setblocking(False)
many = query(7, NAME, 33)
sent, pending = 0, b""
while True:
    if not pending:
        pending = many
    if not select.select([], [s], [], 0.5)[1]:
        break
    pending = pending[s.send(pending):]
    sent += not pending
    if sent > 100000:
        break
s.setblocking(True)
s.settimeout(PATIENCE_S)
s.shutdown(socket.SHUT_WR)
check("who does not read is not read from", sent < 100000)
got = 0
while got < sent and answer(s) == (7, 0, told[0][2]):
    got += 1
check("and is answered once he reads", got == sent)

idle = [connect() for _ in range(CONNECTIONS_MAX)]
for c in idle[1:]:
    c.sendall(query(8, NAME, 16))
check("as many as there may be are served", all(answer(c)[0] == 8 for c in idle[1:]))
late = connect()
late.sendall(query(9, NAME, 16))
check("one more is served, too", answer(late)[0] == 9)
check("in the place of the one that asked nothing for longest", is_closed(idle[0]))
idle[1].sendall(query(10, NAME, 16))
check("the others stay", answer(idle[1])[0] == 10)

print(f"1..{count}")
