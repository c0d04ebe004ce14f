# Writes wrapped.txt beside it: a second implementation of wrapped rings, files of key-encryption keys,
# records of a store of rings, receipts and tombstones, read from their documentation, over the hash
# functions of Python and the AES-GCM and Ed25519 of its package `cryptography` (48.0).

import base64
import hashlib
import hmac
import pathlib
import struct

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ring import NINE, PRIMARY, RETIRED, every_state, record, ring, scope

CHUNK = 16384


def sized(data):
    return struct.pack(">I", len(data)) + data


def cobblestone(key, salt, context, plaintext):
    """C2SP chunked-encryption, version 1."""
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00" + salt + context
    t1 = hmac.digest(key, info + b"\x01", hashlib.sha512)
    okm = t1 + hmac.digest(key, t1 + info + b"\x02", hashlib.sha512)
    cipher, base = AESGCM(okm[:32]), int.from_bytes(okm[32:44], "big")
    out = salt + okm[44:76]
    for number in range(len(plaintext) // CHUNK + 1):
        chunk = plaintext[number * CHUNK : (number + 1) * CHUNK]
        out += cipher.encrypt((base ^ number).to_bytes(12, "big"), chunk, None)
    return out


KEKS = [("2026-12", b"\xbb" * 32), ("2026-11", b"\xaa" * 32)]


def kek_file():
    text = "portcullis-kek 1\n"
    for kek, key in KEKS:
        text += f"{kek} {base64.urlsafe_b64encode(key).rstrip(b'=').decode()}\n"
    return text + f"sha256 {hashlib.sha256(text.encode()).hexdigest()}\n"


def local_kek(which, context, key):
    kek, secret = KEKS[which]
    bound = b"portcullis/v1/local-kek" + sized(kek.encode()) + context
    return cobblestone(secret, b"\xc1" * 24, bound, key)


def wrapped(content, generation, of, plaintext, which=0):
    digest = hashlib.sha256(of).digest()
    header = b"PCWR\x01" + struct.pack(">BQ", content, generation) + digest
    header += sized(KEKS[which][0].encode())
    bound = b"portcullis/v1/wrapped-ring" + header
    file_key = b"\xd2" * 32
    key = local_kek(which, hashlib.sha256(bound).digest(), file_key)
    return header + sized(key) + sized(cobblestone(file_key, b"\xc3" * 24, bound, plaintext))


def nested(root, generation, of, plaintext):
    bound = b"portcullis/v1/nested-ring\x01" + struct.pack(">Q", generation)
    return cobblestone(root, b"\xc4" * 24, bound + hashlib.sha256(of).digest(), plaintext)


def live(data):
    return b"\x01\x01" + sized(data)


def stands(receipt):
    return b"\x01\x02" + sized(receipt)


def store_key(of):
    return b"portcullis/keyring/" + hashlib.sha256(of).digest()


SIGNER = Ed25519PrivateKey.from_private_bytes(b"\x09" * 32)
VERIFIER = SIGNER.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def fingerprint(key):
    return hmac.digest(key, b"portcullis/v1/fingerprint", hashlib.sha512)[:16]


def receipt(kind, of, at, generation, evidence, keys, kek, reason, index_values):
    said = b"PCRC\x01" + hashlib.sha256(b"acme-production").digest() + bytes([kind]) + hashlib.sha256(of).digest()
    said += struct.pack(">QQBI", at, generation, evidence, len(keys))
    for version, key in keys:
        said += struct.pack(">I", version) + fingerprint(key)
    said += sized(kek.encode()) + sized(reason.encode())
    said += b"\x00" if index_values is None else b"\x01" + struct.pack(">Q", index_values)
    said += VERIFIER
    return said + SIGNER.sign(b"portcullis/v1/receipt" + said)


def text(data):
    return "pcr1." + base64.urlsafe_b64encode(data).rstrip(b"=").decode()


ROOT = b"\x70" * 32
ACME, ADA = scope(2, "acme"), scope(3, "acme", "ada")
OF_ACME, OF_ADA = b"\x61" * 32, b"\x62" * 32
BEFORE = b"\x63" * 32
tenants = ring(record(1, PRIMARY, OF_ACME, times=(NINE, NINE), used=None), of=ACME)
persons = ring(
    record(1, RETIRED, BEFORE, times=(NINE, NINE, NINE + 1), used=None),
    record(2, PRIMARY, OF_ADA, times=(NINE, NINE + 1), used=None),
    of=ADA, generation=3, changed=NINE + 1,
)
applications = ring(record(7, PRIMARY, b"\x60" * 32, times=(0, 0), used=None), changed=0)

first = receipt(3, ADA, NINE + 5, 3, 2, [(1, BEFORE), (2, OF_ADA)], "2026-11",
                "request 4711, Ünïcode", 12)
second = receipt(1, scope(), NINE + 6, 0, 0, [], "", "never used", None)
third = receipt(2, ACME, NINE + 7, 1, 1, [], "2026-11", "gone", 2**64 - 1)
# by ascending digest of the scope
listed = sorted([(ADA, first), (scope(), second), (ACME, third)],
                key=lambda pair: hashlib.sha256(pair[0]).digest())
tombstones = b"\x01" + struct.pack(">I", 3) + b"".join(sized(r) for _, r in listed)

cases = {
    "key-encryption keys": {"file": kek_file().encode()},
    "a ring": {
        "ring": every_state(),
        "wrapped": wrapped(1, 21, scope(3, "acme", "person-7"), every_state()),
    },
    "a ring under an older key-encryption key": {
        "ring": applications,
        "wrapped": wrapped(1, 1, scope(), applications, which=1),
    },
    "the record of a tenant": {
        "ring": tenants,
        "key": store_key(ACME),
        "record": live(wrapped(2, 1, ACME, ROOT + tenants, which=1)),
    },
    "the record of one of its persons": {
        "ring": persons,
        "key": store_key(ADA),
        "record": live(wrapped(3, 3, ADA, nested(ROOT, 3, ADA, persons), which=1)),
    },
    "what is left of that person": {"tombstone": stands(first), "receipt": first},
    "what is left of what was never there": {"tombstone": stands(second), "receipt": second},
    "what is left of a tenant whose ring could not be opened": {
        "tombstone": stands(third), "receipt": third,
    },
    "all three": {"tombstones": tombstones},
}
lines = ["# Written by wrapped.py, a second implementation of wrapped rings and receipts in Python."]
for case, values in cases.items():
    lines += ["", "# " + case]
    for name, value in values.items():
        lines.append(f"{name} {value.hex()}")
        if name == "receipt":
            lines.append("text " + text(value))
pathlib.Path(__file__).with_name("wrapped.txt").write_text("\n".join(lines) + "\n")
