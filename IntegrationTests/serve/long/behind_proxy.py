# SPDX-License-Identifier: Apache-2.0
"""Item 10: SIGTERM under load behind nginx, which learns of it 2 s later: 0 failures.

And stuck readers do not hold the exit.
"""

import os
import shutil
import subprocess
import time

import common
from client import Failure, Wire, expect, head
from server import Elsewhere

DELAY = 4


class Proxy:
    """nginx in front of servers, without retries, so that what a server drops is seen."""

    def __init__(self, folder, port):
        self.folder, self.port, self.process = folder / "nginx", port, None
        self.folder.mkdir()

    def configure(self, servers):
        names = "".join(f"    server 127.0.0.1:{server.port} max_fails=0;\n" for server in servers)
        user = "user root; " if os.getuid() == 0 else ""  # else its workers may not write into our folder
        (self.folder / "nginx.conf").write_text(f"""
{user}daemon off; pid {self.folder}/pid; error_log {self.folder}/error.log; worker_processes 1;
events {{ worker_connections 512; }}
http {{
  access_log off; client_max_body_size 40m; 
  client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy;
  fastcgi_temp_path {self.folder}/f; uwsgi_temp_path {self.folder}/u; scgi_temp_path {self.folder}/s;
  upstream mumic {{
{names}    keepalive 16;
  }}
  server {{
    listen 127.0.0.1:{self.port};
    location / {{
      proxy_pass http://mumic; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_next_upstream off;
    }}
  }}
}}
""")
        if self.process is None:
            self.process = subprocess.Popen(
                ["nginx", "-c", f"{self.folder}/nginx.conf", "-e", f"{self.folder}/error.log"]
            )
        else:
            self.process.send_signal(1)

    def errors(self):
        path = self.folder / "error.log"
        return path.read_text()[-1500:] if path.exists() else ""

    def __enter__(self):
        return self

    def __exit__(self, *words):
        if self.process:
            self.process.terminate()
            self.process.wait()


def free_port():
    import servers

    return servers.free_port()


def body(setup):
    if shutil.which("nginx") is None:
        raise Failure("nginx is not there: apt-get install nginx-light")
    rounds = setup.count(10, 2)
    words = ("--drain-delay", DELAY, "--drain-timeout", 20)
    with Proxy(setup.world.folder, free_port()) as proxy:
        servers = [setup.own_server(*words), setup.own_server(*words)]
        try:
            proxy.configure(servers)
            front = Elsewhere(f"http://127.0.0.1:{proxy.port}")
            servers[0].wait_until(lambda: common.ready(front), "nginx answers")
            with common.Steady(front, setup, clients=6) as steady:
                for _ in range(rounds):
                    time.sleep(1)
                    old = servers.pop(0)
                    old.signal()
                    time.sleep(2)
                    proxy.configure(servers)
                    expect(old.wait(DELAY + 21), 0, "status after SIGTERM")
                    servers.append(setup.own_server(*words))
                    proxy.configure(servers)
            if steady.failures:
                some = steady.failures[:3]
                raise Failure(f"{len(steady.failures)} requests failed: {some}; nginx: {proxy.errors()}")
        finally:
            for server in servers:
                server.__exit__()
    took = stuck(setup)
    return f"{rounds} servers drained under {len(steady.times)} requests, 0 failures; with stuck readers {took:.1f} s"


def stuck(setup):
    limit = 5
    with setup.own_server("--drain-timeout", limit) as server:
        readers = [Wire(server, receive=4096) for _ in range(8)]
        for reader in readers:
            reader.socket.setblocking(False)
            try:
                while True:
                    reader.socket.send(head("GET", "/openapi.json") * 100)
            except BlockingIOError:
                pass
        time.sleep(0.5)
        start = time.monotonic()
        server.signal()
        expect(server.wait(limit + 10), 0, "status with stuck readers")
        took = time.monotonic() - start
        for reader in readers:
            reader.close()
    if took > limit + 1:
        raise Failure(f"--drain-timeout {limit}, it took {took:.1f} s")
    return took


if __name__ == "__main__":
    common.main(body, __doc__)
