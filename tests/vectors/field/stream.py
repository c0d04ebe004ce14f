# Writes stream.txt beside it: a second implementation of streams, read from their documentation and
# from c2sp.org/chunked-encryption, over the hash functions of Python and the AES-GCM of its package
# `cryptography` (48.0).

import hashlib
import hmac
import pathlib
import struct

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK = 16384


def context(parts):
    encoded = [struct.pack(">BI", tag, len(parts[tag])) + parts[tag] for tag in sorted(parts)]
    return b"PCX1" + bytes([len(parts)]) + b"".join(encoded)


def stream(key, version, salt, ctx, plaintext):
    header = b"\xfbPCS" + struct.pack(">BBI", 1, 0xF9, version)
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00" + salt + header + ctx
    t1 = hmac.digest(key, info + b"\x01", hashlib.sha512)
    t2 = hmac.digest(key, t1 + info + b"\x02", hashlib.sha512)
    okm = t1 + t2
    cipher, base, commitment = AESGCM(okm[:32]), int.from_bytes(okm[32:44], "big"), okm[44:76]
    out = header + salt + commitment
    for number in range(len(plaintext) // CHUNK + 1):
        chunk = plaintext[number * CHUNK : (number + 1) * CHUNK]
        out += cipher.encrypt((base ^ number).to_bytes(12, "big"), chunk, None)
    return out


def item(text):
    return b"\x02" + text.encode()


def pattern(length):
    return bytes(i * 7 % 251 for i in range(length))


NAME = {2: b"portcullis/stream", 3: b"backup"}
acme = NAME | {1: b"acme", 4: item("2026-11-22")}
everything = NAME | {1: b"", 4: b"", 5: b"person-7", 6: b"production", 0x40: b"\x00\x01"}
cases = [(1, acme, length) for length in (0, 1, 100, 16383, 16384, 16385, 65536, 300000)]
cases.append((258, everything, 5))

lines = ["# Written by stream.py, a second implementation of streams in Python."]
lines += ["# Plaintexts are i * 7 mod 251; streams of more than 300 bytes are told by their digest."]
for number, (version, parts, length) in enumerate(cases):
    key, salt = bytes(range(32)), bytes([0xB0 + number]) * 24
    sealed = stream(key, version, salt, context(parts), pattern(length))
    lines += ["", f"version {version}", f"salt {salt.hex()}", f"context {context(parts).hex()}"]
    lines += [f"length {length}", f"sealed {len(sealed)} {hashlib.sha256(sealed).hexdigest()}"]
    if len(sealed) <= 300:
        lines += [f"stream {sealed.hex()}"]
whole = stream(bytes(range(32)), 1, b"\xc0" * 24, context(acme), pattern(CHUNK + 5))
pathlib.Path(__file__).with_name("stream.bin").write_bytes(whole)
pathlib.Path(__file__).with_name("stream.txt").write_text("\n".join(lines) + "\n")
