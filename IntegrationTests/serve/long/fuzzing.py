# SPDX-License-Identifier: Apache-2.0
"""Item 2: schemathesis against /openapi.json, 100,000 cases.

No 5xx but 503, no crash, and answers are as the document says.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import common
from client import Failure, ask, expect_status, post_picture

CHECKS = "no_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
HOOKS = """
import schemathesis

@schemathesis.check
def no_server_error(context, response, case):
    assert response.status_code < 500 or response.status_code == 503, f"status {response.status_code}"
"""


def operations(server):
    document = ask(server, "GET", "/openapi.json").json
    methods = {"get", "put", "post", "delete", "head", "options", "patch"}
    return sum(len(methods & set(path)) for path in document["paths"].values())


def body(setup):
    folder = setup.world.folder
    (folder / "serve_hooks.py").write_text(HOOKS)
    wanted = setup.count(100_000, 500)
    with setup.server("--read-timeout", 10) as server:
        count = operations(server)
        each = max(2, wanted // count)
        cases = rounds = 0
        # One worker: in threads Python 3.11's own parser fails, as its depth is counted for all of them together.
        # fmt: off
        words = [Path(sys.executable).parent / "st", "run", f"http://{server.host}:{server.port}/openapi.json",
                 "--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-examples", str(each),
                 "--workers", "1", "--continue-on-failure", "--no-color", "--suppress-health-check", "all",
                 "--warnings", "off", "--generation-database", "none"]
        # fmt: on
        while cases < wanted and rounds < 50:
            rounds += 1
            done = subprocess.run(
                [*words, "--seed", str(rounds)],
                cwd=folder,
                capture_output=True,
                text=True,
                env=os.environ | {"SCHEMATHESIS_HOOKS": "serve_hooks", "PYTHONPATH": str(folder)},
            )
            server.check_alive()
            found = re.search(r"([\d,]+) generated, ([\d,]+) passed", done.stdout)
            if not found or found[1] != found[2] or done.returncode:
                told = done.stdout[-8000:] + done.stderr[-2000:]
                raise Failure(f"schemathesis, seed {rounds}: status {done.returncode}\n{told}")
            cases += int(found[1].replace(",", ""))
        wrong = [
            (dict(pairs), value)
            for (name, pairs), value in server.metrics().items()
            if name == "mumic_requests_total"
            and dict(pairs)["status"].startswith("5")
            and dict(pairs)["status"] != "503"
        ]
        if wrong:
            raise Failure(f"the server counted {json.dumps(wrong)}")
        expect_status(post_picture(server, "/v1/predict", setup.pictures[0]), 200, "a request after them")
    return f"{cases} cases over {count} operations, no 5xx but 503"


if __name__ == "__main__":
    common.main(body, __doc__)
