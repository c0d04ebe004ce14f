# Writes unknown.txt: python3 unknown.py > unknown.txt, on Python 3.11 without packages.
# Each line: key, account in hexadecimal, number of rows, key of its row in the store, and the row
# after one failure at 2026-11-21T09:00:00Z, read from the documentation of Unknown, of Key::store_key
# and of State.

import hmac
import struct

LABEL = b"portcullis/attempts/unknown/1"
NINE = 1_795_251_600_000

# version, last slot, open, one failure: its time and no fingerprint; no wait; no slots
STATE = struct.pack(">BQBIQBQI", 1, NINE, 0, 1, NINE, 0, 0, 0)

print("# Made by unknown.py beside this file: key, account, rows, key of the row, row.")
for key, account, rows in [
    (bytes(range(32)), "ada", 16384),
    (bytes(range(32)), "bob", 16384),
    (b"\xff" * 32, "ada", 256),
    (b"k" * 32, "Zoë 東京", 16777216),
    (b"k" * 32, "a" * 512, 1000),
]:
    name = account.encode()
    store_key = b"portcullis/attempts/" + struct.pack(">BI", 1, len(name)) + name
    mac = hmac.digest(key, LABEL + store_key, "sha256")
    number = int.from_bytes(mac[16:24], "big") % rows
    row = b"\x01" + mac[:16] + struct.pack(">I", len(STATE)) + STATE
    print(key.hex(), name.hex(), rows, f"portcullis/attempts/unknown/{number}", row.hex())
