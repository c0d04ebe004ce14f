# Writes index.txt beside it: a second implementation of the blind index, read from its
# documentation, over the hash functions and the Unicode tables of Python 3.11 (Unicode 14).

import hashlib
import hmac
import pathlib
import struct
import unicodedata


def part(tag, data):
    return struct.pack(">BI", tag, len(data)) + data


def context(tenant, table, column):
    parts = [part(1, tenant.encode()), part(2, table.encode()), part(3, column.encode()), part(4, b"")]
    return b"PCX1" + bytes([4]) + b"".join(parts)


def hkdf(key, info):
    pseudorandom = hmac.digest(bytes(32), key, hashlib.sha256)
    return hmac.digest(pseudorandom, info + b"\x01", hashlib.sha256)


def caseless(text):
    once = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", text).casefold())
    return unicodedata.normalize("NFKD", once.casefold())


def digits(text):
    return "".join(c for c in unicodedata.normalize("NFKD", text) if c in "0123456789")


NORMALIZERS = {
    "exact": (1, lambda text: text),
    "case-folded": (2, caseless),
    "e-mail": (3, lambda text: caseless(text.strip())),
    "digits": (4, digits),
}


def index(key, key_version, tenant, table, column, version, name, bits, value):
    code, normalize = NORMALIZERS[name]
    info = b"portcullis/v1/index" + context(tenant or "", table, column)
    info += struct.pack(">IBB", version, code, bits)
    digest = hmac.digest(hkdf(key, info), normalize(value).encode(), hashlib.sha256)
    kept = int.from_bytes(digest, "big") >> (256 - bits)
    length = (bits + 7) // 8
    return struct.pack(">I", key_version) + (kept << (length * 8 - bits)).to_bytes(length, "big")


KEYS = [bytes(range(32)), bytes(range(32, 64))]
# tenant (None: of no tenant), table, column, version, normaliser, bits, value
CASES = [
    ("acme", "contact", "email", 1, "e-mail", 128, " Ada.Lovelace+1@Example.ORG\n"),
    ("globex", "contact", "email", 1, "e-mail", 128, "ada.lovelace+1@example.org"),
    (None, "contact", "email", 1, "e-mail", 128, "ada.lovelace+1@example.org"),
    ("acme", "contact", "email", 2, "e-mail", 128, "ada.lovelace+1@example.org"),
    ("acme", "contact", "email", 1, "exact", 128, "ada.lovelace+1@example.org"),
    ("acme", "contact", "e", 1, "exact", 128, "\u00e5"),
    ("acme", "contact", "name", 1, "case-folded", 13, "STRASSE \u1e9e \u0130 \u0131 \u13a0 \ufb01 \u2167 \uff21"),
    ("acme", "contact", "name", 1, "case-folded", 1, "\u1f80\u0345 \u03a3\u03c2 \u2126 \u212b\u0323"),
    ("acme", "person", "phone", 0xFFFFFFFF, "digits", 24, "+49 (89) 12-34 \uff15\u2460"),
    ("acm\u00e9", "person", "phone", 7, "digits", 127, "5"),
]

out = ["# Written by index.py, a second implementation of the blind index in Python."]
out.append("\n# two keys, the first one retired")
out += [f"key {key.hex()}" for key in KEYS]
for tenant, table, column, version, name, bits, value in CASES:
    out.append(f"\ntenant {tenant.encode().hex() if tenant else '-'}")
    out.append(f"table {table}\ncolumn {column}\nversion {version}\nnormalizer {name}\nbits {bits}")
    out.append(f"value {value.encode().hex()}")
    for number, key in enumerate(KEYS, 1):
        out.append(f"index {index(key, number, tenant, table, column, version, name, bits, value).hex()}")
pathlib.Path(__file__).with_name("index.txt").write_text("\n".join(out) + "\n")
