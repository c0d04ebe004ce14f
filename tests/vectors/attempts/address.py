# Writes address.txt: python3 address.py > address.txt, on Python 3.11 without packages.
# Each line: prefix, number of rows, key of its row in the store, and the row after one failure at
# 2026-11-21T09:00:00Z, read from the documentation of Key::store_key and of State.

import hashlib
import ipaddress
import struct

NINE = 1_795_251_600_000

# version, last slot, open, one failure: its time and no fingerprint; no wait; no slots
STATE = struct.pack(">BQBIQBQI", 1, NINE, 0, 1, NINE, 0, 0, 0)

print("# Made by address.py beside this file: prefix, rows, key of the row, row.")
for prefix, rows in [
    ("192.0.2.7/32", 16384),
    ("2001:db8:1:2::/64", 16384),
    ("2001:db8::/56", 16384),
    ("192.0.2.7/32", 256),
    ("2001:db8:1:2::/64", 16777216),
]:
    network = ipaddress.ip_network(prefix)
    part = network.network_address.packed + bytes([network.prefixlen])
    store_key = b"portcullis/attempts/" + struct.pack(">BI", 3, len(part)) + part
    digest = hashlib.sha256(store_key).digest()
    number = int.from_bytes(digest[16:24], "big") % rows
    row = b"\x01" + digest[:16] + struct.pack(">I", len(STATE)) + STATE
    print(prefix, rows, f"portcullis/attempts/address/{number}", row.hex())
