# SPDX-License-Identifier: Apache-2.0
"""What the long checks share: options, a server, pictures with the answers that are right, and load.

Without --data the small model of Models/sample-world and pictures of sample-world are used. DIR of --data is what
Benchmarks/serving/make_data.py writes: a ViT-B/32 of random weights and 1-megapixel JPEGs.
"""

import argparse
import contextlib
import json
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
for folder in (HERE.parent, HERE.parents[2] / "Benchmarks/serving"):
    sys.path.insert(0, str(folder))

from client import Failure, ask, post_picture  # noqa: E402
from server import Elsewhere, Server  # noqa: E402
from world import World  # noqa: E402


class Setup:
    """Pictures (bytes), `expected`: the scores by label of each, and how a server of this model is started."""

    def __init__(self, options, folder):
        self.options = options
        self.world = World(folder)
        if options.data:
            paths = sorted((options.data / "pictures").glob("*.jpg"))
            self.model, self.words = options.data / "model", ("--labels", options.data / "labels.txt")
        else:
            paths = self.world.paths
            self.model, self.words = self.world.fitted, ()
        self.pictures = [path.read_bytes() for path in paths]
        rows = self.world.predict(*self.words, model=self.model, paths=paths)
        self.expected = [{row["label"]: float(row["score"]) for row in rows[path.name]} for path in paths]

    def server(self, *words, **more):
        """The server of --url, or one of our own with these options."""
        if self.options.url:
            return Elsewhere(self.options.url)
        return Server("--model", f"main={self.model}", *self.words, *words, **more)

    def own_server(self, *words, **more):
        if self.options.url:
            raise SystemExit("error: this check starts a server of its own; leave --url out")
        return self.server(*words, **more)

    def count(self, number, least=1):
        """A number of the issue, times --scale."""
        return max(least, round(number * self.options.scale))

    def check(self, index, answer, what):
        """Compares an answer with what predict says, within 1e-6."""
        if answer.status != 200:
            raise Failure(f"{what}: status {answer.status} {answer.body[:200]!r}")
        if worst := difference(answer.body, self.expected[index]):
            raise Failure(f"{what}: scores differ by {worst:.2g}")


def difference(body, expected, limit=1e-6):
    """The largest difference of a raw picture's answer, 0 if within the limit."""
    found = {row["label"]: row["score"] for row in json.loads(body)["predictions"]}
    if found.keys() != expected.keys():
        raise Failure(f"other labels: {sorted(found)[:3]}")
    worst = max(abs(found[label] - score) for label, score in expected.items())
    return worst if worst > limit else 0


def median(values):
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def latencies(server, setup, count=20):
    return [
        post_picture(server, "/v1/predict", setup.pictures[at % len(setup.pictures)]).seconds for at in range(count)
    ]


class Steady:
    """Clients that ask one after the other in the background, each answer checked; `failures`, `times` tell.

    Each request has a connection of its own: what is measured is the server, not a race with keep-alive. With a period,
    each client's requests start at such distances, if the one before has been answered.
    """

    def __init__(self, server, setup, clients=2, period=0.0, also=None):
        self.server, self.setup, self.period, self.also = server, setup, period, also
        self.failures, self.times, self.stop = [], [], threading.Event()
        self.threads = [threading.Thread(target=self.go, args=(index,), daemon=True) for index in range(clients)]

    def go(self, index):
        due = time.monotonic()
        while not self.stop.is_set():
            index = (index + 7) % len(self.setup.pictures)
            try:
                answer = post_picture(self.server, "/v1/predict", self.setup.pictures[index])
                self.setup.check(index, answer, "steady load")
                self.times.append((time.monotonic(), answer.seconds))
                if self.also:
                    self.also()
            except (Failure, OSError) as failure:
                self.failures.append(f"{type(failure).__name__} {failure}")
            due = max(due + self.period, time.monotonic() - self.period)
            time.sleep(max(0, due - time.monotonic()))

    def rate(self, begin, end):
        """Answers a second between two moments."""
        return sum(begin <= moment < end for moment, _ in self.times) / (end - begin)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *words):
        self.stop.set()
        for thread in self.threads:
            thread.join(60)

    def check(self, what):
        if self.failures:
            raise Failure(
                f"{what}: {len(self.failures)} of {len(self.failures) + len(self.times)} failed: {self.failures[:3]}"
            )
        if not self.times:
            raise Failure(f"{what}: no request was answered")


def ready(server):
    return ask(server, "GET", "/readyz").status == 200


@contextlib.contextmanager
def setup_of(options):
    with tempfile.TemporaryDirectory() as folder:
        yield Setup(options, folder)


def main(body, doc, **defaults):
    """Runs a check as a program: body(setup) returns a line that says what was found."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="a server that runs already, http://HOST:PORT, with the same model")
    parser.add_argument("--data", type=Path, help="what Benchmarks/serving/make_data.py wrote")
    parser.add_argument("--scale", type=float, default=1.0, help="shrinks counts and times; 0.01 is a trial")
    options = parser.parse_args()
    began = time.monotonic()
    try:
        with setup_of(options) as setup:
            print(f"{Path(sys.argv[0]).stem}: {body(setup)} ({time.monotonic() - began:.0f} s)", flush=True)
    except Failure as failure:
        print(f"error: {Path(sys.argv[0]).stem}: {failure}", file=sys.stderr)
        sys.exit(1)
