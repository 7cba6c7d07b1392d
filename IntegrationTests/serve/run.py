# SPDX-License-Identifier: Apache-2.0
"""Checks `mumic serve` from outside; in under 90 seconds, with nothing but Python.

    python3 IntegrationTests/serve/run.py [--list] [NAME…]

NAME is a check (answers.raw) or a group of them (answers). MUMIC=PATH takes another program than .build/release/mumic.
Needs .build/release/sample-world for pictures. long.sh has what takes longer.
"""

import argparse
import sys
import tempfile
import time
import traceback

import answers
import crowds
import drain
import errors
import forms
import life
import limits
import protocol
import wire
from client import Failure
from server import Server
from world import World

GROUPS = (answers, protocol, errors, forms, wire, crowds, limits, life, drain)


def every_check():
    for group in GROUPS:
        for check in group.CHECKS:
            yield f"{group.__name__}.{check.__name__}", check


def start(world):
    """The server that most checks share: a model with labels, thresholds and an index, and one with nothing."""
    return Server("--model", f"fitted={world.fitted}", "--model", f"plain={world.model}", "--index", world.index)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true", help="the checks' names")
    parser.add_argument("--times", action="store_true", help="say how long each check took")
    options = parser.parse_args()
    chosen = [
        (name, check)
        for name, check in every_check()
        if not options.names or any(word in (name, name.split(".")[0]) for word in options.names)
    ]
    if options.list or not chosen:
        print("\n".join(name for name, _ in every_check()))
        return 0 if options.list else 1
    failed, began, server = [], time.monotonic(), None
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder)
        try:
            server = start(world)
            for name, check in chosen:
                before = time.monotonic()
                try:
                    if server.process.poll() is not None:
                        server = start(world)  # the one before may have been what a check ended
                    check(server, world)
                    server.check_alive()
                except Failure as failure:
                    failed.append(name)
                    print(f"error: {name}: {failure}", file=sys.stderr, flush=True)
                except Exception:  # a check that stumbles has failed; the others still run
                    failed.append(name)
                    print(f"error: {name}:", file=sys.stderr)
                    traceback.print_exc()
                if options.times:
                    print(f"{time.monotonic() - before:6.2f} s  {name}", flush=True)
        finally:
            if server is not None:
                server.__exit__()
    if failed:
        print(f"error: {len(failed)} of {len(chosen)} checks failed: {' '.join(failed)}", file=sys.stderr)
        return 1
    print(f"{len(chosen)} checks of mumic serve passed in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
