# SPDX-License-Identifier: Apache-2.0
"""Checks: the Open Inference Protocol v2, by hand. long/clients.py does it with the protocol's own clients."""

import struct

from client import Failure, ask, base64_of, bytes_tensor, expect, expect_status, post_binary, post_picture
from client import Answer
from world import float32, png

MODEL = "/v2/models/fitted"
MEAN, DEVIATION = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


def infer(server, body, path=MODEL):
    answer = ask(server, "POST", f"{path}/infer", body)
    expect_status(answer, 200, "infer")
    return answer.json


def outputs(body):
    return {row["name"]: row for row in body["outputs"]}


def image(*pictures):
    return {
        "name": "image",
        "datatype": "BYTES",
        "shape": [len(pictures)],
        "data": [base64_of(one) for one in pictures],
    }


def metadata(server, world):
    body = ask(server, "GET", "/v2").json
    if not {"name", "version", "extensions"} <= set(body) or "binary_tensor_data" not in body["extensions"]:
        raise Failure(f"/v2: {body}")
    for path in ("/v2/health/live", "/v2/health/ready", f"{MODEL}/ready", f"{MODEL}/versions/1/ready"):
        expect_status(ask(server, "GET", path), 200, path)
    for path in (MODEL, f"{MODEL}/versions/1"):
        body = ask(server, "GET", path).json
        expect(body["name"], "fitted", path)
        expect(
            {row["name"]: row["datatype"] for row in body["inputs"]},
            {"image": "BYTES", "text": "BYTES", "pixels": "FP32", "labels": "BYTES"},
            f"{path}: inputs",
        )
        expect(
            {row["name"]: row["datatype"] for row in body["outputs"]},
            {"scores": "FP32", "labels": "BYTES", "embedding": "FP32"},
            f"{path}: outputs",
        )
    for path, status in (("/v2/models/nobody", 404), ("/v2/models/nobody/ready", 404), (f"{MODEL}/versions/2", 404)):
        answer = ask(server, "GET", path)
        expect_status(answer, status, path)
        if not isinstance(answer.json["error"], str):
            raise Failure(f"{path}: under /v2 an error is a text, not {answer.body!r}")


def by_json(server, world):
    wanted = {row["label"]: row["score"] for row in world.predict(paths=world.paths[:1])[world.paths[0].name]}
    for path in (MODEL, f"{MODEL}/versions/1"):
        body = infer(server, {"id": "seven", "inputs": [image(world.first)]}, path)
        expect((body["model_name"], body["id"]), ("fitted", "seven"), "infer")
        found = outputs(body)
        expect(sorted(found), ["labels", "scores"], "outputs without a wish")
        expect((found["scores"]["datatype"], found["scores"]["shape"]), ("FP32", [1, len(wanted)]), "scores")
        expect((found["labels"]["datatype"], found["labels"]["shape"]), ("BYTES", [len(wanted)]), "labels")
        expect(found["labels"]["data"], world.labels, "labels in order")
        expect(found["scores"]["data"], [wanted[label] for label in world.labels], "scores in label order")


def wishes(server, world):
    row = world.embed(world.paths[0])[0]
    body = infer(server, {"inputs": [image(world.first)], "outputs": [{"name": "embedding"}]})
    found = outputs(body)
    expect(list(found), ["embedding"], "the wished output")
    expect(found["embedding"]["shape"], [1, 128], "embedding")
    near(found["embedding"]["data"], row, 1e-7, "embedding")
    text = {"name": "text", "datatype": "BYTES", "shape": [2], "data": ["a pool at night", "büro"]}
    found = outputs(infer(server, {"inputs": [text]}))
    expect((list(found), found["embedding"]["shape"]), (["embedding"], [2, 128]), "texts give embeddings")
    near(found["embedding"]["data"], sum(world.embed_texts(*text["data"]), []), 1e-6, "texts")


def near(values, wanted, limit, what):
    worst = max(abs(float(a) - float(b)) for a, b in zip(values, wanted, strict=True))
    if worst > limit:
        raise Failure(f"{what}: differs by {worst:.2g}")


def zero_shot(server, world):
    labels = ["pool", "büro", "lamp"]
    path = world.paths[:1]
    wanted = {
        row["label"]: row["score"]
        for row in world.predict("--labels", world.write_labels(*labels), paths=path)[path[0].name]
    }
    given = {"name": "labels", "datatype": "BYTES", "shape": [3], "data": labels}
    found = outputs(infer(server, {"inputs": [image(world.first), given]}))
    expect(found["labels"]["data"], labels, "the request's labels")
    expect(found["scores"]["data"], [wanted[label] for label in labels], "their scores")


def pixels(server, world):
    """A picture that needs no resizing, prepared here."""
    size = 64
    data = bytes((x * 3 + y * 5 + c * 40) % 256 for y in range(size) for x in range(size) for c in range(3))
    answer = post_picture(server, "/v1/predict", png(size, size, data), "image/png")
    expect_status(answer, 200, "a PNG")
    wanted = {row["label"]: row["score"] for row in answer.json["predictions"]}
    values = [(data[3 * at + c] / 255 - MEAN[c]) / DEVIATION[c] for c in range(3) for at in range(size * size)]
    row = {"name": "pixels", "datatype": "FP32", "shape": [1, 3, size, size]}
    found = outputs(infer(server, {"inputs": [row | {"data": values}]}))
    near(found["scores"]["data"], [wanted[label] for label in world.labels], 1e-6, "pixels in JSON")
    packed = struct.pack(f"<{len(values)}f", *values)
    row["parameters"] = {"binary_data_size": len(packed)}
    answer = post_binary(server, f"{MODEL}/infer", {"inputs": [row]}, packed)
    expect_status(answer, 200, "pixels, binary")
    found = outputs(unpacked(answer)[0])
    near(found["scores"]["data"], [wanted[label] for label in world.labels], 1e-6, "pixels, binary")


def unpacked(answer):
    """The JSON of an answer and its binary outputs by name."""
    length = int(answer.headers.get("inference-header-content-length", len(answer.body)))
    body = Answer(200, {}, answer.body[:length]).json
    at, found = length, {}
    for row in body["outputs"]:
        if (size := row.get("parameters", {}).get("binary_data_size")) is not None:
            found[row["name"]] = answer.body[at : at + size]
            at += size
    expect(at, len(answer.body), "bytes behind the outputs")
    return body, found


def binary(server, world):
    wanted = {row["label"]: row["score"] for row in world.predict(paths=world.paths[:1])[world.paths[0].name]}
    data = bytes_tensor(world.first)
    row = {"name": "image", "datatype": "BYTES", "shape": [1], "parameters": {"binary_data_size": len(data)}}
    asked = [
        {"name": "scores", "parameters": {"binary_data": True}},
        {"name": "labels", "parameters": {"binary_data": False}},
    ]
    answer = post_binary(server, f"{MODEL}/infer", {"inputs": [row], "outputs": asked}, data)
    expect_status(answer, 200, "binary")
    body, found = unpacked(answer)
    expect(outputs(body)["labels"]["data"], world.labels, "labels, as JSON")
    scores = struct.unpack(f"<{len(wanted)}f", found["scores"])
    expect(list(scores), [float32(wanted[label]) for label in world.labels], "scores, binary")
    answer = post_binary(server, f"{MODEL}/infer", {"inputs": [row], "parameters": {"binary_data_output": True}}, data)
    expect_status(answer, 200, "binary_data_output")
    body, found = unpacked(answer)
    expect(found["labels"], bytes_tensor(*[label.encode() for label in world.labels]), "labels, binary")
    expect(len(found["scores"]), 4 * len(wanted), "scores, binary")


def wrong(server, world):
    """Framing that does not add up, shapes that do not fit."""
    data = bytes_tensor(world.first)

    def row(size, shape=(1,), name="image", kind="BYTES"):
        return {"name": name, "datatype": kind, "shape": list(shape), "parameters": {"binary_data_size": size}}

    for what, header, tensors in (
        ("a size beyond the body", {"inputs": [row(len(data) + 1)]}, data),
        ("bytes left over", {"inputs": [row(len(data))]}, data + b"x"),
        ("a negative size", {"inputs": [row(-1)]}, data),
        ("a size of 2^63", {"inputs": [row(2**63)]}, data),
        ("a length beyond the tensor", {"inputs": [row(8)]}, struct.pack("<I", 1000) + b"abcd"),
        ("a cut length", {"inputs": [row(2)]}, b"\1\0"),
        ("more elements than the shape", {"inputs": [row(len(data) * 2)]}, data * 2),
        ("a negative shape", {"inputs": [row(len(data), (-1,))]}, data),
        ("a shape that overflows", {"inputs": [row(len(data), (2**62, 2**62))]}, data),
        ("another type", {"inputs": [row(len(data), kind="FP32")]}, data),
        ("an unknown input", {"inputs": [row(len(data), name="picture")]}, data),
        ("an unknown output", {"inputs": [row(len(data))], "outputs": [{"name": "logits"}]}, data),
        ("pixels of another size", {"inputs": [row(12, (1, 3, 1, 1), "pixels", "FP32")]}, bytes(12)),
        ("pixels that are no numbers", {"inputs": [row(49152, (1, 3, 64, 64), "pixels", "FP32")]}, b"\xff" * 49152),
        ("no input", {"inputs": []}, b""),
        ("labels alone", {"inputs": [row(len(data), name="labels")]}, data),
        ("two of the same input", {"inputs": [row(len(data)), row(len(data))]}, data * 2),
    ):
        answer = post_binary(server, f"{MODEL}/infer", header, tensors)
        expect_status(answer, (400, 413), what)
        if not isinstance(answer.json.get("error"), str):
            raise Failure(f"{what}: {answer.body!r} is no error of the protocol")
    for length in ("-1", "99999999", "x", "1e3"):
        answer = ask(server, "POST", f"{MODEL}/infer", b"{}", {"Inference-Header-Content-Length": length})
        expect_status(answer, 400, f"a header length of {length}")


CHECKS = [metadata, by_json, wishes, zero_shot, pixels, binary, wrong]
