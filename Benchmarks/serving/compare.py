# SPDX-License-Identifier: Apache-2.0
"""mumic serve against the peer: the same machine, weights and pictures, by turns.

    python3 Benchmarks/serving/make_data.py DIR
    python3 Benchmarks/serving/tune_peer.py DIR                        writes DIR/peer.json
    python3 Benchmarks/serving/compare.py DIR [--rounds 5] [--mumic .build/release/mumic] [-- OPTIONS OF SERVE…]

First both have to give the same scores, within 1e-4. Then, in each round, throughput at --clients in a closed loop;
then the latency of an open loop at 70 % of each one's own capacity (the median of its rounds), and of both at 70 % of
the smaller capacity. Prints least, median and greatest of each figure and of the ratio within a round.
"""

import argparse
import asyncio
import json
import os
import pathlib
import platform
import statistics

import load
import servers
from quiet import quietly

CLOSE = 1e-4


def scores(port, pictures):
    """Scores by label for each picture, asked one by one."""

    async def ask():
        connection = await load.connect("127.0.0.1", port)
        found = []
        for data in pictures:
            status, body = await connection.ask(data)
            if status != 200:
                raise SystemExit(f"error: status {status}: {body[:300]!r}")
            found.append({row["label"]: row["score"] for row in json.loads(body)["predictions"]})
        return found

    return asyncio.run(ask())


def check_same(sides, pictures):
    found = {}
    for name, start in sides.items():
        with start() as port:
            found[name] = scores(port, pictures)
    worst = max(
        abs(one[label] - other[label]) for one, other in zip(*found.values(), strict=True) for label in one | other
    )
    spread = max(max(row.values()) - min(row.values()) for row in found["mumic"])
    print(
        f"the same scores: {len(pictures)} pictures, {len(found['mumic'][0])} labels, largest difference {worst:.1e} "
        f"(scores of a picture span {spread:.2f})",
        flush=True,
    )
    if worst > CLOSE:
        raise SystemExit(f"error: scores differ by {worst}")


def measure(name, start, loop, rows, unit):
    with start() as port:
        load.run(load.closed("127.0.0.1", port, rows["pictures"], 8, 4))
        result = quietly(lambda: load.run(loop(port)))
    if set(result.statuses) - {200}:
        print(f"  {name}: statuses {dict(result.statuses)}")
    value = result.rate if unit == "pictures/s" else result.percentile(0.99)
    print(
        f"  {name:6} {value:8.3f} {unit}   p50 {result.percentile(0.5):.3f} s, p99 {result.percentile(0.99):.3f} s, "
        f"{result.rate:.2f} answers/s",
        flush=True,
    )
    return value


def by_turns(title, sides, loops, rounds, rows, unit):
    """Figures by side; the order changes from round to round."""
    print(f"{title}, {rounds} rounds", flush=True)
    figures = {name: [] for name in sides}
    for index in range(rounds):
        for name in list(sides) if index % 2 == 0 else list(reversed(sides)):
            figures[name].append(measure(name, sides[name], loops[name], rows, unit))
    for name, values in figures.items():
        print(f"{name:6} {spread(values)} {unit}")
    print(f"ratio mumic / peer {spread([a / b for a, b in zip(figures['mumic'], figures['peer'])])}\n", flush=True)
    return {name: statistics.median(values) for name, values in figures.items()}


def spread(values):
    return f"least {min(values):.3f}, median {statistics.median(values):.3f}, greatest {max(values):.3f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--mumic", type=pathlib.Path, default=".build/release/mumic")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--latency-seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--peer", help="the peer's setting as JSON; default: DIR/peer.json")
    parser.add_argument("--what", choices=["all", "throughput"], default="all")
    parser.add_argument("serve", nargs="*", help="options of mumic serve, after --")
    options = parser.parse_args()
    setting = json.loads(options.peer or (options.data / "peer.json").read_text())
    pictures = load.requests(options.data / "pictures")
    rows = {"pictures": pictures}
    sides = {
        "peer": lambda: servers.peer(options.data, **setting),
        "mumic": lambda: servers.mumic(options.mumic, options.data, *options.serve),
    }
    print(f"{os.cpu_count()} processors, {platform.platform()}")
    print(f"peer {json.dumps(setting)}; mumic {' '.join(options.serve) or 'with its defaults'}")
    check_same(sides, pictures[:16])

    def closed(port):
        return load.closed("127.0.0.1", port, pictures, options.clients, options.seconds, warmup=3)

    def at(rate):
        return lambda port: load.open_loop("127.0.0.1", port, pictures, rate, options.latency_seconds)

    capacity = by_turns(
        f"throughput, {options.clients} clients, {options.seconds:.0f} s",
        sides,
        {name: closed for name in sides},
        options.rounds,
        rows,
        "pictures/s",
    )
    if options.what == "throughput":
        return
    own = {name: 0.7 * value for name, value in capacity.items()}
    by_turns(
        "p99 at 70 % of its own capacity (" + ", ".join(f"{n} {r:.1f}/s" for n, r in own.items()) + ")",
        sides,
        {name: at(rate) for name, rate in own.items()},
        options.rounds,
        rows,
        "s",
    )
    least = min(own.values())
    by_turns(
        f"p99 at the same rate, {least:.1f}/s", sides, {name: at(least) for name in sides}, options.rounds, rows, "s"
    )


if __name__ == "__main__":
    main()
