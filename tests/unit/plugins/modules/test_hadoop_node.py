# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module that makes a host a node, run as Ansible runs it, on a host that is made up."""

from __future__ import annotations

import contextlib
import io
import json

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.ohmy.hadoop.plugins.module_utils._core import rights
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.plan import Plan
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.sizing import Facts
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import documents, want
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.plan import hold
from ansible_collections.ohmy.hadoop.plugins.modules import hadoop_node

HUSH = "hush-hush"
DOCUMENT = {
    "schema": 1,
    "cluster": "demo",
    "incarnation": "7f8f7d1e",
    "role": "worker",
    "master": "10.0.0.4",
    "workers": 2,
    "s3": None,
    "hadoop": {"url": "https://example.com/hadoop.tar", "sha512": "ab" * 64},
    "java": {"home": "/srv/java"},
    "properties": {"core-site": {"fs.s3a.secret.key": HUSH, "io.file.buffer.size": 4096}},
    "lease": False,
}


@pytest.fixture
def host(tmp_path, monkeypatch):
    """A host with a bundle, on which one file and one daemon are to be changed once."""

    class Host:
        root, broken, voice = 0, None, None
        done, logged, said = False, [], []

        def converge(self, document, facts, check_mode, restart, renew):
            if self.broken is not None:
                raise self.broken
            wish, todo = want.wanted(document, facts, "x86_64"), Plan()
            if not self.done:
                path = "etc/hadoop/core-site.xml"
                todo.add("write", f"file /{path}", None, wish.files[path].decode())
                todo.add("restart", "service hadoop-nodemanager", "a", "b")
                todo.change("reach", "document", None, documents.digest(document))
            pending = [] if restart else hold(todo)
            self.done = self.done or not (check_mode or pending)
            return wish, todo, pending

        def run(self, check=False, **params):
            out = io.StringIO()
            args = {"document": DOCUMENT, "_ansible_check_mode": check, "_ansible_diff": True, **params}
            with patch_module_args(args), contextlib.redirect_stdout(out), pytest.raises(SystemExit):
                hadoop_node.main()
            self.text = out.getvalue()
            return json.loads(self.text.strip().splitlines()[-1])

    here = Host()
    here.logged, here.said, here.bundle = [], [], tmp_path / "node.pyz"
    here.bundle.write_bytes(b"bundle")
    monkeypatch.setattr(hadoop_node, "require_root", lambda: rights.require_root(lambda: here.root))
    monkeypatch.setattr(hadoop_node, "converge", here.converge)
    monkeypatch.setattr(hadoop_node.facts, "gather", lambda _document: Facts(8192, 2, "10.0.0.5"))
    monkeypatch.setattr(hadoop_node.verbs, "reporter", lambda _document: here.voice)
    monkeypatch.setattr(hadoop_node.bundle_step, "__defaults__", (str(here.bundle),))
    monkeypatch.setattr(hadoop_node, "BUNDLE", str(here.bundle))
    monkeypatch.setattr(hadoop_node.Module, "log", lambda _self, text, **_more: here.logged.append(text))
    return here


def test_what_was_done_and_then_nothing(host):
    first = host.run()
    assert (first["changed"], first["digest"]) == (True, documents.digest(DOCUMENT))
    assert first["actions"] == [
        "write file /etc/hadoop/core-site.xml",
        "restart service hadoop-nodemanager",
        "reach document",
    ]
    assert first["services"] == ["datanode", "nodemanager"]
    assert first["memory"] == {
        "total": 8192,
        "heaps": {"datanode": 512, "nodemanager": 512},
        "containers": 6400,
        "task": 1024,
    }
    again = host.run()
    assert (again["changed"], again["actions"], again["diff"]) == (False, [], [])
    assert set(again) == set(first)


def test_check_mode_foretells_and_does_nothing(host, tmp_path):
    (tmp_path / "other").write_bytes(b"other")
    planned = host.run(check=True, bundle=str(tmp_path / "other"))
    assert host.bundle.read_bytes() == b"bundle"
    assert planned["actions"][0] == "install node bundle"
    done = host.run(bundle=str(tmp_path / "other"))
    assert host.bundle.read_bytes() == b"other"
    assert {**planned, "invocation": None} == {**done, "invocation": None}
    assert host.run(bundle=str(tmp_path / "other"))["changed"] is False


def test_a_secret_is_neither_returned_nor_logged(host):
    result = host.run()
    assert HUSH not in host.text
    assert not [text for text in host.logged if HUSH in str(text)]
    assert result["invocation"]["module_args"]["document"]["properties"]["core-site"]["io.file.buffer.size"] == 4096
    assert "<name>fs.s3a.secret.key</name><value>(hidden)</value>" in result["diff"][0]["after"]
    host.broken = OhmyError("The namenode does not start: why", "Do this.", lines=["a line"])
    failed = host.run()
    assert (failed["failed"], failed["msg"]) == (True, "The namenode does not start: why. Do this.")
    assert failed["lines"] == ["a line"]
    assert HUSH not in host.text


def test_the_cluster_is_told_unless_it_is_a_check(host):
    class Voice:
        def reached(self, digest, body):
            host.said.append((digest, body))

    host.voice = Voice()
    host.run(check=True)
    assert host.said == []
    host.run()
    assert host.said == [(documents.digest(DOCUMENT), {"steps": 3})]


def test_silence_of_s3_is_a_warning(host, monkeypatch):
    def silent(_document):
        raise OhmyError("S3 did not answer.")

    said = []
    monkeypatch.setattr(hadoop_node.verbs, "reporter", silent)
    monkeypatch.setattr(hadoop_node.Module, "warn", lambda _module, text: said.append(text))
    result = host.run()
    assert result["changed"] is True
    assert said == ["The host is what it is to be, but could not report it: S3 did not answer."]


def test_restarts_may_wait(host):
    held = host.run(restart=False)
    assert (held["pending"], held["changed"]) == (["nodemanager"], True)
    assert held["actions"] == ["write file /etc/hadoop/core-site.xml"]
    done = host.run()
    assert done["pending"] == [] and "restart service hadoop-nodemanager" in done["actions"]
    assert set(done) == set(held)


def test_archives_that_are_to_be_brought_are_named(host, tmp_path):
    path = str(tmp_path / "hadoop.tar")
    overlay = {"url": f"file://{tmp_path}/jars.tar", "sha512": "cd" * 64}
    hadoop = {"url": f"file://{path}", "sha512": "ab" * 64, "overlay": overlay}
    result = host.run(check=True, document={**DOCUMENT, "hadoop": hadoop})
    assert result["missing"] == [
        {"name": "hadoop", "path": path},
        {"name": "overlay", "path": f"{tmp_path}/jars.tar"},
    ]
    assert host.run(check=True)["missing"] == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"root": 1000}, "needs root"),
        ({"bundle": "/nonexistent"}, "there is no file /nonexistent"),
        ({"document": {**DOCUMENT, "role": "slave"}}, "no role 'slave'"),
    ],
)
def test_what_cannot_work_is_refused(host, change, words):
    host.root = change.pop("root", 0)
    result = host.run(**change)
    assert result["failed"] is True and words in result["msg"]
    assert host.done is False


def test_a_host_without_a_bundle_is_told(host):
    host.bundle.unlink()
    assert "no node bundle at" in host.run()["msg"]
