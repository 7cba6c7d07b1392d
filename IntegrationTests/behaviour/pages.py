# SPDX-License-Identifier: Apache-2.0
"""What is recorded of an HTML page: its words and numbers, its elements, and which style and scripts it has."""

import hashlib
import re
from collections import Counter
from html.parser import HTMLParser


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.words, self.elements, self.names, self.code = [], Counter(), [], []
        self.hidden = None

    def handle_starttag(self, tag, attributes):
        self.elements[tag] += 1
        self.names += [value for key, value in attributes if key == "id" and value]
        if tag in ("script", "style"):
            self.hidden = tag

    def handle_endtag(self, tag):
        if tag == self.hidden:
            self.hidden = None

    def handle_data(self, data):
        text = " ".join(data.split())
        if self.hidden:
            self.code.append((self.hidden, text))
        elif text:
            self.words.append(text)


def summary(text, masks):
    """The record of a page; pictures and the places of what is drawn are left out."""
    reader = Reader()
    reader.feed(text)
    lines = ["elements: " + ", ".join(f"{tag} {count}" for tag, count in sorted(reader.elements.items()))]
    lines.append("ids: " + " ".join(reader.names))
    lines += [f"{tag}: SHA-256 {hashlib.sha256(code.encode()).hexdigest()[:16]}" for tag, code in reader.code]
    # Rows of a table and marks of an axis stand in one line.
    for before, words in zip([""] + reader.words, reader.words):
        words = "VERSION" if before == "libtorch" else re.sub(r"\b\d{4}-\d\d-\d\d\b", "DATE", masks.text(words))
        if len(words) <= 12 and len(lines[-1]) <= 100 and lines[-1].startswith("|"):
            lines[-1] += f" | {words}"
        else:
            lines.append(f"| {words}")
    return lines
