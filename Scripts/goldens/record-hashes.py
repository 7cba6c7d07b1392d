# SPDX-License-Identifier: Apache-2.0
"""Records hashlib's SHA-256 and SHA-1 for lengths around every block border and for random ones.

The bytes come from a linear congruential generator that the test repeats, so the fixture holds digests only:
x = (x * 1664525 + 1013904223) mod 2^32, starting at the length; each byte is x >> 24.

    python Scripts/goldens/record-hashes.py > Tests/ContentHashTests/Fixtures/hashes.txt
"""

import hashlib
import random


def content(length: int) -> bytes:
    x, out = length, bytearray()
    for _ in range(length):
        x = (x * 1664525 + 1013904223) % 2**32
        out.append(x >> 24)
    return bytes(out)


lengths = set(range(0, 20)) | set(range(50, 75)) | set(range(115, 135))
generator = random.Random(20)
lengths |= {generator.randrange(200, 20000) for _ in range(20)}
for length in sorted(lengths):
    data = content(length)
    print(length, hashlib.sha256(data).hexdigest(), hashlib.sha1(data).hexdigest())
