# Writes bcrypt_others.txt: python3 bcrypt_others.py > bcrypt_others.txt, on Debian 12 with Python
# 3.11. From PyPI: bcrypt 4.0.1, Django 5.2.19, passlib 1.7.4. From npm: bcryptjs 3.0.3 (NODE_PATH
# names where it is). From Debian: libcrypt1 4.4.33, php-cli 8.2.36, ruby-bcrypt 3.1.18, apache2-utils
# 2.4.71. PHP, Ruby and Apache choose their salts themselves, so that another run writes others.
# Each line: how it was made, the scheme as it is reported, the password, the hash.
#
# With the argument devise it writes bcrypt_devise.txt, whose hashes have a pepper, and with the
# argument space bcrypt_space.txt, whose passwords are JSON strings and the scheme is left out.

import json
import sys
import warnings

warnings.simplefilter("ignore")
import bcrypt
import django.conf

django.conf.settings.configure()
from django.contrib.auth.hashers import BCryptPasswordHasher, BCryptSHA256PasswordHasher
from passlib.hash import bcrypt_sha256

from tools import LONG, PLAIN, TYPED, crypt, line, node, php, ruby, run

SALT = "abcdefghijklmnopqrstuu"

# wp_hash_password() of wp-includes/pluggable.php, WordPress 6.8
WORDPRESS = "'$wp' . password_hash(base64_encode(hash_hmac('sha384', trim($argv[1]), 'wp-sha384', true)), PASSWORD_BCRYPT, ['cost' => (int) $argv[2]])"
# Devise::Encryptor.digest of devise 4.9: the pepper is appended
DEVISE = "BCrypt::Password.create(ARGV[0] + ARGV[1], cost: 4)"
PEPPER = "a0f1" * 32


def devise():
    print("# Made by bcrypt_others.py beside this file with ruby-bcrypt 3.1.18; the pepper is a0f1, 32 times.")
    for password in (PLAIN, TYPED, LONG[:71], LONG):
        line("ruby-bcrypt, as Devise", password, ruby(DEVISE, password, PEPPER))


def space():
    print("# Made by bcrypt_others.py beside this file with PHP 8.2.36, as WordPress 6.8 does.")
    for password in ("\t inner space \r\n\v", " ", "\u00a0x\f", "\fx"):
        print(json.dumps(password), php(WORDPRESS, password, "4"), sep="\t")


def others():
    print("# Made by bcrypt_others.py beside this file with bcrypt 4.0.1, Django 5.2.19, passlib 1.7.4, bcryptjs 3.0.3, libxcrypt 4.4.33, PHP 8.2.36, ruby-bcrypt 3.1.18 and htpasswd 2.4.71.")
    for prefix in ("2a", "2b"):
        line("bcrypt for Python", PLAIN, bcrypt.hashpw(PLAIN.encode(), f"${prefix}$05${SALT}".encode()).decode())
    line("bcrypt for Python", TYPED, bcrypt.hashpw(TYPED.encode(), f"$2b$06${SALT}".encode()).decode())
    line("bcrypt for Python, 71 bytes", LONG[:71], bcrypt.hashpw(LONG[:71].encode(), f"$2b$04${SALT}".encode()).decode())
    line("bcrypt for Python, 72 bytes", LONG[:72], bcrypt.hashpw(LONG[:72].encode(), f"$2b$04${SALT}".encode()).decode())
    line("bcrypt for Python, 73 bytes", LONG[:73], bcrypt.hashpw(LONG[:73].encode(), f"$2b$04${SALT}".encode()).decode())
    line("bcrypt for Python, NUL", "before\0after", bcrypt.hashpw(b"before\0after", f"$2b$04${SALT}".encode()).decode())
    for prefix in ("2a", "2b", "2y"):
        line("libxcrypt", PLAIN, crypt(PLAIN, f"${prefix}$05${SALT}"))
        line("libxcrypt, 511 bytes", "x" * 511, crypt("x" * 511, f"${prefix}$04${SALT}"))
    line("libxcrypt, 8 bits", TYPED, crypt(TYPED, f"$2a$05${SALT}"))
    line("PHP, password_hash", PLAIN, php("password_hash($argv[1], PASSWORD_BCRYPT, ['cost' => 5])", PLAIN))
    line("PHP, password_hash, its default", TYPED, php("password_hash($argv[1], PASSWORD_BCRYPT)", TYPED))
    line("PHP, password_hash, 120 bytes", LONG, php("password_hash($argv[1], PASSWORD_BCRYPT, ['cost' => 4])", LONG))
    BCRYPTJS = "require('bcryptjs').hashSync(process.argv[1], process.argv[2])"
    line("bcryptjs", PLAIN, node(BCRYPTJS, PLAIN, f"$2a$05${SALT}"))
    line("bcryptjs", TYPED, node(BCRYPTJS, TYPED, f"$2b$05${SALT}"))
    line("bcryptjs, 120 bytes", LONG, node(BCRYPTJS, LONG, f"$2b$04${SALT}"))
    line("ruby-bcrypt", PLAIN, ruby("BCrypt::Password.create(ARGV[0], cost: 5)", PLAIN))
    line("ruby-bcrypt", TYPED, ruby("BCrypt::Password.create(ARGV[0], cost: 4)", TYPED))
    line("htpasswd -B", PLAIN, run("htpasswd", "-nbB", "-C", "05", "user", PLAIN).partition(":")[2])

    for password in (PLAIN, TYPED, LONG, LONG + "x"):
        line("Django, bcrypt_sha256", password, BCryptSHA256PasswordHasher().encode(password, f"$2b$04${SALT}".encode()))
        for version in (1, 2):
            made = bcrypt_sha256.using(version=version, rounds=4, salt=SALT).hash(password)
            line(f"passlib, bcrypt_sha256, version {version}", password, made)
    for password in (PLAIN, TYPED, LONG):
        line("Django, bcrypt", password, BCryptPasswordHasher().encode(password, f"$2b$04${SALT}".encode()))
    line("Django, bcrypt, its default", PLAIN, BCryptPasswordHasher().encode(PLAIN, BCryptPasswordHasher().salt()))
    line("passlib, bcrypt_sha256, two digits", PLAIN, bcrypt_sha256.using(rounds=10, salt=SALT).hash(PLAIN))

    line("PHP, as WordPress", PLAIN, php(WORDPRESS, PLAIN, "10"))
    line("PHP, as WordPress", TYPED, php(WORDPRESS, TYPED, "4"))
    line("PHP, as WordPress", LONG, php(WORDPRESS, LONG, "4"))


{"devise": devise, "space": space}.get("".join(sys.argv[1:]), others)()
