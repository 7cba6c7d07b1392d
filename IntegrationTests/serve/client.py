# SPDX-License-Identifier: Apache-2.0
"""Asks a server: whole requests by http.client, and bytes on a socket for what no decent client sends."""

import base64
import http.client
import json
import re
import socket
import struct
import time
import urllib.parse
from dataclasses import dataclass


class Failure(Exception):
    """A check did not hold; its text says what was asked, answered and expected."""


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes
    seconds: float = 0.0

    @property
    def json(self):
        """The body; numbers with a fraction stay text, so that they are compared digit by digit."""
        try:
            return json.loads(self.body, parse_float=str)
        except ValueError:
            raise Failure(f"status {self.status}, no JSON: {self.body[:200]!r}") from None

    @property
    def numbers(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The code of an error, '' where there is none."""
        try:
            error = self.json.get("error")
        except (Failure, AttributeError):
            return ""
        return error.get("code", "") if isinstance(error, dict) else ""


def query(path, **values):
    """The path with a query; lists give a name several times."""
    return f"{path}?{urllib.parse.urlencode(values, doseq=True)}" if values else path


def connect(server, timeout=30):
    return http.client.HTTPConnection(server.host, server.port, timeout=timeout)


def ask(server, method, path, body=None, headers=None, timeout=30, connection=None):
    """One request; on a connection of its own if none is given. A dictionary or list is sent as JSON."""
    headers = dict(headers or {})
    if isinstance(body, (dict, list)):
        body = json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
    own = connection or connect(server, timeout)
    start = time.perf_counter()
    try:
        own.request(method, path, body, headers)
        got = own.getresponse()
        data = got.read()
    except http.client.HTTPException as error:
        raise Failure(f"{method} {path}: {type(error).__name__} {error}") from None
    finally:
        if connection is None:
            own.close()
    return Answer(
        got.status, {name.lower(): value for name, value in got.getheaders()}, data, time.perf_counter() - start
    )


def post_picture(server, path, picture, kind="image/jpeg", headers=None, **words):
    return ask(server, "POST", path, picture, {"Content-Type": kind} | (headers or {}), **words)


def base64_of(data):
    return base64.b64encode(data).decode()


def multipart(*parts, boundary="edge-of-a-part"):
    """Body and content type of a form. A part is (name, text) or (name, file name, type, bytes)."""
    body = b""
    for part in parts:
        head = f'Content-Disposition: form-data; name="{part[0]}"'
        if len(part) == 4:
            head += f'; filename="{part[1]}"\r\nContent-Type: {part[2]}'
        data = part[-1] if isinstance(part[-1], bytes) else part[-1].encode()
        body += f"--{boundary}\r\n{head}\r\n\r\n".encode() + data + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def post_form(server, path, *parts, **words):
    body, kind = multipart(*parts)
    return ask(server, "POST", path, body, {"Content-Type": kind}, **words)


def post_binary(server, path, header, *tensors):
    """A request of the Open Inference Protocol with binary tensors behind its JSON."""
    text = json.dumps(header).encode()
    return ask(
        server,
        "POST",
        path,
        text + b"".join(tensors),
        {"Content-Type": "application/octet-stream", "Inference-Header-Content-Length": str(len(text))},
    )


def bytes_tensor(*values):
    """BYTES elements, each after its length."""
    return b"".join(struct.pack("<I", len(value)) + value for value in values)


class Wire:
    """A socket, and the answers that come on it."""

    def __init__(self, server, timeout=10, receive=None):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        self.socket.settimeout(timeout)
        self.socket.connect((server.host, server.port))
        self.data = b""

    def send(self, data):
        self.socket.sendall(data)
        return self

    def more(self):
        """Reads on; False at the end."""
        try:
            part = self.socket.recv(1 << 16)
        except ConnectionError:
            part = b""
        self.data += part
        return bool(part)

    def answer(self):
        """The next answer, an interim one too; None if the connection ended before it."""
        while b"\r\n\r\n" not in self.data:
            if not self.more():
                return None
        head, self.data = self.data.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        match = re.match(r"HTTP/1\.1 (\d{3})( |$)", lines[0])
        if not match:
            raise Failure(f"no status line: {lines[0]!r}")
        headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
        length = int(headers.get("content-length", 0)) if int(match[1]) >= 200 else 0
        while len(self.data) < length:
            if not self.more():
                raise Failure(f"cut off: {len(self.data)} of {length} bytes")
        body, self.data = self.data[:length], self.data[length:]
        return Answer(int(match[1]), headers, body)

    def closes(self, seconds=5):
        """Whether the server closes within so many seconds, reading what still comes."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                if not self.more():
                    return True
            except TimeoutError:
                break
        return False

    def close(self):
        self.socket.close()

    def reset(self):
        """Closes at once, with RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *words):
        self.close()


def head(method, path, **fields):
    """A request's head as bytes; underscores in field names are dashes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def expect(actual, expected, what):
    if actual != expected:
        raise Failure(f"{what}: {shown(actual)}, expected {shown(expected)}")


def expect_status(answer, status, what, code=None):
    allowed = status if isinstance(status, tuple) else (status,)
    if answer.status not in allowed or (code is not None and answer.code != code):
        raise Failure(f"{what}: {answer.status} {answer.body[:300]!r}, expected {status} {code or ''}")


def shown(value):
    text = repr(value)
    return text if len(text) < 400 else text[:400] + "…"
