# SPDX-License-Identifier: Apache-2.0
"""Checks: limits hold when many requests come at once. Memory, connections, label features, a slow batch."""

import threading
import time

from client import Failure, Wire, ask, base64_of, expect, expect_status, head, post_picture, query
from crowds import at_once, forget_peak, peak
from server import Server
from wire import post
from world import slow_picture


def memory(server, world):
    """Sixteen pictures of 25 million pixels at once wait or are refused; memory stays within --memory."""
    picture, limit = slow_picture(5000), 320 << 20
    with Server("--model", f"fitted={world.fitted}", "--memory", limit, "--workers", 4) as own:
        post_picture(own, "/v1/predict", picture, "image/png")
        before = forget_peak(own)
        answers = at_once(16, lambda index: post_picture(own, "/v1/predict", picture, "image/png"))
        grown = peak(own) - before
        statuses = sorted(answer.status for answer in answers)
        if set(statuses) - {200, 429} or 200 not in statuses:
            raise Failure(f"sixteen large pictures: {statuses}")
        if grown > limit + (64 << 20):
            raise Failure(f"--memory {limit >> 20} MiB, but memory grew by {grown >> 20} MiB")
        own.wait_until(lambda: own.metric("mumic_memory_reserved_bytes") == 0, "memory given back")
        answer = post_picture(own, "/v1/predict", slow_picture(9900), "image/png")
        expect_status(answer, 413, "a picture that --memory can never hold", "too_large")


def connections(server, world):
    """At --max-connections the longest idle is closed for a new one; a busy one is not."""
    with Server("--model", f"fitted={world.fitted}", "--max-connections", 8) as own:
        kept = [Wire(own) for _ in range(8)]
        for wire in kept:
            expect_status(wire.send(head("GET", "/healthz")).answer(), 200, "eight connections")
        kept[0].send(post(world.first) + world.first[:100])  # busy from here on, though the oldest
        time.sleep(0.1)
        others = [Wire(own) for _ in range(4)]
        for wire in others:
            expect_status(wire.send(head("GET", "/healthz")).answer(), 200, "further connections")
        answer = kept[0].send(world.first[100:]).answer()
        if answer is None or answer.status != 200:
            raise Failure(f"a connection in mid-upload was closed, not an idle one: {answer}")
        own.wait_until(lambda: own.metric("mumic_connections") <= 8, "at most --max-connections", 3)
        for wire in kept + others:
            wire.close()


def labels(server, world):
    """Label features stay within --label-cache; a request of many new labels leaves others alive."""
    limit = 50 * 128 * 4 * 2
    with Server("--model", f"fitted={world.fitted}", "--label-cache", limit) as own:
        for turn in range(5):
            names = [f"label {turn} {index}" for index in range(100)]
            body = ask(own, "POST", "/v1/predict", {"images": [base64_of(world.first)], "labels": names})
            expect_status(body, 200, "100 labels")
            if (used := own.metric("mumic_label_cache_bytes")) > limit:
                raise Failure(f"--label-cache {limit}, but {used} are used")
        wanted = post_picture(own, query("/v1/predict", labels=["label 4 1", "pool"]), world.first).json
        expect(
            post_picture(own, query("/v1/predict", labels=["label 4 1", "pool"]), world.first).json,
            wanted,
            "cached labels",
        )
        stop, times = threading.Event(), []

        def ask_on():
            while not stop.is_set():
                times.append(post_picture(own, "/v1/predict", world.first))

        thread = threading.Thread(target=ask_on)
        thread.start()
        begin = time.monotonic()
        answers = at_once(
            8,
            lambda index: ask(
                own,
                "POST",
                "/v1/predict",
                {"images": [base64_of(world.first)], "labels": [f"{'long ' * 100}{index} {at}" for at in range(256)]},
            ),
        )
        stop.set()
        thread.join()
        if set(answer.status for answer in answers) - {200, 429}:
            raise Failure(f"256 labels at once: {[answer.status for answer in answers]}")
        if set(answer.status for answer in times) - {200, 429} or max(answer.seconds for answer in times) > 5:
            raise Failure(
                f"beside label texts for {time.monotonic() - begin:.1f} s a request takes "
                f"{max(answer.seconds for answer in times):.1f} s"
            )


def watchdog(server, world):
    """A batch that runs longer than --watchdog makes the server unready, and the log says so."""
    with Server("--model", f"fitted={world.fitted}", "--watchdog", 0.1, "--batch-size", 64) as own:
        seen, stop = set(), threading.Event()

        def watch():
            while not stop.is_set():
                answer = ask(own, "GET", "/readyz")
                seen.add((answer.status, answer.json["status"]))

        thread = threading.Thread(target=watch)
        thread.start()
        names = [f"{'slow ' * 50}{index}" for index in range(256)]
        for _ in range(3):
            ask(own, "POST", "/v1/predict", {"images": [base64_of(world.first)] * 64, "labels": names})
        stop.set()
        thread.join()
        expect(seen <= {(200, "ready"), (503, "stuck")}, True, f"/readyz {seen}")
        expect((503, "stuck") in seen, True, f"/readyz tells of a slow batch; it said {seen}")
        own.wait_until(lambda: ask(own, "GET", "/readyz").status == 200, "ready again")


CHECKS = [memory, connections, labels, watchdog]
