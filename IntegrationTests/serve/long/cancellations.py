# SPDX-License-Identifier: Apache-2.0
"""Item 3: 10,000 clients go away at random moments.

The next request answers within twice the idle latency, and the queue is 0.
"""

import random

import common
from client import Failure
from crowds import at_once, cancel


def body(setup):
    count, clients = setup.count(10_000, 100), 16
    with setup.server() as server:
        idle = common.median(common.latencies(server, setup))

        def several(index):
            generator = random.Random(index)
            for _ in range(count // clients):
                cancel(server, generator.choice(setup.pictures), generator, most=2 * idle)

        at_once(clients, several)
        after = common.latencies(server, setup, 1)[0]
        server.check_alive()
        common_latency = common.median(common.latencies(server, setup))
        for name in ("mumic_queue_length", "mumic_memory_reserved_bytes"):
            if server.metric(name) != 0:
                raise Failure(f"{name} is {server.metric(name)}")
        cancelled = server.metric("mumic_cancelled_total")
    limit = 2 * idle + 0.005
    if after > limit:
        raise Failure(f"the next request takes {1000 * after:.1f} ms, idle {1000 * idle:.1f} ms")
    return (
        f"{count} cancellations ({cancelled:.0f} seen); the next request {1000 * after:.1f} ms, "
        f"idle {1000 * idle:.1f} ms, later {1000 * common_latency:.1f} ms; the queue is 0"
    )


if __name__ == "__main__":
    common.main(body, __doc__)
