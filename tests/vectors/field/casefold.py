# Writes casefold.txt beside it: Unicode's full case folding as Python 3.11 has it (Unicode 14).

import pathlib
import unicodedata

SURROGATES = range(0xD800, 0xE000)
chars = [c for c in range(0x110000) if c not in SURROGATES and unicodedata.category(chr(c)) != "Cn"]

ranges = []
for c in chars:
    if ranges and ranges[-1][1] == c - 1:
        ranges[-1][1] = c
    else:
        ranges.append([c, c])

out = [f"# Written by casefold.py: the assigned characters of Unicode {unicodedata.unidata_version}, then the full case folding of"]
out.append("# each that is not its own, by Python's str.casefold.")
out += [f"{a:x}..{b:x}" for a, b in ranges]
for c in chars:
    folded = chr(c).casefold()
    if folded != chr(c):
        out.append(f"{c:x}: " + " ".join(f"{ord(x):x}" for x in folded))
pathlib.Path(__file__).with_name("casefold.txt").write_text("\n".join(out) + "\n")
