# Writes scrypt_others.txt: python3 scrypt_others.py > scrypt_others.txt, on Python 3.11 and Debian 12
# (libxcrypt 4.4.33) with, from PyPI, Django 5.2.19, Werkzeug 3.1.9, passlib 1.7.4 and PyNaCl 1.6.2.
# Each line: what made it and how, the scheme, the password, the hash. Salts that a library draws by
# itself are other ones each time.

import crypt

import nacl.pwhash.scrypt
import passlib.hash
from django.conf import settings
from django.contrib.auth.hashers import ScryptPasswordHasher
from werkzeug.security import generate_password_hash

settings.configure()


def line(how, log_n, r, p, password, text):
    print(how, f"scrypt ln={log_n},r={r},p={p}", password, text, sep="\t")


def passlib_scrypt(how, password, log_n, r=8, p=1, salt_size=16, ident="$scrypt$"):
    made = passlib.hash.scrypt.using(
        rounds=log_n, block_size=r, parallelism=p, salt_size=salt_size, ident=ident
    )
    line("passlib, " + how, log_n, r, p, password, made.hash(password))


def django(how, password, salt, n=None, r=None, p=None):
    text = ScryptPasswordHasher().encode(password, salt, n, r, p)
    line("Django, " + how, (n or 2**14).bit_length() - 1, r or 8, p or 5, password, text)


def werkzeug(how, password, method, log_n, r, p, salt_length=16):
    text = generate_password_hash(password, method, salt_length)
    line("Werkzeug, " + how, log_n, r, p, password, text)


def libxcrypt(how, password, setting, log_n, r, p):
    line("libxcrypt, " + how, log_n, r, p, password, crypt.crypt(password, setting))


print(
    "# Made by scrypt_others.py beside this file with Django 5.2.19, Werkzeug 3.1.9, passlib 1.7.4, "
    "PyNaCl 1.6.2 and libxcrypt 4.4.33."
)
passlib_scrypt("its default", "correct horse battery staple", 16)
passlib_scrypt("least cost", "x", 1, r=1)
passlib_scrypt("odd block size, three at once", "password", 6, r=5, p=3)
passlib_scrypt("largest block size, sixteen at once", "password", 4, r=255, p=16)
passlib_scrypt("shortest salt", "password", 4, salt_size=1)
passlib_scrypt("longest salt", "password", 4, salt_size=128)
passlib_scrypt("longest password", "é" * 512, 4)
passlib_scrypt("crypt(3)", "s3kr3tp4ssw0rd", 6, r=9, p=2, ident="$7$")
django("its default", "correct horse battery staple", "k5IaCmW0Y5dPlLYtLIVWBw")
django("its default before 5.1", "letmein", "seasalt", p=1)
django("another cost", "Grüße, 世界", "0", n=2, r=3, p=4)
django("as typed, in no normal form", "Gru\u0308\u00dfe\u00a0\ufb01", "seasalt3", n=16, p=1)
werkzeug("its default", "correct horse battery staple", "scrypt", 15, 8, 1)
werkzeug("another cost", "password", "scrypt:16:2:3", 4, 2, 3, salt_length=8)
libxcrypt("another cost", "password", "$7$46..../....longer.than.usual.and/dotted", 6, 8, 1)
libxcrypt("least block size", "Grüße", "$7$2/..../....x", 4, 1, 1)
made = nacl.pwhash.scrypt.str(
    b"correct horse battery staple", opslimit=32768, memlimit=1 << 24
).rstrip(b"\0")
line("libsodium, its least", 10, 8, 1, "correct horse battery staple", made.decode())
