# Writes recovery.txt: python3 recovery.py > recovery.txt, on Python 3.11 without packages.
# Each line: 15 random bytes, the code, HMAC-SHA-256 of label and code under the key 00 01 … 1f.

import hashlib
import hmac

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # crockford.com/base32.html
KEY = bytes(range(32))
LABEL = b"portcullis/v1/totp/recovery\0"

print("# Made by recovery.py beside this file: random bytes, code, HMAC-SHA-256 of label and code.")
for seed in [bytes(15), b"\xff" * 15, bytes(range(15)), hashlib.sha256(b"x").digest()[:15]]:
    number = int.from_bytes(seed, "big")
    code = "".join(ALPHABET[(number >> (115 - 5 * i)) & 31] for i in range(24))
    groups = "-".join(code[i : i + 4] for i in range(0, 24, 4))
    print(seed.hex(), groups, hmac.digest(KEY, LABEL + code.encode(), "sha256").hex())
