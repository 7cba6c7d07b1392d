# SPDX-License-Identifier: Apache-2.0
"""Starts the peer or mumic for a measurement, waits until it is ready, and ends it."""

import contextlib
import http.client
import pathlib
import socket
import subprocess
import sys
import time

FOLDER = pathlib.Path(__file__).resolve().parent


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


@contextlib.contextmanager
def running(command, port):
    """The port of a server that answers /readyz with 200."""
    process = subprocess.Popen(
        [str(word) for word in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        end = time.monotonic() + 180
        while get(port, "/readyz") != 200:
            if process.poll() is not None or time.monotonic() > end:
                process.kill()
                raise SystemExit(
                    f"error: {' '.join(map(str, command))} does not serve:\n{process.stderr.read()[-2000:]}"
                )
            time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stderr.close()


def peer(data, batch_size=16, delay=0.005, workers=2, threads=2, models=1, compiled=False):
    port = free_port()
    words = [
        "--batch-size",
        batch_size,
        "--delay",
        delay,
        "--workers",
        workers,
        "--threads",
        threads,
        "--models",
        models,
    ]
    command = [
        sys.executable,
        FOLDER / "peer.py",
        "--model",
        data / "model",
        "--labels",
        data / "labels.txt",
        "--port",
        port,
    ]
    return running(command + words + (["--compile"] if compiled else []), port)


def mumic(program, data, *words):
    port = free_port()
    return running(
        [
            program,
            "serve",
            "--model",
            data / "model",
            "--labels",
            data / "labels.txt",
            "--port",
            port,
            "--log-level",
            "warning",
            *words,
        ],
        port,
    )
