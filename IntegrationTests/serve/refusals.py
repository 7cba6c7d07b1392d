# SPDX-License-Identifier: Apache-2.0
"""Requests that are wrong, and how each is refused; errors.py asks them."""

import json

from client import base64_of, multipart, query

JSON = "application/json"


def form(*parts, **words):
    body, kind = multipart(*parts, **words)
    return {"Content-Type": kind}, body


def js(value):
    return {"Content-Type": JSON}, value if isinstance(value, bytes) else json.dumps(value).encode()


def table(world):
    """Rows: what, method, path, headers, body, status, code."""
    picture = world.first
    image = {"Content-Type": "image/jpeg"}, picture
    text = base64_of(picture)
    predict, embed, search, openai = "/v1/predict", "/v1/embed", "/v1/search", "/v1/embeddings"
    part = ("image", "a.jpg", "image/jpeg", picture)

    def bad(what, path, sent, status=400, code="bad_request", method="POST"):
        headers, body = sent
        return what, method, path, headers, body, status, code

    none = {}, None
    return [
        bad("a path that is not there", "/v1/nothing", none, 404, "not_found", "GET"),
        bad("a path above the root", "/../../etc/passwd", none, 404, "not_found", "GET"),
        bad("an encoded path above", "/v1/models/..%2f..%2fetc", none, 404, None, "GET"),
        bad("GET on predict", predict, none, 405, "method_not_allowed", "GET"),
        bad("DELETE on models", "/v1/models", none, 405, "method_not_allowed", "DELETE"),
        bad("POST on health", "/healthz", ({}, b""), 405, "method_not_allowed"),
        bad("TRACE", predict, none, 405, "method_not_allowed", "TRACE"),
        bad("no content type", predict, ({}, picture), 415, "unsupported_media_type"),
        bad("text as content type", predict, ({"Content-Type": "text/plain"}, picture), 415, "unsupported_media_type"),
        bad(
            "a form of another kind",
            predict,
            ({"Content-Type": "application/x-www-form-urlencoded"}, b"a=b"),
            415,
            "unsupported_media_type",
        ),
        bad("a picture for embeddings", openai, image, 415, "unsupported_media_type"),
        bad("an empty body", predict, ({"Content-Type": "image/jpeg"}, b""), 400, None),
        bad(
            "bytes that are no picture",
            predict,
            ({"Content-Type": "image/jpeg"}, b"no picture at all"),
            415,
            "unsupported_media_type",
        ),
        bad("a GIF", predict, ({"Content-Type": "image/gif"}, b"GIF89a\1\0\1\0\0\0\0;"), 415, "unsupported_media_type"),
        bad(
            "half a JPEG",
            predict,
            ({"Content-Type": "image/jpeg"}, picture[: len(picture) // 2]),
            400,
            "unreadable_picture",
        ),
        bad("an unknown model", query(predict, model="nobody"), image, 404, "model_not_found"),
        bad("a model that is a path", query(predict, model="../plain"), image, 404, "model_not_found"),
        bad("an unknown model's labels", "/v1/labels?model=nobody", none, 404, "model_not_found", "GET"),
        bad("an unknown model by path", "/v1/models/nobody", none, 404, "model_not_found", "GET"),
        bad("an unknown query name", query(predict, topk=3), image),
        bad("a query name of labels", "/v1/labels?modell=fitted", none, 400, "bad_request", "GET"),
        bad("top_k 0", query(predict, top_k=0), image),
        bad("top_k -1", query(predict, top_k=-1), image),
        bad("top_k 1.5", query(predict, top_k="1.5"), image),
        bad("top_k that is no number", query(predict, top_k="many"), image),
        bad("top_k of 30 digits", query(predict, top_k="9" * 30), image),
        bad("top_k twice", query(predict, top_k=[1, 2]), image),
        bad("threshold 1.1", query(predict, threshold="1.1"), image),
        bad("threshold -0.1", query(predict, threshold="-0.1"), image),
        bad("threshold nan", query(predict, threshold="nan"), image),
        bad("threshold inf", query(predict, threshold="inf"), image),
        bad("a threshold of a word", query(predict, threshold="best"), image),
        bad("an empty label", query(predict, labels="a||b"), image),
        bad("blank labels", query(predict, labels=" "), image),
        bad("the same label twice", query(predict, labels=["a", "a"]), image),
        bad("broken percent escapes", f"{predict}?labels=%zz", image, 400, None),
        bad("a label that is no UTF-8", f"{predict}?labels=%ff%fe", image),
        bad(
            "fitted for a model without thresholds",
            query(predict, model="plain", threshold="fitted", labels="a"),
            image,
        ),
        bad(
            "257 labels",
            query(predict),
            js({"images": [text], "labels": [f"l{i}" for i in range(257)]}),
            413,
            "too_large",
        ),
        bad("a label of 1001 characters", predict, js({"images": [text], "labels": ["x" * 1001]}), 413, "too_large"),
        bad("65 pictures", predict, js({"images": [text] * 65}), 413, "too_large"),
        bad("65 parts", predict, form(*[part] * 65), 413, "too_large"),
        bad("JSON that ends early", predict, js(b'{"images": ["')),
        bad("JSON that is a list", predict, js([text])),
        bad("JSON that is no UTF-8", predict, js(b'{"images": ["\xff"]}')),
        bad("JSON of 100,000 brackets", predict, js(b"[" * 100_000)),
        bad("a key twice", predict, js(b'{"images": [], "images": []}'), 400, None),
        bad("no images", predict, js({})),
        bad("an empty list of images", predict, js({"images": []})),
        bad("images that is a text", predict, js({"images": text})),
        bad("an image that is a number", predict, js({"images": [7]})),
        bad("an unknown key", predict, js({"images": [text], "topk": 3})),
        bad("top_k true", predict, js({"images": [text], "top_k": True})),
        bad("top_k as text", predict, js({"images": [text], "top_k": "x"})),
        bad("labels that is a number", predict, js({"images": [text], "labels": 5})),
        bad("an empty list of labels", predict, js({"images": [text], "labels": []})),
        bad("a label with an unknown key", predict, js({"images": [text], "labels": [{"name": "a", "prompt": "b"}]})),
        bad("a URL of a picture", openai, js({"input": "data:image/jpeg,plain", "model": "fitted"}), 400, None),
        bad("images and texts", embed, js({"images": [text], "texts": ["a"]})),
        bad("neither images nor texts", embed, js({"model": "fitted"})),
        bad("an empty list of texts", embed, js({"texts": []})),
        bad("a text that is null", embed, js({"texts": [None]})),
        bad("a text of a megabyte", embed, js({"texts": ["x" * 1_000_000]}), (400, 413), None),
        bad("no input", openai, js({"model": "fitted"})),
        bad("an empty input", openai, js({"input": [], "model": "fitted"})),
        bad("tokens as input", openai, js({"input": [[1, 2]], "model": "fitted"})),
        bad("other dimensions", openai, js({"input": "a", "model": "fitted", "dimensions": 64})),
        bad("another encoding", openai, js({"input": "a", "model": "fitted", "encoding_format": "hex"})),
        bad(
            "an unknown model of OpenAI's",
            openai,
            js({"input": "a", "model": "text-embedding-3-small"}),
            404,
            "model_not_found",
        ),
        bad("search top_k 0", query(search, top_k=0), image),
        bad("labels for search", query(search, labels="a"), image),
        bad("a form without boundary", predict, ({"Content-Type": "multipart/form-data"}, b"x"), (400, 415), None),
        bad("a form of nothing", predict, form()),
        bad("a form without picture", predict, form(("labels", "a"))),
        bad("a form with an unknown field", predict, form(("picture", "a.jpg", "image/jpeg", picture))),
        bad("a form that ends early", predict, (form(part)[0], form(part)[1][:-20])),
        bad("a boundary of 200 characters", predict, form(part, boundary="x" * 200)),
        bad(
            "a part without a name",
            predict,
            ({"Content-Type": "multipart/form-data; boundary=b"}, b"--b\r\nContent-Type: a/b\r\n\r\nx\r\n--b--\r\n"),
        ),
        bad(
            "a part with endless headers",
            predict,
            ({"Content-Type": "multipart/form-data; boundary=b"}, b"--b\r\n" + b"X: y\r\n" * 50_000 + b"\r\n--b--"),
            (400, 413),
            None,
        ),
        bad(
            "100,000 parts",
            predict,
            (
                {"Content-Type": "multipart/form-data; boundary=b"},
                b'--b\r\nContent-Disposition: form-data; name="labels"\r\n\r\nx\r\n' * 100_000 + b"--b--\r\n",
            ),
            (400, 413),
            None,
        ),
        bad("a negative deadline", predict, (image[0] | {"X-Request-Timeout": "-1"}, picture)),
        bad("a deadline that is no number", predict, (image[0] | {"X-Request-Timeout": "soon"}, picture)),
        bad(
            "a compressed body",
            predict,
            (image[0] | {"Content-Encoding": "gzip"}, picture),
            415,
            "unsupported_media_type",
        ),
        bad(
            "an impossible expectation",
            predict,
            (image[0] | {"Expect": "a-miracle"}, picture),
            417,
            "expectation_failed",
        ),
    ]
