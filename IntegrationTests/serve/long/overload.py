# SPDX-License-Identifier: Apache-2.0
"""Item 9: five times what the server can, for a minute.

Goodput stays ≥ 90 % of capacity, refusals come at median ≤ 50 ms and p99 ≤ 250 ms, and no accepted request is lost.
Without --data the client would be what is overloaded: pictures that take long to decode stand in.
"""

import common
import load
from client import Failure
from world import slow_picture

FACTOR = 5


def requests(setup):
    if setup.options.data:
        return load.requests(setup.options.data / "pictures")
    data = slow_picture(5000)
    return [
        b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n"
        % len(data)
        + data
    ]


def body(setup):
    seconds = max(8, setup.count(60))
    data = requests(setup)
    with setup.own_server("--queue", 64) as server:
        place = server.host, server.port
        load.run(load.closed(*place, data, 16, 3))
        capacity = load.run(load.closed(*place, data, 64, seconds / 2, warmup=2)).rate
        result = load.run(load.open_loop(*place, data, FACTOR * capacity, seconds))
        server.check_alive()
        server.wait_until(lambda: server.metric("mumic_queue_length") == 0, "the queue is empty", 5)
        refused = server.metric("mumic_refused_total", reason="overloaded")
    accepted, rejected = len(result.latencies), result.statuses[429]
    told = (
        f"capacity {capacity:.1f}/s, sent {FACTOR * capacity:.0f}/s for {seconds} s: {accepted} answered "
        f"({result.rate:.1f}/s, p50 {result.percentile(0.5):.2f} s, p99 {result.percentile(0.99):.2f} s), "
        f"{rejected} refused (median {1000 * result.percentile(0.5, 429):.0f} ms, p99 "
        f"{1000 * result.percentile(0.99, 429):.0f} ms; the server says {refused:.0f})"
    )
    wrong = []
    if other := {status: count for status, count in result.statuses.items() if status not in (200, 429)}:
        wrong.append(f"neither answered nor refused: {other}")
    if result.rate < 0.9 * capacity:
        wrong.append("goodput below 90 %")
    if rejected and (result.percentile(0.5, 429) > 0.05 or result.percentile(0.99, 429) > 0.25):
        wrong.append("refusals are slow")
    if not rejected:
        wrong.append("nothing was refused")
    if wrong:
        raise Failure(f"{'; '.join(wrong)}: {told}")
    return told


if __name__ == "__main__":
    common.main(body, __doc__)
