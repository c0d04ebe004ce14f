# Writes others.txt: python3 others.py > others.txt, on Python 3.11 with, from PyPI, argon2-cffi 25.1.0
# and argon2-cffi-bindings 26.2.0 (the reference implementation in C) and cryptography 50.0.2 (OpenSSL 4.0.3).
# Each line: how it was made, the password as typed, the hash.

import unicodedata

import argon2
from argon2.low_level import Type, hash_secret
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id


def form(typed):
    """The text form, by Python's tables: every space a plain one, then NFC."""
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in typed)
    return unicodedata.normalize("NFC", spaced).encode()


def salt(length):
    return bytes(range(0xF0, 0xF0 - length, -1))


def reference(how, typed, v=19, m=64, t=2, p=1, salt_len=16, tag_len=32, unstated=False):
    text = hash_secret(form(typed), salt(salt_len), t, m, p, tag_len, Type.ID, v).decode()
    # as it was written before there was a second version
    print("argon2-cffi, " + how, typed, text.replace("v=16$", "") if unstated else text, sep="\t")


def openssl(how, typed, m=64, t=2, p=1, salt_len=16, tag_len=32):
    kdf = Argon2id(salt=salt(salt_len), length=tag_len, iterations=t, lanes=p, memory_cost=m)
    print("cryptography, " + how, typed, kdf.derive_phc_encoded(form(typed)), sep="\t")


print("# Made by others.py beside this file (python3 others.py > others.txt) with argon2-cffi 25.1.0 and cryptography 50.0.2.")
reference("owasp", "correct horse battery staple", m=19456)
reference("rfc 9106 second", "correct horse battery staple", m=65536, t=3, p=4)
reference("least cost", "x", m=8, t=1)
reference("odd memory", "password", m=1021, t=3, p=3)
reference("sixteen lanes", "password", m=128, t=1, p=16)
reference("sixty-four passes", "password", m=8, t=64)
reference("shortest salt and tag", "password", salt_len=8, tag_len=12)
reference("longest salt and tag", "password", salt_len=64, tag_len=64)
reference("first version", "password", v=16, m=256)
reference("first version, two lanes", "password", v=16, m=256, t=3, p=2)
reference("first version, unstated", "password", v=16, m=256, unstated=True)
reference("longest password", "é" * 512)
reference("marks apart", "Gru\u0308\u00dfe, A\u030angstro\u0308m \u1112\u1161\u11ab")
reference("other spaces", "no\u00a0break\u2003and\u3000wide")
default = argon2.PasswordHasher().hash("s3kr3tp4ssw0rd")
print("argon2-cffi, its own default", "s3kr3tp4ssw0rd", default, sep="\t")
openssl("owasp", "correct horse battery staple", m=19456)
openssl("four lanes", "password", m=512, t=3, p=4)
openssl("longest salt and tag", "password", salt_len=64, tag_len=64)
openssl("emoji", "Grüße, 世界 👩\u200d👩\u200d👧 🙂")
