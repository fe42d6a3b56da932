# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
import json

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase

from ansible_collections.ohmy.hadoop.plugins.action import hadoop_logs, hdfs_fetch
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import results
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.identity import MANIFEST, output_state
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import folder_lock, node_action
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.output_folder import LOAD

from .fakes import make_action
from .test_node_action import Clock

OUTPUT = {"part-00000": b"a\t1\n", "part-00001": b"", "part-00002": b"b\t2\n"}


@pytest.fixture(autouse=True)
def fixture_quiet(monkeypatch):
    monkeypatch.setattr(node_action, "time", Clock())
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {})


class Master:
    def __init__(self, spool, damage=0):
        self.spool = spool
        self.damage = damage
        self.spooled = []

    def __call__(self, name, args):
        listing = {"changed": False, "parts": [{"name": key, "size": len(data)} for key, data in OUTPUT.items()]}
        if args.get("pieces") is None and not args.get("ahead"):
            return listing
        pieces = args.get("pieces") or results.one_load(listing["parts"])
        names = [piece["part"] for piece in pieces]
        self.spooled.append(names)
        data = b"".join(OUTPUT[name] for name in names)
        self.damage -= 1
        (self.spool / "load").write_bytes(data[:-1] + b"x" if self.damage >= 0 else data)
        told = [{**one, "sha256": hashlib.sha256(OUTPUT[one["part"]]).hexdigest()} for one in pieces]
        return {**listing, "spooled": {"path": str(self.spool / "load"), "pieces": told}}


@pytest.fixture(name="fetch")
def fixture_fetch(tmp_path):
    spool = tmp_path / "spool"
    spool.mkdir()

    def fetch(damage=0, check=False, losses=()):
        master = Master(spool, damage)
        args = {"src": "/out", "dest": str(tmp_path / "dest"), "fingerprint": "f1"}
        action = make_action(hdfs_fetch.ActionModule, args, master, spool=str(spool), check=check)
        action._connection.losses = list(losses)
        return master, action.run(task_vars={}), tmp_path / "dest"

    return fetch


def test_the_whole_output_comes_once(fetch):
    master, result, dest = fetch()
    assert result["changed"] and result["bytes"] == 8 and master.spooled == [list(OUTPUT)]
    assert {name: (dest / name).read_bytes() for name in OUTPUT} == OUTPUT
    manifest = json.loads((dest / MANIFEST).read_text())
    told = [{key: part[key] for key in ("name", "size", "sha256")} for part in manifest["parts"]]
    assert told == result["parts"] and result["path"] == str(dest)
    master, result, dest = fetch()
    assert not result["changed"] and master.spooled == [] and result["parts"] == told


def test_check_mode_fetches_nothing(fetch):
    master, result, dest = fetch(check=True)
    assert result["changed"] and result["fetched"] == list(OUTPUT) and master.spooled == [] and not dest.exists()


def test_check_mode_before_the_job_has_run(tmp_path):
    args = {"src": "/out", "dest": str(tmp_path / "dest"), "fingerprint": "f1", "merge": True, "name": "all.txt"}
    answers = [{"changed": False, "parts": None, "spooled": None}]
    result = make_action(hdfs_fetch.ActionModule, args, answers, check=True).run(task_vars={})
    assert result["changed"] and result["parts"] == [] and result["actions"] == ["fetch /out"]


def test_a_damaged_part_is_fetched_again_once_and_those_before_it_are_not(fetch):
    master, result, dest = fetch(damage=1)
    assert not result.get("failed") and master.spooled == [list(OUTPUT), ["part-00002"]]
    assert {name: (dest / name).read_bytes() for name in OUTPUT} == OUTPUT


def test_a_part_that_stays_damaged_never_gets_its_name(fetch):
    _master, result, dest = fetch(damage=2)
    assert result["failed"] and "checksum" in result["msg"]
    assert not (dest / "part-00002").exists() and output_state(str(dest), "f1") == "ours"
    assert not fetch()[1].get("failed") and not (dest / LOAD).exists()


def test_a_master_that_dies_in_between_is_a_failed_task_and_the_next_run_goes_on(fetch):
    _master, result, dest = fetch(losses=[AnsibleConnectionFailure("gone")] * 100)
    assert result["failed"] and "cannot be reached" in result["msg"] and "unreachable" not in result
    assert output_state(str(dest), "f1") == "ours"
    _master, result, dest = fetch()
    assert not result.get("failed") and output_state(str(dest), "f1") == "finished"


def test_two_runs_do_not_fetch_into_the_same_folder(fetch, tmp_path, monkeypatch):
    monkeypatch.setattr(folder_lock.locked.__wrapped__, "__defaults__", (0,))
    with folder_lock.locked(str(tmp_path / "dest")):
        master, result, dest = fetch()
        assert result["failed"] and f"Another run is fetching into {dest}" in result["msg"] and master.spooled == []
        assert fetch(check=True)[1]["changed"]
    assert fetch()[1]["changed"]


def test_an_orphan_gives_no_part_its_name(fetch, monkeypatch):
    def killed(self, *_args, **_more):
        monkeypatch.setattr(node_action.os, "getppid", lambda: 1)

    monkeypatch.setattr(hdfs_fetch.ActionModule, "bring", killed)
    master, result, dest = fetch()
    assert result["failed"] and "has ended" in result["msg"] and master.spooled == [list(OUTPUT)]
    assert [path.name for path in dest.iterdir()] == [MANIFEST]


def test_evidence_comes_as_one_file(tmp_path):
    spool = tmp_path / "spool"
    spool.mkdir()
    (spool / "evidence.tar.gz").write_bytes(b"tar")
    spooled = {"path": str(spool / "evidence.tar.gz"), "size": 3, "sha256": hashlib.sha256(b"tar").hexdigest()}
    args = {"dest": str(tmp_path / "evidence")}
    answers = [{"changed": True, "spooled": spooled, "entries": []}]
    result = make_action(hadoop_logs.ActionModule, args, answers, spool=str(spool)).run(task_vars={})
    assert result["path"] == str(tmp_path / "evidence" / "evidence.tar.gz") and not result.get("failed")
    assert (tmp_path / "evidence" / "evidence.tar.gz").read_bytes() == b"tar"


def test_evidence_that_cannot_be_had_is_a_failed_task(tmp_path):
    answer = AnsibleConnectionFailure("gone")
    args = {"dest": str(tmp_path / "evidence")}
    result = make_action(hadoop_logs.ActionModule, args, lambda name, args: answer, spool=str(tmp_path)).run(
        task_vars={}
    )
    assert result["failed"] and "unreachable" not in result
