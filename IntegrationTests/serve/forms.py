# SPDX-License-Identifier: Apache-2.0
"""Checks: multipart bodies as clients write them and as nobody should; and damaged bodies of every kind."""

import random

from client import Failure, Wire, ask, base64_of, bytes_tensor, expect, expect_status, head, multipart, post_picture


def send(server, body, kind="multipart/form-data; boundary=b", path="/v1/predict"):
    return ask(server, "POST", path, body, {"Content-Type": kind})


def part(disposition, data, more=b""):
    return b"--b\r\nContent-Disposition: " + disposition + b"\r\n" + more + b"\r\n" + data + b"\r\n"


def as_clients_write_them(server, world):
    picture = world.first
    wanted = post_picture(server, "/v1/predict?top_k=2", picture).json["predictions"]
    image = b'form-data; name="image"; filename="a.jpg"'
    two, end = part(b'form-data; name="top_k"', b"2"), b"--b--\r\n"
    for what, body in (
        ("plain", part(image, picture) + two + end),
        ("a preamble and an epilogue", b"preamble\r\n" + part(image, picture) + two + end + b"epilogue"),
        ("no end of line at the end", part(image, picture) + two + b"--b--"),
        ("blanks behind the boundary", (part(image, picture) + two + end).replace(b"--b\r\n", b"--b \t\r\n")),
        ("header names in other case", (part(image, picture) + two + end).replace(b"Content-Disp", b"cONTENT-dISP")),
        ("a name without quotes", part(b"form-data; name=image; filename=a.jpg", picture) + two + end),
        (
            "more headers",
            part(image, picture, b"Content-Type: image/jpeg\r\nContent-Length: 1\r\nX-A: b\r\n") + two + end,
        ),
        ("a file name of UTF-8", part('form-data; name="image"; filename="bü\\"ro.jpg"'.encode(), picture) + two + end),
    ):
        answer = send(server, body)
        expect_status(answer, 200, what)
        result = answer.json["results"]
        expect(len(result), 1, what)
        expect(result[0].get("predictions"), wanted, what)
    for kind in ('multipart/form-data; boundary="b"', "Multipart/Form-Data; charset=utf-8; BOUNDARY=b"):
        answer = send(server, part(image, picture) + two + end, kind)
        expect(answer.json["results"][0]["predictions"], wanted, kind)
    strange = "'()+_,-./:=? x'"
    body, _ = multipart(("image", "a.jpg", "image/jpeg", picture), ("top_k", "2"), boundary=strange)
    expect_status(send(server, body, f'multipart/form-data; boundary="{strange}"'), 200, "a boundary of all characters")


def byte_by_byte(server, world):
    """However a body is cut into chunks, it is the same body."""
    small = world.pictures[min(world.pictures, key=lambda name: len(world.pictures[name]))]
    body, kind = multipart(
        ("top_k", "2"), ("image", "a.jpg", "image/jpeg", small), ("image", "b.jpg", "image/jpeg", small)
    )
    wanted = send(server, body, kind).json
    generator = random.Random(4)
    for most in (1, 2, 7, 60):
        data, at = [head("POST", "/v1/predict", Content_Type=kind, Transfer_Encoding="chunked")], 0
        while at < len(body):
            size = generator.randint(1, most)
            data.append(b"%x\r\n" % len(body[at : at + size]) + body[at : at + size] + b"\r\n")
            at += size
        with Wire(server) as wire:
            answer = wire.send(b"".join(data) + b"0\r\n\r\n").answer()
            expect((answer.status, answer.json), (200, wanted), f"chunks of at most {most} bytes")


def damaged(server, world, count=600, seed=7):
    """Bytes changed, cut out, doubled: any answer but 5xx, and the server lives."""
    small = world.pictures[min(world.pictures, key=lambda name: len(world.pictures[name]))]
    tensor = bytes_tensor(small)
    inputs = b'{"inputs":[{"name":"image","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":%d}}]}' % len(
        tensor
    )
    text = (
        b'{"images":["'
        + base64_of(small).encode()
        + b'"],"labels":["a",{"name":"b","prompts":["c"]}],"top_k":2,"threshold":0.5}'
    )
    form, kind = multipart(("top_k", "2"), ("image", "a.jpg", "image/jpeg", small), ("labels", "a"))
    framed = {"Content-Type": "application/octet-stream", "Inference-Header-Content-Length": str(len(inputs))}
    kinds = [
        ("/v1/predict", {"Content-Type": kind}, form),
        ("/v1/predict", {"Content-Type": "image/jpeg"}, small),
        ("/v1/predict", {"Content-Type": "application/json"}, text),
        ("/v2/models/fitted/infer", framed, inputs + tensor),
        (
            "/v1/embeddings",
            {"Content-Type": "application/json"},
            b'{"input":["a","b"],"model":"fitted","dimensions":128}',
        ),
    ]
    generator = random.Random(seed)
    for number in range(count):
        path, headers, data = generator.choice(kinds)
        body = changed(data, generator)
        answer = ask(server, "POST", path, body, headers)
        if answer.status not in (200, 400, 404, 413, 415):
            told = f"{answer.status} {answer.body[:200]!r}"
            raise Failure(f"damaged body {number} of seed {seed}: {path} {headers} {body[:100]!r}: {told}")
    server.check_alive()


def changed(data, generator):
    data = bytearray(data)
    for _ in range(generator.randint(1, 4)):
        # Mostly near the ends, where the structure is.
        place = generator.choice(
            (
                generator.randrange(len(data) + 1),
                generator.randrange(min(400, len(data)) + 1),
                max(0, len(data) - generator.randrange(200)),
            )
        )
        kind = generator.randrange(4)
        if kind == 0 and place < len(data):
            data[place] = generator.randrange(256)
        elif kind == 1:
            del data[place : place + generator.randint(1, 60)]
        elif kind == 2:
            data[place:place] = data[place : place + generator.randint(1, 200)]
        else:
            data[place:place] = generator.choice(
                (b"--b", b"\r\n", b"\0", b'"', b"{", b"\xff\xff\xff\xff", b"9" * 30, b"\\u0000")
            )
    return bytes(data)


CHECKS = [as_clients_write_them, byte_by_byte, damaged]
