# Writes golden.txt beside it: a second implementation of the envelope, read from its documentation
# and from c2sp.org/chunked-encryption, over the hash functions of Python and the AES-GCM of its
# package `cryptography` (48.0).

import base64
import hashlib
import hmac
import pathlib
import struct

import ring
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK = 16384


def part(tag, data):
    return struct.pack(">BI", tag, len(data)) + data


def context(parts):
    return b"PCX1" + bytes([len(parts)]) + b"".join(part(t, parts[t]) for t in sorted(parts))


def seal(key, version, salt, ctx, plaintext):
    prefix = struct.pack(">BI", 0xF9, version)
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00" + salt + prefix + ctx
    t1 = hmac.digest(key, info + b"\x01", hashlib.sha512)
    t2 = hmac.digest(key, t1 + info + b"\x02", hashlib.sha512)
    okm = t1 + t2
    cipher, base, commitment = AESGCM(okm[:32]), int.from_bytes(okm[32:44], "big"), okm[44:76]
    out = prefix + salt + commitment
    for number in range(len(plaintext) // CHUNK + 1):
        chunk = plaintext[number * CHUNK : (number + 1) * CHUNK]
        out += cipher.encrypt((base ^ number).to_bytes(12, "big"), chunk, None)
    return out


def integer(value):
    return b"\x01" + value.to_bytes(16, "big", signed=True)


cases = {
    "a value of a tenant's row": (
        1,
        {1: b"acme", 2: b"contact", 3: b"email", 4: integer(42)},
        b"ada@example.org",
    ),
    "nothing, for no tenant and no row, with every other part": (
        258,
        {
            1: b"",
            2: b"setting",
            3: b"token",
            4: b"",
            5: b"person-7",
            6: b"production",
            7: b"oauth.v1",
            0x40: b"\x00\x01",
            0xFF: "ünïcode".encode(),
        },
        b"",
    ),
    "a row by its text": (
        1,
        {1: b"acme", 2: b"contact", 3: b"email", 4: b"\x02" + b"42"},
        b"ada@example.org",
    ),
    "a row by its UUID": (
        1,
        {1: b"acme", 2: b"contact", 3: b"email", 4: b"\x03" + bytes(range(16))},
        b"ada@example.org",
    ),
}

lines = ["# Written by golden.py, a second implementation of the envelope in Python."]
for number, (name, (version, parts, plaintext)) in enumerate(cases.items()):
    key = bytes(range(32))
    salt = bytes([0xA0 + number]) * 24
    envelope = seal(key, version, salt, context(parts), plaintext)
    text = "pc1." + base64.urlsafe_b64encode(envelope).rstrip(b"=").decode()
    alone = ring.alone(version, key)
    lines += ["", "# " + name, f"ring {alone.hex()}", f"salt {salt.hex()}"]
    lines += [f"context {context(parts).hex()}", f"plaintext {plaintext.hex()}"]
    lines += [f"envelope {envelope.hex()}", f"text {text}"]

pathlib.Path(__file__).with_name("golden.txt").write_text("\n".join(lines) + "\n")
