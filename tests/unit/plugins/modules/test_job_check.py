# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The look at a job on the master as a module: the daemons' answers are a stub's, the programs this machine's."""

from __future__ import annotations

import contextlib
import io
import json
import sys

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import doors
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.site import render
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal import on_master, s3_check
from ansible_collections.ohmy.hadoop.plugins.modules import job_check

from ..module_utils._hadoop.stub_server import serve
from .test_aws_returns import assert_documented, returns

SITE = {
    "yarn.scheduler.minimum-allocation-mb": 64,
    "yarn.scheduler.maximum-allocation-mb": 1048576,
    "yarn.app.mapreduce.am.resource.mb": 512,
    "mapreduce.map.memory.mb": 512,
    "mapreduce.reduce.memory.mb": 512,
    "dfs.replication": 2,
}
NODES = [
    {"state": "RUNNING", "usedMemoryMB": 0, "availMemoryMB": 2048, "usedVirtualCores": 0, "availableVirtualCores": 3}
]
QUEUES = {"type": "capacityScheduler", "queues": {"queue": [{"queueName": "default", "state": "RUNNING"}]}}


class Master:
    """The answers of a cluster's daemons; ``staged`` are the bytes of paths in HDFS."""

    def __init__(self):
        self.nodes, self.staged, self.folders = NODES, {}, set()
        self.bean = {"CapacityTotal": 1000, "CapacityRemaining": 900, "NumLiveDataNodes": 2}

    def answer(self, method, path, _body):
        """Answer one request."""
        assert method == "GET"
        place = path.partition("?")[0]
        if place == "/ws/v1/cluster/scheduler":
            return 200, {"scheduler": {"schedulerInfo": QUEUES}}
        if place == "/ws/v1/cluster/nodes":
            return 200, {"nodes": {"node": self.nodes}}
        if place == "/jmx":
            return 200, {"beans": [self.bean]}
        name = place.removeprefix("/webhdfs/v1")
        if "op=GETCONTENTSUMMARY" in path and name in self.staged:
            return 200, {"ContentSummary": {"length": self.staged[name]}}
        if "op=GETFILESTATUS" in path and name in self.folders:
            return 200, {"FileStatus": {"type": "DIRECTORY", "length": 0, "pathSuffix": ""}}
        return 404, {"RemoteException": {"exception": "FileNotFoundException", "message": "not there"}}


@pytest.fixture(name="master")
def fixture_master(tmp_path, monkeypatch):
    master = Master()
    with serve(master.answer) as stub:
        here = {
            "fs.defaultFS": "hdfs://127.0.0.1:8020",
            "dfs.namenode.http-address": f"127.0.0.1:{stub.port}",
            "yarn.resourcemanager.webapp.address": f"127.0.0.1:{stub.port}",
        }
        for name in doors.FILES:
            (tmp_path / name).write_bytes(render({**SITE, **here} if name == "core-site.xml" else {}))
        (tmp_path / "lib/native").mkdir(parents=True)
        (tmp_path / "lib/native/libhadoop.so.1.0.0").touch()
        monkeypatch.setattr(job_check, "read_conf", lambda: doors.read_conf(str(tmp_path)))
        monkeypatch.setattr(job_check, "open_doors", lambda: doors.open_doors(str(tmp_path)))
        monkeypatch.setattr(job_check, "read_document", lambda: {"s3": {"bucket": "b"}})
        monkeypatch.setattr(job_check, "require_root", lambda: None)
        monkeypatch.setattr(on_master.archive_contents, "__defaults__", (str(tmp_path),))
        monkeypatch.setattr(on_master, "_known", lambda _user: False)
        master.stub = stub
        yield master


def run(**params):
    out = io.StringIO()
    args = {"mapper": "cat", **params}
    with patch_module_args(args), contextlib.redirect_stdout(out), pytest.raises(SystemExit):
        job_check.main()
    return json.loads(out.getvalue().strip().splitlines()[-1])


def test_a_job_that_fits_is_no_finding_and_costs_few_calls(master):
    master.staged = {"/in/local": 50}
    result = run(input=["/in/local", "/in/1", "/in/*"], input_bytes=100, reducer="cat", output_compress="zstd")
    assert_documented(result, returns("job_check"), free={"containers", "largest_container", "room"})
    assert result["findings"] == [] and result["looked"] and not result["changed"]
    assert result["containers"]["application_master"] == {"memory": 512, "vcores": 1}
    assert result["largest_container"] == {"memory": 2048, "vcores": 3}
    assert result["room"] == {"remaining": 900, "to_come": 100, "map_output": 100}
    assert len(master.stub.seen) == 5, "two paths of HDFS, its room, the queues and the nodes"


def test_all_errors_are_told_and_the_result_is_whole(master):
    needs = {
        "programs": [{"name": sys.executable, "where": "The mapper", "interpreter": True}],
        "modules": [],
    }
    needs["programs"].append({"name": "nobodys_program", "where": "The reducer", "interpreter": False})
    result = run(needs=needs, map_memory=4096, queue="science", input_bytes=500, endings=[".lz4"], map_output_ratio=2)
    assert result["failed"] and result["msg"].startswith("5 errors were found before the start:")
    ids = ["command-absent", "input-codec-absent", "memory-too-much", "queue-unknown", "hdfs-full"]
    assert [one["id"] for one in result["findings"]] == ids
    assert result["containers"]["map"]["memory"] == 4096 and result["room"]["to_come"] == 1000


def test_the_codecs_of_a_reader_of_one_s_own_are_not_hadoop_s(master):
    far = {"endings": [".lz4"]}
    assert run(**far)["failed"] and run(**far, input_format="nline")["failed"]
    assert run(**far, input_format="org.example.MyInput")["findings"] == []
    assert run(**far, options={"io.compression.codecs": "org.example.MyCodec"})["findings"] == []


@pytest.mark.parametrize(
    ("existing", "words"),
    [("own", "this job did not write it"), ("any", "no job of this collection"), ("none", "no answer is to be there")],
)
def test_what_lies_where_the_answer_is_to_go_is_told_before_anything_is_brought(master, existing, words):
    params = {"output": "/out/thesis", "existing": existing, "fingerprint": "f1"}
    assert run(**params)["findings"] == []
    master.folders = {"/out/thesis"}
    result = run(**params)
    assert [one["id"] for one in result["findings"]] == ["output-exists"]
    assert words in result["msg"] and result["findings"][0]["evidence"] == {"path": "/out/thesis"}


def test_warnings_alone_do_not_fail(master):
    result = run(input_bytes=410)
    assert not result.get("failed")
    assert [(one["id"], one["severity"]) for one in result["findings"]] == [("room-tight", "warning")]


def test_input_in_s3_is_looked_at_unless_it_is_staged(master, monkeypatch):
    asked = []

    def look(uris, _bucket):
        asked.append(uris)
        return s3_check.Seen([], {".snappy"})

    monkeypatch.setattr(s3_check, "check_input", look)
    monkeypatch.setattr(s3_check, "opener", lambda document: document["s3"]["bucket"])
    far = {"sources": ["s3://b/in/", "/home/me/x"], "input": ["/in/0"], "input_bytes": 100}
    assert [one["id"] for one in run(**far)["findings"]] == ["input-codec-absent"]
    assert asked == [["s3://b/in/"]]
    master.staged = {"/in/0": 100}
    assert run(**far)["findings"] == [] and len(asked) == 1
    direct = run(**{**far, "input": ["s3a://b/in/"], "input_bytes": 800, "map_output_ratio": 0.1})
    assert [one["id"] for one in direct["findings"]] == ["input-codec-absent"] and len(asked) == 2
    assert direct["room"]["to_come"] == 0
    monkeypatch.setattr(job_check, "read_document", dict)
    master.staged = {}
    assert run(**far)["findings"] == [] and len(asked) == 2, "hosts of one's own are used without AWS"


@pytest.mark.parametrize(
    "state, following, force, looked",
    [("running", True, True, False), ("running", False, False, True), ("succeeded", False, False, False)]
    + [("succeeded", False, True, True), ("failed", False, False, True), (None, False, False, True)],
)
def test_a_job_that_the_master_runs_is_not_looked_at(master, monkeypatch, state, following, force, looked):
    status = None if state is None else {"state": state, "following": following}
    monkeypatch.setattr(job_check.job_look, "look", lambda _job: status)
    result = run(id="j1", force=force, map_memory=99999)
    assert result.get("looked", True) is looked and bool(result.get("failed")) is looked
    assert bool(master.stub.seen) is looked


def test_a_daemon_that_does_not_answer_is_no_finding_but_a_failure(master):
    master.answer = None
    master.stub.answer = lambda *_: (500, {"RemoteException": {"exception": "X", "message": "starting"}})
    result = run(input_bytes=1)
    assert result["failed"] and "refused" in result["msg"] and "findings" not in result
