# Writes drupal_others.txt: python3 drupal_others.py > drupal_others.txt, on Debian 12 with Python 3.11
# and, from Debian, php-cli 8.2.36. Nothing in the registries makes these: the function is written out
# here twice, by the description of _password_crypt() in includes/password.inc of Drupal 7, once in
# Python over hashlib and once in PHP over hash(), and what they make must be the same.
# Each line: how it was made, the scheme as it is reported, the password, the hash.

import hashlib

from tools import CRYPT64, LONG, PLAIN, TYPED, line, php

PHP = (
    "(function ($password, $salt, $log2, $alphabet) {"
    "$tag = hash('sha512', $salt . $password, true);"
    "for ($i = 0; $i < 1 << $log2; $i++) $tag = hash('sha512', $tag . $password, true);"
    "$bits = ''; foreach (str_split($tag) as $c) $bits .= strrev(sprintf('%08b', ord($c)));"
    "$out = ''; foreach (str_split(substr($bits, 0, 258), 6) as $six) $out .= $alphabet[bindec(strrev($six))];"
    "return '$S$' . $alphabet[$log2] . $salt . $out;"
    "})($argv[1], $argv[2], (int) $argv[3], $argv[4])"
)


def drupal(password, salt, log2):
    password = password.encode()
    tag = hashlib.sha512(salt.encode() + password).digest()
    for _ in range(1 << log2):
        tag = hashlib.sha512(tag + password).digest()
    number = int.from_bytes(tag, "little")
    return "$S$" + CRYPT64[log2] + salt + "".join(CRYPT64[number >> 6 * i & 63] for i in range(43))


print("# Made by drupal_others.py beside this file with Python 3.11 and PHP 8.2.36.")
for password, salt, log2 in (
    ("x", "saltsalt", 7),
    (PLAIN, "saltsalt", 15),
    (TYPED, "./09AZaz", 10),
    (LONG, "saltsalt", 16),
    ("p" * 512, "saltsalt", 11),
):
    made = drupal(password, salt, log2)
    assert made == php(PHP, password, salt, str(log2), CRYPT64)
    line("Python and PHP", password, made)
