# SPDX-License-Identifier: Apache-2.0
"""Reads Prometheus's text format, strictly: what a scraper would refuse is a failure."""

import math
import re

from client import Failure

SAMPLE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: -?\d+)?$")
LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\]|\\["\\n])*)"(?:,|$)')
KINDS = ("counter", "gauge", "histogram", "summary", "untyped")


def parse(text):
    """{(name, ((label, value), …)): number}; names of each family's samples are checked against its TYPE."""
    if not text.endswith("\n"):
        raise Failure("metrics: the last line has no end")
    kinds, samples = {}, {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            name, kind = line.split(" ", 3)[2:]
            if name in kinds or kind not in KINDS:
                raise Failure(f"metrics: a second or wrong type: {line}")
            kinds[name] = kind
        elif line.startswith("#") or not line:
            continue
        else:
            match = SAMPLE.match(line)
            if not match:
                raise Failure(f"metrics: no sample: {line}")
            pairs = LABEL.findall(match[2] or "")
            if "".join(f'{name}="{value}",' for name, value in pairs).rstrip(",") != (match[2] or "").rstrip(","):
                raise Failure(f"metrics: labels of {line}")
            key = match[1], tuple(sorted(pairs))
            if key in samples:
                raise Failure(f"metrics: a second sample of {key}")
            samples[key] = float(match[3].replace("Inf", "inf"))
    for name, _ in samples:
        if family(name, kinds) is None:
            raise Failure(f"metrics: {name} has no TYPE")
    check_histograms(samples, kinds)
    return samples


def family(name, kinds):
    if name in kinds:
        return name
    stem = re.sub(r"_(bucket|sum|count)$", "", name)
    return stem if kinds.get(stem) in ("histogram", "summary") else None


def check_histograms(samples, kinds):
    """Buckets grow with their bound, and the last, +Inf, is the count."""
    rows = {}
    for (name, pairs), value in samples.items():
        stem = name.removesuffix("_bucket")
        if stem != name and kinds.get(stem) == "histogram":
            bound = dict(pairs).get("le")
            rest = tuple(pair for pair in pairs if pair[0] != "le")
            rows.setdefault((stem, rest), []).append((float(bound.replace("Inf", "inf")), value))
    for (stem, rest), buckets in rows.items():
        buckets.sort()
        values = [value for _, value in buckets]
        if values != sorted(values) or buckets[-1][0] != math.inf:
            raise Failure(f"metrics: buckets of {stem}{rest}: {buckets}")
        if samples.get((f"{stem}_count", rest)) != values[-1] or (f"{stem}_sum", rest) not in samples:
            raise Failure(f"metrics: count or sum of {stem}{rest}")
