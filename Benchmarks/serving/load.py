# SPDX-License-Identifier: Apache-2.0
"""Load on a server: a closed loop for its throughput, an open loop at a rate for its latency.

    python3 Benchmarks/serving/load.py http://127.0.0.1:8080 PICTURES --clients 32 --seconds 20
    python3 Benchmarks/serving/load.py http://127.0.0.1:8080 PICTURES --rate 25 --seconds 60

Requests are POST /v1/predict with a picture, over kept connections; bytes on sockets, so that the client costs little
of the machine that it shares with the server. In the open loop requests start at the moments of a Poisson process,
whatever the server does; a latency counts from that moment.
"""

import argparse
import asyncio
import collections
import json
import pathlib
import random
import re
import time
import urllib.parse

# Seconds within which the answers of a batch are sent.
TOGETHER = 0.02
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Connection(asyncio.Protocol):
    """One request at a time; `ask` gives (status, body), status 0 where the connection ended."""

    def __init__(self):
        self.parts, self.need, self.future, self.open = bytearray(), None, None, False

    def connection_made(self, transport):
        self.transport, self.open = transport, True

    def connection_lost(self, error):
        self.open = False
        self.finish(0, b"")

    def data_received(self, data):
        self.parts += data
        if self.need is None:
            end = self.parts.find(b"\r\n\r\n")
            if end < 0:
                return
            match = LENGTH.search(self.parts, 0, end + 2)
            self.need = end + 4 + (int(match[1]) if match else 0)
            self.body = end + 4
        if len(self.parts) >= self.need:
            status, body = int(self.parts[9:12]), bytes(self.parts[self.body : self.need])
            if b"\r\nconnection: close" in self.parts[: self.body].lower():
                self.open = False
                self.transport.close()
            self.finish(status, body)

    def finish(self, status, body):
        future, self.future = self.future, None
        if future and not future.done():
            future.set_result((status, body))

    def ask(self, data):
        self.parts, self.need = bytearray(), None
        self.future = asyncio.get_running_loop().create_future()
        if not self.open:
            self.finish(0, b"")
            return self.future or done()
        self.transport.write(data)
        return self.future


def done():
    future = asyncio.get_running_loop().create_future()
    future.set_result((0, b""))
    return future


def requests(folder, path="/v1/predict", headers=""):
    """The bytes of a request for each picture of a folder."""
    found = []
    for file in sorted(pathlib.Path(folder).glob("*.jpg")):
        data = file.read_bytes()
        found.append(
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n{headers}"
            f"Content-Length: {len(data)}\r\n\r\n".encode()
            + data
        )
    return found


class Result:
    def __init__(self):
        self.latencies, self.moments, self.by_status = [], [], collections.defaultdict(list)
        self.statuses, self.seconds = collections.Counter(), 0.0

    def note(self, status, latency):
        self.statuses[status] += 1
        self.by_status[status].append(latency)
        if status == 200:
            self.latencies.append(latency)
            self.moments.append(time.monotonic())

    @property
    def rate(self):
        """Answers a second. Answers come in batches: those that came with the first begin the time, so that it does
        not matter how many batches happen to end within the window."""
        if len(self.moments) < 2 or self.moments[-1] - self.moments[0] < 0.5 * self.seconds:
            return len(self.latencies) / self.seconds
        first, last = min(self.moments), max(self.moments)
        return sum(moment > first + TOGETHER for moment in self.moments) / (last - first)

    def percentile(self, share, status=200):
        values = sorted(self.by_status[status])
        return values[min(int(share * len(values)), len(values) - 1)] if values else float("nan")

    def summary(self):
        return {
            "requests_per_second": round(self.rate, 2),
            "p50": round(self.percentile(0.5), 4),
            "p99": round(self.percentile(0.99), 4),
            "statuses": dict(self.statuses),
        }


async def connect(host, port):
    return (await asyncio.get_running_loop().create_connection(Connection, host, port))[1]


async def closed(host, port, data, clients, seconds, warmup=0.0):
    """So many clients, each with one request at a time; what ends within the time counts."""
    result, loop = Result(), asyncio.get_running_loop()
    begin = loop.time() + warmup
    end = begin + seconds

    async def client(index):
        connection, at = None, index
        while loop.time() < end:
            if connection is None or not connection.open:
                connection = await connect(host, port)
            start = loop.time()
            status, _ = await connection.ask(data[at % len(data)])
            now = loop.time()
            if begin <= now < end:
                result.note(status, now - start)
            at += clients

    await asyncio.gather(*(client(index) for index in range(clients)))
    result.seconds = seconds
    return result


async def open_loop(host, port, data, rate, seconds, seed=0, most=4096):
    """Requests at the moments of a Poisson process; all are waited for."""
    result, loop, generator = Result(), asyncio.get_running_loop(), random.Random(seed)
    idle, tasks = [], set()

    async def one(moment, index):
        connection = None
        while idle and connection is None:
            connection = idle.pop()
            connection = connection if connection.open else None
        try:
            connection = connection or await connect(host, port)
            status, _ = await connection.ask(data[index % len(data)])
        except OSError:
            status = 0
        result.note(status, loop.time() - moment)
        if connection and connection.open:
            idle.append(connection)

    moment, index, begin = loop.time(), 0, loop.time()
    while True:
        moment += generator.expovariate(rate)
        if moment > begin + seconds:
            break
        if (pause := moment - loop.time()) > 0:
            await asyncio.sleep(pause)
        if len(tasks) < most:
            task = asyncio.create_task(one(moment, index))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        else:
            result.note(-1, 0.0)
        index += 1
    await asyncio.gather(*tasks)
    result.seconds = max(loop.time() - begin, seconds)
    return result


def run(body):
    """Runs one of the loops above, with uvloop if it is there."""
    try:
        import uvloop

        return uvloop.run(body)
    except ImportError:
        return asyncio.run(body)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("pictures", type=pathlib.Path)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--rate", type=float, help="requests a second of an open loop")
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    place = urllib.parse.urlsplit(options.url)
    data = requests(options.pictures)
    begin = time.monotonic()
    loop = (
        open_loop(place.hostname, place.port, data, options.rate, options.seconds)
        if options.rate
        else closed(place.hostname, place.port, data, options.clients, options.seconds)
    )
    print(json.dumps(run(loop).summary() | {"took": round(time.monotonic() - begin, 1)}))


if __name__ == "__main__":
    main()
