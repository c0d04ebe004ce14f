# Writes forms.txt: python3 forms.py > forms.txt, on Python 3.11 with argon2-cffi 25.1.0 and
# argon2-cffi-bindings 26.2.0 from PyPI (the reference implementation in C); the forms are those of
# Python's unicodedata. Each line: the form, the password as typed (JSON), the hash.

import json
import unicodedata

from argon2.low_level import Type, hash_secret


def spaced(typed):
    return "".join(" " if unicodedata.category(c) == "Zs" else c for c in typed)


FORMS = {
    "nfc": lambda typed: unicodedata.normalize("NFC", spaced(typed)),
    "nfkc": lambda typed: unicodedata.normalize("NFKC", spaced(typed)),
    "raw": lambda typed: typed,
}
TYPED = [
    "plain ascii",
    "Gru\u0308\u00dfe",
    "no\u00a0break\u2003wide\u3000",
    "o\ufb03ce \uff21\uff22\uff23 \u00b2",
    "\u1112\u1161\u11ab",
    "\U0001d400\U0001f468\u200d\U0001f469",
]

print("# Made by forms.py beside this file (python3 forms.py > forms.txt) with argon2-cffi 25.1.0.")
for typed in TYPED:
    for name, form in FORMS.items():
        salt = bytes(range(16))
        text = hash_secret(form(typed).encode(), salt, 2, 64, 1, 32, Type.ID)
        print(name, json.dumps(typed), text.decode(), sep="\t")
