# SPDX-License-Identifier: Apache-2.0
"""Item 1: tritonclient (JSON and binary), kserve and openai, as they come from PyPI; answers are predict's."""

import asyncio
import base64

import common
from client import Failure, base64_of, expect

import numpy
import openai
import tritonclient.http
from kserve import InferInput, InferRequest, RESTConfig
from kserve.inference_client import InferenceRESTClient

CLOSE = 1e-6


def near(values, wanted, what, limit=CLOSE):
    worst = float(numpy.abs(numpy.asarray(values, dtype="float64").ravel() - numpy.asarray(wanted).ravel()).max())
    if worst > limit:
        raise Failure(f"{what}: differs by {worst:.2g}")


def triton(server, setup):
    client = tritonclient.http.InferenceServerClient(f"{server.host}:{server.port}", concurrency=4)
    expect(
        (
            client.is_server_live(),
            client.is_server_ready(),
            client.is_model_ready("main"),
            client.is_model_ready("main", "1"),
            client.is_model_ready("nobody"),
        ),
        (True, True, True, True, False),
        "tritonclient: health",
    )
    metadata = client.get_model_metadata("main")
    expect({row["name"] for row in metadata["outputs"]}, {"scores", "labels", "embedding"}, "tritonclient: metadata")
    client.get_server_metadata()
    labels = list(setup.expected[0])
    count = 8
    wanted = [[setup.expected[at][label] for label in labels] for at in range(count)]
    for binary in (True, False):
        for wished in (True, False):
            pictures = [one if binary else base64_of(one).encode() for one in setup.pictures[:count]]
            data = tritonclient.http.InferInput("image", [count], "BYTES")
            data.set_data_from_numpy(numpy.array(pictures, dtype=object), binary_data=binary)
            outputs = [
                tritonclient.http.InferRequestedOutput(name, binary_data=binary) for name in ("scores", "labels")
            ]
            result = client.infer("main", [data], request_id="r", outputs=outputs if wished else None)
            names = [value.decode() if isinstance(value, bytes) else value for value in result.as_numpy("labels")]
            order = [names.index(label) for label in labels]
            expect(result.as_numpy("scores").shape, (count, len(labels)), "tritonclient: scores")
            near(result.as_numpy("scores")[:, order], wanted, f"tritonclient, binary {binary}, outputs {wished}")
            expect(result.get_response()["id"], "r", "tritonclient: id")
    texts = tritonclient.http.InferInput("text", [2], "BYTES")
    texts.set_data_from_numpy(numpy.array([b"a pool", "büro".encode()], dtype=object))
    rows = client.infer("main", [texts]).as_numpy("embedding")
    near(numpy.linalg.norm(rows, axis=1), [1, 1], "tritonclient: texts", 1e-5)
    asked = [client.async_infer("main", [data]) for _ in range(8)]
    for one in asked:
        near(one.get_result().as_numpy("scores")[:, order], wanted, "tritonclient, async")
    try:
        client.infer("nobody", [data])
        raise Failure("tritonclient: no error for an unknown model")
    except tritonclient.http.InferenceServerException as error:
        if not error.message():
            raise Failure("tritonclient: an error without message") from None
    for algorithm in ("gzip", "deflate"):
        try:
            client.infer("main", [data], request_compression_algorithm=algorithm)
        except tritonclient.http.InferenceServerException as error:
            expect(error.status(), "415", f"tritonclient: {algorithm}")
    client.close()


async def kserve(server, setup):
    url = f"http://{server.host}:{server.port}"
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    expect(
        (await client.is_server_ready(url), await client.is_server_live(url), await client.is_model_ready(url, "main")),
        (True, True, True),
        "kserve: health",
    )
    labels = list(setup.expected[0])
    for binary in (True, False):
        data = InferInput("image", [2], "BYTES")
        pictures = [one if binary else base64_of(one).encode() for one in setup.pictures[:2]]
        data.set_data_from_numpy(numpy.array(pictures, dtype=object), binary_data=binary)
        result = await client.infer(url, InferRequest("main", [data]), model_name="main")
        outputs = {row.name: row.as_numpy() for row in result.outputs}
        names = [value.decode() if isinstance(value, bytes) else value for value in outputs["labels"]]
        order = [names.index(label) for label in labels]
        near(
            outputs["scores"][:, order],
            [[setup.expected[at][label] for label in labels] for at in range(2)],
            f"kserve, binary {binary}",
        )
    await client.close()


def open_ai(server, setup):
    client = openai.OpenAI(base_url=f"http://{server.host}:{server.port}/v1", api_key="none", max_retries=0)
    expect([model.id for model in client.models.list()], ["main"], "openai: models")
    expect(client.models.retrieve("main").id, "main", "openai: one model")
    texts = ["a pool at night", "Łódź"]
    picture = "data:image/jpeg;base64," + base64_of(setup.pictures[0])
    default = client.embeddings.create(model="main", input=texts + [picture])
    floats = client.embeddings.create(model="main", input=texts + [picture], encoding_format="float", user="someone")
    packed = client.embeddings.create(model="main", input=texts + [picture], encoding_format="base64")
    for one, two, three in zip(default.data, floats.data, packed.data, strict=True):
        near(one.embedding, two.embedding, "openai: float")
        near(numpy.frombuffer(base64.b64decode(three.embedding), dtype="<f4"), two.embedding, "openai: base64")
        near(numpy.linalg.norm(two.embedding), 1, "openai: norm", 1e-5)
    expect([row.index for row in default.data], [0, 1, 2], "openai: index")
    expect(default.usage.prompt_tokens, default.usage.total_tokens, "openai: usage")
    one = client.embeddings.create(model="main", input=texts[0], dimensions=len(default.data[0].embedding))
    near(one.data[0].embedding, default.data[0].embedding, "openai: one text")
    for what, wrong, kind in (
        ("model", {"model": "nobody", "input": "a"}, openai.NotFoundError),
        ("dimensions", {"model": "main", "input": "a", "dimensions": 7}, openai.BadRequestError),
        ("input", {"model": "main", "input": []}, openai.BadRequestError),
    ):
        try:
            client.embeddings.create(**wrong)
            raise Failure(f"openai: no error for a wrong {what}")
        except kind as error:
            if not error.body or not error.body.get("message"):
                raise Failure(f"openai: a wrong {what}: {error.body}") from None


def body(setup):
    with setup.server() as server:
        triton(server, setup)
        asyncio.run(kserve(server, setup))
        open_ai(server, setup)
        server.check_alive()
    return "tritonclient, kserve and openai get predict's answers"


if __name__ == "__main__":
    common.main(body, __doc__)
