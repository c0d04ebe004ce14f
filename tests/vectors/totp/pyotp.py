# Writes pyotp.txt: python3 pyotp.py > pyotp.txt, on Python 3.11 with pyotp 2.12.0 from PyPI. Run it
# from another folder or under another name, so that the import finds the package.
# Each line: issuer, account, algorithm, digits, period, time in seconds, code, uri.

import base64
import hashlib
import random

import pyotp

NAMES = [
    ("Example Ltd", "ada"),
    ("Example Ltd", "ada@example.com"),
    ("Ä & Söhne", "józef+test@exämple.pl"),
    ("100% / 50%?", "a/b c"),
    ("x", "名前"),
    ("Example", "#1 'quoted' (yes)!~*"),
    ("A.B-C_D", "urn:user:7"),
]
ALGORITHMS = [("SHA1", hashlib.sha1), ("SHA256", hashlib.sha256), ("SHA512", hashlib.sha512)]
TIMES = [59, 1111111109, 1795251600, 20000000000, 0, 253402300799]

numbers = random.Random(6238)
print(
    "# Made by pyotp.py beside this file (python3 pyotp.py > pyotp.txt) with pyotp "
    + "2.12.0: TOTP(…).provisioning_uri() and .at(time). "
    + "Issuer, account, algorithm, digits, period, time in seconds, code, uri."
)
for i in range(42):
    issuer, account = NAMES[i % len(NAMES)]
    algorithm, digest = ALGORITHMS[i % 3]
    digits = [6, 7, 8][(i // 3) % 3]
    period = [30, 60, 1, 120, 45][(i // 2) % 5]
    length = [20, 14, 32, 64, 16, 17, 128][(i // 5) % 7]
    time = TIMES[(i // 4) % 6]
    raw = bytes(numbers.randrange(256) for _ in range(length))
    secret = base64.b32encode(raw).decode().rstrip("=")
    totp = pyotp.TOTP(
        secret, digits=digits, digest=digest, name=account, issuer=issuer, interval=period
    )
    row = [issuer, account, algorithm, digits, period, time, totp.at(time), totp.provisioning_uri()]
    print("\t".join(map(str, row)))
