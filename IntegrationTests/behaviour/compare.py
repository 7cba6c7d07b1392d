# SPDX-License-Identifier: Apache-2.0
"""Compares records line by line: text exactly, numbers as far as processors agree.

Two numbers are equal

- if they are written the same,
- if one has more than five digits and they differ by at most the tolerance, 1e-5, or that share of the larger: short
  ones are mostly options, where 1e-5 and 2e-5 are not the same,
- if both have the same number of decimals, four or more with three digits that count (on pages: one or more), and differ
  by one in the last: they were rounded, and their last digit may fall to either side.

Whole numbers are counts, and equal only if they are the same.
"""

import difflib
import re

NUMBER = re.compile(r"(?<![\w.])(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?!\w)")


def difference(expected, actual, name, tolerance):
    """A unified diff without the lines that are equal within the tolerance; empty if all are."""
    adapted, page = list(actual), False
    matcher = difflib.SequenceMatcher(None, skeletons(expected), skeletons(actual), autojunk=False)
    for first, second, size in matcher.get_matching_blocks():
        for offset in range(size):
            old = expected[first + offset]
            page = is_page(old, page)
            if equal(old, actual[second + offset], tolerance, page):
                adapted[second + offset] = old
    return list(difflib.unified_diff(expected, adapted, f"{name} (expected)", f"{name} (now)", lineterm="", n=2))


def is_page(line, page):
    """Whether the lines from here on are a page's."""
    return line.endswith(".html") if line.startswith("=== ") else page


def skeletons(lines):
    return [NUMBER.sub("#", line) for line in lines]


def equal(first, second, tolerance, page):
    """Whether two lines of the same skeleton are equal."""
    pairs = zip(NUMBER.findall(first), NUMBER.findall(second))
    return first == second or all(close(one, other, tolerance, page) for one, other in pairs)


def close(one, other, tolerance, page):
    if one == other:
        return True
    if not any(is_fraction(text) for text in (one, other)):
        return False
    gap = abs(float(one) - float(other))
    allowed = tolerance * max(1, abs(float(one)), abs(float(other)))
    if any(digits(text) > 5 for text in (one, other)):
        return gap <= allowed
    places = decimals(one)
    is_rounded = places == decimals(other) and (page and places > 0 or places >= 4 and digits(one) >= 3)
    return is_rounded and gap <= max(allowed, 1.01 * 10**-places)


def is_fraction(text):
    return "." in text or "e" in text.lower()


def digits(text):
    return len(re.sub(r"[eE].*|\D", "", text).lstrip("0"))


def decimals(text):
    return -1 if "e" in text.lower() else len(text.partition(".")[2])
