# Writes argon2_others.txt: python3 argon2_others.py > argon2_others.txt, on Python 3.11 with, from
# PyPI, argon2-cffi 25.1.0 and argon2-cffi-bindings 26.2.0 (the reference implementation in C). From
# Debian: php-cli 8.2.36, whose Argon2i is the same library's, by way of Debian's libargon2 0~20171227.
# PHP chooses its salts itself, so that another run writes others.
# Each line: how it was made, the scheme as it is reported, the password, the hash.

from argon2.low_level import Type, hash_secret

from tools import LONG, PLAIN, TYPED, line, php


def reference(how, password, type, v=19, m=64, t=2, p=1, salt_len=16, tag_len=32, unstated=False):
    salt = bytes(range(0xF0, 0xF0 - salt_len, -1))
    text = hash_secret(password.encode(), salt, t, m, p, tag_len, type, v).decode()
    # as it was written before there was a second version
    line("argon2-cffi, " + how, password, text.replace("v=16$", "") if unstated else text)


print("# Made by argon2_others.py beside this file with argon2-cffi 25.1.0 and PHP 8.2.36.")
for type in (Type.I, Type.D):
    reference("least cost", "x", type, m=8, t=1)
    reference("rfc 9106 second", PLAIN, type, m=65536, t=3, p=4)
    reference("odd memory, three lanes", TYPED, type, m=1021, t=3, p=3)
    reference("sixteen lanes", PLAIN, type, m=128, t=1, p=16)
    reference("shortest salt and tag", PLAIN, type, salt_len=8, tag_len=12)
    reference("longest salt and tag", PLAIN, type, salt_len=64, tag_len=64)
    reference("longest password", "é" * 512, type)
for type in (Type.I, Type.D, Type.ID):
    reference("first version", PLAIN, type, v=16)
    reference("first version, two lanes", LONG, type, v=16, m=256, t=3, p=2)
    reference("first version, unstated", TYPED, type, v=16, m=256, unstated=True)
line("PHP", PLAIN, php("password_hash($argv[1], PASSWORD_ARGON2I)", PLAIN))
line("PHP, two lanes", TYPED, php("password_hash($argv[1], PASSWORD_ARGON2I, ['memory_cost' => 1024, 'time_cost' => 2, 'threads' => 2])", TYPED))
