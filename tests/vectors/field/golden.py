# Writes golden.txt beside it: a second implementation of the envelope, read from format.md, from
# c2sp.org/chunked-encryption and c2sp.org/XAES-256-GCM, over the hash functions of Python and the AES
# and AES-GCM of its package `cryptography` (48.0).

import base64
import hashlib
import hmac
import pathlib
import struct

import ring
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK = 16384


def part(tag, data):
    return struct.pack(">BI", tag, len(data)) + data


def context(parts):
    return b"PCX1" + bytes([len(parts)]) + b"".join(part(t, parts[t]) for t in sorted(parts))


def cobblestone(key, version, salt, ctx, plaintext):
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


def xaes(key, version, nonce, ctx, plaintext):
    prefix = struct.pack(">BI", 0xFA, version)
    block = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    k1 = int.from_bytes(block.update(bytes(16)), "big") << 1
    if k1 >> 128:
        k1 = k1 & (1 << 128) - 1 ^ 0x87
    m1, m2 = (int.from_bytes(bytes([0, i]) + b"X\0" + nonce[:12], "big") for i in (1, 2))
    kx = block.update((m1 ^ k1).to_bytes(16, "big")) + block.update((m2 ^ k1).to_bytes(16, "big"))
    return prefix + nonce + AESGCM(kx).encrypt(nonce[12:], plaintext, prefix + ctx)


def pad(plaintext, multiple):
    plaintext += b"\x80"
    return plaintext + bytes(-len(plaintext) % multiple)


def integer(value):
    return value.to_bytes(16, "big", signed=True)


cases = {
    "a value of a tenant's row": (
        1,
        {1: b"acme", 2: b"contact", 3: b"email", 4: b"\x01" + integer(42)},
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
    "a value padded to a multiple of 16": (
        1,
        {1: b"acme", 2: b"contact", 3: b"newsletter", 4: b"\x01" + integer(-1), 8: b"\x00\x10"},
        b"no",
    ),
    "the integer 1815, as Encrypted seals it": (
        1,
        {1: b"acme", 2: b"contact", 3: b"born", 4: b"\x04" + b"\xff", 7: b"integer"},
        integer(1815),
    ),
}

lines = ["# Written by golden.py, a second implementation of the envelope in Python."]
suites = {ring.COBBLESTONE: cobblestone, ring.XAES: xaes}
for number, (name, (version, parts, plaintext)) in enumerate(cases.items()):
    for suite, seal in suites.items():
        key = bytes(range(32))
        nonce = bytes([0xA0 + number]) * 12 + bytes([suite]) * 12
        multiple = int.from_bytes(parts.get(8, b""), "big")
        sealed = pad(plaintext, multiple) if multiple else plaintext
        envelope = seal(key, version, nonce, context(parts), sealed)
        text = "pc1." + base64.urlsafe_b64encode(envelope).rstrip(b"=").decode()
        alone = ring.alone(version, key, suite)
        lines += ["", f"# {name}, {seal.__name__}", f"ring {alone.hex()}", f"key {key.hex()}"]
        lines += [f"nonce {nonce.hex()}", f"context {context(parts).hex()}"]
        lines += [f"plaintext {plaintext.hex()}", f"envelope {envelope.hex()}", f"text {text}"]

pathlib.Path(__file__).with_name("golden.txt").write_text("\n".join(lines) + "\n")
