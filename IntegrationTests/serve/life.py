# SPDX-License-Identifier: Apache-2.0
"""Checks: a server's life. Token, environment, log, page, reload, drain."""

import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time

from client import Failure, Wire, ask, base64_of, expect, expect_status, post_picture
from server import MUMIC, Server
from wire import post


def token(server, world):
    secret = "a-secret/of+this.check"
    file = world.folder / "token"
    file.write_text(secret + "\n")
    for words, environment in ((("--token-file", file), {}), ((), {"MUMIC_SERVE_TOKEN": secret})):
        with Server("--model", f"fitted={world.fitted}", *words, environment=environment, ready=False) as own:
            own.wait_until(lambda: ask(own, "GET", "/healthz").status == 200, "/healthz needs no token")
            for path in ("/v1/models", "/readyz", "/metrics", "/openapi.json", "/", "/v2", "/nothing"):
                answer = ask(own, "GET", path)
                expect_status(answer, 401, f"{path} without token")
                expect(answer.headers.get("www-authenticate", "").split(" ")[0], "Bearer", path)
            for wrong in (
                "Bearer x",
                f"Bearer {secret}x",
                f"Basic {secret}",
                secret,
                "Bearer",
                f"Bearer {secret[:-1]}",
            ):
                answer = ask(own, "GET", "/v1/models", headers={"Authorization": wrong})
                expect_status(answer, 401, f"Authorization: {wrong}", "unauthorized")
            with Wire(own) as wire:
                wire.send(post(bytes(10_000_000)))
                expect_status(wire.answer(), 401, "a picture without token, before its body")
            given = {"Authorization": f"Bearer {secret}"}
            own.wait_until(lambda: ask(own, "GET", "/readyz", headers=given).status == 200, "ready")
            expect_status(ask(own, "GET", "/v1/models", headers=given), 200, "with the token")
            if secret in own.log():
                raise Failure("the token is in the log")


def environment(server, world):
    values = {
        "MUMIC_SERVE_MODEL": f"one={world.fitted};two={world.fitted}",
        "MUMIC_SERVE_PORT": "0",
        "MUMIC_SERVE_QUEUE": "17",
        "MUMIC_SERVE_MAX_PICTURES": "16",
        "MUMIC_SERVE_NO_PAGE": "1",
        "MUMIC_SERVE_BATCH_SIZE": "4",
    }
    with Server(environment=values, port=False) as own:
        names = [row["id"] for row in ask(own, "GET", "/v1/models").json["data"]]
        expect((names, own.metric("mumic_queue_limit")), (["one", "two"], 17), "MUMIC_SERVE_MODEL, _QUEUE")
        expect_status(ask(own, "GET", "/"), 404, "MUMIC_SERVE_NO_PAGE")
    with Server("--queue", 18, environment=values | {"MUMIC_SERVE_NO_PAGE": "false"}) as own:
        expect(own.metric("mumic_queue_limit"), 18, "the command line wins")
        expect_status(ask(own, "GET", "/"), 200, "MUMIC_SERVE_NO_PAGE=false")


def wrong_usage(server, world):
    """One line that begins `error: `, and a status of the contract."""
    model = ("--model", world.fitted)
    for words, values, status in (
        ((), {}, 64),
        (("--model", world.folder / "none"), {}, 66),
        (("--model", f"a b={world.fitted}"), {}, 64),
        ((*model, *model), {}, 64),
        ((*model, "--port", "70000"), {}, 64),
        ((*model, "--batch-size", "0"), {}, 64),
        ((*model, "--timeout", "-1"), {}, 64),
        ((*model, "--log-format", "xml"), {}, 64),
        ((*model, "--index", world.folder / "none.npy"), {}, 66),
        ((*model, "--labels", world.folder / "none"), {}, 66),
        ((*model, "--token-file", world.folder / "none"), {}, 66),
        ((*model, "--host", "not a host"), {}, 64),
        (model, {"MUMIC_SERVE_BATCHSIZE": "3"}, 64),
        (model, {"MUMIC_SERVE_BATCH_SIZE": "three"}, 64),
        (model, {"MUMIC_SERVE_NO_PAGE": "perhaps"}, 64),
        ((*model, "--index", f"nobody={world.index}"), {}, 64),
    ):
        if "--port" not in words:
            words = (*words, "--port", "0")
        try:
            done = subprocess.run(
                [str(word) for word in (MUMIC, "serve", *words)],
                capture_output=True,
                text=True,
                env=os.environ | values,
                timeout=20,
            )
        except subprocess.TimeoutExpired:
            raise Failure(f"serve {words} {values} runs, expected status {status}") from None
        errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
        if done.returncode != status or len(errors) != 1:
            raise Failure(f"serve {words} {values}: status {done.returncode}, expected {status}; {done.stderr}")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = subprocess.run(
            [str(word) for word in (MUMIC, "serve", *model, "--port", taken.getsockname()[1])],
            capture_output=True,
            text=True,
            timeout=20,
        )
        if done.returncode not in (64, 75) or "error: " not in done.stderr:
            raise Failure(f"a port in use: status {done.returncode} {done.stderr}")


def log(server, world):
    with Server("--model", f"fitted={world.fitted}", "--log-format", "json") as own:
        text = base64_of(world.first)
        ask(own, "POST", "/v1/predict", {"images": [text]}, {"X-Request-Id": "seen-in-the-log"})
        post_picture(own, "/v1/predict", world.first[:300])
        ask(own, "GET", "/a%0ab%22?q=\x7f".replace("\x7f", "%7f"))
        own.wait_until(lambda: "seen-in-the-log" in own.log(), "a log line with the request's id")
        time.sleep(0.1)
        for line in own.lines:
            try:
                row = json.loads(line)
            except ValueError:
                raise Failure(f"the log is not JSON: {line}") from None
            if not isinstance(row, dict):
                raise Failure(f"the log's line is no object: {line}")
        if text[100:160] in own.log() or "/9j/" in own.log():
            raise Failure("the log has a picture's contents")
        own.signal()
        expect(own.wait(), 0, "status after SIGTERM")


def page(server, world):
    answer = ask(server, "GET", "/")
    expect_status(answer, 200, "the page")
    text = answer.body.decode()
    expect(answer.headers["content-type"].split(";")[0], "text/html", "the page's type")
    for word in ('src="http', "src='http", 'href="http', "@import", "//cdn"):
        if word in text:
            raise Failure(f"the page loads from elsewhere: {word}")
    document = ask(server, "GET", "/openapi.json").json
    expect(document["openapi"][:3], "3.1", "/openapi.json")
    for path in (
        "/v1/predict",
        "/v1/embed",
        "/v1/embeddings",
        "/v1/search",
        "/v1/models",
        "/v1/labels",
        "/healthz",
        "/readyz",
        "/metrics",
        "/v2/models/{model}/infer",
    ):
        expect(path in document["paths"], True, f"{path} in /openapi.json")


def reload(server, world):
    """SIGHUP under load: no request fails, a broken model changes nothing, a new one serves."""
    folder = world.folder / "reloaded"
    shutil.copytree(world.fitted, folder)
    with Server("--model", f"fitted={folder}") as own:
        stop, failures = threading.Event(), []

        def ask_on():
            while not stop.is_set():
                answer = post_picture(own, "/v1/predict", world.first)
                ready = ask(own, "GET", "/readyz")
                if answer.status != 200 or ready.status != 200:
                    failures.append((answer.status, answer.body[:100], ready.status))

        threads = [threading.Thread(target=ask_on) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for number in range(1, 4):
                own.signal(signal.SIGHUP)
                own.wait_until(lambda: own.metric("mumic_reloads_total", result="ok") >= number, f"reload {number}")
            broken = (
                (folder / "config.json", b"{"),
                (folder / "model.safetensors", b"\0" * 1000),
                (folder / "model.safetensors", not_finite((world.fitted / "model.safetensors").read_bytes())),
            )
            for number, (path, data) in enumerate(broken, 1):
                replace(path, data)
                own.signal(signal.SIGHUP)
                own.wait_until(
                    lambda: own.metric("mumic_reloads_total", result="failed") >= number, f"broken model {number}"
                )
                replace(path, (world.fitted / path.name).read_bytes())
                expect(own.metric("mumic_reloads_total", result="ok"), 3, "a broken model is no good one")
            settings = json.loads((folder / "mumic.json").read_text())
            kept = settings["labels"][:5]
            names = {row["name"] for row in kept}
            settings |= {"labels": kept, "thresholds": {k: v for k, v in settings["thresholds"].items() if k in names}}
            replace(folder / "mumic.json", json.dumps(settings).encode())
            own.signal(signal.SIGHUP)
            own.wait_until(lambda: len(ask(own, "GET", "/v1/labels").json["labels"]) == 5, "the new model's labels")
            expect(len(post_picture(own, "/v1/predict", world.first).json["predictions"]), 5, "the new model's answer")
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        if failures:
            raise Failure(f"{len(failures)} requests failed under reload: {failures[:3]}")


def replace(path, data):
    aside = path.with_suffix(".new")
    aside.write_bytes(data)
    aside.rename(path)


def not_finite(weights):
    """Weights whose first tensors are no numbers, in any type."""
    length = int.from_bytes(weights[:8], "little")
    body = bytearray(weights[8 + length :])
    body[: len(body) // 2] = b"\xff" * (len(body) // 2)
    return weights[: 8 + length] + bytes(body)


CHECKS = [token, environment, wrong_usage, log, page, reload]
