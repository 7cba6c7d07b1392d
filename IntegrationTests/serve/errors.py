# SPDX-License-Identifier: Apache-2.0
"""Checks: what is wrong with a request is said by status and code, in the form that is promised, without any path."""

from client import Failure, Wire, ask, base64_of, expect, expect_status, head, post_picture
from refusals import JSON, table


def statuses(server, world):
    wrong = []
    for what, method, path, headers, body, status, code in table(world):
        try:
            answer = ask(server, method, path, body, headers)
            expect_status(answer, status, what, code)
            check_form(server, world, answer, what)
            if answer.status == 405 and "allow" not in answer.headers:
                raise Failure(f"{what}: 405 without Allow")
        except (Failure, OSError) as failure:
            wrong.append(f"{what}: {failure}" if isinstance(failure, OSError) else str(failure))
    server.check_alive()
    if wrong:
        raise Failure(f"{len(wrong)} of {len(table(world))}:\n  " + "\n  ".join(wrong))
    expect_status(post_picture(server, "/v1/predict", world.first), 200, "a good request after the bad ones")


def check_form(server, world, answer, what):
    """{"error": {"code", "message"}}; no path, no Swift names, no contents."""
    error = answer.json.get("error")
    if not isinstance(error, dict) or set(error) != {"code", "message"} or not error["message"]:
        raise Failure(f"{what}: the error has another form: {answer.body[:300]!r}")
    told = error["message"]
    for word in (str(world.folder), "/tmp", "/work", "Optional(", ".swift", "NIO", "Hummingbird", "Error("):
        if word in told:
            raise Failure(f"{what}: the message tells {word!r}: {told}")
    if len(told) > 1000:
        raise Failure(f"{what}: a message of {len(told)} characters")
    expect(answer.headers.get("content-type", "").split(";")[0], JSON, f"{what}: content type")


def broken_among_good(server, world):
    """In JSON and forms a broken picture fails alone, and the status is 200."""
    text = base64_of(world.first)
    for broken, code in (
        (base64_of(world.first[:500]), "unreadable_picture"),
        (base64_of(b"GIF89a"), None),
        ("no base64 §", "bad_request"),
        ("data:image/jpeg;base64,!!", "bad_request"),
        ("", None),
        ("http://127.0.0.1:1/a.jpg", None),
        ("file:///etc/passwd", None),
        ("/etc/passwd", None),
    ):
        answer = ask(server, "POST", "/v1/predict", {"images": [text, broken, text]})
        if answer.status == 400 and code != "unreadable_picture":
            continue  # a text that is no base64 may be the whole request's fault
        expect_status(answer, 200, f"a broken picture {broken[:20]!r}")
        kinds = ["error" if "error" in row else "predictions" for row in answer.json["results"]]
        expect(kinds, ["predictions", "error", "predictions"], f"{broken[:20]!r}")
        error = answer.json["results"][1]["error"]
        if code == "unreadable_picture":
            expect(error["code"], code, "a broken picture among good ones")
        if "root:" in error["message"] or not error["message"]:
            raise Failure(f"a broken picture: {error}")


def raw_heads(server, world):
    """What http.client would not send."""
    long, wrong = "x" * 100_000, []
    for what, data, status in (
        ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(300), (400,)),
        ("a head of 100 KB", head("GET", "/healthz", X_Long=long), (431, 400)),
        ("a path of 100 KB", head("GET", "/" + long), (414, 431, 400)),
        ("10,000 headers", b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"a: b\r\n" * 10_000 + b"\r\n", (431, 400)),
        (
            "two fields of length",
            b"POST /v1/predict HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
            (400,),
        ),
        ("a length with a sign", head("POST", "/v1/predict", Content_Length="+5") + b"hello", (400,)),
        (
            "another coding",
            head("POST", "/v1/predict", Content_Type="image/jpeg", Transfer_Encoding="gzip, chunked") + b"0\r\n\r\n",
            (400, 415, 501),
        ),
        (
            "chunks that are not last",
            head("POST", "/v1/predict", Transfer_Encoding="chunked, gzip") + b"0\r\n\r\n",
            (400, 415, 501),
        ),
        (
            "a chunk of 2^64 bytes",
            head("POST", "/v1/predict", Content_Type="image/jpeg", Transfer_Encoding="chunked")
            + b"1"
            + b"0" * 16
            + b"\r\n",
            (400, 413),
        ),
        ("a NUL in a header", b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", (400,)),
        (
            "a blank before the colon",
            b"POST /v1/predict HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\nhello",
            (400,),
        ),
        ("a CR alone", b"GET /healthz HTTP/1.1\r\nHost: a\rX: y\r\n\r\n", (400,)),
        ("an upgrade to HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, 405, 505)),
        ("a proxy's CONNECT", b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n", (400, 404, 405)),
        ("two lengths", head("POST", "/v1/predict", Content_Length="5, 6") + b"hello", (400,)),
        ("a negative length", head("POST", "/v1/predict", Content_Length="-5"), (400,)),
        ("a length beyond 2^64", head("POST", "/v1/predict", Content_Length="9" * 25), (400, 413)),
        (
            "length and chunks",
            head("POST", "/v1/predict", Content_Length="5", Transfer_Encoding="chunked") + b"0\r\n\r\n",
            (400,),
        ),
        (
            "a chunk size of letters",
            head("POST", "/v1/predict", Content_Type="image/jpeg", Transfer_Encoding="chunked") + b"xyz\r\n",
            (400,),
        ),
        ("HTTP/9.9", b"GET /healthz HTTP/9.9\r\nHost: a\r\n\r\n", (400, 505)),
        ("a header folded", b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", (400, 200)),
    ):
        with Wire(server, timeout=3) as wire:
            try:
                wire.send(data)
            except ConnectionError:
                pass
            try:
                answer = wire.answer()
            except TimeoutError:
                wrong.append(f"{what}: no answer within the time of a client")
                continue
            if answer is None and status[-1] == 400:
                continue  # closed without a word: allowed for what is no HTTP
            if answer is None or answer.status not in status:
                wrong.append(f"{what}: {answer}, expected {status}")
    server.check_alive()
    if wrong:
        raise Failure("\n  ".join(wrong))


CHECKS = [statuses, broken_among_good, raw_heads]
