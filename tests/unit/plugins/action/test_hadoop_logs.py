# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs as files on the controller, and archives that no honest node sends."""

from __future__ import annotations

import io
import tarfile

import pytest
from ansible.plugins.action import ActionBase

from ansible_collections.ohmy.hadoop.plugins.action import hadoop_logs
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.programs import file_sha256

from .fakes import make_action


@pytest.fixture(name="bring")
def fixture_bring(monkeypatch, tmp_path):
    """Run the action on a node that sends these members; return its result."""
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {})

    def run(*members):
        path = tmp_path / "evidence-20260102T030405Z.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            for name, change in members:
                info = tarfile.TarInfo(name)
                info.size = 4
                for key, value in change.items():
                    setattr(info, key, value)
                archive.addfile(info, io.BytesIO(b"text"))
        spooled = {"path": str(path), "size": path.stat().st_size, "sha256": file_sha256(str(path))}
        answer = {"changed": True, "entries": [name for name, _change in members], "spooled": spooled}
        args = {"dest": str(tmp_path / "logs"), "alone": True, "unpack": True}
        return make_action(hadoop_logs.ActionModule, args, [answer], spool=str(tmp_path)).run(task_vars={})

    return run


def test_files_are_unpacked_for_this_user_alone_and_replaced(bring, tmp_path):
    for _time in range(2):
        result = bring(("ip-10-0-0-5/namenode.log", {}), ("missing.txt", {}))
        assert not result.get("failed") and result["path"] == str(tmp_path / "logs")
    found = {path.relative_to(tmp_path / "logs").as_posix(): path for path in (tmp_path / "logs").rglob("*.*")}
    assert set(found) == {"ip-10-0-0-5/namenode.log", "missing.txt"}
    assert all(path.read_text() == "text" and path.stat().st_mode & 0o777 == 0o600 for path in found.values())


@pytest.mark.parametrize(
    "member",
    [
        ("../outside", {}),
        ("/tmp/outside", {}),
        ("a/./b", {}),
        ("link", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}),
        ("folder", {"type": tarfile.DIRTYPE}),
    ],
    ids=lambda member: member[0],
)
def test_what_leads_out_of_the_folder_is_refused(bring, tmp_path, member):
    result = bring(member)
    assert result["failed"] and "no node sends" in result["msg"], result
    assert not (tmp_path / "outside").exists() and not list((tmp_path / "logs").iterdir())


def test_no_more_is_written_than_a_node_may_send(bring, tmp_path, monkeypatch):
    monkeypatch.setattr(hadoop_logs, "MOST_BYTES", 3 - (1 << 20))
    result = bring(("a.log", {}))
    assert result["failed"] and not (tmp_path / "logs/a.log").exists()


def test_a_file_of_the_users_own_is_not_written_through_a_link(bring, tmp_path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "logs/a.log").symlink_to(tmp_path / "mine")
    assert bring(("a.log", {}))["failed"] and (tmp_path / "mine").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_refused_before_the_node_is_asked(monkeypatch, tmp_path):
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {})
    (tmp_path / "file").write_text("mine")
    args = {"dest": str(tmp_path / "file/logs"), "alone": True, "unpack": True}
    action = make_action(hadoop_logs.ActionModule, args, [], spool=str(tmp_path))
    result = action.run(task_vars={})
    assert result["failed"] and f"{tmp_path}/file/logs cannot be made" in result["msg"] and not action.calls, result


def test_a_node_that_gives_nothing_leaves_no_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {})
    args = {"dest": str(tmp_path / "new/logs"), "alone": True, "unpack": True}
    action = make_action(hadoop_logs.ActionModule, args, [{"failed": True, "msg": "No."}], spool=str(tmp_path))
    assert action.run(task_vars={})["failed"] and not (tmp_path / "new").exists()
