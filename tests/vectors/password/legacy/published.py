# Writes the published vectors of one family: python3 published.py bcrypt > bcrypt.txt, and so for
# sha_crypt, drupal, weak and argon2 (i and d, and the first version). On Python 3.11 with passlib 1.7.4 and bcrypt 4.0.1, from PyPI: passlib's
# test suite, which is part of the package, is where most of them stand. The others are written here,
# each with the place that they were published at.
# Each line: the source, the scheme as it is reported, the password, the hash. What is of bcrypt and
# not of a password that can be typed, or of a scheme that is not known, goes to another file:
# python3 published.py bcrypt bytes > bcrypt_bytes.txt, with the password in hexadecimal.

import os
import sys
import warnings

os.environ["PASSLIB_TEST_MODE"] = "full"
warnings.simplefilter("ignore")

import passlib.tests.test_handlers as handlers
import passlib.tests.test_handlers_argon2 as argon2
import passlib.tests.test_handlers_bcrypt as bcrypt
import passlib.tests.test_handlers_django as django

from tools import report

PASSLIB = {
    "argon2": [argon2._base_argon2_test],
    "bcrypt": [
        bcrypt._bcrypt_test,
        bcrypt._bcrypt_sha256_test,
        django.django_bcrypt_test,
        django.django_bcrypt_sha256_test,
    ],
    "sha_crypt": [handlers._sha256_crypt_test, handlers._sha512_crypt_test],
    "weak": [
        handlers._md5_crypt_test,
        handlers.apr_md5_crypt_test,
        handlers.phpass_test,
        handlers.hex_md5_test,
        handlers.hex_sha1_test,
        handlers.hex_sha256_test,
        handlers.hex_sha512_test,
        handlers.ldap_md5_test,
        handlers.ldap_sha1_test,
        handlers.ldap_salted_md5_test,
        handlers.ldap_salted_sha1_test,
        handlers.ldap_salted_sha256_test,
        handlers.ldap_salted_sha512_test,
        django.django_salted_md5_test,
        django.django_salted_sha1_test,
    ],
}

OPENWALL = "crypt_blowfish 1.3, wrapper.c"
SPRING = "Spring Security, BCryptTests.java"
APACHE = "Apache httpd 2.4, Password Formats"
LONG = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
OTHERS = {
    "bcrypt": [
        (OPENWALL, b"U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        (OPENWALL, b"U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"),
        (OPENWALL, b"U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"),
        (OPENWALL, LONG + b"chars after 72 are ignored", "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"),
        (OPENWALL, b"\xa3", "$2x$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e"),
        (OPENWALL, b"\xff\xff\xa3", "$2x$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e"),
        (OPENWALL, b"\xff\xff\xa3", "$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e"),
        (OPENWALL, b"\xff\xff\xa3", "$2b$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e"),
        (OPENWALL, b"\xa3", "$2y$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq"),
        (OPENWALL, b"\xa3", "$2a$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq"),
        (OPENWALL, b"\xa3", "$2b$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq"),
        (OPENWALL, b"1\xa3345", "$2x$05$/OK.fbVrR/bpIqNJ5ianF.o./n25XVfn6oAPaUvHe.Csk4zRfsYPi"),
        (OPENWALL, b"\xff\xa334\xff\xff\xff\xa3345", "$2y$05$/OK.fbVrR/bpIqNJ5ianF.o./n25XVfn6oAPaUvHe.Csk4zRfsYPi"),
        (OPENWALL, b"\xff\xa3345", "$2y$05$/OK.fbVrR/bpIqNJ5ianF.nRht2l/HRhr6zmCp9vYUvvsqynflf9e"),
        (OPENWALL, b"\xff\xa3345", "$2a$05$/OK.fbVrR/bpIqNJ5ianF.nRht2l/HRhr6zmCp9vYUvvsqynflf9e"),
        (OPENWALL, b"\xa3ab", "$2a$05$/OK.fbVrR/bpIqNJ5ianF.6IflQkJytoRVc1yuaNtHfiuq.FRlSIS"),
        (OPENWALL, b"\xa3ab", "$2y$05$/OK.fbVrR/bpIqNJ5ianF.6IflQkJytoRVc1yuaNtHfiuq.FRlSIS"),
        (OPENWALL, b"\xd1\x91", "$2x$05$6bNw2HLQYeqHYyBfLMsv/OiwqTymGIGzFsA4hOTWebfehXHNprcAS"),
        (OPENWALL, b"\xaa" * 72 + b"chars after 72 are ignored as usual", "$2a$05$/OK.fbVrR/bpIqNJ5ianF.swQOIzjOiJ9GHEPuhEkvqrUyvWhEMx6"),
        (OPENWALL, b"\xaa\x55" * 36, "$2a$05$/OK.fbVrR/bpIqNJ5ianF.R9xrDjiycxMbQE2bp.vgqlYpW5wx2yy"),
        (OPENWALL, b"\x55\xaa\xff" * 24, "$2a$05$/OK.fbVrR/bpIqNJ5ianF.9tQZzcJfm3uj2NvJ/n5xkhpqLrMpWCe"),
        (OPENWALL, b"", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"),
        (SPRING, b"", "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s."),
        (SPRING, b"a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"),
        (SPRING, b"a", "$2b$06$ehKGYiS4wt2HAr7KQXS5z.OaRjB4jHO7rBHJKlGXbqEH3QVJfO7iO"),
        (SPRING, b"a", "$2y$06$LUdD6/aD0e/UbnxVAVbvGuUmIoJ3l/OK94ThhadpMWwKC34LrGEey"),
        (SPRING, b"abc", "$2a$08$Ro0CUfOqk6cXEKf3dyaM7OhSCvnwM9s4wIX9JeLapehKK5YdLxKcm"),
        (SPRING, b"abcdefghijklmnopqrstuvwxyz", "$2a$08$aTsUwsyowQuzRrDqFflhgekJ8d9/7Z3GV3UcgvzQW3J5zMyrTvlz."),
        (SPRING, b"~!@#$%^&*()      ~!@#$%^&*()PNBFRD", "$2y$06$sYDFHqOcXTjBgOsqC0WCKeMd3T1UhHuWQSxncLGtXDLMrcE6vFDti"),
        (SPRING, b"~!@#$%^&*()      ~!@#$%^&*()PNBFRD", "$2a$12$WApznUOJfkEGSmYRfnkrPOr466oFDCaj4b6HY3EXGvfxm43seyhgC"),
        # salts with bits set that mean nothing, as passlib before 1.5.3 wrote them
        ("passlib 1.7.4, test_90_bcrypt_padding", b"test", "$2a$04$oaQbBqq8JnSM1NHRPQGXORY4Vw3bdHKLIXTecPDRAcJ98cz1ilveO"),
        ("passlib 1.7.4, test_90_bcrypt_padding", b"test", "$2a$04$yjDgE74RJkeqC0/1NheSScrvKeu9IbKDpcQf/Ox3qsrRS/Kw42qIS"),
        (APACHE, b"myPassword", "$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC"),
    ],
    "sha_crypt": [],
    "weak": [
        (APACHE, b"myPassword", "$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/"),
        (APACHE, b"myPassword", "{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE="),
        ("FreeBSD, libcrypt/tests/crypt_tests.c", b"0.s0.l33t", "$1$deadbeef$0Huu6KHrKLVWfqa4WljDE0"),
        ("RFC 1321, A.5", b"message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ("FIPS 180-4 examples", b"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("FIPS 180-4 examples", b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ],
}
# it holds the reference's tests as they stand there; one asks for 1 GiB, which is above the limit
OTHERS["argon2"] = [
    ("Argon2's reference, src/test.c", test["secret"], test["hash"])
    for test in argon2.reference_data
    if "$argon2i$" in test["hash"] and "m=1048576" not in test["hash"]
]
JOHN = "John the Ripper, drupal7_fmt_plug.c"
OTHERS["drupal"] = [
    (JOHN, b"virtualabc", "$S$CwkjgAKeSx2imSiN3SyBEg8e0sgE2QOx4a/VIfCHN0BZUNAWCr1X"),
    (JOHN, b"password", "$S$CFURCPa.k6FAEbJPgejaW4nijv7rYgGc4dUJtChQtV4KLJTPTC/u"),
    (JOHN, b"NEW_TEMP_PASSWORD", "$S$C6x2r.aW5Nkg7st6/u.IKWjTerHXscjPtu4spwhCVZlP89UKcbb/"),
]


written = set()


def line(source, password, text):
    password = password if isinstance(password, bytes) else password.encode()
    if (source, password, text) in written:
        return
    written.add((source, password, text))
    try:
        typed = password.decode() if report(text) else ""
    except UnicodeDecodeError:
        typed = ""
    if typed and not in_bytes:
        print(source, report(text), typed.replace("\0", "\\0"), text, sep="\t")
    if not typed and in_bytes:
        print(source, password.hex(), text, sep="\t")


family = sys.argv[1]
in_bytes = sys.argv[2:] == ["bytes"]
print("# Made by published.py beside this file: vectors that others published, the source in each line's first field.")
for source, password, text in OTHERS[family]:
    line(source, password, text)
for test in PASSLIB.get(family, []):
    name = "passlib 1.7.4, " + test.__name__.strip("_")
    for password, text in test.known_correct_hashes:
        line(name, password, text)
    for _, password, text in getattr(test, "known_correct_configs", None) or []:
        line("Drepper, SHA-crypt.txt" if family == "sha_crypt" else name, password, text)
