# Writes device.txt: python3 device.py > device.txt, on Python 3.11 without packages.
# Each line: key, account in hexadecimal, time of issue in milliseconds, id, token, read from the
# documentation of DeviceToken.

import base64
import hmac

LABEL = b"portcullis/attempts/device/1"
NINE = 1_795_251_600_000  # 2026-11-21T09:00:00Z

print("# Made by device.py beside this file: key, account, issued, id, token.")
for key, account, issued, id in [
    (bytes(range(32)), "ada", NINE, bytes(range(16))),
    (bytes(range(32)), "bob", NINE, bytes(range(16))),
    (bytes(range(32)), "ada", NINE + 1, bytes(range(16))),
    (b"\xff" * 32, "ada@example.com", NINE, b"\xff" * 16),
    (b"k" * 32, "Zoë 東京", NINE, bytes(16)),
    (b"k" * 32, "a" * 512, NINE, b"\x3e\x3f" * 8),
]:
    body = b"\x01" + id + issued.to_bytes(8, "big")
    mac = hmac.digest(key, LABEL + body + account.encode(), "sha256")
    token = base64.urlsafe_b64encode(body + mac).decode().rstrip("=")
    print(key.hex(), account.encode().hex(), issued, base64.urlsafe_b64encode(id).decode().rstrip("="), token)
