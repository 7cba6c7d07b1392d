# SPDX-License-Identifier: Apache-2.0
"""Reads cases/GROUP.txt, lists of command lines.

    # A comment.
    let short = --epochs 1 --batch-size 8     $short then stands for these words

    name: predict --model model images/000001.jpg
        --top-k 3                             indented: more words of the same command line
        < a line of stdin
        ! rm labels.txt                       a shell command that runs before, and is not recorded
        ~ 0.02                                compare numbers to this instead of 1e-5

Words are parted as a shell does it, by quotes too, and are mumic's arguments. Names are unique in their group.
"""

import re
import shlex
from dataclasses import dataclass, field


@dataclass
class Case:
    name: str
    line: str
    input: str = ""
    before: list = field(default_factory=list)
    tolerance: float = 1e-5

    @property
    def words(self):
        return shlex.split(self.line)


@dataclass
class Group:
    name: str
    cases: list


def read(folder):
    """The groups of a folder, by name."""
    return [Group(path.stem, read_group(path)) for path in sorted(folder.glob("*.txt"))]


def read_group(path):
    """The cases of a file, in their order."""
    found, short = [], {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if not text or line.startswith("#"):
            continue
        if match := re.match(r"let (\w+) = (.*)", line):
            short[match[1]] = expand(match[2], short)
        elif match := re.match(r"([\w.-]+):(?: (.*))?$", line):
            if any(case.name == match[1] for case in found):
                raise SystemExit(f"error: {path}:{number}: there are two cases {match[1]}; rename one")
            found.append(Case(match[1], expand(match[2] or "", short)))
        elif not line[0].isspace() or not found:
            raise SystemExit(f"error: {path}:{number}: neither 'name: words' nor an indented line; see cases.py")
        elif text.startswith("<"):
            found[-1].input += text[1:].removeprefix(" ") + "\n"
        elif text.startswith("! "):
            found[-1].before.append(text[2:])
        elif text.startswith("~ "):
            found[-1].tolerance = float(text[2:])
        else:
            found[-1].line = f"{found[-1].line} {expand(text, short)}".strip()
    return found


def expand(text, short):
    """The text with each $name replaced."""
    return re.sub(r"\$(\w+)", lambda match: short.get(match[1], match[0]), text)
