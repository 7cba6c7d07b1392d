# SPDX-License-Identifier: Apache-2.0
"""Finds the peer's best setting on this machine, and writes it to DIR/peer.json.

    python3 Benchmarks/serving/tune_peer.py DIR [--clients 32] [--seconds 15]

DIR is what make_data.py wrote. How many batches are computed at a time, and by how many threads, comes first; then
batch size, delay, decoding threads and torch.compile are varied one after the other from the best so far, until a round
through them changes nothing; the five best are then measured again for longer. What is measured while others compute
is measured again.
"""

import argparse
import json
import os
import pathlib

import load
import servers
from quiet import quietly

CORES = os.cpu_count() or 1
FIRST = {"batch_size": 16, "delay": 0.005, "workers": 2, "threads": CORES, "models": 1, "compiled": False}
CHOICES = {
    "batch_size": [4, 8, 16, 32],
    "delay": [0.0, 0.005, 0.02],
    "workers": sorted({1, CORES, 2 * CORES}),
    "compiled": [False, True],
}


def throughput(data, pictures, setting, clients, seconds):
    try:
        with servers.peer(data, **setting) as port:
            result = quietly(lambda: load.run(load.closed("127.0.0.1", port, pictures, clients, seconds, warmup=3)))
    except SystemExit as failure:
        print(failure)
        return 0.0
    if set(result.statuses) != {200}:
        print(f"statuses {dict(result.statuses)}")
    return result.rate


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=15)
    options = parser.parse_args()
    pictures, known = load.requests(options.data / "pictures"), {}

    def measure(setting):
        key = json.dumps(setting)
        if key not in known:
            known[key] = throughput(options.data, pictures, setting, options.clients, options.seconds)
            print(f"{known[key]:6.2f} pictures/s  {key}", flush=True)
        return known[key]

    sharing = [
        {"threads": threads, "models": models} for models in sorted({1, CORES}) for threads in sorted({1, CORES})
    ]
    sharing = [one for one in sharing if CORES <= one["threads"] * one["models"] <= 2 * CORES]
    best = max((FIRST | one for one in sharing), key=measure)
    while True:
        before = best
        for name, values in CHOICES.items():
            best = max((best | {name: value} for value in values), key=measure)
        if best == before:
            break
    leading = sorted(known, key=known.get)[-5:]
    again = {
        key: throughput(options.data, pictures, json.loads(key), options.clients, 2 * options.seconds)
        for key in leading
    }
    for key, rate in again.items():
        print(f"{rate:6.2f} pictures/s  again  {key}")
    best = max(again, key=again.get)
    (options.data / "peer.json").write_text(best + "\n")
    print(f"best: {best}, {again[best]:.2f} pictures/s")


if __name__ == "__main__":
    main()
