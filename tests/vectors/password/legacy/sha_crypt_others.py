# Writes sha_crypt_others.txt: python3 sha_crypt_others.py > sha_crypt_others.txt, on Debian 12 with
# Python 3.11. From PyPI: passlib 1.7.4, whose own implementation is used. From Debian: libcrypt1
# 4.4.33, openssl 3.0, php-cli 8.2.36, whois 5.5.17 for mkpasswd, which asks libcrypt1 for the hash.
# Each line: how it was made, the scheme as it is reported, the password, the hash.

from passlib.hash import sha256_crypt, sha512_crypt

from tools import LONG, PLAIN, TYPED, crypt, line, php, run

print("# Made by sha_crypt_others.py beside this file with passlib 1.7.4, libxcrypt 4.4.33, OpenSSL 3.0, PHP 8.2.36 and mkpasswd 5.5.17.")
for kind, passlib in (("5", sha256_crypt), ("6", sha512_crypt)):
    passlib.set_backend("builtin")
    for password in ("x", PLAIN, TYPED, LONG):
        line("libxcrypt", password, crypt(password, f"${kind}$saltstring$"))
        line("OpenSSL", password, run("openssl", "passwd", f"-{kind}", "-salt", "saltstring", password))
        line("PHP", password, php("crypt($argv[1], $argv[2])", password, f"${kind}$saltstring$"))
        line("passlib", password, passlib.using(rounds=1000, salt="saltstring").hash(password))
    for length in (1, 31, 32, 33, 63, 64, 65, 128, 511):
        line(f"libxcrypt, {length} bytes", "p" * length, crypt("p" * length, f"${kind}$rounds=1000$salt$"))
    line("passlib, 1,024 bytes", "é" * 512, passlib.using(rounds=1000, salt="salt").hash("é" * 512))
    line("libxcrypt, no salt", PLAIN, crypt(PLAIN, f"${kind}$$"))
    line("libxcrypt, sixteen characters of salt", PLAIN, crypt(PLAIN, f"${kind}$0123456789abcdefg$"))
    line("libxcrypt, odd characters of salt", PLAIN, crypt(PLAIN, f"${kind}$\"#%&'()+,-<=>?@$"))
    line("libxcrypt, more odd characters of salt", PLAIN, crypt(PLAIN, f"${kind}$[]^_`{{|}}~$"))
    line("libxcrypt, 5,000 rounds named", PLAIN, crypt(PLAIN, f"${kind}$rounds=5000$salt$"))
    line("passlib, 29,000 rounds", PLAIN, passlib.using(rounds=29000, salt="salt").hash(PLAIN))
    line("mkpasswd", PLAIN, run("mkpasswd", "-m", "sha256crypt" if kind == "5" else "sha512crypt", "-R", "1042", PLAIN, "saltsalt"))
