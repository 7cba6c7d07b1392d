# SPDX-License-Identifier: Apache-2.0
"""Item 11: 100 reloads under load, and corrupt models between.

0 failures, readiness never flaps, memory returns within 5 %.
"""

import shutil
import signal
import time

import common
from client import Failure, ask, expect
from life import not_finite, replace
from server import Server


def body(setup):
    count = setup.count(100, 4)
    folder = setup.world.folder / "reloaded"
    shutil.copytree(setup.model, folder)
    weights = (folder / "model.safetensors").read_bytes()
    faults = {"config.json": b"{", "model.safetensors": weights[: len(weights) // 2], "preprocessor_config.json": b"{"}
    flaps = []
    if setup.options.url:
        raise SystemExit("error: this check starts a server of its own; leave --url out")
    with Server("--model", f"main={folder}", *setup.words) as server:

        def watch():
            answer = ask(server, "GET", "/readyz")
            if answer.status != 200:
                flaps.append(answer.body)

        def reload(result, number):
            server.signal(signal.SIGHUP)
            server.wait_until(
                lambda: server.metric("mumic_reloads_total", result=result) >= number, f"reload {number}, {result}", 120
            )

        with common.Steady(server, setup, clients=3, also=watch) as steady:
            for number in range(1, 4):  # what a reload leaves behind for the next one is there after a few
                reload("ok", number)
            time.sleep(2)
            before = rested(server)
            failed = 0
            for number in range(4, count + 1):
                reload("ok", number)
                if number % 10 == 0 or number == count:
                    for name, data in (*faults.items(), ("model.safetensors", not_finite(weights))):
                        good = (folder / name).read_bytes()
                        replace(folder / name, data)
                        failed += 1
                        reload("failed", failed)
                        replace(folder / name, good)
            time.sleep(2)
            after = rested(server)
        steady.check("reloads")
        server.check_alive()
        expect(flaps, [], "readiness during reloads")
        expect(server.metric("mumic_ready"), 1, "mumic_ready")
    if after > 1.05 * before:
        raise Failure(f"memory {before / 1e6:.0f} MB after three reloads, {after / 1e6:.0f} MB after {count}")
    return (
        f"{count} reloads and {failed} corrupt models under {len(steady.times)} requests, 0 failures; memory "
        f"{before / 1e6:.0f} MB, then {after / 1e6:.0f} MB"
    )


def rested(server):
    """Memory under the same load: the median of some seconds."""
    values = []
    for _ in range(20):
        values.append(server.memory())
        time.sleep(0.1)
    return common.median(values)


if __name__ == "__main__":
    common.main(body, __doc__)
