# Writes entropy.txt: python3 entropy.py > entropy.txt, on Python 3.11.
# Each line: the classes that are asked for (L letter, u upper case, l lower case, d digit, s symbol),
# the length, log2 of the number of passwords of this length over 24 upper-case and 24 lower-case
# letters, 8 digits and 8 symbols that have them all, or none.

from decimal import Decimal, getcontext
from itertools import combinations

getcontext().prec = 60
KINDS = {"u": (24, "Lu"), "l": (24, "Ll"), "d": (8, "d"), "s": (8, "s")}


def count(classes, length):
    """Character by character: how many beginnings have which of the classes."""
    beginnings = {frozenset(): 1}
    for _ in range(length):
        longer = {}
        for has, ways in beginnings.items():
            for number, of in KINDS.values():
                now = has | (set(of) & set(classes))
                longer[now] = longer.get(now, 0) + ways * number
        beginnings = longer
    return beginnings.get(frozenset(classes), 0)


for size in range(6):
    for classes in combinations("Lulds", size):
        for length in (1, 3, 4, 8, 11, 12, 14, 64, 256):
            number = count(classes, length)
            bits = f"{Decimal(number).ln() / Decimal(2).ln():.15f}" if number else "none"
            print("".join(classes), length, bits, sep="\t")
