# SPDX-License-Identifier: Apache-2.0
"""backend.py STATUS [TOKEN]: a stand-in for mumic serve on a free port of this machine, which it prints: answers every
request with STATUS and what it was asked, or 401 where TOKEN is set and not sent (/healthz needs none)."""

import http.server
import json
import sys

status = int(sys.argv[1])
token = sys.argv[2] if len(sys.argv) > 2 else None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        length = len(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        allowed = token is None or self.path == "/healthz" or self.headers.get("Authorization") == f"Bearer {token}"
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = json.dumps({"path": self.path, "length": length, "headers": headers}).encode()
        self.send_response(status if allowed else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
