# SPDX-License-Identifier: Apache-2.0
"""Checks: many clients. Cancellations, neighbours of a broken picture, bombs, overload, bounded metrics."""

import random
import threading
import time

from answers import close
from bombs import all_bombs
from client import Failure, Wire, ask, base64_of, connect, expect, expect_status, post_picture, query
from server import Server
from wire import post
from world import slow_picture


def at_once(count, body):
    """Runs body(index) in as many threads; their results in order. The first failure is raised."""
    results, failures = [None] * count, []

    def one(index):
        try:
            results[index] = body(index)
        except (Failure, OSError) as failure:
            failures.append(failure)

    threads = [threading.Thread(target=one, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise Failure(f"{len(failures)} of {count}: {type(failures[0]).__name__} {failures[0]}")
    return results


def idle_latency(server, picture, count=15):
    connection = connect(server)
    times = sorted(post_picture(server, "/v1/predict", picture, connection=connection).seconds for _ in range(count))
    connection.close()
    return times[len(times) // 2]


def cancel(server, picture, generator, most=0.02):
    """Sends a request, or a part of it, and goes away at a random moment."""
    data = post(picture) + picture
    with Wire(server) as wire:
        wire.send(data[: generator.choice((len(data), len(data), generator.randrange(1, len(data))))])
        time.sleep(generator.random() * most)
        if generator.random() < 0.5:
            wire.reset()


def cancellations(server, world, count=400, seed=1):
    latency = idle_latency(server, world.first)
    at_once(
        8, lambda index: [cancel(server, world.first, random.Random(seed * 100 + index)) for _ in range(count // 8)]
    )
    after = idle_latency(server, world.first, 5)
    if after > 2 * latency + 0.02:
        raise Failure(f"after {count} cancellations a request takes {after:.3f} s, before {latency:.3f} s")
    server.wait_until(lambda: server.metric("mumic_queue_length") == 0, "the queue is empty again", 3)
    server.wait_until(lambda: server.metric("mumic_requests_in_flight") <= 1, "no request in flight", 3)
    server.wait_until(lambda: server.metric("mumic_memory_reserved_bytes") == 0, "no memory reserved", 3)


def neighbours(server, world):
    """Broken pictures among good ones, all at once: each fails alone."""
    expected = world.predict()
    names = list(world.pictures)

    def one(index):
        name = names[index % len(names)]
        data = world.pictures[name]
        for round in range(6):
            if (index + round) % 4 == 0:
                expect_status(
                    post_picture(server, "/v1/predict", data[: len(data) // 2]),
                    400,
                    "half a picture",
                    "unreadable_picture",
                )
            else:
                answer = post_picture(server, "/v1/predict", data)
                expect_status(answer, 200, name)
                close(answer.json["predictions"], expected[name], f"{name} beside a broken one")

    at_once(16, one)


def bombs(server, world):
    """Refused within a second, and without memory for what they announce."""
    post_picture(server, "/v1/predict", slow_picture(3000), "image/png")
    wrong = []
    for what, data, kind, may_pass in all_bombs():
        before = forget_peak(server)
        answer = post_picture(server, "/v1/predict", data, kind)
        grown = peak(server) - before
        if answer.status not in (400, 413) and not (may_pass and answer.status == 200):
            wrong.append(f"{what}: status {answer.status} {answer.body[:100]!r}")
        if answer.seconds > 1:
            wrong.append(f"{what}: answered {answer.status} after {answer.seconds:.1f} s")
        if grown > most_memory(answer):
            wrong.append(f"{what}: memory grew by {grown >> 20} MiB")
        answer = ask(server, "POST", "/v1/predict", {"images": [base64_of(data), base64_of(world.first)]})
        expect_status(answer, 200, f"{what} in JSON")
        if "predictions" not in answer.json["results"][1]:
            wrong.append(f"{what}: its neighbour failed too")
    if wrong:
        raise Failure("\n  ".join(wrong))


def most_memory(answer):
    """What a bomb may take: next to nothing if it is refused, --max-pixels of three bytes if it is a picture."""
    return 64 << 20 if answer.status != 200 else 300_000_000 + (64 << 20)


def forget_peak(server):
    """From here on peak() tells of; where the system does not allow it, of all the server's life."""
    try:
        with open(f"/proc/{server.pid}/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass
    return peak(server)


def peak(server):
    """The most resident memory, in bytes."""
    with open(f"/proc/{server.pid}/status") as file:
        text = file.read()
    return int(text.split("VmHWM:")[1].split()[0]) * 1024


def overload(server, world):
    """A full queue refuses at once, and what was accepted is answered."""
    picture = slow_picture()
    with Server(
        "--model", f"fitted={world.fitted}", "--queue", 4, "--max-pictures", 4, "--workers", 1, "--batch-size", 2
    ) as own:
        answers = at_once(40, lambda index: post_picture(own, "/v1/predict", picture, "image/png"))
        good = [answer for answer in answers if answer.status == 200]
        refused = [answer for answer in answers if answer.status == 429]
        if len(good) + len(refused) != 40 or not 4 <= len(good) < 40:
            raise Failure(f"40 requests for a queue of 4: {[answer.status for answer in answers]}")
        for answer in refused:
            expect(answer.code, "overloaded", "429")
            if not 1 <= int(answer.headers.get("retry-after", "0")) <= 60:
                raise Failure(f"429 with Retry-After {answer.headers.get('retry-after')}")
        slowest = sorted(answer.seconds for answer in refused)[len(refused) // 2]
        if slowest > 0.25:
            raise Failure(f"refusals take {slowest:.2f} s")
        expect(own.metric("mumic_refused_total", reason="overloaded"), len(refused), "mumic_refused_total")
        expect(own.metric("mumic_queue_limit"), 4, "mumic_queue_limit")
        expect_status(ask(own, "GET", "/readyz"), 200, "/readyz after an overload")
        answer = ask(own, "POST", "/v1/predict", {"images": [base64_of(world.first)] * 5})
        expect_status(answer, 413, "more pictures than the queue has places", "too_large")
        own.wait_until(lambda: own.metric("mumic_queue_length") == 0, "the queue is empty")


def series(server, world, count=300):
    """Random paths, models, labels, methods and ids make no new series."""
    generator = random.Random(2)

    def word():
        return "".join(generator.choice("abcdefghij") for _ in range(12))

    def visit():
        ask(server, "GET", f"/{word()}/{word()}")
        ask(server, "GET", f"/v1/models/{word()}")
        ask(server, "GET", f"/v2/models/{word()}/versions/{generator.randrange(1000)}")
        ask(server, "POST", f"/v2/models/{word()}/infer", {"inputs": []})
        post_picture(server, query("/v1/predict", model=word()), world.first)
        post_picture(server, query("/v1/predict", labels=word()), world.first, headers={"X-Request-Id": word()})
        ask(server, word().upper(), "/v1/predict")

    for _ in range(3):
        visit()
    names = set(server.metrics())
    for _ in range(count // 7):
        visit()
    if grown := set(server.metrics()) - names:
        raise Failure(f"new series: {sorted(grown)[:5]}")
    if len(names) > 2000:
        raise Failure(f"{len(names)} series")


def counted(server, world):
    """What was asked is what is counted, by template of the route."""

    def count(**labels):
        return server.metric("mumic_requests_total", **labels)

    route = {"route": "/v1/predict", "method": "POST", "status": "200"}
    before = count(**route), server.metric("mumic_pictures_total", result="ok"), count(route="other")
    errors = server.metric("mumic_pictures_total", result="error")
    ask(server, "POST", "/v1/predict", {"images": [base64_of(world.first), base64_of(world.first[:99])]})
    ask(server, "GET", "/some/where")
    after = count(**route), server.metric("mumic_pictures_total", result="ok"), count(route="other")
    expect([b - a for a, b in zip(before, after)], [1, 1, 1], "requests, pictures, other routes")
    expect(server.metric("mumic_pictures_total", result="error") - errors, 1, "broken pictures")
    hits = server.metric("mumic_label_cache_hits_total")
    for _ in range(2):
        expect_status(
            post_picture(server, query("/v1/predict", labels="a label of this check"), world.first), 200, "a label"
        )
    if server.metric("mumic_label_cache_hits_total") <= hits:
        raise Failure("the label cache had no hit")
    names = {name for name, _ in server.metrics()}
    for name in (
        "mumic_request_seconds_count",
        "mumic_requests_in_flight",
        "mumic_connections",
        "mumic_queue_length",
        "mumic_queue_limit",
        "mumic_batch_size_count",
        "mumic_batch_seconds_count",
        "mumic_decode_seconds_count",
        "mumic_cancelled_total",
        "mumic_label_cache_bytes",
        "mumic_label_cache_entries",
        "mumic_reloads_total",
        "mumic_label_cache_misses_total",
        "mumic_ready",
        "mumic_memory_reserved_bytes",
        "mumic_model_info",
        "process_resident_memory_bytes",
        "process_open_fds",
        "process_start_time_seconds",
        "process_cpu_seconds_total",
    ):
        expect(name in names, True, f"metric {name}")


CHECKS = [cancellations, neighbours, bombs, overload, series, counted]
