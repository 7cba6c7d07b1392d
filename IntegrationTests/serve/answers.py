# SPDX-License-Identifier: Apache-2.0
"""Checks: answers are those of the commands, to the digit."""

import base64
import json
import struct

from client import Failure, ask, base64_of, expect, expect_status, post_form, post_picture, query
from world import float32

CLOSE = 1e-6  # in a batch; a lone request is equal to the digit


def good(answer, what):
    expect_status(answer, 200, what)
    return answer.json


def close(found, wanted, what):
    """Predictions of a batch: the same scores by label within 1e-6; labels of equal scores may change places."""
    one = {row["label"]: float(row["score"]) for row in found}
    two = {row["label"]: float(row["score"]) for row in wanted}
    expect(sorted(one), sorted(two), f"{what}: labels")
    worst = max(abs(one[label] - two[label]) for label in one)
    if worst > CLOSE:
        raise Failure(f"{what}: scores differ by {worst:.2g}")


def raw(server, world):
    expected = world.predict()
    for name, data in list(world.pictures.items())[:6]:
        answer = post_picture(server, "/v1/predict", data)
        expect(good(answer, "raw"), {"model": "fitted", "predictions": expected[name]}, f"raw {name}")
    answer = post_picture(server, "/v1/predict", world.first, "application/octet-stream")
    expect(good(answer, "octet-stream")["predictions"], expected[world.paths[0].name], "octet-stream")
    expect_status(post_picture(server, "/v1/predict", world.first, "image/png"), 200, "a JPEG that is called PNG")


def json_and_multipart(server, world):
    name, data = world.paths[1].name, world.pictures[world.paths[1].name]
    expected = world.predict(paths=[world.paths[1]])[name]
    for text in (base64_of(data), f"data:image/jpeg;base64,{base64_of(data)}"):
        body = good(ask(server, "POST", "/v1/predict", {"images": [text]}), "JSON")
        expect(body, {"model": "fitted", "results": [{"predictions": expected}]}, "JSON")
    body = good(post_form(server, "/v1/predict", ("image", "a b.jpg", "image/jpeg", data)), "multipart")
    expect(body["model"], "fitted", "multipart: model")
    expect(body["results"][0]["predictions"], expected, "multipart")
    expect(body["results"][0]["image"], "a b.jpg", "multipart: file name")


def several(server, world):
    expected = world.predict()
    names = list(world.pictures)[:12]
    answers = {
        "JSON": ask(server, "POST", "/v1/predict", {"images": [base64_of(world.pictures[name]) for name in names]}),
        "multipart": post_form(
            server, "/v1/predict", *[("image", name, "image/jpeg", world.pictures[name]) for name in names]
        ),
    }
    for kind, answer in answers.items():
        results = good(answer, kind)["results"]
        expect(len(results), len(names), f"{kind}: results")
        for name, result in zip(names, results):
            close(result["predictions"], expected[name], f"{kind} {name}")


def zero_shot(server, world):
    labels = ["a red car", "büro", "pool"]
    path = world.paths[:1]
    expected = world.predict("--labels", world.write_labels(*labels), paths=path)[path[0].name]
    ways = {
        "repeated": query("/v1/predict", labels=labels),
        "parted by |": query("/v1/predict", labels="|".join(labels)),
        "a JSON list": query("/v1/predict", labels=json.dumps(labels)),
    }
    for way, url in ways.items():
        expect(good(post_picture(server, url, world.first), way)["predictions"], expected, f"labels {way}")
    body = good(
        ask(server, "POST", "/v1/predict", {"images": [base64_of(world.first)], "labels": labels}), "JSON labels"
    )
    expect(body["results"][0]["predictions"], expected, "labels in JSON")
    fields = [("labels", label) for label in labels]
    body = good(
        post_form(server, "/v1/predict", *fields, ("image", "a.jpg", "image/jpeg", world.first)), "labels in a form"
    )
    expect(body["results"][0]["predictions"], expected, "labels in a form")
    expect(body["results"][0]["image"], "a.jpg", "fields before the picture")


def prompts(server, world):
    rows = [("car", "a photo of a red car", "a car"), ("pool", "a pool at night")]
    path = world.paths[:1]
    expected = world.predict("--labels", world.write_labels(*rows), paths=path)[path[0].name]
    labels = [{"name": row[0], "prompts": list(row[1:])} for row in rows]
    body = good(ask(server, "POST", "/v1/predict", {"images": [base64_of(world.first)], "labels": labels}), "prompts")
    expect(body["results"][0]["predictions"], expected, "labels with prompts")


def choices(server, world):
    path = world.paths[2:3]
    data = world.pictures[path[0].name]
    for words, values in (
        (["--top-k", 3], {"top_k": 3}),
        (["--threshold", 0.99995], {"threshold": 0.99995}),
        (["--threshold", "fitted"], {"threshold": "fitted"}),
        (["--top-k", 1000], {"top_k": 1000}),
        (["--top-k", 2, "--threshold", "fitted"], {"top_k": 2, "threshold": "fitted"}),
        (["--threshold", 0], {"threshold": 0}),
        (["--threshold", 1], {"threshold": 1}),
    ):
        expected = world.predict(*words, paths=path)[path[0].name]
        body = good(post_picture(server, query("/v1/predict", **values), data), f"{values}")
        expect(body["predictions"], expected, f"query {values}")
        body = good(ask(server, "POST", "/v1/predict", {"images": [base64_of(data)], **values}), f"JSON {values}")
        expect(body["results"][0]["predictions"], expected, f"JSON {values}")
        fields = [(name, str(value)) for name, value in values.items()]
        body = good(post_form(server, "/v1/predict", *fields, ("image", "x", "image/jpeg", data)), f"form {values}")
        expect(body["results"][0]["predictions"], expected, f"form {values}")


def models(server, world):
    body = ask(server, "GET", "/v1/models").numbers
    expect([(row["id"], row["default"]) for row in body["data"]], [("fitted", True), ("plain", False)], "/v1/models")
    first = body["data"][0]
    wanted = {
        "object": "model",
        "owned_by": "mumic",
        "family": "CLIPModel",
        "image_size": [64, 64],
        "dimensions": 128,
        "labels": len(world.labels),
        "calibrated": False,
        "thresholds": True,
    }
    expect({name: first.get(name) for name in wanted}, wanted, "/v1/models, the first")
    if not isinstance(first["created"], int) or not isinstance(first["index"], int):
        raise Failure(f"/v1/models: created, index: {first}")
    expect(body["data"][1]["index"], None, "index of a model without one")
    expect(ask(server, "GET", "/v1/models/fitted").numbers, first, "/v1/models/fitted")
    labels = ask(server, "GET", "/v1/labels").json
    expect(labels["model"], "fitted", "/v1/labels")
    expect([row["name"] for row in labels["labels"]], world.labels, "/v1/labels")
    if not all(float(row["threshold"]) > 0 and isinstance(row["prompts"], list) for row in labels["labels"]):
        raise Failure("/v1/labels: thresholds and prompts")
    expect(ask(server, "GET", query("/v1/labels", model="plain")).json, {"model": "plain", "labels": []}, "no labels")


def other_model(server, world):
    labels = ["pool", "lamp"]
    expected = world.predict("--labels", world.write_labels(*labels), model=world.model, paths=world.paths[:1])
    wanted = {"model": "plain", "predictions": expected[world.paths[0].name]}
    url = query("/v1/predict", model="plain", labels=labels)
    expect(good(post_picture(server, url, world.first), "plain"), wanted, "model in the query")
    expect_status(post_picture(server, query("/v1/predict", model="plain"), world.first), 400, "a model without labels")


def same(values, row, what):
    expect([float32(value) for value in values], row, what)


def embed(server, world):
    rows = world.embed(*world.paths[:3])
    data = [world.pictures[path.name] for path in world.paths[:3]]
    for picture, row in zip(data, rows):
        same(good(post_picture(server, "/v1/embed", picture), "embed")["embedding"], row, "a raw picture's features")
    answers = {
        "JSON": ask(server, "POST", "/v1/embed", {"images": [base64_of(one) for one in data]}),
        "form": post_form(server, "/v1/embed", *[("image", "x", "image/jpeg", one) for one in data]),
    }
    for what, answer in answers.items():
        for result, row in zip(good(answer, what)["results"], rows, strict=True):
            if max(abs(float(a) - b) for a, b in zip(result["embedding"], row, strict=True)) > CLOSE:
                raise Failure(f"embed: {what} differs")
    text = "a pool at night"
    body = good(ask(server, "POST", "/v1/embed", {"texts": [text]}), "a text")
    same(body["results"][0]["embedding"], world.embed_texts(text)[0], "a text's features")


def embeddings(server, world):
    texts = ["a pool at night", "Łódź, ein Büro"]
    rows = world.embed_texts(*texts)
    for text, row in zip(texts, rows):
        body = good(ask(server, "POST", "/v1/embeddings", {"input": text, "model": "fitted"}), "embeddings")
        expect(
            (body["object"], body["model"], body["data"][0]["object"], body["data"][0]["index"]),
            ("list", "fitted", "embedding", 0),
            "embeddings",
        )
        same(body["data"][0]["embedding"], row, "embeddings: a text")
        if not 0 < body["usage"]["prompt_tokens"] == body["usage"]["total_tokens"]:
            raise Failure(f"embeddings: usage {body['usage']}")
    picture = "data:image/jpeg;base64," + base64_of(world.first)
    request = {
        "input": [*texts, picture],
        "model": "fitted",
        "encoding_format": "base64",
        "dimensions": 128,
        "user": "u",
    }
    body = good(ask(server, "POST", "/v1/embeddings", request), "embeddings, base64")
    for index, (item, row) in enumerate(zip(body["data"], rows + world.embed(world.paths[0]), strict=True)):
        values = struct.unpack(f"<{len(row)}f", base64.b64decode(item["embedding"], validate=True))
        if item["index"] != index or max(abs(a - b) for a, b in zip(values, row)) > CLOSE:
            raise Failure(f"embeddings, base64: row {index} differs")


def search(server, world):
    path = world.paths[3]
    data = world.pictures[path.name]
    expected = world.search(path)[0]["results"]
    expect(good(post_picture(server, "/v1/search", data), "search")["matches"], expected, "search by a picture")
    body = good(post_picture(server, query("/v1/search", top_k=2), data), "search, top_k")
    expect(body["matches"], expected[:2], "search, top_k")
    expected = world.search("--text", "a pool at night", top_k=3)[0]["results"]
    body = good(ask(server, "POST", "/v1/search", {"texts": ["a pool at night"], "top_k": 3}), "search by a text")
    expect(body["results"], [{"matches": expected}], "search by a text")
    answer = ask(server, "POST", "/v1/search", {"texts": ["x"], "model": "plain"})
    expect_status(answer, 404, "search without an index", "no_index")


CHECKS = [raw, json_and_multipart, several, zero_shot, prompts, choices, models, other_model, embed, embeddings, search]
