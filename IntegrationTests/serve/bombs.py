# SPDX-License-Identifier: Apache-2.0
"""Small pictures that would cost much: their bytes are put together here."""

import struct
import zlib

from world import png_chunk


def png_header(width, height):
    """A PNG that announces its size and then has next to nothing."""
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + png_chunk(b"IDAT", zlib.compress(b"\0"))
        + png_chunk(b"IEND", b"")
    )


def segment(marker, data):
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def jpeg_of_scans(side=4096, scans=2600):
    """A valid progressive JPEG: each coefficient's bits come one by one, so each scan goes through all blocks again.

    The only code words are 0: a difference of 0 for DC, a run of empty blocks (EOB14 and 14 bits of its length) for AC.
    """
    blocks = (side // 8) ** 2
    table = bytes([1] + [0] * 15)
    out = b"\xff\xd8" + segment(0xDB, b"\0" + bytes([1] * 64))
    out += segment(0xC2, struct.pack(">BHHB", 8, side, side, 3) + bytes([1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]))
    out += segment(0xC4, b"\x00" + table + b"\x00") + segment(0xC4, b"\x10" + table + b"\xe0")
    out += segment(0xDA, bytes([3, 1, 0, 2, 0, 3, 0, 0, 0, 0])) + bytes(3 * blocks // 8)
    # A run has 16,384 blocks and those that 14 bits say.
    runs, left = "", blocks
    while left > 0:
        runs += "0" + format(min(max(left - 16384, 0), 16383), "014b")
        left -= 32767
    runs += "1" * (-len(runs) % 8)
    data = int(runs, 2).to_bytes(len(runs) // 8, "big").replace(b"\xff", b"\xff\0")
    parts = []
    for component in (1, 2, 3):
        for coefficient in range(1, 64):
            for low in range(13, -1, -1):
                high = 0 if low == 13 else low + 1
                parts.append(segment(0xDA, bytes([1, component, 0, coefficient, coefficient, high << 4 | low])) + data)
    return out + b"".join(parts[:scans]) + b"\xff\xd9"


def riff_chunk(kind, data):
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)


def size24(value):
    return struct.pack("<I", value)[:3]


def webp_lossless_pixel():
    """The chunk of a lossless picture of 1 x 1, opaque: five codes of a single symbol each."""
    bits = ""

    def put(value, count):
        nonlocal bits
        bits += format(value, f"0{count}b")[::-1]

    put(0, 14), put(0, 14), put(0, 1), put(0, 3)  # width - 1, height - 1, no alpha, version
    put(0, 1), put(0, 1), put(0, 1)  # no transform, no colour cache, one set of codes
    for symbol in (0, 0, 0, 255, 0):
        put(1, 1), put(0, 1), put(1, 1), put(symbol, 8)  # simple, one symbol, of 8 bits
    data = bytes(int(bits[at : at + 8].ljust(8, "0")[::-1], 2) for at in range(0, len(bits), 8))
    return riff_chunk(b"VP8L", b"\x2f" + data)


def animated_webp(width, height, frames):
    """An animation whose frames are one pixel each on a canvas of any size."""
    body = riff_chunk(b"VP8X", bytes([2, 0, 0, 0]) + size24(width - 1) + size24(height - 1))
    body += riff_chunk(b"ANIM", struct.pack("<IH", 0, 0))
    pixel = webp_lossless_pixel()
    body += riff_chunk(b"ANMF", size24(0) * 4 + size24(10) + b"\2" + pixel) * frames
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


# Name, bytes, content type; the last is whether it may be answered as a picture: it is then within --max-pixels.
def all_bombs():
    return [
        ("a PNG of 50,000 x 50,000", png_header(50_000, 50_000), "image/png", False),
        ("a PNG of 2^31 - 1 by 2^31 - 1", png_header(2**31 - 1, 2**31 - 1), "image/png", False),
        ("a PNG of 100,000,000 x 1", png_header(100_000_000, 1), "image/png", False),
        ("a JPEG of 2,600 scans", jpeg_of_scans(), "image/jpeg", False),
        ("a JPEG of 65,500 x 65,500", jpeg_size(65_500), "image/jpeg", False),
        ("a WebP animation of 16,383 x 16,383", animated_webp(16_383, 16_383, 1), "image/webp", False),
        ("a WebP animation of 9,999 x 9,999", animated_webp(9_999, 9_999, 1), "image/webp", True),
        ("a WebP animation of 20,000 frames", animated_webp(64, 64, 20_000), "image/webp", True),
    ]


def jpeg_size(side):
    return jpeg_of_scans(8, 0).replace(struct.pack(">BHHB", 8, 8, 8, 3), struct.pack(">BHHB", 8, side, side, 3))
