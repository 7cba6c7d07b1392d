# SPDX-License-Identifier: Apache-2.0
"""Checks: SIGTERM and SIGINT."""

import signal
import threading
import time

from client import Failure, Wire, ask, connect, expect, expect_status, head, post_picture
from server import Server
from wire import post
from world import slow_picture


def accepted_requests_are_answered(server, world):
    """Readiness fails first, requests are answered meanwhile, then no new connection, then status 0."""
    with Server("--model", f"fitted={world.fitted}", "--drain-delay", 1, "--workers", 1) as own:
        results = []

        def wait(index):
            results.append(post_picture(own, "/v1/predict", slow_picture(), "image/png").status)

        threads = [threading.Thread(target=wait, args=(index,)) for index in range(6)]
        for thread in threads:
            thread.start()
        own.wait_until(lambda: own.metric("mumic_requests_in_flight") >= 6, "requests in flight")
        kept = connect(own)
        expect_status(ask(own, "GET", "/healthz", connection=kept), 200, "before")
        own.signal(signal.SIGTERM)
        start = time.monotonic()
        time.sleep(0.2)
        answer = ask(own, "GET", "/readyz")
        expect((answer.status, answer.json["status"]), (503, "draining"), "/readyz")
        expect_status(ask(own, "GET", "/healthz"), 200, "/healthz while draining")
        expect_status(ask(own, "GET", "/healthz", connection=kept), 200, "a kept connection during the delay")
        expect_status(post_picture(own, "/v1/predict", world.first), 200, "a request during the delay")
        expect(own.wait(), 0, "status")
        for thread in threads:
            thread.join()
        expect(results, [200] * 6, "requests accepted before SIGTERM")
        if time.monotonic() - start < 1:
            raise Failure("it ended before --drain-delay")
        try:
            ask(own, "GET", "/healthz", timeout=1)
            raise Failure("it still answers")
        except OSError:
            pass


def idle_connections_do_not_hold_it(server, world):
    for number, kind, data in (
        (signal.SIGTERM, "new", b""),
        (signal.SIGTERM, "kept", head("GET", "/healthz")),
        (signal.SIGINT, "new", b""),
    ):
        with Server("--model", f"fitted={world.fitted}", "--drain-timeout", 10) as own, Wire(own) as wire:
            wire.send(data)
            if kind == "kept":
                wire.answer()
            own.wait_until(lambda: own.metric("mumic_connections") >= 2, "the connection")
            start = time.monotonic()
            own.signal(number)
            expect(own.wait(15), 0, f"status after {number.name}")
            if time.monotonic() - start > 3:
                raise Failure(f"{number.name}: a connection ({kind}) held it {time.monotonic() - start:.1f} s")


def a_stuck_reader_does_not_hold_it(server, world):
    with Server("--model", f"fitted={world.fitted}", "--drain-timeout", 1.5) as own:
        with Wire(own, receive=4096) as reader, Wire(own) as sender:
            reader.socket.setblocking(False)
            try:
                while True:
                    reader.socket.send(head("GET", "/openapi.json") * 100)
            except BlockingIOError:
                pass
            sender.send(post(world.first) + world.first[:50])
            own.wait_until(lambda: own.metric("mumic_connections") >= 3, "connections")
            start = time.monotonic()
            own.signal()
            expect(own.wait(10), 0, "status with a stuck reader")
            if time.monotonic() - start > 3:
                raise Failure(f"--drain-timeout 1.5, but it took {time.monotonic() - start:.1f} s")


def a_third_signal_ends_at_once(server, world):
    """Wrappers send a signal twice within milliseconds: the second is taken for the first."""
    with Server("--model", f"fitted={world.fitted}", "--drain-delay", 20) as own:
        own.signal()
        own.wait_until(lambda: ask(own, "GET", "/readyz").status == 503, "draining")
        own.signal()
        time.sleep(0.2)
        expect_status(ask(own, "GET", "/healthz"), 200, "after two signals")
        start = time.monotonic()
        own.signal()
        own.wait(5)
        if time.monotonic() - start > 1:
            raise Failure("the third signal took more than a second")


def while_loading(server, world):
    """Signals that come before the models are there."""
    for pause in (0, 0.05, 0.2):
        with Server("--model", f"fitted={world.fitted}", ready=False) as own:
            time.sleep(pause)
            own.signal()
            expect(own.wait(10), 0, "status while loading")


CHECKS = [
    accepted_requests_are_answered,
    idle_connections_do_not_hold_it,
    a_stuck_reader_does_not_hold_it,
    a_third_signal_ends_at_once,
    while_loading,
]
