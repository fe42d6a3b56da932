# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A web server on loopback that answers from a table, for clients of Hadoop's daemons."""

from __future__ import annotations

import contextlib
import json
import threading
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Reply = tuple[int, t.Any]


class Stub:
    """``answer(method, path, body)`` → (status, JSON, bytes or a redirect's Location as str); requests are recorded."""

    def __init__(self, answer: t.Callable[[str, str, bytes], Reply]) -> None:
        self.answer = answer
        self.seen: list[tuple[str, str, bytes]] = []
        self.headers: list[dict[str, str]] = []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def reply(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.headers.get("Transfer-Encoding") == "chunked":
                    while size := int(self.rfile.readline(), 16):
                        body += self.rfile.read(size)
                        self.rfile.readline()
                    self.rfile.readline()
                stub.headers.append(dict(self.headers))
                stub.seen.append((self.command, self.path, body))
                status, data = stub.answer(self.command, self.path, body)
                if status == 0:  # hang up
                    self.close_connection = True
                    self.connection.close()
                    return
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", data)
                    data = b""
                raw = data if isinstance(data, bytes) else json.dumps(data).encode()
                kind = "application/octet-stream" if isinstance(data, bytes) else "application/json"
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(raw)

            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = reply

            def log_message(self, *_: t.Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]


@contextlib.contextmanager
def serve(answer: t.Callable[[str, str, bytes], Reply]) -> t.Iterator[Stub]:
    """Run a stub for the time of a with block."""
    stub = Stub(answer)
    thread = threading.Thread(target=stub.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.server.shutdown()
        stub.server.server_close()
