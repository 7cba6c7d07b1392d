#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What mumic prints and writes for some 500 command lines, recorded and compared.

    python3 IntegrationTests/behaviour/run.py check [CASE…]     compares; exit status 1 where something differs
    python3 IntegrationTests/behaviour/run.py record [CASE…]    records anew; then read the difference in git

CASE is GROUP or GROUP/NAME, as in cases/GROUP.txt (see cases.py); without any, all of them. expected/GROUP/NAME.txt has
what is expected: exit status, stdout, stderr and the files that the command made or changed. Paths, times and rates are
masked (outputs.py), numbers compared to 1e-5, since processors differ in the last digits (compare.py).

The pictures in world/ were drawn once by sample-world (world/README.md), so that neither another cairo nor a change of
what it draws moves the numbers; the model is Models/sample-world. Each group has a folder of its own with a copy of
them, and its cases run there one after another, with neither network nor terminal nor the user's caches. The group
prepare comes first: what it makes is there for all others.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cases
import outputs
import world
from compare import difference

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
EXPECTED = HERE / "expected"
TIMEOUT = 300


def environment(folder, program):
    """The environment of all cases: nothing of the user's own that could change what is printed."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HF_", "XDG_")) and "proxy" not in name.lower()
    }
    for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "LANG", "LANGUAGE"):
        kept.pop(name, None)
    home = str(folder / "home")
    return kept | {
        "HOME": home,
        "XDG_CACHE_HOME": home + "/cache",
        "HF_HOME": home + "/hub",
        "HF_HUB_OFFLINE": "1",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "TERM": "dumb",
        "MUMIC": program,
    }


def run_case(case, program, folder, variables):
    """Runs a case in its group's folder and returns its record."""
    for command in case.before:
        made = subprocess.run(["sh", "-euc", command], cwd=folder, env=variables, stdin=subprocess.DEVNULL)
        if made.returncode:
            return [f"$ mumic {case.line}", f"before it, this ended with status {made.returncode}: {command}"]
    before = outputs.snapshot(folder)
    try:
        done = subprocess.run(
            [program, *case.words], cwd=folder, env=variables, input=case.input.encode(), capture_output=True,
            timeout=TIMEOUT, start_new_session=True)
    except subprocess.TimeoutExpired:
        return [f"$ mumic {case.line}", f"still running after {TIMEOUT} s"]
    masks = outputs.Masks([(folder, "WORLD"), (folder.parent / "home", "HOME"), (ROOT, "REPOSITORY")])
    status = str(done.returncode) if done.returncode >= 0 else f"ended by signal {-done.returncode}"
    record = [f"$ mumic {case.line}", f"status {status}"]
    for title, stream in (("stdout", done.stdout), ("stderr", done.stderr)):
        lines = masks.lines(stream)
        if lines:
            record += [f"=== {title}", *lines]
    return record + outputs.changes(before, folder, masks)


def run_group(group, program, place, variables, base):
    """Runs the cases of a group in a folder that begins as a copy of base; returns records by the cases' names."""
    folder = place / group.name
    world.copy_tree(base, folder)
    return {case.name: run_case(case, program, folder, variables) for case in group.cases}


def run_groups(groups, program, place):
    """Runs groups, two at a time, and returns the records of all their cases, by GROUP/NAME."""
    base = place / "world"
    world.make(base, model=ROOT / "Models/sample-world")
    (place / "home").mkdir()
    variables = environment(place, program)
    prepare = next(group for group in groups if group.name == "prepare")
    others = sorted((group for group in groups if group is not prepare), key=lambda group: -len(group.cases))
    records = {"prepare": run_group(prepare, program, place, variables, base)}
    with ProcessPoolExecutor(2) as pool:
        running = {
            group.name: pool.submit(run_group, group, program, place, variables, place / "prepare") for group in others
        }
        records |= {name: future.result() for name, future in running.items()}
    left = [str(path.relative_to(place)) for path in (place / "home").rglob("*") if path.is_file()]
    return {f"{group}/{name}": record for group, some in records.items() for name, record in some.items()}, left


def choose(groups, wanted):
    """The groups to run and the cases that are asked for, by GROUP/NAME; prepare always runs."""
    every = {f"{group.name}/{case.name}": case for group in groups for case in group.cases}
    for word in wanted:
        if not any(name == word or name.startswith(word + "/") for name in every):
            sys.exit(f"error: there is no case {word}; see the names in {HERE}/cases")
    chosen = {
        name: case for name, case in every.items()
        if not wanted or any(name == word or name.startswith(word + "/") for word in wanted)
    }
    needed = {name.split("/")[0] for name in chosen} | {"prepare"}
    return [group for group in groups if group.name in needed], chosen


def check(chosen, records):
    """Prints what differs from the expected records; returns how many cases do."""
    failed = 0
    for name, case in chosen.items():
        path = EXPECTED / f"{name}.txt"
        expected = path.read_text(encoding="utf-8").splitlines() if path.exists() else ["nothing is recorded"]
        lines = difference(expected, records[name], name, case.tolerance)
        if lines:
            failed += 1
            print("\n".join(lines) + "\n")
    return failed


def record(chosen, records):
    """Writes what is expected from now on."""
    for name in chosen:
        path = EXPECTED / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(records[name]) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["check", "record"])
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--program", default=str(ROOT / ".build/release/mumic"), help="default: %(default)s")
    parser.add_argument("--keep", metavar="FOLDER", help="run in this new folder and leave it there, to look into it")
    arguments = parser.parse_args()
    program = str(Path(arguments.program).resolve())
    if not os.access(program, os.X_OK):
        sys.exit(f"error: there is no program {program}; run make build")
    groups, chosen = choose(cases.read(HERE / "cases"), arguments.cases)
    place = Path(arguments.keep or tempfile.mkdtemp(prefix="mumic-behaviour-")).resolve()
    began = time.monotonic()
    try:
        records, left = run_groups(groups, program, place)
    finally:
        if not arguments.keep:
            shutil.rmtree(place, ignore_errors=True)
    known = {f"{name}.txt" for name in chosen}
    stale = [] if arguments.cases else [
        path for path in sorted(EXPECTED.rglob("*.txt")) if str(path.relative_to(EXPECTED)) not in known
    ]
    if arguments.action == "record":
        record(chosen, records)
        for path in stale:
            path.unlink()
        print(f"{len(chosen)} recorded in {time.monotonic() - began:.0f} s")
        return
    failed = check(chosen, records)
    for path in stale:
        print(f"{path.relative_to(ROOT)} has no case; remove it")
    for name in left:
        print(f"a command wrote to {name}, outside its folder")
    print(f"{len(chosen) - failed} passed, {failed} failed in {time.monotonic() - began:.0f} s")
    sys.exit(1 if failed or stale or left else 0)


if __name__ == "__main__":
    main()
