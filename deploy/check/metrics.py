# SPDX-License-Identifier: Apache-2.0
"""metrics.py [--exposed FILE] [--rules OUT]: whether each metric and label that rules, dashboard and documentation use is
in metrics.txt, and whether what a server shows (FILE, its /metrics) is. OUT gets the dashboard's queries as recording
rules, for promtool to parse."""

import argparse
import json
import pathlib
import re
import sys

here = pathlib.Path(__file__).resolve().parent
deploy = here.parent
problems = []


def known():
    for line in (here / "metrics.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            name, kind, *labels = line.split()
            yield name, (kind, set(labels))


def expressions(value):
    """All that stands under "expr" or is a variable's query in a dashboard."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "expr":
                yield inner
            elif key == "query" and isinstance(inner, str) and "(" in inner:
                yield inner
            else:
                yield from expressions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from expressions(inner)


def base(name, metrics):
    """A histogram's series belong to it."""
    stem = re.sub(r"_(bucket|sum|count)$", "", name)
    return stem if metrics.get(stem, ("",))[0] == "histogram" else name


arguments = argparse.ArgumentParser()
arguments.add_argument("--exposed")
arguments.add_argument("--rules")
options = arguments.parse_args()
metrics = dict(known())

dashboard = json.loads((deploy / "grafana/mumic.json").read_text())
panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
queries = list(expressions(dashboard))
if len({panel["id"] for panel in dashboard["panels"]}) != len(dashboard["panels"]):
    problems.append("grafana/mumic.json: two panels have one id")
for panel in panels:
    place = panel["gridPos"]
    if place["x"] + place["w"] > 24:
        problems.append(f"grafana/mumic.json: {panel['title']} is wider than the page")

texts = {"grafana/mumic.json": "\n".join(queries)}
for name in ["prometheus/rules.yml", "prometheus/rules-test.yml"]:
    texts[name] = re.sub(r"(?m)^\s*#.*$", "", (deploy / name).read_text())
guide = deploy.parent / "docs/serving.md"
if guide.exists():
    texts["docs/serving.md"] = guide.read_text()

used = set()
for place, text in texts.items():
    for name, labels in re.findall(r"(?<![\w:$/.-])((?:mumic|process)_[a-z_]+[a-z])\b(?:\{([^}]*)\})?", text):
        name = base(name, metrics)
        if name not in metrics:
            # In prose mumic_ may begin something else.
            if not place.startswith("docs/") or name.startswith("process_"):
                problems.append(f"{place}: {name} is not in metrics.txt")
            continue
        used.add(name)
        for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*[\"']", labels):
            if label not in metrics[name][1] | {"job", "instance", "le"}:
                problems.append(f"{place}: {name} has no label {label}")

if options.exposed:
    shown = {}
    text = pathlib.Path(options.exposed).read_text()
    kinds = dict(re.findall(r"(?m)^# TYPE (\S+) (\S+)$", text))
    for line in text.splitlines():
        match = re.match(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? ", line)
        if match and not line.startswith("#"):
            shown.setdefault(base(match[1], metrics), set()).update(
                label for label in re.findall(r'(\w+)="', match[2] or "") if label != "le")
    for name, (kind, labels) in metrics.items():
        if name not in shown and name not in kinds:
            problems.append(f"the server does not show {name}")
            continue
        if kinds.get(name) != kind:
            problems.append(f"the server says that {name} is a {kinds.get(name)}, not a {kind}")
        if name in shown and shown[name] != labels:
            problems.append(f"the server's {name} has labels {sorted(shown[name])}, not {sorted(labels)}")
    for name in sorted((set(shown) | set(kinds)) - set(metrics)):
        if name.startswith(("mumic_", "process_")):
            problems.append(f"the server shows {name}, which is not in metrics.txt")
    for name in sorted(set(kinds) & set(metrics) - set(shown)):
        print(f"note: {name} has no sample yet", file=sys.stderr)

if options.rules:
    with open(options.rules, "w") as out:
        out.write("groups:\n- name: dashboard\n  rules:\n")
        for number, query in enumerate(query for query in queries if not query.startswith("label_values(")):
            for variable, value in [("$__rate_interval", "5m"), ("$job", "mumic"), ("$instance", ".*")]:
                query = query.replace(variable, value)
            out.write(f"  - record: dashboard:query:{number}\n    expr: {json.dumps(query)}\n")

for problem in problems:
    print(f"error: {problem}", file=sys.stderr)
if problems:
    sys.exit(1)
print(f"{len(panels)} panels with {len(queries)} queries; {len(used)} of {len(metrics)} metrics are used")
unused = sorted(set(metrics) - used)
if unused:
    print("used nowhere: " + ", ".join(unused))
