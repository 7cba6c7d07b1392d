#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# IntegrationTests/demo.sh: make demo's script, and what the demo promises of its numbers.
set -euo pipefail
cd "$(dirname "$0")/.."
log=.build/logs/demo.log
mkdir -p .build/logs
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
Scripts/ci/demo.sh .build/release Models/sample-world "$folder/demo" >"$log" 2>&1 || {
    tail -n 30 "$log" >&2
    exit 1
}
tail -n 20 "$log"
python3 - "$folder/demo" <<'PYTHON'
import csv, json, os, sys

demo = sys.argv[1]
before, after = (json.load(open(f"{demo}/{name}/evaluation.json")) for name in ("before", "after"))
with open(f"{demo}/photos/train.csv") as file:
    trained = next(csv.reader(file))[1:]
with open(f"{demo}/photos/test.csv") as file:
    rows = list(csv.reader(file))
cells = [cell for row in rows[1:] for cell in row[1:]]
rate = cells.count("1") / len(cells)


def mean(report, is_seen):
    values = [label["ap"] for label in report["per_label"] if (label["label"] in trained) == is_seen]
    return sum(values) / len(values)


gaps = [report["groups"]["new"]["gap"] for report in (before, after)]
maps = [mean(report, False) for report in (before, after)]
page = os.path.getsize(f"{demo}/report.html")
run = f"{demo}/run/report.html"
checks = {
    f"zero-shot GAP {before['gap']:.3f} is at least 0.30": before["gap"] >= 0.30,
    f"zero-shot GAP is at least 5 times the share of positives, {rate:.3f}": before["gap"] >= 5 * rate,
    f"GAP {after['gap']:.3f} after training is at least 0.20 above": after["gap"] >= before["gap"] + 0.20,
    f"macro mAP {after['map_macro']:.3f} is at least 0.80 (labels trained on: {mean(after, True):.3f})": after["map_macro"] >= 0.80,
    f"GAP of the new labels, {gaps[1]:.3f}, is above the start's, {gaps[0]:.3f}": gaps[1] > gaps[0],
    f"mAP of the new labels, {maps[1]:.3f}, is above the start's, {maps[0]:.3f}": maps[1] > maps[0],
    f"the report has {page} bytes": 100_000 < page < 5_000_000,
    "the run has its own report, with what the recipe tried": os.path.exists(run) and 'id="recipe"' in open(run).read(),
    "nothing is left of the work on the way": not os.path.exists(f"{demo}/run/checkpoints"),
    "five labels are new": len(rows[0]) - 1 - len(trained) == 5,
}
for words, holds in checks.items():
    print(("ok: " if holds else "FAILED: ") + words)
sys.exit(not all(checks.values()))
PYTHON
