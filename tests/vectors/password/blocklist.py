# Writes blocklist.txt: python3 blocklist.py > blocklist.txt, on Python 3.11 with its standard library.
# Each line: digest, width, the passwords with a bar between them, the file of their blocklist after
# the layout that the documentation of Blocklist states, in hexadecimal.

import hashlib
import unicodedata


def form(text):
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in text)
    return unicodedata.normalize("NFC", spaced)


def fold(text):
    once = "".join(c.lower().upper() for c in form(text))
    return unicodedata.normalize("NFC", "".join(c.lower() for c in once))


DIGESTS = {
    1: lambda text: hashlib.sha256(fold(text).encode()).digest(),
    2: lambda text: hashlib.sha1(form(text).encode()).digest(),
}


def file(kind, width, passwords):
    digests = sorted({DIGESTS[kind](p)[:width] for p in passwords})
    body = b"PCBL" + bytes([1, kind, width, 0])
    for first in range(256):
        body += sum(d[0] <= first for d in digests).to_bytes(4, "big")
    body += b"".join(d[1:] for d in digests)
    return body + hashlib.sha256(body).digest()


SOME = ["password1", "Password1", "STRASSE", "Straße", "STRAẞE", "cafe\u0301", "CAFÉ", "one\u00a0two", "ﬁ", " tail "]
MANY = [f"{n:08}" for n in range(300)]

print("# blocklists written by blocklist.py with Python's standard library, an implementation of its own")
for kind in DIGESTS:
    for width, passwords in [(2, SOME), (4, SOME), (8, SOME), (2, MANY), (3, MANY)]:
        print(kind, width, "|".join(passwords), file(kind, width, passwords).hex(), sep="\t")
