# Writes ring.txt beside it: a second implementation of the stored form of a key ring, read from the
# documentation (format.md), over the hash functions of Python. golden.py uses it, too.

import hashlib
import hmac
import pathlib
import struct

STAGED, PRIMARY, RETIRED, SUSPENDED, DESTROYED = 1, 2, 3, 4, 5
GENERATED, IMPORTED = 1, 2
COBBLESTONE, XAES = 0xF9, 0xFA
# 2026-11-21T09:00:00Z
NINE = 1_795_251_600_000
MINUTE = 60_000


def name(text):
    return struct.pack(">I", len(text.encode())) + text.encode()


def optional(value, form=">Q"):
    if value is None:
        return b"\x00"
    return b"\x01" + (value if isinstance(value, bytes) else struct.pack(form, value))


def purposes(these):
    if these is None:
        return b"\x00"
    written = [bytes([kind]) + b"".join(map(name, names)) for kind, *names in sorted(these)]
    return b"\x01" + struct.pack(">I", len(written)) + b"".join(written)


def policy(suite=COBBLESTONE, max_age=None, max_seals=None, propagation=60 * MINUTE, these=None):
    limits = optional(max_age) + optional(max_seals) + struct.pack(">Q", propagation)
    return bytes([suite]) + limits + purposes(these)


def scope(kind=1, *names):
    return bytes([kind]) + b"".join(map(name, names))


def record(version, state, key, suite=COBBLESTONE, origin=IMPORTED, seals=0, times=(), used=(),
           end=None, propagation=None):
    """times: created, promoted, retired, suspended, as many as there were."""
    created, promoted, retired, suspended = (tuple(times) + (None,) * 4)[:4]
    fingerprint = hmac.digest(key, b"portcullis/v1/fingerprint", hashlib.sha512)[:16]
    out = struct.pack(">IBBB", version, state, suite, origin) + fingerprint
    out += struct.pack(">QQ", seals, created)
    out += optional(promoted) + optional(retired) + optional(suspended)
    if propagation is None:
        propagation = 0 if state == STAGED else 60 * MINUTE
    out += purposes(used) + struct.pack(">Q", propagation)
    return out + optional(end), b"" if state == DESTROYED else key


def ring(*records, of=scope(), by=policy(), generation=1, changed=NINE):
    head = b"\x01" + struct.pack(">QQ", generation, changed) + of + by
    head += struct.pack(">I", len(records))
    return head + b"".join(r for r, _ in records) + b"".join(k for _, k in records)


def alone(version, key, suite=COBBLESTONE):
    """A ring for anything with this key alone."""
    return ring(record(version, PRIMARY, key, suite, times=(NINE, NINE), used=None))


def forced(at, reason):
    return struct.pack(">QB", at, 2) + name(reason)


def unreferenced(at, verified):
    return struct.pack(">QBQ", at, 1, verified)


def every_state():
    at = lambda minutes: NINE + minutes * MINUTE
    columns = [(1, "contact", "email"), (1, "contact", "phone")]
    these = columns + [(2, "note"), (3, "backup"), (4, "contact", "email"), (5, "account")]
    return ring(
        record(1, DESTROYED, b"\x01" * 32, seals=7, times=(at(0), at(1), at(2)),
               end=unreferenced(at(200), at(100))),
        record(2, DESTROYED, b"\x02" * 32, times=(at(1), at(2), at(3), at(4)),
               end=forced(at(201), "the key was seen in a log: Ünïcode")),
        record(3, SUSPENDED, b"\x03" * 32, XAES, seals=2**47, times=(at(2), at(3), at(4), at(5)),
               used=columns, propagation=24 * 60 * MINUTE),
        record(4, RETIRED, b"\x04" * 32, origin=GENERATED, seals=2**64 - 1,
               times=(at(3), at(4), at(5)), used=None),
        record(5, RETIRED, b"\x05" * 32, times=(at(3), at(5), at(6), at(7)), used=columns[:1]),
        record(258, PRIMARY, b"\x06" * 32, origin=GENERATED, seals=41, times=(at(3), at(6)),
               used=these, propagation=2 * 60 * MINUTE),
        record(70000, STAGED, b"\x07" * 32, XAES, times=(at(202),)),
        of=scope(3, "acme", "person-7"),
        by=policy(XAES, 90 * 24 * 60 * MINUTE, 2**32, 2 * 60 * MINUTE, these),
        generation=21,
        changed=at(202),
    )


if __name__ == "__main__":
    cases = {
        "a ring for anything": alone(1, bytes(range(32))),
        "a key in each state, for a person and certain purposes": every_state(),
        "a tenant": ring(record(1, PRIMARY, b"\x08" * 32, times=(0, 0), used=[(5, "account")]),
                         of=scope(2, "acme"), by=policy(these=[(5, "account")]), changed=0),
        "a credential, and the last of everything": ring(
            record(2**32 - 1, PRIMARY, b"\x09" * 32, times=(2**64 - 1, 2**64 - 1), used=None,
                   propagation=2**64 - 1),
            of=scope(4, "acme", "payroll"), by=policy(XAES, 2**64 - 1, 2**64 - 1, 2**64 - 1),
            generation=2**64 - 1, changed=2**64 - 1),
    }
    lines = ["# Written by ring.py, a second implementation of stored key rings in Python."]
    for case, stored in cases.items():
        lines += ["", "# " + case, f"ring {stored.hex()}"]
    pathlib.Path(__file__).with_name("ring.txt").write_text("\n".join(lines) + "\n")
