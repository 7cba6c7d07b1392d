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
seen = [label["ap"] for label in after["per_label"] if label["label"] in trained]
mean = sum(seen) / len(seen)
alpha = json.load(open(f"{demo}/interpolation.json"))["alpha"]
points = {point["alpha"]: point for point in json.load(open(f"{demo}/curve.json"))["curve"]}
new, old = (points[alpha]["unseen"]["gap"] / points[0]["unseen"]["gap"], points[alpha]["seen"]["gap"] / points[1]["seen"]["gap"])
page = os.path.getsize(f"{demo}/report.html")
checks = {
    f"zero-shot GAP {before['gap']:.3f} is at least 0.30": before["gap"] >= 0.30,
    f"zero-shot GAP is at least 5 times the share of positives, {rate:.3f}": before["gap"] >= 5 * rate,
    f"fine-tuned GAP {after['gap']:.3f} is at least 0.20 above": after["gap"] >= before["gap"] + 0.20,
    f"macro mAP {after['map_macro']:.3f} is at least 0.80 (labels trained on: {mean:.3f})": after["map_macro"] >= 0.80,
    f"alpha {alpha} keeps {new:.1%} of the start's GAP on new labels": new >= 0.95,
    f"and {old:.1%} of the fine-tuned GAP on labels trained on": old >= 0.95,
    "the report shows the curve": 'id="interpolation"' in open(f"{demo}/report.html").read(),
    f"the report has {page} bytes": 100_000 < page < 5_000_000,
    "the run has its own report": os.path.exists(f"{demo}/run/report.html"),
    "five labels are new": len(rows[0]) - 1 - len(trained) == 5,
}
for words, holds in checks.items():
    print(("ok: " if holds else "FAILED: ") + words)
sys.exit(not all(checks.values()))
PYTHON
