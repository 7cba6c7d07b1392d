# SPDX-License-Identifier: Apache-2.0
"""Item 7: `curl --data-binary` of a 5 MB picture, which asks by Expect: 100-continue; no stall of a second."""

import random
import subprocess

import common
from client import Failure, post_picture
from world import png


def body(setup):
    side = 1290
    picture = png(side, side, random.Random(1).randbytes(3 * side * side))
    path = setup.world.folder / "large.png"
    path.write_bytes(picture)
    with setup.server() as server:
        plain, by_curl = [], []
        for _ in range(5):
            plain.append(post_picture(server, "/v1/predict", picture, "image/png").seconds)
            done = subprocess.run(
                [
                    "curl",
                    "-sS",
                    "-o",
                    "/dev/null",
                    "-w",
                    "%{http_code} %{time_total}",
                    "--data-binary",
                    f"@{path}",
                    "-H",
                    "Content-Type: image/png",
                    "-H",
                    "Expect: 100-continue",
                    f"http://{server.host}:{server.port}/v1/predict",
                ],
                capture_output=True,
                text=True,
            )
            status, took = done.stdout.split()
            if status != "200":
                raise Failure(f"curl: status {status} {done.stderr}")
            by_curl.append(float(took))
        above = max(by_curl) - common.median(plain)
        if above > 0.5:
            raise Failure(f"curl takes {max(by_curl):.2f} s, a client that does not ask {common.median(plain):.2f} s")
    return (
        f"a picture of {len(picture) / 1e6:.1f} MB: curl {common.median(by_curl):.3f} s, "
        f"without Expect {common.median(plain):.3f} s"
    )


if __name__ == "__main__":
    common.main(body, __doc__)
