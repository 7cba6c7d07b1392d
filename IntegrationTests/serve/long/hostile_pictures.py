# SPDX-License-Identifier: Apache-2.0
"""Item 8: bombs, one by one and all at once, again and again: refused before allocation, and nobody else waits."""

import time

import common
from bombs import all_bombs
from client import Failure, post_picture
from crowds import at_once, forget_peak, most_memory, peak


def body(setup):
    bombs = all_bombs()
    rounds = setup.count(20, 2)
    slowest, grown = {}, {}
    with setup.own_server() as server:
        common.latencies(server, setup, 20)
        for what, data, kind, may_pass in bombs:
            before = forget_peak(server)
            answer = post_picture(server, "/v1/predict", data, kind)
            grown[what], slowest[what] = peak(server) - before, answer.seconds
            if answer.status not in (400, 413) and not (may_pass and answer.status == 200):
                raise Failure(f"{what}: status {answer.status}")
            if answer.seconds > 1 or grown[what] > most_memory(answer):
                raise Failure(
                    f"{what}: {answer.status} after {answer.seconds:.2f} s, memory grew by {grown[what] >> 20} MiB"
                )
        before = forget_peak(server)
        with common.Steady(server, setup, clients=1) as steady:
            time.sleep(1)
            middle = time.monotonic()

            def throw(index):
                for _ in range(rounds):
                    what, data, kind, _ = bombs[index % len(bombs)]
                    answer = post_picture(server, "/v1/predict", data, kind)
                    if answer.status not in (200, 400, 413, 429):
                        raise Failure(f"{what}, among others: status {answer.status} {answer.body[:100]!r}")

            at_once(2 * len(bombs), throw)
            end = time.monotonic()
        steady.check("a good client beside bombs")
        if (together := peak(server) - before) > (512 << 20) + (64 << 20):
            raise Failure(f"bombs together: memory grew by {together >> 20} MiB")
        server.check_alive()
    return (
        f"{len(bombs)} bombs, the slowest refused after {max(slowest.values()):.2f} s, most memory "
        f"{max(grown.values()) >> 20} MiB; {2 * len(bombs) * rounds} together {together >> 20} MiB "
        f"in {end - middle:.0f} s"
    )


if __name__ == "__main__":
    common.main(body, __doc__)
