#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replaces the library search path inside a 64-bit ELF file: set-runpath.py FILE PATH.

The linker's RUNPATH becomes an RPATH, which also holds for the libraries that the file's libraries need. The new path
must not be longer than the old one.
"""

import struct
import sys

PT_LOAD, PT_DYNAMIC = 1, 2
DT_NULL, DT_STRTAB, DT_RPATH, DT_RUNPATH = 0, 5, 15, 29


def main(path: str, new: bytes) -> None:
    with open(path, "r+b") as file:
        data = bytearray(file.read())
        if data[:5] != b"\x7fELF\x02" or data[5] != 1:
            sys.exit(f"error: {path} is not a 64-bit little-endian ELF file")
        (table,) = struct.unpack_from("<Q", data, 32)
        size, count = struct.unpack_from("<HH", data, 54)
        segments = [struct.unpack_from("<IIQQQQQQ", data, table + i * size) for i in range(count)]

        def offset(address: int) -> int:
            for kind, _, start, base, _, length, _, _ in segments:
                if kind == PT_LOAD and base <= address < base + length:
                    return start + address - base
            sys.exit(f"error: {path} has no segment at address {address:#x}")

        entries = {}
        for kind, _, start, _, _, length, _, _ in segments:
            if kind != PT_DYNAMIC:
                continue
            for position in range(start, start + length, 16):
                tag, value = struct.unpack_from("<qQ", data, position)
                if tag == DT_NULL:
                    break
                entries[tag] = (position, value)
        found = entries.get(DT_RUNPATH) or entries.get(DT_RPATH)
        if found is None or DT_STRTAB not in entries:
            sys.exit(f"error: {path} has no library search path to replace")
        position, value = found
        start = offset(entries[DT_STRTAB][1]) + value
        old = bytes(data[start : data.index(0, start)])
        if len(new) > len(old):
            sys.exit(f"error: the search path of {path} has room for {len(old)} bytes, not for {len(new)}")
        # What follows the new string's end stays: the linker may have put other strings into the old one's tail.
        data[start : start + len(new) + 1] = new + b"\0"
        struct.pack_into("<q", data, position, DT_RPATH)
        file.seek(0)
        file.write(data)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} FILE PATH")
    main(sys.argv[1], sys.argv[2].encode())
