# SPDX-License-Identifier: Apache-2.0
"""Item 6: uploads of 10 GB, with a length and in chunks: refused and closed within a second, memory grows by ≤ 1 MB."""

import time

import common
from client import Failure, Wire, head


def push(wire, data, seconds=30):
    """Sends until the server no longer takes it; bytes taken."""
    sent, end = 0, time.monotonic() + seconds
    try:
        while sent < 10**10 and time.monotonic() < end:
            sent += wire.socket.send(data)
    except OSError:
        pass
    return sent


def upload(server, fields, chunked):
    """The answer, when it came, when the connection was closed, and how much was sent."""
    block = (b"100000\r\n" + bytes(1 << 20) + b"\r\n") if chunked else bytes(1 << 20)
    start = time.monotonic()
    with Wire(server, timeout=30) as wire:
        wire.send(head("POST", "/v1/predict", **fields))
        sent = push(wire, block)
        closed = time.monotonic() - start
        try:
            answer = wire.answer()
        except OSError:
            answer = None
    return answer, closed, sent


def body(setup):
    told = []
    with setup.own_server() as server:
        common.latencies(server, setup, 50)
        kinds = {"image/jpeg": "a picture", "multipart/form-data; boundary=b": "a form", "application/json": "JSON"}
        # With a length it is refused before its body: nothing may grow.
        for kind, name in kinds.items():
            before = server.memory()
            answer, closed, sent = upload(server, {"Content_Type": kind, "Content_Length": 10**10}, False)
            grown = server.memory() - before
            if closed > 1 or grown > 1_000_000 or (answer and answer.status != 413):
                raise Failure(
                    f"{name} of 10 GB: status {answer and answer.status}, closed after {closed:.2f} s, "
                    f"{sent >> 20} MiB taken, memory grew by {grown / 1e6:.2f} MB"
                )
            with Wire(server, timeout=5) as wire:  # who waits for the answer gets it
                start = time.monotonic()
                answer = wire.send(head("POST", "/v1/predict", Content_Type=kind, Content_Length=10**10)).answer()
                if answer is None or answer.status != 413 or time.monotonic() - start > 1 or not wire.closes(2):
                    raise Failure(f"{name} of 10 GB: {answer} after {time.monotonic() - start:.2f} s")
            told.append(f"{name} {closed:.2f} s, {grown / 1e6:+.2f} MB")
        # In chunks, up to --max-body is read before it is too much, and given back.
        for kind, name in kinds.items():
            upload(server, {"Content_Type": kind, "Transfer_Encoding": "chunked"}, True)
            before = server.memory()
            answer, closed, sent = upload(server, {"Content_Type": kind, "Transfer_Encoding": "chunked"}, True)
            grown = server.memory() - before
            if closed > 1 or grown > 4_000_000 or (answer and answer.status not in (400, 413)):
                raise Failure(
                    f"{name} in chunks: status {answer and answer.status}, closed after {closed:.2f} s, {sent >> 20} "
                    f"MiB taken, memory grew by {grown / 1e6:.2f} MB"
                )
            told.append(f"{name} in chunks {closed:.2f} s, {grown / 1e6:+.2f} MB")
        server.check_alive()
    return "refused: " + "; ".join(told)


if __name__ == "__main__":
    common.main(body, __doc__)
