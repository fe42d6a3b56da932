# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module that looks at a node, run as Ansible runs it, on hosts that are made up."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.ohmy.hadoop.plugins.module_utils._core import rights
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import info
from ansible_collections.ohmy.hadoop.plugins.modules import hadoop_node_info

DOCUMENT = {
    "schema": 1,
    "cluster": "demo",
    "incarnation": "7f8f7d1e",
    "role": "master",
    "master": "self",
    "workers": 0,
    "s3": None,
    "address": "127.0.0.1",
    "hadoop": {"url": "https://example.com/hadoop.tar", "sha512": "ab" * 64},
    "java": {"home": "/srv/java"},
    "properties": {"core-site": {"fs.s3a.secret.key": "hush-hush", "a": 1}},
}


@pytest.fixture
def host(tmp_path, monkeypatch):
    """An empty root, and a run of the module that looks at it."""
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/meminfo").write_text("MemTotal:        4194304 kB\n")
    root = [0]
    monkeypatch.setattr(hadoop_node_info, "require_root", lambda: rights.require_root(lambda: root[0]))
    monkeypatch.setattr(info.look, "__defaults__", (None, None, str(tmp_path)))
    monkeypatch.setattr(info.system, "service_state", lambda unit: "active" if "data" in unit else "inactive")

    def run(**params):
        out = io.StringIO()
        with patch_module_args(params), contextlib.redirect_stdout(out), pytest.raises(SystemExit):
            hadoop_node_info.main()
        return json.loads(out.getvalue().strip().splitlines()[-1])

    run.path, run.root = tmp_path, root
    return run


def test_a_host_that_never_was_a_node(host):
    result = host(address="127.0.0.1")
    assert result["changed"] is False and result["cores"] >= 1
    assert (result["memory"], result["address"]) == (4096, "127.0.0.1")
    assert result["services"] == {}
    assert [result[name] for name in ("bundle", "digest", "document", "hadoop_version")] == [None] * 4


def test_a_node(host):
    for name, text in {
        "etc/ohmy/document.json": json.dumps(DOCUMENT),
        "etc/ohmy/digest": "abc",
        "opt/ohmy/node.pyz": "bundle",
        "opt/ohmy/hadoop/share/hadoop/common/hadoop-common-3.5.0.jar": "",
    }.items():
        (host.path / name).parent.mkdir(parents=True, exist_ok=True)
        (host.path / name).write_text(text)
    result = host()
    assert (result["digest"], result["hadoop_version"], result["address"]) == ("abc", "3.5.0", "127.0.0.1")
    assert result["bundle"] == hashlib.sha256(b"bundle").hexdigest()
    assert result["services"] == {
        "namenode": "inactive",
        "resourcemanager": "inactive",
        "historyserver": "inactive",
        "datanode": "active",
        "nodemanager": "inactive",
    }
    assert result["document"]["properties"]["core-site"] == {"fs.s3a.secret.key": "(hidden)", "a": 1}
    assert "hush" not in json.dumps(result)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"address": "node1"}, "address: 'node1' is no IPv4 address"),
        ({"address": "192.0.2.77"}, "192.0.2.77 is no address of this node"),
        ({"master": "self"}, "master: 'self' is no IPv4 address"),
    ],
)
def test_what_cannot_be_is_refused(host, params, words):
    result = host(**params)
    assert result["failed"] is True and words in result["msg"]


def test_it_needs_root(host):
    host.root[0] = 1000
    assert "needs root" in host()["msg"]
