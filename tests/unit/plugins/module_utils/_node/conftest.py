# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A metadata service, an S3 and a document for the tests of a node's code."""

from __future__ import annotations

import copy
import http.server
import json
import threading

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._node.imds import Imds

KEYS = {"AccessKeyId": "AKIAEXAMPLE", "SecretAccessKey": "example/secret+key", "Token": "example//token=="}
DOCUMENT = {
    "schema": 1,
    "cluster": "demo",
    "incarnation": "7f8f7d1e-4a56-4d2b-9b0a-0a3f3a1f7f52",
    "role": "master",
    "master": "self",
    "workers": 2,
    "s3": {
        "endpoint": "https://s3.example.com",
        "region": "eu-central-1",
        "path_style": False,
        "bucket": "example-bucket",
        "prefix": "clusters/demo/7f8f7d1e/",
    },
    "hadoop": {"url": "s3://example-bucket/archives/a/hadoop.tar", "sha512": "ab" * 64},
    "java": {"url": "s3://example-bucket/archives/b/jre.tar.gz", "sha512": "cd" * 64},
    "properties": {},
    "lease": True,
    "ssh_user": "admin",
}


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers from the server's table; each entry is a list of (status, body), used up to its last one."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        self.server.asked.append((self.command, self.path, dict(self.headers), body))
        answers = self.server.table.get((self.command, self.path.partition("?")[0]), [(404, b"")])
        status, reply = answers[0] if len(answers) == 1 else answers.pop(0)
        self.send_response(status)
        if status in (301, 307):
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", str(len(reply) + self.server.lost))
        self.end_headers()
        self.wfile.write(reply)
        if self.server.lost:
            self.server.lost = 0
            self.close_connection = True

    do_GET = do_PUT = do_DELETE = answer

    def log_message(self, *_args):
        pass


@pytest.fixture
def web():
    """A server on loopback that answers from ``web.table`` and notes what it was asked in ``web.asked``."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.table, server.asked, server.lost = {}, [], 0
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def metadata(web):
    """The metadata service of an instance with a role."""
    at = "/latest/meta-data/iam/security-credentials/"
    web.table[("PUT", "/latest/api/token")] = [(200, b"a-token")]
    web.table[("GET", at)] = [(200, b"the-role")]
    web.table[("GET", at + "the-role")] = [(200, json.dumps({**KEYS, "Expiration": "2999-01-01T00:00:00Z"}).encode())]
    web.imds = Imds(f"{web.url}/latest/", limit=5)
    return web


@pytest.fixture
def document():
    """The document of a master with two workers."""
    return copy.deepcopy(DOCUMENT)
