# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action of hadoop_node brings what a host lacks, once and whole, and nothing else."""

from __future__ import annotations

import hashlib
import subprocess

import pytest
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.ohmy.hadoop.plugins.action import hadoop_node
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import node_action, node_document

from .fakes import FakeConnection, make_action
from .test_node_action import Clock

DATA = b"an archive"
SHA512 = hashlib.sha512(DATA).hexdigest()
AS_IT_IS = {"changed": False, "missing": [], "pending": []}
DONE = {"changed": True, "missing": [], "pending": []}


@pytest.fixture(name="node")
def fixture_node(tmp_path, monkeypatch):
    """A host below a folder: its shell runs here, as nobody special."""
    monkeypatch.setattr(node_action, "time", Clock())
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {})
    monkeypatch.setattr(hadoop_node, "build_bundle", lambda: b"bundle")
    monkeypatch.setattr(hadoop_node, "SPARE", 0)
    monkeypatch.setattr(node_document, "CACHE", str(tmp_path / "cache"))
    (tmp_path / "spool").mkdir()
    archive = tmp_path / "hadoop.tar"
    archive.write_bytes(DATA)
    place = f"{tmp_path}/cache/{SHA512[:16]}/hadoop.tar"
    lacking = {"changed": True, "missing": [{"name": "hadoop", "path": place}], "pending": []}

    def run(answers, free=10**9, check=False, restart=False, given=True):
        document = {"hadoop": {"url": str(archive), "sha512": SHA512}, "java": {"package": "p"}}
        args = {"document": document, "restart": restart} if given else {"restart": restart}
        action = make_action(hadoop_node.ActionModule, args, answers, spool=str(tmp_path / "spool"), check=check)
        modes = []
        execute = action._execute_module

        def noted(**given):
            modes.append(action._task.check_mode)
            return execute(**given)

        def shell(script, sudoable=True):
            if "df -Pk" in script:
                return {"rc": 0, "stdout": f"head\n/dev/x 1 1 {free // 1024} 1% /\n"}
            done = subprocess.run(
                ["sh", "-c", script.replace("chown 0:0", "true")], capture_output=True, text=True, check=False
            )
            return {"rc": done.returncode, "stdout": done.stdout, "stderr": done.stderr}

        action._execute_module = noted
        action._low_level_execute_command = shell
        action.modes = modes
        return action, action.run(task_vars={})

    run.place, run.lacking, run.archive = place, lacking, archive
    return run


def test_a_host_that_is_what_it_is_to_be_costs_one_look(node):
    action, result = node([AS_IT_IS])
    assert result == AS_IT_IS and action.modes == [True] and not action._connection.put
    name, args = action.calls[0]
    assert args["bundle_sha256"] == hashlib.sha256(b"bundle").hexdigest() and "bundle" not in args
    assert args["document"]["hadoop"]["url"] == f"file://{node.place}"


@pytest.mark.parametrize(("check", "modes"), [(False, [True, False]), (True, [True])])
def test_an_instance_that_is_what_it_is_to_be_says_so_to_its_cluster_again(node, check, modes):
    action, result = node([AS_IT_IS, AS_IT_IS], given=False, check=check)
    assert result == AS_IT_IS and action.modes == modes


def test_what_is_missing_is_brought_once_and_whole(node, tmp_path):
    action, result = node([node.lacking, DONE])
    assert result == DONE and action.modes == [True, False]
    assert len(action._connection.put) == 1 and (tmp_path / f"cache/{SHA512[:16]}/hadoop.tar").read_bytes() == DATA
    assert [path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()] == ["hadoop.tar"]
    assert not list((tmp_path / "spool").iterdir())


def test_check_mode_brings_nothing(node):
    action, result = node([node.lacking], check=True)
    assert result["changed"] and action.modes == [True] and not action._connection.put


def test_the_bundle_is_brought_where_it_differs(node):
    lacking = {**DONE, "missing": [{"name": "bundle", "path": "/opt/ohmy/node.pyz"}]}
    action, _result = node([lacking, DONE])
    assert action.calls[1][1]["bundle"].endswith("/node.pyz") and len(action._connection.put) == 1


def test_a_restart_that_is_left_runs_the_module_too(node):
    action, _result = node([{"changed": False, "missing": [], "pending": ["datanode"]}, DONE])
    assert action.modes == [True, False]


def test_a_full_disk_is_told_before_anything_travels(node):
    action, result = node([node.lacking], free=0)
    assert result["failed"] and "needs 0.0 MB on demo-master" in result["msg"] and not action._connection.put


def test_an_archive_with_another_checksum_is_not_used(node, tmp_path):
    node.archive.write_bytes(b"something else")
    _action, result = node([node.lacking])
    assert result["failed"] and "another sha512" in result["msg"]
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_a_transfer_that_breaks_is_begun_anew(node, monkeypatch):
    broken = AnsibleConnectionFailure("Connection reset")
    put = {"left": 1}

    def answer(name, args):
        return DONE if put.pop("looked", False) else put.update(looked=True) or node.lacking

    def flaky(self, src, dest):
        if put["left"]:
            put["left"] -= 1
            with open(dest, "wb") as stream:
                stream.write(b"half")
            raise broken
        with open(src, "rb") as source, open(dest, "wb") as stream:
            stream.write(source.read())

    monkeypatch.setattr(FakeConnection, "put_file", flaky)
    _action, result = node(answer)
    assert result == DONE


def test_a_transfer_that_is_refused_says_what_refused_it(node, monkeypatch):
    def refused(self, src, dest):
        raise AnsibleError("failed to transfer file")

    monkeypatch.setattr(FakeConnection, "put_file", refused)
    _action, result = node([node.lacking])
    assert result["failed"] and "hadoop.tar could not be brought to demo-master" in result["msg"]


def test_a_lost_connection_is_not_asked_for_room(node, monkeypatch):
    def lost(self, src, dest):
        raise AnsibleConnectionFailure("ssh: connect: Connection timed out")

    monkeypatch.setattr(FakeConnection, "put_file", lost)
    lacking = {**DONE, "missing": [{"name": "bundle", "path": "/opt/ohmy/node.pyz"}]}
    _action, result = node([lacking], free=0)
    assert result["failed"] and "cannot be reached over SSH" in result["msg"], result


def test_a_host_that_does_not_answer_is_a_failed_task(node):
    _action, result = node(lambda name, args: AnsibleConnectionFailure("ssh: connect: No route to host"))
    assert result["failed"] and "cannot be reached over SSH" in result["msg"] and "unreachable" not in result
