#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes Sources/Tokenization/UnicodeTables.swift from what the `tokenizers` library does.

The library mixes versions of Unicode (Oniguruma's for the classes, unicode-normalization-alignments' for NFC, the regex
crate's for word characters, Rust's own for lowercasing), and Swift's standard library follows yet another. The tables are therefore read off the
library itself, code point by code point.

    pip install tokenizers==0.23.3
    python3 Scripts/goldens/record-tokenizer-tables.py
"""

import pathlib
import unicodedata

import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
POINTS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
NFC, NFD, LOWER = normalizers.NFC(), normalizers.NFD(), normalizers.Lowercase()


def quantity(n):
    """A variable-length quantity in base 64: five bits a digit, the lowest first, 32 more where another digit follows."""
    text = ""
    while n >= 32:
        text += DIGITS[32 + n % 32]
        n //= 32
    return text + DIGITS[n]


def zigzag(n):
    """So that every number in the tables is non-negative."""
    return 2 * n if n >= 0 else -2 * n - 1


def members(pattern):
    split = pre_tokenizers.Split(Regex(pattern), "removed", invert=True)
    found = set()
    for k in range(0, len(POINTS), 4096):
        for word, _ in split.pre_tokenize_str("".join(map(chr, POINTS[k : k + 4096]))):
            found.update(map(ord, word))
    return found


def words():
    """`\\w` of Rust's regex crate, which bounds single-word tokens: it ends a run of punctuation."""
    split = pre_tokenizers.Whitespace()
    found = set()
    for k in range(0, len(POINTS), 4096):
        for word, _ in split.pre_tokenize_str(" ".join("!" + chr(c) for c in POINTS[k : k + 4096])):
            if not word.startswith("!"):
                found.update(map(ord, word))
    return found


def ranges(points):
    """Gap to the previous range's end and length, for each range."""
    out, end, start = [], 0, None
    for c in sorted(points) + [None]:
        if start is not None and c != last + 1:
            out += [start - end, last + 1 - start]
            end, start = last + 1, None
        if start is None:
            start = c
        last = c
    return out


def lowercase():
    """(gap to the previous start, count, stride, mapped minus start) for runs of code points."""
    single = []
    for c in POINTS:
        mapped = LOWER.normalize_str(chr(c))
        if mapped != chr(c):
            if len(mapped) != 1:
                assert c == 0x130 and mapped == "i\u0307", hex(c)
                continue
            single.append((c, ord(mapped) - c))
    out, previous, k = [], 0, 0
    while k < len(single):
        start, delta = single[k]
        stride = single[k + 1][0] - start if k + 1 < len(single) and single[k + 1][1] == delta else 1
        stride = stride if stride <= 2 else 1
        count = 1
        while k + count < len(single) and single[k + count] == (start + count * stride, delta):
            count += 1
        out += [start - previous, count, stride, zigzag(delta)]
        previous, k = start, k + count
    return out


def combining():
    """(gap to the previous range's end, length, class) of the code points that the library reorders."""
    classes = {}
    for c in POINTS:
        ccc = unicodedata.combining(chr(c))
        if ccc == 0:
            continue
        # U+0345 has the highest class (240), U+0334 the lowest (1): a combining mark changes its place with one.
        before = NFD.normalize_str("a\u0345" + chr(c)) != NFD.normalize_str("a\u0345") + chr(c)
        after = NFD.normalize_str("a" + chr(c) + "\u0334") != "a" + NFD.normalize_str(chr(c)) + "\u0334"
        if before or after or c in (0x345, 0x334):
            classes[c] = ccc
        elif ccc == 1 or ccc == 240:
            raise SystemExit(f"cannot tell the class of U+{c:04X}")
    out, end, points = [], 0, sorted(classes)
    k = 0
    while k < len(points):
        count = 1
        while k + count < len(points) and points[k + count] == points[k] + count and (
            classes[points[k + count]] == classes[points[k]]
        ):
            count += 1
        out += [points[k] - end, count, classes[points[k]]]
        end, k = points[k] + count, k + count
    return out


def decompositions():
    """(gap, first part minus the previous first, second part) for each code point that decomposes.

    Of the second part: 0 if there is none, else 1 + 2 * its zigzag-coded distance from the previous second part, and 1
    more if the two parts compose again.
    """
    out, previous, first, second = [], 0, 0, 0
    for c in POINTS:
        if 0xAC00 <= c <= 0xD7A3 or NFD.normalize_str(chr(c)) == chr(c):
            continue
        parts = [int(p, 16) for p in unicodedata.decomposition(chr(c)).split()]
        assert parts and len(parts) <= 2, hex(c)
        out += [c - previous, zigzag(parts[0] - first)]
        if len(parts) == 2:
            composes = NFC.normalize_str("".join(map(chr, parts))) == chr(c)
            out.append(1 + 2 * zigzag(parts[1] - second) + int(composes))
            second = parts[1]
        else:
            out.append(0)
        previous, first = c, parts[0]
    return out


def literal(name, comment, numbers):
    text = "".join(map(quantity, numbers))
    body = "\\\n".join("        " + text[k : k + 110] for k in range(0, len(text), 110))
    return f'    /// {comment}\n    static let {name}: StaticString = """\n{body}\n        """\n'


def main():
    target = pathlib.Path(__file__).resolve().parent.parent.parent / "Sources/Tokenization/UnicodeTables.swift"
    letters, numbers = members(r"\p{L}"), members(r"\p{N}")
    parts = [
        literal("letters", "`\\p{L}`: gap since the previous range's end, length.", ranges(letters)),
        literal("numbers", "`\\p{N}`: gap since the previous range's end, length.", ranges(numbers)),
        literal("spaces", "`\\s`: gap since the previous range's end, length.", ranges(members(r"\s"))),
        literal(
            "wordExceptions",
            "Where `\\w` of Rust's regex crate is not letters and numbers: gap since the previous range's end, length.",
            ranges(words() ^ (letters | numbers)),
        ),
        literal("lowercase", "Gap since the previous start, count, stride, signed difference.", lowercase()),
        literal("combiningClasses", "Gap since the previous range's end, length, class.", combining()),
        literal(
            "decompositions",
            "Gap since the previous, signed distances from its two parts: see `CanonicalComposition`.",
            decompositions(),
        ),
    ]
    target.write_text(
        "// SPDX-License-Identifier: Apache-2.0\n\n"
        f"// Written by Scripts/goldens/record-tokenizer-tables.py from tokenizers {tokenizers.__version__}; not edited by hand.\n\n"
        "/// The `tokenizers` library's own Unicode tables, as base-64 variable-length quantities (see `TableReader`).\n"
        "enum UnicodeTables {\n" + "\n".join(parts) + "}\n"
    )


main()
