# SPDX-License-Identifier: Apache-2.0
"""What is recorded of a command: its streams and its files, without what differs from machine to machine."""

import hashlib
import itertools
import re
from pathlib import Path

import pages
import tensors

TEXTS = {".csv", ".json", ".jsonl", ".md", ".txt", ".yml"}
# Their content is the same on every processor, and long.
VOCABULARIES = {"merges.txt", "tokenizer.json", "vocab.json"}

PATTERNS = [
    (re.compile(r"\b[\d,.]+ ([a-z]+)/s\b"), r"N \1/s"),
    (re.compile(r" in \d+:\d\d(:\d\d)?\b"), " in TIME"),
    (re.compile(r'("images_per_second" ?: ?)[^,}\s]+'), r"\1N"),
    (re.compile(r"\b(workers: )\d+\b"), r"\1N"),
    (re.compile(r"this libtorch \(.*?\) sees \d+ CUDA"), "this libtorch (VERSION) sees N CUDA"),
    (re.compile(r"\b(events\.out\.tfevents)\.\d+\.[\w.-]+"), r"\1.TIME.HOST"),
]
# A line of a work that takes longer than ten seconds.
RUNNING = re.compile(r"^.* [a-z]+/s .*\bleft\b.*\n?", re.M)
# Warnings of one line of a table about several labels, which come in any order.
LEFT_OUT = re.compile(r"(\S+:\d+: )warning: label '.*' is not among the labels asked for; left out")
LONG_NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d+(?:[eE][+-]?\d+)?(?!\w)")


class Masks:
    """Takes out of texts what no other machine or moment gives again."""

    def __init__(self, paths):
        self.paths = [(str(path), name) for path, name in paths]

    def text(self, text):
        for path, name in self.paths:
            text = text.replace(path, name)
        text = RUNNING.sub("", text)
        for pattern, replacement in PATTERNS:
            text = pattern.sub(replacement, text)
        return LONG_NUMBER.sub(lambda match: shorten(match[0]), text)

    def lines(self, data):
        """The lines of bytes: masked, long ones folded."""
        text = self.text(data.decode("utf-8", errors="backslashreplace"))
        lines = [part for line in sort_warnings(text.split("\n")) for part in fold(line)]
        if lines and lines[-1] == "":
            lines.pop()
        else:
            lines.append("(no newline at the end)")
        return [] if text == "" else lines


def sort_warnings(lines):
    """The lines with neighbouring warnings about the same line of a table in the order of their labels."""
    found = []
    for place, some in itertools.groupby(lines, lambda line: (match := LEFT_OUT.match(line)) and match[1]):
        found += sorted(some) if place else some
    return found


def shorten(number):
    """A number to eight digits: more say nothing at the tolerance that they are compared with."""
    digits = re.sub(r"[eE].*|\D", "", number).lstrip("0")
    return f"{float(number):.8g}" if len(digits) > 8 else number


def fold(line):
    """A line with many commas as several lines, by commas alone, so that digits do not matter."""
    if line.count(",") <= 12:
        return [line]
    lines, current = [], []
    for piece in re.findall(r"[^,]*,|[^,]+$", line):
        current.append(piece)
        if len(current) == 6 or re.search(r"[}\]],$", piece):
            lines.append("".join(current))
            current = []
    lines += ["".join(current)] if current else []
    return [lines[0]] + ["  … " + rest for rest in lines[1:]]


def snapshot(folder):
    """What is in a folder now: each path with what changes when it is written."""
    found = {}
    for path in folder.rglob("*"):
        status = path.lstat()
        found[str(path.relative_to(folder))] = (
            "folder" if path.is_dir() and not path.is_symlink()
            else (status.st_mtime_ns, status.st_size, status.st_ino))
    return found


def changes(before, folder, masks):
    """The record of what a command made, changed and removed in its folder."""
    after = snapshot(folder)
    record = [f"=== removed {masks.text(name)}" for name in sorted(before.keys() - after.keys())]
    copies = []
    for name in sorted(after):
        if before.get(name) == after[name]:
            continue
        path = folder / name
        # Folders show by what is in them.
        if after[name] == "folder":
            record += [f"=== folder {name}, empty"] if not any(path.iterdir()) else []
            continue
        if original := known(path, folder):
            copies.append(f"{name}, as {original}")
            continue
        verb = "changed" if name in before else "file"
        record += [f"=== {verb} {masks.text(name)}", *describe(path, masks)]
    return record + (["=== copies", *copies] if copies else [])


def known(path, folder):
    """The file of a model that this one is a copy of."""
    for model in ("model", "tuned/model"):
        original = folder / model / path.name
        if original != path and original.exists() and path.read_bytes() == original.read_bytes():
            return f"{model}/{path.name}"
    return None


def describe(path, masks):
    """What is in a file, as lines."""
    if path.is_symlink():
        return [f"link to {path.readlink()}"]
    data = path.read_bytes()
    if path.suffix == ".html":
        return pages.summary(data.decode(), masks)
    if path.suffix == ".safetensors":
        return tensors.safetensors(data, only_layout="checkpoints" in path.parts)
    if path.suffix == ".npy":
        return tensors.npy(data)
    if path.name.startswith("events.out.tfevents"):
        return tensors.events(data)
    if path.name in VOCABULARIES or path.suffix not in TEXTS:
        return [f"{len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()[:16]}"]
    return masks.lines(data)
