# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import fcntl

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase

from ansible_collections.ohmy.hadoop.plugins.action import hdfs_upload
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.programs import file_sha256
from ansible_collections.ohmy.hadoop.plugins.modules import hdfs_upload as module
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import node_action, upload_batches
from tests.unit.plugins.module_utils._hadoop.hdfs_in_memory import MemoryHdfs

from .fakes import make_action
from .test_node_action import Clock

FILES = {"a": b"one", "b c": b"", "d": b"three"}


@pytest.fixture(autouse=True)
def fixture_quiet(monkeypatch, tmp_path):
    monkeypatch.setattr(node_action, "time", Clock())
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {})
    monkeypatch.setattr(hdfs_upload.C, "DEFAULT_LOCAL_TMP", str(tmp_path))


@pytest.fixture(name="upload")
def fixture_upload(tmp_path, monkeypatch):
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr(module, "LOCKS", str(tmp_path))
    hdfs = MemoryHdfs()
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)

    def upload(check=False, losses=(), free=None, before=lambda args: None, **options):
        def answer(_name, args):
            before(args)
            params = {"fingerprint": None, "force": False, "batch": None, "last": False, **args}
            try:
                result = module.run(params, hdfs)
            except OhmyError as exc:
                return {"failed": True, **exc.as_result()}
            return result if free is None or params["batch"] is not None else {**result, "free": free}

        items = [{"source": str(tmp_path / name), "key": f"k/{name}"} for name in FILES]
        args = {"items": items, "target": "/t", **options}
        action = make_action(hdfs_upload.ActionModule, args, answer, spool=str(spool), check=check)
        action._connection.losses = list(losses)
        return hdfs, action, action.run(task_vars={})

    return upload


def test_all_files_in_one_batch_and_then_none(upload):
    hdfs, action, result = upload()
    assert result["changed"] and result["uploaded"] == ["k/a", "k/b c", "k/d"] and result["bytes"] == 8
    assert {key: hdfs.files[f"/t/k/{key}"] for key in FILES} == FILES
    assert len(action.calls) == 2 and len(action._connection.put) == 1
    _hdfs, action, result = upload()
    assert not result["changed"] and result["kept"] == ["k/a", "k/b c", "k/d"] and result["uploaded"] == []
    assert len(action.calls) == 1 and action._connection.put == []


def test_check_mode_sends_nothing(upload):
    hdfs, action, result = upload(check=True, fingerprint="f")
    assert result["changed"] and result["actions"] == ["upload k/a", "upload k/b c", "upload k/d"]
    assert hdfs.files == {} and action._connection.put == [] and result["diff"]["after"]["k/d"] == "5 bytes"


def test_a_changed_file_alone_is_sent(upload, tmp_path):
    upload()
    (tmp_path / "a").write_bytes(b"two")
    hdfs, _action, result = upload()
    assert result["uploaded"] == ["k/a"] and hdfs.files["/t/k/a"] == b"two"


def test_a_file_that_changed_since_it_was_looked_at_is_not_sent(upload, tmp_path):
    items = [{"source": str(tmp_path / name), "key": name, "sha256": file_sha256(tmp_path / name)} for name in FILES]
    (tmp_path / "d").write_bytes(b"THREE")
    hdfs, action, result = upload(items=items, fingerprint="f")
    assert result["failed"] and f"{tmp_path / 'd'} has changed since it was looked at" in result["msg"]
    assert hdfs.files == {} and action._connection.put == []


def test_a_run_that_is_killed_between_two_batches_goes_on(upload, monkeypatch):
    monkeypatch.setattr(upload_batches, "BATCH_FILES", 1)

    def kill_second(args):
        if args.get("batch") and args["batch"][0]["key"] == "k/b c":
            raise AnsibleConnectionFailure("gone")

    hdfs, _action, result = upload(before=kill_second, fingerprint="f")
    assert result["failed"] and "cannot be reached" in result["msg"]
    assert "/t/k/a" in hdfs.files and "/t/k/d" not in hdfs.files
    hdfs, _action, result = upload(fingerprint="f")
    assert result["uploaded"] == ["k/b c", "k/d"] and not any(".ohmy-partial" in name for name in hdfs.files)
    assert upload(fingerprint="f")[2]["changed"] is False


def test_what_a_killed_run_left_aside_is_tidied_up(upload):
    hdfs, _action, _result = upload()
    hdfs.create("/t/.ohmy-partial/0", b"")
    hdfs, _action, result = upload()
    assert result["actions"] == ["tidy up /t"] and "/t/.ohmy-partial/0" not in hdfs.files


def test_a_short_loss_is_got_over_and_damage_sent_again_once(upload, tmp_path):
    def damage(times):
        left = [times]

        def spoil(args):
            if args.get("batch") and left[0]:
                left[0] -= 1
                (tmp_path / "spool" / "batch").write_bytes(b"xxxxxxxx")

        return spoil

    _hdfs, action, result = upload(losses=[AnsibleConnectionFailure("gone")], before=damage(1))
    assert not result.get("failed") and len(action._connection.put) == 2
    assert action._connection.commands == [f"rm -f {tmp_path}/spool/batch"], "it may have the rights of its source"
    _hdfs, action, result = upload(before=damage(2), force=True)
    assert result["failed"] and "damaged" in result["msg"]


def test_a_batch_leaves_no_file_that_the_next_could_not_replace(upload, tmp_path):
    upload()
    assert not (tmp_path / "spool" / "batch").exists()


def test_two_runs_do_not_write_into_one_target_at_once(upload, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LOCK_SECONDS", 0.2)
    hdfs, _action, _result = upload()
    (lock,) = tmp_path.glob("ohmy-upload-*.lock")
    (tmp_path / "a").write_bytes(b"other")
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        _hdfs, _action, result = upload(force=True)
    assert result["failed"] and "Another run has been writing" in result["msg"]
    assert hdfs.files["/t/k/a"] == FILES["a"]


def test_no_room_on_the_master_is_said_before_anything_is_sent(upload):
    hdfs, action, result = upload(free=1 << 20)
    assert result["failed"] and "does not fit on the master's disk" in result["msg"] and "1 MiB" in result["msg"]
    assert hdfs.files == {} and action._connection.put == []
