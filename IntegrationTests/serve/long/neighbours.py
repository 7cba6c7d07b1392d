# SPDX-License-Identifier: Apache-2.0
"""Item 4: a corrupt picture in each batch; its neighbours' answers are unchanged within 1e-6."""

import random

import common
from client import Failure, ask, base64_of, expect_status, post_picture
from crowds import at_once


def corrupt(data, generator):
    """A picture cut off, or with bytes changed where it cannot be read any more."""
    kind = generator.randrange(3)
    if kind == 0:
        return data[: generator.randrange(20, len(data) - 20)]
    if kind == 1:
        return data[:2] + bytes(generator.randrange(256) for _ in range(200)) + data[202:]
    return b"\xff\xd8\xff" + bytes(generator.randrange(256) for _ in range(500))


def body(setup):
    rounds, broken = setup.count(400, 10), 0

    def client(index):
        nonlocal broken
        generator = random.Random(index)
        for _ in range(rounds // 8 + 1):
            at = generator.randrange(len(setup.pictures))
            if index % 4 == 0:
                answer = post_picture(server, "/v1/predict", corrupt(setup.pictures[at], generator))
                expect_status(answer, (200, 400, 413, 415), "a corrupt picture")
                broken += answer.status != 200
            else:
                setup.check(at, post_picture(server, "/v1/predict", setup.pictures[at]), "beside a corrupt picture")

    with setup.server() as server:
        at_once(16, client)
        for start in range(0, len(setup.pictures) - 3, 4):
            pictures = [base64_of(one) for one in setup.pictures[start : start + 4]]
            pictures.insert(2, base64_of(setup.pictures[0][:400]))
            results = ask(server, "POST", "/v1/predict", {"images": pictures}).numbers["results"]
            if "error" not in results[2]:
                raise Failure("a cut picture is no error")
            del results[2]
            for index, result in enumerate(results, start):
                found = {row["label"]: row["score"] for row in result["predictions"]}
                if max(abs(found[label] - score) for label, score in setup.expected[index].items()) > 1e-6:
                    raise Failure(f"picture {index} of a request with a cut one has other scores")
        server.check_alive()
    return f"{broken} corrupt pictures among good ones, whose answers are unchanged"


if __name__ == "__main__":
    common.main(body, __doc__)
