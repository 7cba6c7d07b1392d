# SPDX-License-Identifier: Apache-2.0
"""Item 5: slowhttptest's slow headers, bodies and reads.

Goodput stays ≥ 95 % of undisturbed, and sockets are freed by the deadline.
"""

import shutil
import subprocess
import time

import common
from client import Failure

READ, WRITE = 5, 5
# Its clients send a little every second, or read five bytes every second from a tiny window.
ATTACKS = {
    "headers": ("-H", "-i", "1", "-x", "20", "-p", "3"),
    "body": ("-B", "-i", "1", "-s", "100000", "-x", "20", "-f", "image/jpeg", "-p", "3"),
    "read": ("-X", "-w", "10", "-y", "20", "-n", "1", "-z", "5", "-k", "10", "-p", "3"),
}
PATHS = {"headers": "/v1/predict", "body": "/v1/predict", "read": "/openapi.json"}


def body(setup):
    if shutil.which("slowhttptest") is None:
        raise Failure("slowhttptest is not there: apt-get install slowhttptest")
    length, told = max(10, setup.count(40)), []
    clients = 200
    words = ("--read-timeout", READ, "--write-timeout", WRITE, "--idle-timeout", READ, "--max-connections", 1024)
    with setup.own_server(*words) as server:
        # A steady load of a known rate, well below capacity: goodput is what of it is answered.
        for name, attack in ATTACKS.items():
            with common.Steady(server, setup, clients=4, period=0.2) as steady:
                time.sleep(1)
                begin = time.monotonic()
                time.sleep(length)
                middle = time.monotonic()
                running = subprocess.Popen(
                    [
                        "slowhttptest",
                        *attack,
                        "-c",
                        str(clients),
                        "-r",
                        "100",
                        "-l",
                        str(length),
                        "-u",
                        f"http://{server.host}:{server.port}{PATHS[name]}",
                    ],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                most = 0
                while time.monotonic() < middle + length:
                    most = max(most, server.sockets())
                    time.sleep(0.2)
                end = time.monotonic()
                if running.poll() not in (None, 0):
                    raise Failure(f"slowhttptest, {name}: status {running.returncode}")
                running.kill()
                running.wait()
                steady.check(f"slow {name}")
                before, during = steady.rate(begin, middle), steady.rate(middle, end)
            told.append(f"{name} {during:.1f} of {before:.1f} answers/s, up to {most} sockets")
            if during < 0.95 * before:
                raise Failure(f"slow {name}: {during:.1f} answers/s, undisturbed {before:.1f}")
            server.wait_until(lambda: server.metric("mumic_connections") <= 1, f"slow {name}: sockets freed", READ + 2)
        deadline(server)
    return "; ".join(told)


def deadline(server):
    """A dripping client, by hand: gone within the limit and two seconds."""
    from client import Wire, head
    from wire import drip

    start = time.monotonic()
    with Wire(server, timeout=30) as wire:
        drip(wire, head("GET", "/healthz", X_Long="x" * 200), 0.5)
    if (took := time.monotonic() - start) > READ + 2:
        raise Failure(f"a dripping head was closed after {took:.1f} s, --read-timeout is {READ} s")


if __name__ == "__main__":
    common.main(body, __doc__)
