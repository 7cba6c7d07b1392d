# SPDX-License-Identifier: Apache-2.0
"""What is recorded of files of numbers: shapes and names exactly, values by sums that processors agree on."""

import ast
import hashlib
import json
import math
import struct
from array import array
from collections import Counter
from operator import mul


def norm(values):
    return math.sqrt(sum(map(mul, values, values)))


def decode(data, dtype):
    """The values of a tensor's bytes."""
    if dtype == "F16":
        return array("f", struct.unpack(f"<{len(data) // 2}e", data))
    if dtype == "BF16":
        wide = array("I", (value << 16 for value in array("H", data)))
        return array("f", wide.tobytes())
    return array({"F32": "f", "F64": "d", "I64": "q", "U8": "B", "I32": "i"}[dtype], data)


def safetensors(data, only_layout=False):
    """Names, types and shapes by their hash; for each part of the model, the norm of its values.

    Optimisers turn last digits into steps, in either direction for gradients that are nothing but rounding, such as
    that of a key's bias: single values of a trained model are no ground to compare on, their norms are.
    """
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    layout = json.dumps([[name, entry["dtype"], entry["shape"]] for name, entry in sorted(header.items())])
    lines = [f"{len(header)} tensors, layout {hashlib.sha256(layout.encode()).hexdigest()[:16]}"]
    # What identifies the run's inputs is none of the file's outline.
    lines += [f"metadata {name}: {value}" for name, value in sorted(metadata.items()) if len(value) < 64]
    if only_layout:
        return lines
    squares, counts = Counter(), Counter()
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        part = f"{entry['dtype']} {name.removeprefix('base_model.model.').split('.')[0]}"
        values = decode(data[8 + length + begin : 8 + length + end], entry["dtype"])
        squares[part] += norm(values) ** 2
        counts[part] += len(values)
    return lines + [f"{part}: {counts[part]} values, norm {math.sqrt(squares[part]):.7g}" for part in sorted(squares)]


def npy(data):
    """The shape, and each row's sum and norm."""
    length = struct.unpack("<H", data[8:10])[0]
    header = ast.literal_eval(data[10 : 10 + length].decode("latin-1"))
    lines = [f"version {data[6]}.{data[7]}, {header}"]
    values = array({"<f4": "f", "<f8": "d"}[header["descr"]], data[10 + length :])
    rows, columns = header["shape"]
    for row in range(min(rows, 8)):
        part = values[row * columns : (row + 1) * columns]
        lines.append(f"row {row}: begins {part[0]:.7g}, sum {sum(part):.7g}, norm {norm(part):.7g}")
    known = [value for value in values if value == value]
    return lines + [f"all: {len(values) - len(known)} NaN, sum {sum(known):.7g}, norm {norm(known):.7g}"]


def events(data):
    """The tags of a TensorBoard file and how often each comes; metrics.jsonl has the values."""
    tags, position = Counter(), 0
    while position + 12 <= len(data):
        size = struct.unpack("<Q", data[position : position + 8])[0]
        tags.update(tag_of(data[position + 12 : position + 12 + size]))
        position += 12 + size + 4
    return [f"{tag}: {count}" for tag, count in sorted(tags.items())]


def tag_of(event):
    """The tags of one event, whose file version is one of them."""
    # Event: 1 time, 2 step, 3 version, 5 summary; Summary: 1 value; Value: 1 tag, 2 number.
    found = []
    for number, content in fields(event):
        if number == 3:
            found.append(content.decode())
        elif number == 5:
            values = [value for one, value in fields(content) if one == 1]
            found += [tag.decode() for value in values for one, tag in fields(value) if one == 1]
    return found


def fields(data):
    """The fields of a protocol buffer that have a length."""
    position = 0
    while position < len(data):
        key, position = varint(data, position)
        kind = key & 7
        if kind == 0:
            _, position = varint(data, position)
        elif kind == 2:
            size, position = varint(data, position)
            yield key >> 3, data[position : position + size]
            position += size
        else:
            position += 8 if kind == 1 else 4


def varint(data, position):
    value, shift = 0, 0
    while True:
        byte = data[position]
        value |= (byte & 127) << shift
        position, shift = position + 1, shift + 7
        if byte < 128:
            return value, position
