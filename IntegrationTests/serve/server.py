# SPDX-License-Identifier: Apache-2.0
"""Starts `mumic serve`, knows its port and its log, and ends it."""

import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

from client import Failure, ask
from metrics import parse

ROOT = Path(__file__).resolve().parents[2]
MUMIC = Path(os.environ.get("MUMIC", ROOT / ".build/release/mumic"))
LISTENING = re.compile(r"listening on http://(\[[^\]]+\]|[^:\s\"]+):(\d+)")


class Server:
    """A running server; a context manager that kills it at the end, so that no check leaves one behind.

    Words are more options, `environment` more variables. With `ready=False` it may be asked before its models are
    loaded.
    """

    def __init__(self, *words, environment=None, ready=True, port=True, prefix=()):
        command = [*prefix, MUMIC, "serve", *(["--port", "0"] if port else []), *words]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MUMIC_SERVE_")}
        self.process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=kept | (environment or {}),
        )
        self.lines = []
        self.port = None
        self.host = "127.0.0.1"
        self.heard = threading.Event()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        if not self.heard.wait(60) or self.port is None:
            self.process.kill()
            raise Failure(f"no port: {' '.join(map(str, command))} said\n{self.log()}")
        if ready:
            self.wait_until(lambda: ask(self, "GET", "/readyz").status == 200, "ready", 60)

    def read(self):
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))
            if self.port is None and (match := LISTENING.search(line)):
                self.port = int(match[2])
                self.heard.set()
        self.heard.set()

    def log(self):
        return "\n".join(self.lines)

    @property
    def pid(self):
        return self.process.pid

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait(self, seconds=30):
        """The exit status."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"the server had not ended after {seconds} s; its log:\n{self.log()}") from None
        self.reader.join(5)
        return status

    def metrics(self):
        """The samples by series: parse() in metrics.py."""
        answer = ask(self, "GET", "/metrics")
        if answer.status != 200:
            raise Failure(f"/metrics: status {answer.status}")
        return parse(answer.body.decode())

    def metric(self, name, **labels):
        """The sum of the samples of this name that have these labels; 0 if there are none."""
        return sum(
            value
            for (other, pairs), value in self.metrics().items()
            if other == name and labels.items() <= dict(pairs).items()
        )

    def wait_until(self, is_so, what, seconds=10):
        """Waits for a condition, and fails with its name."""
        end = time.monotonic() + seconds
        while True:
            if self.process.poll() is not None:
                raise Failure(
                    f"the server ended with {self.process.returncode}, expected: {what}; its log:\n{self.log()}"
                )
            try:
                if is_so():
                    return
            except OSError:
                pass
            if time.monotonic() > end:
                raise Failure(f"not within {seconds} s: {what}; its log ends\n" + "\n".join(self.lines[-5:]))
            time.sleep(0.02)

    def check_alive(self):
        if self.process.poll() is not None:
            raise Failure(f"the server ended with {self.process.returncode}; its log:\n{self.log()}")

    def memory(self):
        """Resident bytes, as the system says."""
        text = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", text)[1]) * 1024

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def sockets(self):
        """How many of its descriptors are sockets."""
        count = 0
        for name in os.listdir(f"/proc/{self.pid}/fd"):
            try:
                count += os.readlink(f"/proc/{self.pid}/fd/{name}").startswith("socket:")
            except OSError:
                pass
        return count

    def __enter__(self):
        return self

    def __exit__(self, *words):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join(5)


class Elsewhere:
    """A server that somebody else started, by its URL: what needs its process or log is not there."""

    def __init__(self, url):
        match = re.fullmatch(r"http://([^:/]+):(\d+)/?", url)
        if not match:
            raise SystemExit(f"error: {url} is no http://HOST:PORT")
        self.host, self.port = match[1], int(match[2])

    metrics, metric = Server.metrics, Server.metric

    def check_alive(self):
        if ask(self, "GET", "/healthz").status != 200:
            raise Failure("/healthz no longer answers 200")

    def __enter__(self):
        return self

    def __exit__(self, *words):
        pass
