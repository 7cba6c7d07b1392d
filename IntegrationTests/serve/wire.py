# SPDX-License-Identifier: Apache-2.0
"""Checks: connections. Keep-alive, pipelining, chunks, Expect, and clients that are slow or send too much."""

import re
import threading
import time

from client import Failure, Wire, ask, connect, expect, expect_status, head, post_picture, query
from server import Server


def post(picture, path="/v1/predict", **fields):
    return head("POST", path, Content_Type="image/jpeg", Content_Length=len(picture), **fields)


def keep_alive(server, world):
    connection = connect(server)
    for _ in range(3):
        expect_status(post_picture(server, "/v1/predict", world.first, connection=connection), 200, "keep-alive")
        local = connection.sock.getsockname()
        expect_status(ask(server, "GET", "/nothing", connection=connection), 404, "keep-alive after an error")
        expect(connection.sock and connection.sock.getsockname(), local, "the connection after a 404")
    connection.close()
    with Wire(server) as wire:
        answer = wire.send(head("GET", "/healthz", Connection="close")).answer()
        expect(answer.json, {"status": "ok"}, "/healthz")
        expect(wire.closes(2), True, "Connection: close")
    with Wire(server) as wire:
        expect(wire.send(b"GET /healthz HTTP/1.0\r\n\r\n").more(), True, "HTTP/1.0")
        expect(wire.closes(2), True, "HTTP/1.0 closes")


def pipelining(server, world):
    """Answers come in the order of the requests, though the first takes longest."""
    with Wire(server) as wire:
        wire.send(
            post(world.first)
            + world.first
            + head("GET", "/healthz")
            + head("GET", "/nothing")
            + post(world.first, query("/v1/predict", top_k=1))
            + world.first
        )
        answers = [wire.answer() for _ in range(4)]
        expect([answer and answer.status for answer in answers], [200, 200, 404, 200], "pipelining")
        expect(len(answers[3].json["predictions"]), 1, "the last of the pipeline")


def request_ids(server, world):
    sent = "a-client.s_own-1"
    expect(
        ask(server, "GET", "/healthz", headers={"X-Request-Id": sent}).headers.get("x-request-id"), sent, "X-Request-Id"
    )
    for wrong in ("with space", "x" * 65, "a/b", "ü", ""):
        got = ask(server, "GET", "/healthz", headers={"X-Request-Id": wrong.encode()}).headers.get("x-request-id", "")
        if got == wrong or not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", got):
            raise Failure(f"X-Request-Id: {wrong!r} gave {got!r}")
    first = ask(server, "GET", "/nothing").headers["x-request-id"]
    if first == ask(server, "GET", "/nothing").headers["x-request-id"]:
        raise Failure("X-Request-Id: the same twice")


def expectation(server, world):
    """100-continue comes at once for what is welcome; a refusal comes instead of it."""
    with Wire(server) as wire:
        start = time.monotonic()
        wire.send(post(world.first, Expect="100-continue"))
        expect(wire.answer().status, 100, "Expect")
        if time.monotonic() - start > 0.5:
            raise Failure("Expect: the answer took half a second")
        expect(wire.send(world.first).answer().status, 200, "after 100 Continue")
    for what, data, status in (
        ("a wrong path", head("POST", "/v1/none", Content_Length=10, Expect="100-continue"), 404),
        (
            "a body of 10 GB",
            head("POST", "/v1/predict", Content_Type="image/jpeg", Content_Length=10**10, Expect="100-continue"),
            413,
        ),
        (
            "a wrong type",
            head("POST", "/v1/predict", Content_Type="text/plain", Content_Length=10, Expect="100-continue"),
            415,
        ),
    ):
        with Wire(server) as wire:
            expect(wire.send(data).answer().status, status, f"Expect with {what}")


def chunks(server, world):
    wanted = post_picture(server, "/v1/predict", world.first).json
    kind = head("POST", "/v1/predict", Content_Type="image/jpeg", Transfer_Encoding="chunked")
    for size in (1 << 20, 777, 40):
        body = b""
        for at in range(0, len(world.first), size):
            part = world.first[at : at + size]
            body += b"%x;name=value\r\n" % len(part) + part + b"\r\n"
        with Wire(server) as wire:
            answer = wire.send(kind + body + b"0\r\nTrailer: x\r\n\r\n" + head("GET", "/healthz")).answer()
            expect((answer.status, answer.json), (200, wanted), f"chunks of {size}")
            expect(wire.answer().status, 200, "the request behind the chunks")
    with Wire(server) as wire:
        wire.send(kind)
        try:
            for _ in range(40):
                wire.send(b"100000\r\n" + bytes(1 << 20) + b"\r\n")
        except ConnectionError:
            pass
        answer = wire.answer()
        if answer is not None:
            expect(answer.status, 413, "40 MB in chunks")
        expect(wire.closes(3), True, "40 MB in chunks: closed")


def too_large(server, world):
    """Refused from the length, at once, and closed without reading the rest."""
    for length in (33_554_433, 10**10, 2**63 - 1):
        with Wire(server) as wire:
            start = time.monotonic()
            answer = wire.send(head("POST", "/v1/predict", Content_Type="image/jpeg", Content_Length=length)).answer()
            expect_status(answer, 413, f"{length} bytes", "too_large")
            expect(wire.closes(3), True, f"{length} bytes: closed")
            if time.monotonic() - start > 1:
                raise Failure(f"{length} bytes: refused after {time.monotonic() - start:.1f} s")


def head_and_options(server, world):
    """HEAD has no body; CORS is off."""
    with Wire(server) as wire:
        wire.send(head("HEAD", "/healthz") + head("GET", "/healthz"))
        while b"\r\n\r\n" not in wire.data and wire.more():
            pass
        first, wire.data = wire.data.split(b"\r\n\r\n", 1)
        if not first.startswith((b"HTTP/1.1 200", b"HTTP/1.1 405")):
            raise Failure(f"HEAD: {first!r}")
        if first.startswith(b"HTTP/1.1 200"):
            expect(wire.answer().json, {"status": "ok"}, "the answer behind that of HEAD")
    for answer in (
        ask(server, "OPTIONS", "/v1/predict", headers={"Origin": "http://a", "Access-Control-Request-Method": "POST"}),
        ask(server, "GET", "/v1/models", headers={"Origin": "http://a"}),
    ):
        if any(name.startswith("access-control") for name in answer.headers):
            raise Failure(f"CORS is on: {answer.headers}")


def until_closed(wire):
    try:
        while wire.more():
            pass
    except TimeoutError:
        return wire.data
    return wire.data


def drip(wire, data, pause):
    """Sends a byte now and then, until the server no longer wants any."""
    try:
        for at in range(len(data)):
            wire.send(data[at : at + 1])
            time.sleep(pause)
    except OSError:
        pass
    return until_closed(wire)


def never_read(wire):
    """Asks for page after page and reads none."""
    try:
        while True:
            wire.send(head("GET", "/openapi.json") * 100)
    except OSError:
        return b""


SLOW = {
    "nothing at all": lambda wire, picture: until_closed(wire),
    "half a head": lambda wire, picture: until_closed(wire.send(b"GET /healthz HT")),
    "half a body": lambda wire, picture: until_closed(wire.send(post(picture) + picture[:100])),
    "a dripping head": lambda wire, picture: drip(wire, head("GET", "/healthz", X_Long="x" * 200), 0.1),
    "a dripping body": lambda wire, picture: drip(wire.send(post(picture)), picture, 0.1),
    "dripping chunks": lambda wire, picture: drip(
        wire.send(head("POST", "/v1/predict", Content_Type="image/jpeg", Transfer_Encoding="chunked")),
        b"1\r\nx\r\n" * 50,
        0.1,
    ),
    "a reader that does not read": lambda wire, picture: never_read(wire),
}


def slow(server, world):
    """Clients that drip or do not read lose their connection by the deadline; others are served meanwhile."""
    limits = ("--read-timeout", 1, "--write-timeout", 1, "--idle-timeout", 1.5, "--timeout", 5)
    times, said, longest = {}, {}, 0.0
    with Server("--model", f"fitted={world.fitted}", *limits) as own:

        def play(name):
            start = time.monotonic()
            with Wire(own, timeout=8, receive=4096) as wire:
                said[name] = SLOW[name](wire, world.first)
            times[name] = time.monotonic() - start

        threads = [threading.Thread(target=play, args=(name,)) for name in SLOW]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            answer = post_picture(own, "/v1/predict", world.first)
            expect_status(answer, 200, "a good client beside slow ones")
            longest = max(longest, answer.seconds)
            time.sleep(0.02)
        if late := {name: f"{value:.1f} s" for name, value in times.items() if value > 4}:
            raise Failure(f"limits of 1 s, but closed after: {late}")
        if longest > 1:
            raise Failure(f"a good client beside slow ones waited {longest:.2f} s")
        for name, data in said.items():
            if data and not data.startswith(b"HTTP/1.1 408"):
                raise Failure(f"{name}: {data[:200]!r}, expected 408 or nothing")
        own.wait_until(lambda: own.metric("mumic_connections") <= 1, "all slow connections freed", 3)


def deadline(server, world):
    """A request's own deadline."""
    headers = {"X-Request-Timeout": "0.000001"}
    expect_status(
        post_picture(server, "/v1/predict", world.first, headers=headers),
        408,
        "a deadline of 1 µs",
        "deadline_exceeded",
    )
    expect_status(post_picture(server, "/v1/predict", world.first, headers={"X-Request-Timeout": "20"}), 200, "20 s")


CHECKS = [keep_alive, pipelining, request_ids, expectation, chunks, too_large, head_and_options, slow, deadline]
