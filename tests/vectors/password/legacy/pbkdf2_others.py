# Writes pbkdf2_others.txt, together with pbkdf2_others.js:
# python3 pbkdf2_others.py > pbkdf2_others.txt && node pbkdf2_others.js >> pbkdf2_others.txt,
# on Python 3.11 with, from PyPI, Django 5.2.19, Werkzeug 3.1.9 and passlib 1.7.4, and on Debian 12 with
# grub-common 2.06. Each line: what made it and how, the scheme, the password, the hash. Salts that a
# library draws by itself are other ones each time.

import subprocess

import passlib.hash
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher, PBKDF2SHA1PasswordHasher
from werkzeug.security import generate_password_hash

settings.configure()
SIZES = {"sha1": 20, "sha256": 32, "sha512": 64}


def line(how, digest, iterations, password, text, size=None):
    scheme = f"pbkdf2-{digest} i={iterations},l={size or SIZES[digest]}"
    print(how, scheme, password, text, sep="\t", flush=True)


def django(how, hasher, digest, iterations, password, salt):
    text = hasher.encode(password, salt, iterations)
    line("Django, " + how, digest, iterations, password, text)


def passlib_made(name, digest, iterations, password, **settings):
    made = getattr(passlib.hash, name).using(rounds=iterations, **settings)
    line("passlib, " + name, digest, iterations, password, made.hash(password))


def werkzeug(digest, iterations, password, salt_length=16):
    text = generate_password_hash(password, f"pbkdf2:{digest}:{iterations}", salt_length)
    line("Werkzeug, " + digest, digest, iterations, password, text)


print(
    "# Made by pbkdf2_others.py and pbkdf2_others.js beside this file with Django 5.2.19, Werkzeug 3.1.9, "
    "passlib 1.7.4, grub-common 2.06, @phc/pbkdf2 1.1.14 and aspnetcore-identity-password-hasher 1.0.1."
)
django("its default of 4.2", PBKDF2PasswordHasher(), "sha256", 600000, "correct horse battery staple", "k5IaCmW0Y5dPlLYtLIVWBw")
django("one iteration", PBKDF2PasswordHasher(), "sha256", 1, "Grüße, 世界", "0")
django("as typed, in no normal form", PBKDF2PasswordHasher(), "sha256", 1000, "Gru\u0308\u00dfe\u00a0\ufb01", "seasalt3")
django("SHA-1", PBKDF2SHA1PasswordHasher(), "sha1", 20000, "password", "seasalt2")
passlib_made("pbkdf2_sha1", "sha1", 1200, "password")
passlib_made("pbkdf2_sha256", "sha256", 29000, "correct horse battery staple")
passlib_made("pbkdf2_sha512", "sha512", 25000, "correct horse battery staple")
passlib_made("pbkdf2_sha256", "sha256", 7, "one byte of salt", salt=b"\xfb")
passlib_made("pbkdf2_sha512", "sha512", 7, "é" * 512, salt=bytes(range(128, 256)))
passlib_made("ldap_pbkdf2_sha1", "sha1", 1200, "password")
passlib_made("ldap_pbkdf2_sha256", "sha256", 1200, "password")
passlib_made("ldap_pbkdf2_sha512", "sha512", 1200, "password")
passlib_made("grub_pbkdf2_sha512", "sha512", 1200, "password")
line("passlib, atlassian_pbkdf2_sha1", "sha1", 10000, "password", passlib.hash.atlassian_pbkdf2_sha1.hash("password"), 32)
werkzeug("sha256", 50000, "correct horse battery staple")
werkzeug("sha1", 1000, "password", 8)
werkzeug("sha512", 1000, "Grüße", 1)
made = subprocess.run(
    ["grub-mkpasswd-pbkdf2", "-c", "10000"], input="boot me\nboot me\n", capture_output=True, text=True
).stdout
line("Grub, its default", "sha512", 10000, "boot me", made.split()[-1])
