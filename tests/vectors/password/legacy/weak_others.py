# Writes weak_others.txt: python3 weak_others.py > weak_others.txt, on Debian 12 with Python 3.11. From
# PyPI: Django 5.0.14, the last with its hashers without salt, and passlib 1.7.4, whose own
# implementations are used. From npm: wordpress-hash-node 1.0.0 (NODE_PATH names where it is). From
# Debian: libcrypt1 4.4.33, openssl 3.0, apache2-utils 2.4.71, slapd 2.5.13 for slappasswd, php-cli
# 8.2.36, wordpress 6.1.9 (WORDPRESS names its wp-includes/class-phpass.php). slappasswd, htpasswd and
# WordPress choose their salts themselves, so that another run writes others.
# Each line: how it was made, the scheme as it is reported, the password, the hash.

import os
import warnings

warnings.simplefilter("ignore")
import django.conf

django.conf.settings.configure()
from django.contrib.auth import hashers
from passlib import hash as passlib

from tools import LONG, PLAIN, TYPED, crypt, line, node, php, run

SLAPD = ("{MD5}", "{SMD5}", "{SHA}", "{SSHA}")
PW_SHA2 = ("{SHA256}", "{SSHA256}", "{SHA512}", "{SSHA512}")
PHPASS = "(require $argv[2]) ? (new PasswordHash((int) $argv[3], true))->HashPassword($argv[1]) : ''"
NODE = "require('wordpress-hash-node').HashPassword(process.argv[1])"

print("# Made by weak_others.py beside this file with Django 5.0.14, passlib 1.7.4, WordPress 6.1.9, wordpress-hash-node 1.0.0, libxcrypt 4.4.33, OpenSSL 3.0, htpasswd 2.4.71, slappasswd 2.5.13 and PHP 8.2.36.")
for password in (PLAIN, TYPED, LONG):
    line("libxcrypt", password, crypt(password, "$1$saltsalt$"))
    line("OpenSSL", password, run("openssl", "passwd", "-1", "-salt", "saltsalt", password))
    line("OpenSSL", password, run("openssl", "passwd", "-apr1", "-salt", "saltsalt", password))
    line("htpasswd -m", password, run("htpasswd", "-nbm", "user", password).partition(":")[2])
    line("htpasswd -s", password, run("htpasswd", "-nbs", "user", password).partition(":")[2])
    line("PHP", password, php("crypt($argv[1], '$1$ab$')", password))
    passlib.md5_crypt.set_backend("builtin")
    line("passlib", password, passlib.md5_crypt.using(salt="").hash(password))
    for log2 in (7, 13):
        line("passlib", password, passlib.phpass.using(rounds=log2, salt="./09AZaz").hash(password))
    line("passlib", password, passlib.phpass.using(rounds=8, ident="$H$").hash(password))
    line("PHP, WordPress 6.1", password, php(PHPASS, password, os.environ["WORDPRESS"], "8"))
    if password.isascii():  # it takes characters for bytes, and PHP does not verify what it makes of others
        line("wordpress-hash-node", password, node(NODE, password))
    line("Django", password, hashers.MD5PasswordHasher().encode(password, "salt"))
    line("Django", password, hashers.SHA1PasswordHasher().encode(password, "saltsaltsaltsaltsaltsa"))
    line("Django", password, hashers.UnsaltedMD5PasswordHasher().encode(password, ""))
    line("Django, the other form", password, "md5$$" + hashers.UnsaltedMD5PasswordHasher().encode(password, ""))
    line("Django", password, hashers.UnsaltedSHA1PasswordHasher().encode(password, ""))
    for digest in ("md5", "sha1", "sha256", "sha512"):
        made = php("hash($argv[1], $argv[2])", digest, password)
        line("PHP", password, made)
        line("PHP, upper case", password, made.upper())
    for scheme in SLAPD:
        line("slappasswd", password, run("/usr/sbin/slappasswd", "-h", scheme, "-s", password))
    for scheme in PW_SHA2:
        line("slappasswd, pw-sha2", password, run("/usr/sbin/slappasswd", "-o", "module-load=pw-sha2", "-h", scheme, "-s", password))
    # as Spring's LdapShaPasswordEncoder writes them when it is told to
    line("slappasswd, in lower case", password, run("/usr/sbin/slappasswd", "-h", "{SSHA}", "-s", password).replace("SSHA", "ssha"))
    line("slappasswd, in lower case", password, run("/usr/sbin/slappasswd", "-h", "{SHA}", "-s", password).replace("SHA", "sha"))
line("libxcrypt, 511 bytes", "p" * 511, crypt("p" * 511, "$1$saltsalt$"))
line("passlib, longest salt", PLAIN, passlib.ldap_salted_sha512.using(salt_size=16).hash(PLAIN))
