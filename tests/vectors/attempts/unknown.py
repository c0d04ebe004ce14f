# Writes unknown.txt: python3 unknown.py > unknown.txt, on Python 3.11 without packages.
# Each line: key, account in hexadecimal, number of rows, key of its row in the store, and the tag
# with which the row begins after its version, read from the documentation of Unknown and of
# Key::store_key.

import hmac
import struct

LABEL = b"portcullis/attempts/unknown/1"

print("# Made by unknown.py beside this file: key, account, rows, key of the row, tag.")
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
    row = int.from_bytes(mac[16:24], "big") % rows
    print(key.hex(), name.hex(), rows, f"portcullis/attempts/unknown/{row}", mac[:16].hex())
