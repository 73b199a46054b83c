#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Reads kith's formats from the golden bytes in tests/vectors, without a line of kith's code.

kith_vectors.py [DIRECTORY]: opens every packet, message, frame and certificate there with the keys
that stand beside it, makes each one anew, and says in TAP what agreed. It is the second opinion on
the formats, and a place to copy from for a program of your own: each function is one line or one
paragraph of the specification, in kith-protocol(7).

Wants hashlib's BLAKE2b (any Python 3) and PyNaCl (Debian: python3-nacl).
"""

import hashlib
import os
import struct
import sys

from nacl import bindings as sodium

AEAD_SEAL = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt
AEAD_OPEN = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt
TAG_LEN = 16
SIG_LEN = 64
DATAGRAM_LEN = 1232


# ---- the two functions everything is made of


def H(n, label, key, *parts):
    """BLAKE2b of n bytes, the label as personalisation."""
    h = hashlib.blake2b(digest_size=n, person=label.encode().ljust(16, b"\0"), key=key)
    for part in parts:
        h.update(part)
    return h.digest()


def signed_text(label, cid, message):
    return label.encode().ljust(16, b"\0") + cid + message


def sign(label, cid, sk, message):
    return sodium.crypto_sign(signed_text(label, cid, message), sk)[:SIG_LEN]


def verify(label, cid, pk, message, sig):
    text = signed_text(label, cid, message)
    assert sodium.crypto_sign_open(sig + text, pk) == text


def key_pair(seed):
    """Ed25519: public and secret key."""
    return sodium.crypto_sign_seed_keypair(seed)


def cluster_id(name):
    return H(16, "kth.cluster", b"", name.encode())


def member_id(identity_pk):
    return H(16, "kth.member", b"", identity_pk)


def authority_id(authority_pk):
    return H(16, "kth.authority", b"", authority_pk)


# ---- the stream that secrets are drawn from: ChaCha20, nonce "LibsodiumDRG", key erased


def chacha20(key, nonce, n):
    def rotate(x, by):
        return ((x << by) | (x >> (32 - by))) & 0xFFFFFFFF

    def quarter(s, a, b, c, d):
        s[a] = (s[a] + s[b]) & 0xFFFFFFFF
        s[d] = rotate(s[d] ^ s[a], 16)
        s[c] = (s[c] + s[d]) & 0xFFFFFFFF
        s[b] = rotate(s[b] ^ s[c], 12)
        s[a] = (s[a] + s[b]) & 0xFFFFFFFF
        s[d] = rotate(s[d] ^ s[a], 8)
        s[c] = (s[c] + s[d]) & 0xFFFFFFFF
        s[b] = rotate(s[b] ^ s[c], 7)

    out = b""
    block = 0
    while len(out) < n:
        text = b"expand 32-byte k" + key + struct.pack("<I", block) + nonce
        start = list(struct.unpack("<16I", text))
        s = start[:]
        for _ in range(10):
            for a, b, c, d in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                               (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
                quarter(s, a, b, c, d)
        out += struct.pack("<16I", *((x + y) & 0xFFFFFFFF for x, y in zip(s, start)))
        block += 1
    return out[:n]


def draw(seed, n):
    """What is drawn, and the seed that replaces this one."""
    stream = chacha20(seed, b"LibsodiumDRG", 32 + n)
    return stream[32:], stream[:32]


# ---- reading bytes


class Reader:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def bytes(self, n):
        assert self.at + n <= len(self.data), "too short"
        self.at += n
        return self.data[self.at - n:self.at]

    def number(self, n):
        return int.from_bytes(self.bytes(n), "little")

    def text(self):
        return self.bytes(self.number(1)).decode("ascii")

    def rest(self):
        return self.bytes(len(self.data) - self.at)


# ---- certificate


def certificate_read(data):
    r = Reader(data)
    c = {"version": r.number(1), "rights": r.number(1), "issuer": r.bytes(16),
         "identity": r.bytes(32), "serial": r.number(8), "not-after": r.number(4),
         "name": r.text(), "zone": r.text(), "roles": r.text(), "sig": r.rest()}
    assert c["version"] == 1 and len(c["sig"]) == SIG_LEN
    return c


def certificate_verify(data, authority_pk, cid):
    c = certificate_read(data)
    assert c["issuer"] == authority_id(authority_pk)
    verify("kth.cert", cid, authority_pk, data[:-SIG_LEN], c["sig"])
    return c


def certificate_make(c, authority_seed, cid):
    pk, sk = key_pair(authority_seed)
    body = bytes([1, c["rights"]]) + authority_id(pk) + c["identity"]
    body += struct.pack("<QI", c["serial"], c["not-after"])
    for text in (c["name"], c["zone"], c["roles"]):
        body += bytes([len(text)]) + text.encode("ascii")
    return body + sign("kth.cert", cid, sk, body)


# ---- record


def record_read(data):
    r = Reader(data)
    head = {"version": r.number(1), "kind": r.number(1), "len": r.number(2),
            "owner": r.bytes(16), "epoch": r.number(4), "seq": r.number(4),
            "expires": r.number(4), "body": r.bytes(len(data) - 32 - SIG_LEN), "sig": r.rest()}
    assert head["version"] == 1 and head["len"] == len(data)
    return head


def record_verify(data, owner_pk, cid):
    head = record_read(data)
    assert head["owner"] == member_id(owner_pk)
    verify("kth.record", cid, owner_pk, data[:-SIG_LEN], head["sig"])
    return head


# ---- session and pair


def session_id(cid, mid, session_pk):
    return H(8, "kth.session", b"", cid, mid, session_pk)


def pair_keys(cid, own_mid, own_sk, peer_mid, peer_pk):
    """The keys to send and to receive with."""
    own_pk = sodium.crypto_scalarmult_base(own_sk)
    left, right = sorted([(own_mid, own_pk), (peer_mid, peer_pk)])
    dh = sodium.crypto_scalarmult(own_sk, peer_pk)
    both = H(64, "kth.pair", dh, cid, left[0], right[0], left[1], right[1])
    return (both[:32], both[32:]) if own_mid < peer_mid else (both[32:], both[:32])


# ---- datagrams


def gate(cluster_key, cid):
    return {"hint": H(1, "kth.ghint", b"", cluster_key),
            "udp": H(32, "kth.gate.udp", cluster_key, cid),
            "tcp": H(32, "kth.gate.tcp", cluster_key, cid)}


def data_seal(send_key, siv_key, receiver_sid, sender_sid, ctr, plain):
    head = b"\x11" + receiver_sid[:3] + sender_sid + struct.pack("<Q", ctr)
    head += H(8, "kth.siv", siv_key, head, plain)
    return head + AEAD_SEAL(plain, head, head[12:28] + bytes(8), send_key)


def data_open(recv_key, packet):
    """The counter and the plain text."""
    assert packet[0] == 0x11 and 44 <= len(packet) <= DATAGRAM_LEN
    head = packet[:28]
    plain = AEAD_OPEN(packet[28:], head, head[12:28] + bytes(8), recv_key)
    return int.from_bytes(head[12:20], "little"), plain


def intro_seal(g, siv_key, flags, certificate, record, data):
    plain = bytes([flags]) + struct.pack("<H", len(certificate)) + certificate
    plain += struct.pack("<H", len(record)) + record
    plain = plain.ljust(DATAGRAM_LEN - 28 - TAG_LEN - len(data), b"\0")
    head = b"\x12" + g["hint"] + struct.pack("<H", len(data))
    head += H(24, "kth.nonce", siv_key, plain, data)
    packet = head + AEAD_SEAL(plain, head, head[4:28], g["udp"]) + data
    assert len(packet) == DATAGRAM_LEN
    return packet


def intro_open(g, packet):
    """Flags, certificate, member record and the DATA packet that rides in it."""
    assert len(packet) == DATAGRAM_LEN and packet[0] == 0x12 and packet[1:2] == g["hint"]
    head = packet[:28]
    data_len = int.from_bytes(head[2:4], "little")
    sealed, data = packet[28:DATAGRAM_LEN - data_len], packet[DATAGRAM_LEN - data_len:]
    r = Reader(AEAD_OPEN(sealed, head, head[4:28], g["udp"]))
    flags = r.number(1)
    certificate = r.bytes(r.number(2))
    record = r.bytes(r.number(2))
    return flags, certificate, record, data


# ---- TCP: handshake and frames


def m1_seal(g, siv_key, e_pk):
    head = b"\x14" + g["hint"] + bytes(2) + H(24, "kth.nonce", siv_key, e_pk)
    return head + AEAD_SEAL(e_pk, head, head[4:28], g["tcp"])


def m1_open(g, m1):
    assert len(m1) == 76 and m1[0] == 0x14 and m1[1:2] == g["hint"] and m1[2:4] == bytes(2)
    return AEAD_OPEN(m1[28:], m1[:28], m1[4:28], g["tcp"])


def proof_seal(key, h, label, cid, identity_seed, certificate):
    pk, sk = key_pair(identity_seed)
    plain = certificate + sign(label, cid, sk, h + member_id(pk))
    length = struct.pack("<H", len(plain) + TAG_LEN)
    return length + AEAD_SEAL(plain, h + length, bytes(24), key)


def proof_open(key, h, label, cid, sealed):
    """The certificate, whose identity has signed this exchange; who it is, is yours to judge."""
    length = sealed[:2]
    assert int.from_bytes(length, "little") == len(sealed) - 2
    plain = AEAD_OPEN(sealed[2:], h + length, bytes(24), key)
    certificate, sig = plain[:-SIG_LEN], plain[-SIG_LEN:]
    pk = certificate_read(certificate)["identity"]
    verify(label, cid, pk, h + member_id(pk), sig)
    return certificate


class Handshake:
    """One side of it, from its ephemeral secret key; the same for both."""

    def __init__(self, cid, e_sk):
        self.cid = cid
        self.e_sk = e_sk
        self.e_pk = sodium.crypto_scalarmult_base(e_sk)

    def agree(self, m1, peer_pk, e_r):
        self.h1 = H(32, "kth.tcp.h1", b"", self.cid, m1, e_r)
        self.dh = sodium.crypto_scalarmult(self.e_sk, peer_pk)
        keys = H(64, "kth.tcp.k", self.dh, self.h1)
        self.k2, self.k3 = keys[:32], keys[32:]

    def after_m2(self, m2):
        self.h2 = H(32, "kth.tcp.h2", b"", self.h1, m2)

    def after_m3(self, m3):
        self.h3 = H(32, "kth.tcp.h3", b"", self.h2, m3)
        keys = H(64, "kth.tcp.s", self.dh, self.h3)
        self.s_ir, self.s_ri = keys[:32], keys[32:]


class Direction:
    """One direction of a channel: frames made, or frames opened."""

    FINAL = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL

    def __init__(self, key):
        self.header = H(32, "kth.hdr", key)[:24]
        self.state = sodium.crypto_secretstream_xchacha20poly1305_state()
        # init_pull is init_push with a header that is given instead of drawn.
        sodium.crypto_secretstream_xchacha20poly1305_init_pull(self.state, self.header, key)

    def push(self, plain, final):
        length = struct.pack("<I", len(plain) + 17)
        return length + sodium.crypto_secretstream_xchacha20poly1305_push(
            self.state, plain, length, self.FINAL if final else 0)

    def pull(self, frame):
        assert int.from_bytes(frame[:4], "little") == len(frame) - 4
        plain, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(
            self.state, frame[4:], frame[:4])
        assert tag in (0, self.FINAL)
        return plain, tag == self.FINAL


# ---- the files


TEXTS = ("cluster", "label", "name", "zone", "roles", "means")
NUMBERS = ("rights", "serial", "not-after", "ctr", "flags")


def read_vectors(path):
    """{vector: {key: value}}; the form is described in tests/support/vectors.h. Bytes over several
    lines are joined, "means" and "refused" are lists."""
    vectors = {}
    block = None
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\n")
        if line.startswith("#"):
            continue
        key, _, value = line.partition(" ")
        if not key:
            block = None
        elif block is None:
            assert key == "vector" and value not in vectors, line
            block = vectors[value] = {}
        elif key in ("means", "also", "refused"):
            block.setdefault(key, []).append(value)
        elif key in TEXTS:
            block[key] = value
        elif key in NUMBERS:
            block[key] = int(value)
        else:
            block[key] = block.get(key, b"") + bytes.fromhex(value)
    return vectors


def check_hashes(v):
    for name, s in v.items():
        if "digest" in s:
            assert H(len(s["digest"]), s["label"], s["key"], s["message"]) == s["digest"], name
    ids = v["ids"]
    assert cluster_id(ids["cluster"]) == ids["cid"]
    assert key_pair(ids["seed"])[0] == ids["pk"]
    assert member_id(ids["pk"]) == ids["mid"]
    assert authority_id(ids["pk"]) == ids["authority"]
    s = v["signature"]
    pk, sk = key_pair(s["seed"])
    verify(s["label"], cluster_id(s["cluster"]), pk, s["message"], s["sig"])
    assert sign(s["label"], cluster_id(s["cluster"]), sk, s["message"]) == s["sig"]
    s = v["secret"]
    first, seed = draw(s["seed"], 32)
    assert (first, seed) == (s["draw1"], s["seed1"])
    assert draw(seed, 64) == (s["draw2"], s["seed2"])


def check_certificates(v):
    for name, s in v.items():
        cid = cluster_id(s["cluster"])
        pk = key_pair(s["authority-seed"])[0]
        c = certificate_verify(s["certificate"], pk, cid)
        for field in ("rights", "serial", "not-after", "identity", "name", "zone", "roles"):
            assert c[field] == s[field], (name, field)
        assert certificate_make(c, s["authority-seed"], cid) == s["certificate"], name


def check_sessions(v):
    for name, s in v.items():
        for end in ("a", "b"):
            sk, pk, mid = (s[end + "-" + part] for part in ("sk", "pk", "mid"))
            assert sodium.crypto_scalarmult_base(sk) == pk, name
            assert session_id(s["cid"], mid, pk) == s[end + "-sid"], name
        keys = pair_keys(s["cid"], s["a-mid"], s["a-sk"], s["b-mid"], s["b-pk"])
        assert keys == (s["a-to-b"], s["b-to-a"]), name
        keys = pair_keys(s["cid"], s["b-mid"], s["b-sk"], s["a-mid"], s["a-pk"])
        assert keys == (s["b-to-a"], s["a-to-b"]), name


def check_datagrams(v):
    s = v["gate"]
    g = gate(s["cluster-key"], s["cid"])
    assert (g["hint"], g["udp"], g["tcp"]) == (s["hint"], s["udp"], s["tcp"])
    for name, s in v.items():
        if name.startswith("data"):
            assert data_open(s["key"], s["packet"]) == (s["ctr"], s["plain"]), name
            assert data_seal(s["key"], s["siv-key"], s["receiver-sid"], s["sender-sid"],
                             s["ctr"], s["plain"]) == s["packet"], name
        elif name.startswith("intro"):
            fields = (s["flags"], s["certificate"], s["record"], s["data"])
            assert intro_open(g, s["packet"]) == fields, name
            assert intro_seal(g, s["siv-key"], *fields) == s["packet"], name


def check_streams(v):
    s = v["handshake"]
    g = gate(s["cluster-key"], s["cid"])
    initiator = Handshake(s["cid"], draw(s["i-seed"], 32)[0])
    responder = Handshake(s["cid"], draw(s["r-seed"], 32)[0])

    assert m1_open(g, s["m1"]) == initiator.e_pk
    assert m1_seal(g, s["i-siv-key"], initiator.e_pk) == s["m1"]
    initiator.agree(s["m1"], s["m2"][:32], s["m2"][:32])
    responder.agree(s["m1"], initiator.e_pk, responder.e_pk)
    for side in (initiator, responder):
        assert (side.h1, side.dh, side.k2, side.k3) == (s["h1"], s["dh"], s["k2"], s["k3"])
        side.after_m2(s["m2"])
        side.after_m3(s["m3"])
        assert (side.h2, side.h3) == (s["h2"], s["h3"])
        assert (side.s_ir, side.s_ri) == (v["initiator"]["key"], v["responder"]["key"])

    assert s["m2"][:32] == responder.e_pk
    for message, key, h, label, end in ((s["m2"][32:], s["k2"], s["h1"], "kth.tcp.resp", "r"),
                                        (s["m3"], s["k3"], s["h2"], "kth.tcp.init", "i")):
        certificate = s[end + "-certificate"]
        assert proof_open(key, h, label, s["cid"], message) == certificate
        assert proof_seal(key, h, label, s["cid"], s[end + "-identity"], certificate) == message

    for name in ("initiator", "responder"):
        s = v[name]
        opener, maker = Direction(s["key"]), Direction(s["key"])
        assert opener.header == s["header"]
        for i in ("1", "2", "3"):
            final = i == "3"
            assert opener.pull(s["frame" + i]) == (s["plain" + i], final)
            assert maker.push(s["plain" + i], final) == s["frame" + i]


def check_records(v):
    """Header and signature; one seed and one cluster for all, as the file says."""
    pk = key_pair(bytes(range(32)))[0]
    for name, s in v.items():
        if "hex" not in s:
            continue
        r = record_verify(s["hex"], pk, cluster_id("vectors"))
        assert s["means"][0] == "record kind=%d len=%d owner=%s epoch=%d seq=%d expires=%d" % (
            r["kind"], r["len"], r["owner"].hex(), r["epoch"], r["seq"], r["expires"]), name


CHECKS = (
    ("hashes.txt", check_hashes, "hashes, ids, signatures and the secrets' stream"),
    ("certificates.txt", check_certificates, "certificates"),
    ("sessions.txt", check_sessions, "session ids and pair keys"),
    ("datagrams.txt", check_datagrams, "gate keys, DATA and INTRO"),
    ("streams.txt", check_streams, "handshake, headers and frames"),
    ("records.txt", check_records, "signed records"),
)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    where = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "../../tests/vectors")
    failed = 0
    for i, (name, check, what) in enumerate(CHECKS, 1):
        try:
            check(read_vectors(os.path.join(where, name)))
            print("ok %d - %s: %s" % (i, name, what))
        except Exception as e:  # whatever is wrong with a file is wrong with the file
            failed += 1
            print("not ok %d - %s: %s" % (i, name, what))
            print("# %s: %s" % (type(e).__name__, e))
    print("1..%d" % len(CHECKS))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
