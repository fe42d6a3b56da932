# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A metadata service, an S3 and a document for the tests of a node's code."""

from __future__ import annotations

import copy
import getpass
import grp
import http.server
import json
import os
import threading
import time

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.sizing import Facts
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import (
    archives,
    converge,
    documents,
    hdfs,
    observe,
    plan,
    services,
    want,
)
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
        # Before the answer: whoever has that may set it for the next one.
        lost, self.server.lost = self.server.lost, 0
        answers = self.server.table.get((self.command, self.path.partition("?")[0]), [(404, b"")])
        status, reply = answers[0] if len(answers) == 1 else answers.pop(0)
        self.send_response(status)
        if status in (301, 307):
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", str(len(reply) + lost))
        self.end_headers()
        self.wfile.write(reply)
        if lost:
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


class Host:
    """A root below which any document's files and directories can be made, and the states of its daemons."""

    def __init__(self, path):
        self.path, self.root = path, str(path)
        self.states, self.started, self.ran = {}, {}, []
        self.own, self.group = getpass.getuser(), grp.getgrgid(os.getgid()).gr_name

    def state(self, unit):
        return self.states.get(unit, "active")

    def want(self, document):
        wish = want.wanted(document, Facts(8192, 2, "10.0.0.4"), "x86_64")
        for rights in (wish.directories, wish.rights):
            rights.update({path: (self.own, self.group, mode) for path, (_o, _g, mode) in rights.items()})
        return wish

    def plan(self, document):
        wish = self.want(document)
        return wish, plan.plan(wish, observe.observe(wish, self.root))

    def converge(self, document):
        wish, todo = self.plan(document)
        converge.prepare(wish, todo, self.root)
        return [str(step) for step in todo.steps]

    def settle(self, document):
        """Make all that the document wants, as a whole convergence would."""
        self.converge(document)
        wish = self.want(document)
        for name, archive in wish.archives.items():
            folder = archives.folder(name, archive)
            (self.path / archives.OPT / folder / "bin").mkdir(parents=True, exist_ok=True)
            archives.link(str(self.path / archives.OPT / folder), str(self.path / archives.OPT / name))
        if "namenode" in wish.services:
            (self.path / hdfs.NAME / "current").mkdir()
            (self.path / hdfs.NAME / "current/VERSION").write_text(f"clusterID={document['incarnation']}\n")
        services._remember(wish.inputs, self.root)
        (self.path / documents.REACHED).write_text(documents.digest(document))
        self.started = {services.unit(name): time.time() - 5 for name in wish.services}


@pytest.fixture
def host(tmp_path, monkeypatch):
    """A host that is made up."""
    here = Host(tmp_path)
    monkeypatch.setattr(observe.system, "missing_users", list)
    monkeypatch.setattr(observe.system, "outside_group", lambda _login: None)
    monkeypatch.setattr(observe.system, "service_state", here.state)
    monkeypatch.setattr(observe.system, "started", lambda unit: here.started.get(unit, 0.0))
    monkeypatch.setattr(services, "run", lambda argv, _what: here.ran.append(argv))
    return here
