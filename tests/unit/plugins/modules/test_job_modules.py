# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import follower_unit, streaming_options
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.identity import of_lone_job
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.jobdir import JobDir
from ansible_collections.ohmy.hadoop.plugins.modules import distcp, streaming_job, streaming_job_info

JOB = {
    "id": "j1",
    "fingerprint": "f1",
    "name": None,
    "input": ["/in"],
    "output": "/out",
    "mapper": "python3 m.py",
    "reducer": None,
    "combiner": None,
    "files": [{"src": "/home/me/m.py", "name": None, "sha256": "0"}],
    "reduces": 0,
    "options": {"a": True, "b": 2},
    "cmdenv": {},
    "on_disconnect": "continue",
    "fail_fast": False,
    "timeout": 60,
    "retries": 2,
    "combine": True,
}


def test_the_specification_of_a_job():
    spec = streaming_job.make_spec(JOB)
    assert spec["name"] == "j1" and spec["files"] == ["m.py"] and spec["reduces"] == 0
    assert spec["options"] == {"a": "true", "b": "2"} and spec["kind"] == "streaming"
    assert set(spec) == {
        "schema",
        "id",
        "kind",
        "name",
        "fingerprint",
        "input",
        "output",
        "mapper",
        "reducer",
        "combiner",
        "files",
        "reduces",
        "options",
        "cmdenv",
        "on_disconnect",
        "fail_fast",
        "timeout",
        "retries",
    }


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"cmdenv": {"SECRET_KEY": "MARK"}}, "SECRET_KEY looks like a secret"),
        ({"reduces": -1}, "must not be negative"),
        ({"mapper": ""}, "no mapper"),
        ({"timeout": 0}, "at least 1 second"),
        ({"output": "/in/out"}, "lie in each other"),
    ],
)
def test_a_job_that_cannot_be_is_refused_before_anything_is_looked_at(monkeypatch, capsys, given, said, check):
    monkeypatch.setattr(streaming_job, "require_root", lambda: None)
    monkeypatch.setattr(streaming_job, "open_doors", lambda: pytest.fail("HDFS was asked"))
    args = {"input": ["/in"], "output": "/out", "mapper": "cat", "_ansible_check_mode": check, **given}
    with patch_module_args(args), pytest.raises(SystemExit):
        streaming_job.main()
    result = json.loads(capsys.readouterr().out)
    assert result["failed"] and said in result["msg"] and result["hint"], result


def test_archives_and_options_are_part_of_the_specification_where_they_are_given():
    archives = [{"src": "/x/env-1.tgz", "name": None, "sha256": "1"}, {"src": "/x/b.zip", "name": "a", "sha256": "2"}]
    spec = streaming_job.make_spec({**JOB, "archives": archives, "queue": "q", "sort": ["1"], "maps": None})
    assert spec["archives"] == ["a.zip", "env-1.tgz"] and spec["queue"] == "q" and "maps" not in spec
    assert streaming_options.properties(spec)["mapreduce.job.queuename"] == "q"


def copies(*pairs, **changes):
    pairs = [{"source": source, "target": target} for source, target in pairs]
    usual = {key: option.get("default") for key, option in distcp.ARGUMENT_SPEC.items()}
    return {**usual, "copies": pairs, **changes}


def test_the_specification_of_a_copy():
    spec = distcp.make_spec(copies(("s3://b/k", "/in/0"), id="c1", fingerprint="f"))
    assert spec["copies"] == [{"source": "s3a://b/k", "target": "/in/0"}] and spec["on_disconnect"] == "continue"
    assert spec["id"] == spec["name"] == "c1" and "delete" not in spec and "bandwidth" not in spec


def test_a_copy_without_an_id_gets_one_from_what_it_copies():
    one, other = (distcp.make_spec(copies(("/a", "/b"), **more)) for more in ({}, {"maps": 3, "timeout": 5}))
    assert one["id"] == other["id"] and other["maps"] == 3


@pytest.mark.parametrize("bad", [("hdfs://b/k", "/in"), ("s3a://", "/in"), ("s3a://b/k", "/"), ("s3a://b/k", "in")])
def test_a_copy_that_cannot_be_meant_is_refused(bad):
    with pytest.raises(OhmyError):
        distcp.make_spec(copies(bad))
    with pytest.raises(OhmyError):
        distcp.make_spec(copies())


def test_jobs_are_listed_and_touched(tmp_path, monkeypatch):
    monkeypatch.setattr(follower_unit, "is_following", lambda job: False)
    for job in ("a", "b"):
        (tmp_path / job).mkdir()
        JobDir(str(tmp_path / job)).write("spec.json", {"id": job, "kind": "distcp", "name": job})
        (tmp_path / job / "heartbeat").write_text("")
    before = JobDir(str(tmp_path / "a")).heartbeat()
    ask = {"id": None, "wait": 0, "known": None, "touch": False}
    assert [job["id"] for job in streaming_job_info.look(ask, str(tmp_path))] == ["a", "b"]
    found = streaming_job_info.look({**ask, "id": "a", "touch": True}, str(tmp_path))
    assert found[0]["state"] == "starting" and found[0]["digest"] and found[0]["following"] is False
    assert JobDir(str(tmp_path / "a")).heartbeat() >= before
    assert streaming_job_info.look({**ask, "id": "none", "wait": 5}, str(tmp_path)) == []


def test_what_tasks_did_is_told_or_why_not(monkeypatch):
    job = {"state": "succeeded", "application_id": "application_1_0001", "finished": 9.5}
    monkeypatch.setattr(streaming_job_info, "open_doors", lambda: None)
    monkeypatch.setattr(streaming_job_info, "read_conf", dict)
    told = {"number": 3}
    monkeypatch.setattr(streaming_job_info.task_history, "tasks_of", lambda doors, conf, application, ended: told)
    assert streaming_job_info.tasks(job) == {"tasks": told, "tasks_missing": ""}
    for early in ({**job, "state": "running"}, {**job, "application_id": None}):
        assert streaming_job_info.tasks(early) == {"tasks": None, "tasks_missing": "The job has not run to its end."}

    def broken(*_):
        raise KeyError("JhCounters")

    monkeypatch.setattr(streaming_job_info.task_history, "tasks_of", broken)
    assert streaming_job_info.tasks(job) == {"tasks": None, "tasks_missing": "'JhCounters'"}


def test_a_job_without_an_identity_gets_one_from_what_it_is():
    raw = {"input": "/a,/b", "output": "/o", "mapper": "cat", "files": [{"name": "m", "sha256": "1"}]}
    typed = {**raw, "input": ["/a", "/b"], "reduces": 1, "options": {}, "cmdenv": {}, "reducer": None, "force": True}
    assert of_lone_job(raw) == of_lone_job(typed)
    others = [
        {**raw, **change} for change in ({"mapper": "wc"}, {"reduces": "2"}, {"files": []}, {"options": {"a": 1}})
    ]
    assert len({of_lone_job(one) for one in [raw, *others]}) == 5
