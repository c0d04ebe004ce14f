# What the scripts beside it share: the programs that make hashes, and how a line is written.

import ctypes
import re
import subprocess

crypt_function = ctypes.CDLL("libcrypt.so.1").crypt
crypt_function.restype = ctypes.c_char_p


def crypt(password, setting):
    """crypt(3) of libxcrypt."""
    return crypt_function(password.encode(), setting.encode()).decode()


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def php(code, *arguments):
    return run("php", "-r", "echo " + code + ";", "--", *arguments)


def ruby(code, *arguments):
    return run("ruby", "-rbcrypt", "-e", "puts " + code, *arguments)


def node(code, *arguments):
    return run("node", "-e", "console.log(" + code + ")", "--", *arguments)


def report(text):
    """The scheme and its cost, read from the text; nothing for one that is not known."""
    for pattern, name in REPORTS:
        found = re.match(pattern, text)
        if found:
            return name(*found.groups())
    return None


CRYPT64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
REPORTS = [
    (r"(\$argon2(?:i|d|id)\$(?:v=\d+\$)?m=\d+,t=\d+,p=\d+)\$", lambda cost: cost),
    (r"(?:bcrypt\$)?\$2[aby]\$(\d\d)\$", lambda cost: f"bcrypt cost={int(cost)}"),
    (r"bcrypt_sha256\$\$2[aby]\$(\d\d)\$", lambda cost: f"bcrypt-sha256 cost={int(cost)}"),
    (r"\$bcrypt-sha256\$(?:v=2,t=2b,r=|2[ab],)(\d+)\$", lambda cost: f"bcrypt-sha256 cost={cost}"),
    (r"\$wp\$2y\$(\d\d)\$", lambda cost: f"wordpress-bcrypt cost={int(cost)}"),
    (r"\$([56])\$(?:rounds=(\d+)\$)?", lambda kind, rounds: f"sha{'256' if kind == '5' else '512'}-crypt rounds={rounds or 5000}"),
    (r"\$S\$(.)", lambda count: f"phpass-sha512 rounds={1 << CRYPT64.index(count)}"),
    (r"\$[PH]\$(.)", lambda count: f"phpass-md5 rounds={1 << CRYPT64.index(count)}"),
    (r"\$(?:1|apr1)\$", lambda: "md5-crypt rounds=1000"),
    (r"(?:md5\$|\{S?MD5\}|[0-9a-fA-F]{32}$)", lambda: "md5 rounds=1"),
    (r"(?:sha1\$|\{(?:S?SHA|s?sha)\}|[0-9a-fA-F]{40}$)", lambda: "sha1 rounds=1"),
    (r"(?:\{S?SHA256\}|[0-9a-fA-F]{64}$)", lambda: "sha256 rounds=1"),
    (r"(?:\{S?SHA512\}|[0-9a-fA-F]{128}$)", lambda: "sha512 rounds=1"),
]


def line(how, password, text):
    assert password and report(text) and "\t" not in password and "\n" not in password
    print(how, report(text), password.replace("\0", "\\0"), text, sep="\t")


PLAIN = "correct horse battery staple"
TYPED = "Grüße, 世界 👩\u200d👧"
LONG = "0123456789" * 12
