# SPDX-License-Identifier: Apache-2.0
"""The folder that the checks work in: pictures, a model with thresholds, an index, and what the commands say."""

import csv
import json
import struct
import subprocess
import zlib
from pathlib import Path

from client import Failure
from server import MUMIC, ROOT

MODEL = ROOT / "Models/sample-world"


class World:
    """`labels` of the model, `pictures` (bytes by name), `fitted`: a model with labels and thresholds of its own."""

    def __init__(self, folder, model=MODEL):
        self.folder = Path(folder)
        self.model = Path(model)
        data = self.folder / "data"
        run(
            MUMIC.parent / "sample-world",
            "labels",
            "--output",
            data,
            "--pictures",
            40,
            "--validation",
            60,
            "--test",
            10,
            "--seed",
            5,
            "--all-seen",
        )
        self.data = data
        self.label_file = data / "labels.txt"
        self.labels = self.label_file.read_text().split("\n")[:-1]
        self.paths = sorted((data / "images").glob("*.jpg"))[:24]
        self.pictures = {path.name: path.read_bytes() for path in self.paths}
        self.first = next(iter(self.pictures.values()))
        self.fitted = self.folder / "fitted"
        run(
            MUMIC,
            "thresholds",
            "--model",
            self.model,
            "--data",
            data / "validation.csv",
            "--labels",
            self.label_file,
            "--output",
            self.fitted,
        )
        self.index = self.folder / "photos.npy"
        run(MUMIC, "embed", "--model", self.fitted, "--output", self.index, data / "images")

    def predict(self, *words, model=None, paths=None):
        """What `mumic predict --batch-size 1` prints: {name: predictions}, scores as written."""
        lines = run(
            MUMIC, "predict", "--model", model or self.fitted, "--batch-size", 1, *words, *(paths or self.paths)
        ).splitlines()
        rows = [json.loads(line, parse_float=str) for line in lines]
        return {Path(row["image"]).name: row["predictions"] for row in rows}

    def embed(self, *words):
        """The rows of `mumic embed --batch-size 1`."""
        run(MUMIC, "embed", "--model", self.fitted, "--batch-size", 1, "--output", self.folder / "rows.npy", *words)
        return read_npy(self.folder / "rows.npy")

    def embed_texts(self, *texts):
        """The rows of texts that were encoded each alone."""
        rows = []
        for text in texts:
            (self.folder / "text.txt").write_text(text + "\n")
            rows += self.embed("--text", self.folder / "text.txt")
        return rows

    def search(self, *words, top_k=10):
        lines = run(
            MUMIC,
            "search",
            "--model",
            self.fitted,
            "--embeddings",
            self.index,
            "--batch-size",
            1,
            "--top-k",
            top_k,
            *words,
        ).splitlines()
        return [json.loads(line, parse_float=str) for line in lines]

    def write_labels(self, *rows, name="labels-of-a-request.csv"):
        """A labels file; rows are texts or (name, prompt, …)."""
        path = self.folder / name
        with open(path, "w", newline="") as file:
            if all(isinstance(row, str) for row in rows):
                file.writelines(row + "\n" for row in rows)
            else:
                csv.writer(file).writerows([["label", "prompt"], *rows])
        return path


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"{' '.join(map(str, words))}: status {done.returncode}\n{done.stderr}")
    return done.stdout


def read_npy(path):
    """The rows of a float32 matrix."""
    data = path.read_bytes()
    length = struct.unpack("<H", data[8:10])[0]
    rows, columns = eval(data[10 : 10 + length].decode("latin-1"), {})["shape"]  # the file is our own
    values = struct.unpack(f"<{rows * columns}f", data[10 + length :])
    return [list(values[row * columns : (row + 1) * columns]) for row in range(rows)]


def float32(value):
    """The number as float32 keeps it."""
    return struct.unpack("<f", struct.pack("<f", float(value)))[0]


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, rows, channels=3):
    """A PNG of 8 bits; `rows` is its bytes, row by row."""
    stride = width * channels
    packed = zlib.compressobj(1)
    data = b"".join(packed.compress(b"\0" + rows[at : at + stride]) for at in range(0, height * stride, stride))
    head = struct.pack(">IIBBBBB", width, height, 8, {1: 0, 3: 2}[channels], 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", head)
        + png_chunk(b"IDAT", data + packed.flush())
        + png_chunk(b"IEND", b"")
    )


def slow_picture(side=6000):
    """A grey picture of a few kilobytes that takes a while to decode."""
    packed = zlib.compressobj(9)
    row = b"\0" + bytes(side)
    data = b"".join(packed.compress(row) for _ in range(side)) + packed.flush()
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")
