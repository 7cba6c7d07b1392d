# SPDX-License-Identifier: Apache-2.0
"""Item 12: ten minutes of valid, malformed, oversized, slow and aborted requests, in a network without a way out.

No crash, no wrong answer (1e-6), memory and descriptors flat after warm-up, metric series bounded over 10,000 random
paths, models and labels, and no outgoing connection: its network namespace counts packets for which it had no route.
"""

import os
import random
import shutil
import string
import sys
import threading
import time
from collections import Counter

import common
from client import Failure, Wire, ask, base64_of, connect, expect_status, head, post_form, post_picture, query
from crowds import cancel
from refusals import table
from wire import post


def no_route():
    """How many packets had nowhere to go."""
    with open("/proc/net/snmp") as file:
        names, values = [line.split() for line in file if line.startswith("Ip:")]
    return int(values[names.index("OutNoRoutes")])


def word(generator):
    return "".join(generator.choices(string.ascii_lowercase, k=12))


class Mix:
    """Threads that each do one kind of thing until the end; what they count and what went wrong."""

    def __init__(self, server, setup):
        self.server, self.setup, self.world = server, setup, setup.world
        self.counts, self.wrong, self.stop, self.lock = Counter(), [], threading.Event(), threading.Lock()
        self.rows = table(setup.world)

    def valid(self, generator):
        at = generator.randrange(len(self.setup.pictures))
        answer = post_picture(self.server, "/v1/predict", self.setup.pictures[at])
        if answer.status != 429:
            self.setup.check(at, answer, "mixed load")

    def several(self, generator):
        chosen = generator.sample(range(len(self.setup.pictures)), 3)
        pictures = [self.setup.pictures[at] for at in chosen]
        if generator.random() < 0.5:
            answer = post_form(self.server, "/v1/predict", *[("image", "x.jpg", "image/jpeg", one) for one in pictures])
        else:
            answer = ask(self.server, "POST", "/v1/predict", {"images": [base64_of(one) for one in pictures]})
        if answer.status == 429:
            return
        expect_status(answer, 200, "several pictures")
        for at, result in zip(chosen, answer.numbers["results"], strict=True):
            found = {row["label"]: row["score"] for row in result["predictions"]}
            worst = max(abs(found[label] - score) for label, score in self.setup.expected[at].items())
            if worst > 1e-6:
                raise Failure(f"several pictures: scores differ by {worst:.2g}")

    def names(self, generator):
        """Paths, models and labels that nobody has seen: they may not become metric series."""
        expect_status(ask(self.server, "GET", f"/{word(generator)}/{word(generator)}"), 404, "a random path")
        expect_status(ask(self.server, "GET", f"/v2/models/{word(generator)}"), 404, "a random model")
        path = query("/v1/predict", labels=[word(generator), word(generator)])
        expect_status(post_picture(self.server, path, self.setup.pictures[0]), (200, 429), "random labels")

    def malformed(self, generator):
        what, method, path, headers, data, status, _ = generator.choice(self.rows)
        allowed = status if isinstance(status, tuple) else (status,)
        # The table's models are those of the quick checks: another model is not found here.
        expect_status(ask(self.server, method, path, data, headers), (*allowed, 400, 404, 429), what)

    def oversized(self, generator):
        with Wire(self.server) as wire:
            wire.send(
                head(
                    "POST",
                    "/v1/predict",
                    Content_Type="image/jpeg",
                    Content_Length=generator.choice((40_000_000, 10**10)),
                )
            )
            expect_status(wire.answer(), 413, "oversized")

    def slow(self, generator):
        data = post(self.setup.pictures[0]) + self.setup.pictures[0]
        with Wire(self.server, timeout=30) as wire:
            try:
                for at in range(generator.randrange(1, 40)):
                    wire.send(data[at * 20 : at * 20 + 20])
                    time.sleep(0.1)
                if generator.random() < 0.5:
                    wire.closes(8)
            except OSError:
                pass

    def aborted(self, generator):
        cancel(self.server, generator.choice(self.setup.pictures), generator)

    def go(self, kind, seed):
        generator = random.Random(seed)
        while not self.stop.is_set():
            try:
                kind(generator)
            except (Failure, OSError, KeyError) as failure:
                with self.lock:
                    self.wrong.append(f"{kind.__name__}: {type(failure).__name__} {failure}")
            with self.lock:
                self.counts[kind.__name__] += 1
            if kind.__name__ in ("malformed", "oversized", "names"):
                time.sleep(0.02)

    def run(self, seconds, look):
        kinds = [
            self.valid,
            self.valid,
            self.several,
            self.names,
            self.malformed,
            self.oversized,
            self.slow,
            self.slow,
            self.aborted,
        ]
        threads = [threading.Thread(target=self.go, args=(kind, seed)) for seed, kind in enumerate(kinds)]
        for thread in threads:
            thread.start()
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.server.process.poll() is None:
            look()
            time.sleep(min(0.5, seconds / 50))
        self.stop.set()
        for thread in threads:
            thread.join(60)


def strangers(server, setup, count):
    """Paths, models and labels that nobody has seen, one after the other."""
    generator, connection = random.Random(11), connect(server)
    for index in range(count):
        kind = index % 3
        if kind == 0:
            ask(server, "GET", f"/{word(generator)}/{word(generator)}", connection=connection)
        elif kind == 1:
            ask(server, "GET", f"/v2/models/{word(generator)}/ready", connection=connection)
        else:
            path = query("/v1/embed", model=word(generator), labels=word(generator))
            post_picture(server, path, setup.world.first, connection=connection)
    connection.close()


def body(setup):
    seconds = max(15, setup.count(600))
    begin, routes = time.monotonic(), no_route()
    memory, descriptors, series = [], [], []

    def look():
        memory.append(server.memory())
        descriptors.append(server.descriptors())
        if len(memory) % 10 == 0:
            series.append(set(server.metrics()))

    with setup.own_server("--read-timeout", 3, "--idle-timeout", 5) as server:
        strangers(server, setup, 30)
        mix = Mix(server, setup)
        mix.run(seconds, look)
        server.check_alive()
        server.wait_until(lambda: server.metric("mumic_queue_length") == 0, "the queue is empty", 10)
        server.wait_until(lambda: server.metric("mumic_connections") <= 1, "connections are closed", 10)
        names = setup.count(10_000, 200)
        strangers(server, setup, names)
        last = set(server.metrics())
    third = len(memory) // 3
    early, late = common.median(memory[third : 2 * third]), common.median(memory[2 * third :])
    told = (
        f"{time.monotonic() - begin:.0f} s, {dict(mix.counts)}; memory {early / 1e6:.0f} MB, then "
        f"{late / 1e6:.0f} MB; at most "
        f"{max(descriptors[third : 2 * third])}, then {max(descriptors[2 * third :])} descriptors; {len(last)} series "
        f"after {names} names that nobody has seen"
    )
    kinds = Counter(text[:200] for text in mix.wrong)
    wrong = [f"{len(mix.wrong)} wrong: {kinds.most_common(8)}"] if mix.wrong else []
    if late > 1.05 * early + 5e6:
        wrong.append("memory grows")
    if max(descriptors[2 * third :]) > max(descriptors[third : 2 * third]) + 10:
        wrong.append("descriptors grow")
    if grown := last - (series[len(series) // 3] if series else last):
        wrong.append(f"{len(grown)} new series: {sorted(grown)[:3]}")
    if no_route() > routes:
        wrong.append(f"{no_route() - routes} packets wanted to leave")
    if wrong:
        raise Failure(f"{'; '.join(wrong)}: {told}")
    return told + ("; no outgoing connection" if alone() else "")


def alone():
    return os.environ.get("MUMIC_NAMESPACE") == "1"


if __name__ == "__main__":
    if not alone() and shutil.which("unshare"):
        os.execvpe(
            "unshare",
            [
                "unshare",
                "--map-root-user",
                "--net",
                "sh",
                "-c",
                'ip link set lo up && exec "$@"',
                "sh",
                sys.executable,
                *sys.argv,
            ],
            os.environ | {"MUMIC_NAMESPACE": "1"},
        )
    common.main(body, __doc__)
