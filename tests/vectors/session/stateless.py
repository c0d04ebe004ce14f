# Writes stateless-v1.txt beside it: a second implementation of the sealed session, read from its
# documentation and from c2sp.org/chunked-encryption, over the hash functions of Python and the
# AES-GCM of its package `cryptography` (48.0).

import base64
import hashlib
import hmac
import pathlib
import struct

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NINE = 1_795_251_600_000  # 2026-11-21T09:00:00Z
MINUTE = 60_000


def part(tag, data):
    return struct.pack(">BI", tag, len(data)) + data


def context(purpose, environment):
    parts = {1: b"", 2: b"portcullis/session", 3: purpose, 4: b"", 7: b"stateless.v1"}
    if environment:
        parts[6] = environment
    return b"PCX1" + bytes([len(parts)]) + b"".join(part(t, parts[t]) for t in sorted(parts))


def seal(key, version, salt, ctx, plaintext):
    prefix = struct.pack(">BI", 0xF9, version)
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00" + salt + prefix + ctx
    t1 = hmac.digest(key, info + b"\x01", hashlib.sha512)
    t2 = hmac.digest(key, t1 + info + b"\x02", hashlib.sha512)
    okm = t1 + t2
    sealed = AESGCM(okm[:32]).encrypt(okm[32:44], plaintext, None)
    return prefix + salt + okm[44:76] + sealed


def counted(data):
    return struct.pack(">I", len(data)) + data


def body(epoch, id, created, limit_from, last_active, stays, proofs, label, subject, payload):
    out = struct.pack(">BQQQQQB", 1, epoch, id, created, limit_from, last_active, stays)
    out += bytes([sum(proofs)])
    out += b"".join(struct.pack(">Q", proofs[bit]) for bit in sorted(proofs))
    return out + counted(label) + counted(subject) + counted(payload)


cases = {
    "a session of an hour, last active after 50 minutes": (
        context(b"portcullis/session/web", None),
        body(
            0,
            NINE,
            NINE,
            NINE,
            NINE + 50 * MINUTE,
            0,
            {1: NINE},
            b"Firefox",
            b"ada",
            b"",
        ),
    ),
    "one that stays signed in, with every factor, a payload and an environment": (
        context(b"edge", b"production"),
        body(
            NINE - 1,
            NINE + 7,
            NINE,
            NINE + 30 * MINUTE,
            NINE + 31 * MINUTE,
            1,
            {1: NINE + 30 * MINUTE, 2: NINE, 4: NINE + 1},
            "Zoë's phone".encode(),
            "zoë@example.org".encode(),
            b"\x00\xff editor",
        ),
    ),
}

lines = ["# Written by stateless.py, a second implementation of the sealed session in Python."]
for number, (name, (ctx, plaintext)) in enumerate(cases.items()):
    salt = bytes([0xB0 + number]) * 24
    envelope = seal(bytes(range(32)), 1, salt, ctx, plaintext)
    text = base64.urlsafe_b64encode(envelope).rstrip(b"=").decode()
    lines += ["", "# " + name, f"ps1.{text}"]
pathlib.Path(__file__).with_name("stateless-v1.txt").write_text("\n".join(lines) + "\n")
