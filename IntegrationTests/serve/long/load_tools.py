# SPDX-License-Identifier: Apache-2.0
"""The load generators wrk, hey and h2load (HTTP/1.1): no error of any kind in their reports."""

import re
import shutil
import subprocess

import common
from client import Failure


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"{words[0]}: status {done.returncode} {done.stderr[-500:]}")
    return done.stdout


def wrk(url, picture, script, seconds):
    script.write_text(
        'wrk.method = "POST"\nwrk.headers["Content-Type"] = "image/jpeg"\n'
        f'wrk.body = io.open("{picture}", "rb"):read("*a")\n'
    )
    text = run("wrk", "-t", 1, "-c", 16, "-d", f"{seconds}s", "--timeout", "30s", "-s", script, url)
    if "Socket errors" in text or "Non-2xx" in text:
        raise Failure(f"wrk: {text}")
    return float(re.search(r"Requests/sec: +([\d.]+)", text)[1])


def hey(url, picture, script, seconds):
    text = run("hey", "-z", f"{seconds}s", "-c", 16, "-m", "POST", "-T", "image/jpeg", "-D", picture, url)
    statuses = set(re.findall(r"\[(\d{3})\]\s+\d+ responses", text))
    if statuses != {"200"} or "Error distribution" in text:
        raise Failure(f"hey: {text}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])


def h2load(url, picture, script, seconds):
    text = run("h2load", "--h1", "-c", 16, "-D", seconds, "-d", picture, "-H", "Content-Type: image/jpeg", url)
    counts = dict(re.findall(r"(\w+) (succeeded|failed|errored|timeout)", text))
    found = {name: int(count) for count, name in counts.items()}
    statuses = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", text)
    # At the end of its time it leaves what is under way: those count as errored for some versions.
    if int(statuses[1]) == 0 or any(int(statuses[at]) for at in (2, 3, 4)) or found.get("timeout"):
        raise Failure(f"h2load: {text}")
    return float(re.search(r"([\d.]+) req/s", text)[1])


def body(setup):
    picture = setup.world.folder / "of-the-tools.jpg"
    picture.write_bytes(setup.pictures[0])
    seconds, told = max(3, setup.count(30)), []
    with setup.server() as server:
        url = f"http://{server.host}:{server.port}/v1/predict"
        for tool in (wrk, hey, h2load):
            if shutil.which(tool.__name__) is None:
                raise Failure(f"{tool.__name__} is not there: apt-get install wrk hey nghttp2-client")
            rate = tool(url, picture, setup.world.folder / "script.lua", seconds)
            told.append(f"{tool.__name__} {rate:.0f}/s")
        server.check_alive()
    return f"16 clients: {', '.join(told)}, no errors"


if __name__ == "__main__":
    common.main(body, __doc__)
