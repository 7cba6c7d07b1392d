#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Scripts/ci/check-snippets.sh [--update]: the articles show the programs of Snippets/ as they are. A fenced block below a
# line <!-- Snippets/NAME.swift --> is that file without its licence line; every file is shown somewhere. --update copies
# the files into the articles.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 - "$@" <<'PYTHON'
import pathlib
import re
import sys

update = "--update" in sys.argv[1:]
problems, shown = [], set()
for article in sorted(pathlib.Path("docs").rglob("*.md")):
    text = article.read_text(encoding="utf-8")

    def block(match):
        path = pathlib.Path(match[1])
        if not path.is_file():
            problems.append(f"{article}: there is no {path}")
            return match[0]
        shown.add(path)
        code = re.sub(r"\A// SPDX-License-Identifier: .*\n\n", "", path.read_text(encoding="utf-8"))
        if code != match[2] and not update:
            problems.append(f"{article}: shows another {path}; run Scripts/ci/check-snippets.sh --update")
        return f"<!-- {path} -->\n```swift\n{code}```\n"

    new = re.sub(r"^<!-- (Snippets/\S+) -->\n```swift\n(.*?)```\n", block, text, flags=re.MULTILINE | re.DOTALL)
    if new.count("<!-- Snippets/") != len(re.findall(r"^<!-- Snippets/\S+ -->\n```swift\n", new, flags=re.MULTILINE)):
        problems.append(f"{article}: names a snippet without a block of Swift below it")
    if new != text and update:
        article.write_text(new, encoding="utf-8")
for path in sorted(pathlib.Path("Snippets").glob("*.swift")):
    if path not in shown:
        problems.append(f"{path}: no article in docs/ shows it")
for problem in problems:
    print(problem, file=sys.stderr)
sys.exit(1 if problems else 0)
PYTHON
