#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A kithd that says what a script tells it to: fake_kithd.py SOCKET SCRIPT.json [LOG]

SCRIPT maps a command to its answer:

    {"kith.status": {"body": {...}},                    the header's Error is ""
     "kith.why":    {"error": "text", "body": {...}},
     "kith.stats":  {"raw": "dd03000000"},              bytes in hex instead of header and body
     "kith.leave":  {"silent": true},                   no answer at all
     "kith.join":   {"close": true},                    hangs up
     "kith.members": [{...}, {...}]}                    one after the other, the last one again

A body {"repeat": N, "item": ...} inside a list stands for N copies. LOG gets a line of JSON for
each request. It writes msgpack by itself, so it shares no mistake with the code under test.
"""

import json
import os
import socket
import struct
import sys
import threading


def pack(value):
    if value is None:
        return b"\xc0"
    if value is True or value is False:
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        if 0 <= value < 128:
            return bytes([value])
        return struct.pack(">Bq" if value < 0 else ">BQ", 0xD3 if value < 0 else 0xCF, value)
    if isinstance(value, float):
        return struct.pack(">Bd", 0xCB, value)
    if isinstance(value, str):
        data = value.encode()
        return struct.pack(">BI", 0xDB, len(data)) + data
    if isinstance(value, list):
        items = []
        for item in value:
            if isinstance(item, dict) and "repeat" in item:
                items += [pack(item["item"])] * item["repeat"]
            else:
                items.append(pack(item))
        return struct.pack(">BI", 0xDD, len(items)) + b"".join(items)
    return struct.pack(">BI", 0xDF, len(value)) + b"".join(
        pack(key) + pack(item) for key, item in value.items())


class Reader:
    """One value after the other from a socket."""

    def __init__(self, conn):
        self.conn = conn
        self.ahead = b""

    def take(self, count):
        while len(self.ahead) < count:
            more = self.conn.recv(65536)
            if not more:
                raise EOFError
            self.ahead += more
        data, self.ahead = self.ahead[:count], self.ahead[count:]
        return data

    def number(self, form):
        return struct.unpack(">" + form, self.take(struct.calcsize(form)))[0]

    def value(self):
        head = self.take(1)[0]
        if head < 0x80:
            return head
        if head < 0x90:
            return {self.value(): self.value() for _ in range(head & 15)}
        if head < 0xA0:
            return [self.value() for _ in range(head & 15)]
        if head < 0xC0:
            return self.take(head & 31).decode()
        if head >= 0xE0:
            return head - 256
        words = {0xC0: None, 0xC2: False, 0xC3: True}
        if head in words:
            return words[head]
        numbers = {0xCB: "d", 0xCC: "B", 0xCD: "H", 0xCE: "I", 0xCF: "Q",
                   0xD0: "b", 0xD1: "h", 0xD2: "i", 0xD3: "q"}
        if head in numbers:
            return self.number(numbers[head])
        lengths = {0xD9: "B", 0xDA: "H", 0xDB: "I"}
        if head in lengths:
            return self.take(self.number(lengths[head])).decode()
        if head in (0xDC, 0xDD):
            return [self.value() for _ in range(self.number("HI"[head - 0xDC]))]
        if head in (0xDE, 0xDF):
            count = self.number("HI"[head - 0xDE])
            return {self.value(): self.value() for _ in range(count)}
        raise ValueError(hex(head))


class Fake:
    def __init__(self, script, log):
        self.script = script
        self.log = log
        self.lock = threading.Lock()

    def step(self, command):
        answer = self.script.get(command, {"error": "Unsupported command"})
        if isinstance(answer, list):
            with self.lock:
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
        return answer

    def serve(self, conn):
        reader = Reader(conn)
        try:
            while True:
                header = reader.value()
                command = header["Command"]
                body = reader.value()
                if self.log:
                    with self.lock, open(self.log, "a", encoding="utf-8") as log:
                        log.write(json.dumps({"command": command, "body": body}) + "\n")
                if command == "handshake" and command not in self.script:
                    conn.sendall(pack({"Seq": header["Seq"], "Error": ""}))
                    continue
                answer = self.step(command)
                if answer.get("silent"):
                    continue
                if answer.get("close"):
                    return
                if "raw" in answer:
                    conn.sendall(bytes.fromhex(answer["raw"]))
                    continue
                data = pack({"Seq": header["Seq"], "Error": answer.get("error", "")})
                if "body" in answer:
                    data += pack(answer["body"])
                # In two pieces that part a value, as a slow peer would.
                conn.sendall(data[:len(data) // 2])
                conn.sendall(data[len(data) // 2:])
        except (EOFError, OSError):
            pass
        finally:
            conn.close()


def main():
    path, script = sys.argv[1], sys.argv[2]
    with open(script, encoding="utf-8") as f:
        fake = Fake(json.load(f), sys.argv[3] if len(sys.argv) > 3 else None)
    if os.path.exists(path):
        os.unlink(path)
    server = socket.socket(socket.AF_UNIX)
    server.bind(path + ".new")
    server.listen(16)
    os.rename(path + ".new", path)  # who sees the socket can connect
    while True:
        conn, _ = server.accept()
        threading.Thread(target=fake.serve, args=(conn,), daemon=True).start()


main()
