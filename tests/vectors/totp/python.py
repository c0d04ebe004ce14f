# Writes python.txt: python3 python.py > python.txt, on Python 3.11 with pyotp 2.12.0 and django-otp
# 1.7.5 (Django 5.2) from PyPI, and oathtool 2.6.7 of Debian 12 on the path. Run it from another folder,
# with ours.txt beside it. The lines are those of npm.txt.

import base64
import hashlib
import subprocess
from pathlib import Path

import django
import pyotp
from django.conf import settings

settings.configure(
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django_otp",
        "django_otp.plugins.otp_totp",
        "django_otp.plugins.otp_hotp",
    ],
    OTP_TOTP_IMAGE="https://example.com/a/logo.png",
)
django.setup()
from django.contrib.auth.models import User
from django_otp.plugins.otp_hotp.models import HOTPDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

SECRETS = [
    "2XGARX5XHYJDNNYXAPHSRGJQGCLPYJCB",
    "QCPF6VXALPG6W45EBVVA5QIDYB7GMERMX2OK2GMXXPWJWLZGDGXA",
    "5GJLC35MUPAEATX6JVBKHWTTLI",
]
ALGORITHMS = [("SHA1", hashlib.sha1), ("SHA256", hashlib.sha256), ("SHA512", hashlib.sha512)]
COUNTS = [0, 1, 59841720, 2**31, 2**32 + 7, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1]
NAMES = [
    ("Example Ltd", "ada"),
    ("Ä & Söhne", "józef+test@exämple.pl"),
    ("100% / 50%?", "a/b c"),
    ("Example", "#1 'quoted' (yes)!~*"),
    ("x", "名前"),
]


def line(*fields):
    print("\t".join(map(str, fields)))


def raw(secret):
    return base64.b32decode(secret + "=" * (-len(secret) % 8))


print(
    "# Made by python.py beside this file (python3 python.py > python.txt) with pyotp 2.12.0 and django-otp 1.7.5 from PyPI and oathtool 2.6.7 of Debian 12. "
    "Code: maker, algorithm, digits, secret, count, code. Uri and read: who, kind, issuer, account, algorithm, digits, period or counter, secret, uri."
)

for n, count in enumerate(COUNTS):
    for m, secret in enumerate(SECRETS):
        for algorithm, digest in ALGORITHMS:
            digits = 6 + (n + m) % 3
            code = pyotp.HOTP(secret, digits=digits, digest=digest).at(count)
            line("code", "pyotp", algorithm, digits, secret, count, code)
            # its steps are as long as its users say: with one second, the time is the count
            if count < 2**37:
                mode = f"--totp={algorithm.lower()}"
                time = [mode, "--time-step-size=1s", f"--now=@{count}"]
            elif algorithm == "SHA1":
                time = ["--hotp", f"--counter={count}"]
            else:
                continue
            made = subprocess.run(
                ["oathtool", "--base32", f"--digits={digits}", *time, secret],
                capture_output=True, text=True, check=True,
            )
            line("code", "oathtool", algorithm, digits, secret, count, made.stdout.strip())

for n, (issuer, account) in enumerate(NAMES):
    secret = SECRETS[n % 3]
    algorithm, digest = ALGORITHMS[n % 3]
    digits, counter, period = 6 + n % 3, 7 * n, [30, 60][n % 2]
    hotp = pyotp.HOTP(secret, digits=digits, digest=digest, name=account, issuer=issuer)
    uri = hotp.provisioning_uri(initial_count=counter)
    line("uri", "pyotp", "hotp", issuer, account, algorithm, digits, counter, secret, uri)
    settings.OTP_TOTP_ISSUER = settings.OTP_HOTP_ISSUER = issuer
    user = User(username=account)
    digits = 6 + n % 2 * 2
    device = {"user": user, "key": raw(secret).hex(), "digits": digits}
    uri = TOTPDevice(step=period, **device).config_url
    line("uri", "django-otp", "totp", issuer, account, "SHA1", digits, period, secret, uri)
    uri = HOTPDevice(counter=counter, **device).config_url
    line("uri", "django-otp", "hotp", issuer, account, "SHA1", digits, counter, secret, uri)

for uri in Path("ours.txt").read_text().splitlines():
    if uri.startswith("#"):
        continue
    read = pyotp.parse_uri(uri)
    totp = isinstance(read, pyotp.TOTP)
    algorithm = read.digest().name.upper()
    factor = read.interval if totp else read.initial_count
    kind = "totp" if totp else "hotp"
    line("read", "pyotp", kind, read.issuer, read.name, algorithm, read.digits, factor, read.secret, uri)
