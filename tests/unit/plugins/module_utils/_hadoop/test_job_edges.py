# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done about a job where a file is broken, a program is not there, or somebody else was there first."""

from __future__ import annotations

import json
import subprocess
import threading
import types

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import (
    copies,
    evidence,
    follower_unit,
    health_look,
    identity,
    job_look,
    jobdir,
    jobs,
    many,
    membership,
    on_own_hosts,
    steps,
    streaming_options,
)
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.distcp import Entry, place
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.s3 import S3, S3Error

CONTAINER = "container_1700000000000_0001_01_000002"


def test_the_first_error_of_many_is_raised_and_what_waits_is_left():
    done, gate = [], threading.Event()

    def work(number):
        if number == 0:
            raise OhmyError("the first")
        gate.wait(10)
        done.append(number)

    caught = threading.Thread(target=lambda: gate.set())
    with pytest.raises(OhmyError, match="the first"):
        caught.start()
        many.for_all(work, range(1000))
    assert len(done) < 1000
    assert many.for_all(lambda number: 2 * number, range(5)) == [0, 2, 4, 6, 8]
    assert many.for_all(str, []) == [] and many.for_all(str, [7]) == ["7"]


@pytest.mark.parametrize(
    ("text", "words"), [("{half", "cannot be read"), ("[1]", "holds no JSON object"), ('"x"', "holds no JSON object")]
)
def test_a_job_whose_files_are_broken_says_which(tmp_path, text, words):
    (tmp_path / "status.json").write_text(text)
    with pytest.raises(OhmyError, match=f"status.json {words}"):
        jobdir.JobDir(str(tmp_path)).status()
    assert jobdir.JobDir(str(tmp_path)).spec() is None
    assert jobdir.JobDir(str(tmp_path)).heartbeat() == 0.0


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FileNotFoundError("systemctl"), "no systemctl"),
        (subprocess.TimeoutExpired("systemctl", 1), "has not ended after"),
    ],
)
def test_a_systemd_that_is_not_there_or_stuck_is_named(monkeypatch, error, words):
    def run(*_arguments, **_more):
        raise error

    monkeypatch.setattr(follower_unit.subprocess, "run", run)
    with pytest.raises(OhmyError, match=words):
        follower_unit.is_following("wc")


@pytest.mark.parametrize(("state", "follows"), [("active", True), ("activating", True), ("failed", False), ("", False)])
def test_a_job_is_followed_while_its_unit_runs_or_is_about_to(monkeypatch, state, follows):
    done = types.SimpleNamespace(returncode=3, stdout=f"{state}\n", stderr="")
    monkeypatch.setattr(follower_unit.subprocess, "run", lambda *_arguments, **_more: done)
    assert follower_unit.is_following("wc") is follows
    with pytest.raises(OhmyError, match="systemctl start --no-block ohmy-follow@wc.service failed: no"):
        done.stderr = "no\n"
        follower_unit.start("wc")


def test_a_job_s_files_are_given_to_its_user_or_the_node_is_named(tmp_path, monkeypatch):
    (tmp_path / "job/files").mkdir(parents=True)
    (tmp_path / "job/files/m.py").touch()
    given = []
    monkeypatch.setattr(jobs.pwd, "getpwnam", lambda name: types.SimpleNamespace(pw_uid={"hadoop": 7}[name], pw_gid=8))
    monkeypatch.setattr(jobs.os, "chown", lambda path, uid, gid, follow_symlinks: given.append((path, uid, gid)))
    jobs._give(str(tmp_path / "job"), "hadoop")
    assert {path.rstrip("/") for path, _uid, _gid in given} == {
        str(tmp_path / name) for name in ("job", "job/files", "job/files/m.py")
    }
    assert {one[1:] for one in given} == {(7, 8)}
    with pytest.raises(OhmyError, match="no user ghost on this node"):
        jobs._give(str(tmp_path / "job"), "ghost")


def test_no_jobs_are_known_where_there_never_was_one(tmp_path):
    assert jobs.known_jobs(str(tmp_path / "jobs")) == []
    job_look.touch("wc", str(tmp_path / "jobs"))


@pytest.mark.parametrize(
    ("data", "leaving"),
    [
        (None, set()),
        (b"{half", set()),
        (
            json.dumps(
                {
                    "schema": 1,
                    "nodes": [
                        {"instance_id": "i-2", "private_ip": "10.0.0.2", "state": "decommissioned", "until": 0},
                        {"instance_id": "i-3", "private_ip": "10.0.0.3", "state": "in_maintenance", "until": 9},
                    ],
                }
            ).encode(),
            {"i-2"},
        ),
    ],
)
def test_only_nodes_that_leave_for_good_are_not_waited_for(tmp_path, data, leaving):
    path = tmp_path / membership.ENTRIES[1:]
    path.parent.mkdir(parents=True)
    if data is not None:
        path.write_bytes(data)
    assert health_look._leaving(str(tmp_path)) == leaving


def test_a_first_boot_that_failed_tells_its_last_lines(tmp_path, monkeypatch):
    monkeypatch.setattr(health_look, "_run", lambda *_: "")
    result, log = tmp_path / health_look.RESULT_OF_FIRST_BOOT, tmp_path / health_look.LOG_OF_FIRST_BOOT
    for path in (result, log):
        path.parent.mkdir(parents=True, exist_ok=True)
    result.write_text(json.dumps({"v1": {"errors": ["scripts-user failed"]}}))
    assert health_look._tail(str(tmp_path)) == []
    log.write_text("one\ntwo\n")
    assert health_look._tail(str(tmp_path)) == ["one", "two"]


def test_a_name_that_dns_does_not_know_stands_for_itself(monkeypatch):
    def unknown(_name):
        raise OSError("Name or service not known")

    monkeypatch.setattr(health_look.socket, "gethostbyname", unknown)
    assert health_look.address_of("ip-10-0-0-5.example.internal") == "ip-10-0-0-5.example.internal"


def test_a_program_that_is_not_there_says_nothing():
    assert health_look._run("/nonexistent/program") == ""
    assert health_look._run("echo", "active") == "active\n"


def test_evidence_leaves_out_what_says_nothing_or_is_too_large(tmp_path):
    with evidence.filled(str(tmp_path / "e.tar.gz"), 60, room=10) as found:
        found.add("empty", b"")
        found.add("large", b"x" * 11)
        found.add("small", b"x" * 10)
        found.add("more", b"x")
    assert found.entries[:1] == ["small"]
    assert [one for one in found.missing if one.startswith(("large", "more"))] == [
        "large: the archive would be too large",
        "more: the archive would be too large",
    ]


def test_logs_of_a_container_that_nobody_has_are_named_missing(tmp_path):
    silent = types.SimpleNamespace(history=types.SimpleNamespace(container_log=lambda *_: None))
    attempt = {"id": "attempt_1", "assignedContainerId": CONTAINER, "nodeHttpAddress": "10.0.0.5:8042"}
    with evidence.filled(str(tmp_path / "e.tar.gz"), 60) as found:
        evidence._container(found, silent, {"id": "attempt_0"})
        with pytest.raises(OhmyError, match="neither 10.0.0.5:8042 nor JobHistory has them"):
            evidence._container(found, silent, attempt)


def test_evidence_lists_the_nodes_that_are_leaving_too(tmp_path):
    asked = []
    yarn = types.SimpleNamespace(metrics=dict, nodes=lambda states: asked.extend(states.split(",")))
    hdfs = types.SimpleNamespace(live_datanodes=lambda: 2, safe_mode=str)
    with evidence.filled(str(tmp_path / "e.tar.gz"), 60) as found:
        evidence.cluster(found, types.SimpleNamespace(yarn=yarn, hdfs=hdfs))
    assert {"DECOMMISSIONING", "DECOMMISSIONED", "LOST", "UNHEALTHY", "RUNNING"} <= set(asked)


HOLDS = {"parts": [{"name": "part-00000", "sha256": "x"}]}


@pytest.mark.parametrize(
    ("manifest", "known"),
    [
        ("{half", False),
        ("[]", False),
        ('{"schema": 0}', False),
        ('{"schema": 1, "parts": {}}', False),
        ('{"schema": 1, "parts": [{"name": 1, "sha256": ""}]}', False),
        ('{"schema": 1, "parts": [], "previous": [{"name": "part-00000"}]}', False),
        (json.dumps({"schema": identity.SCHEMA, **HOLDS}), True),
    ],
)
def test_a_manifest_that_no_fetch_wrote_is_none(tmp_path, manifest, known):
    (tmp_path / identity.MANIFEST).write_text(manifest)
    assert (identity.read_manifest(str(tmp_path)) is not None) is known


def test_what_is_no_plain_file_is_in_the_way_of_a_fetch(tmp_path):
    (tmp_path / "part-00000").mkdir()
    with pytest.raises(OhmyError, match="part-00000 is in the way: it is no plain file"):
        identity.local_hashes(str(tmp_path), None)
    (tmp_path / "part-00000").rmdir()
    (tmp_path / "part-00000").symlink_to("elsewhere")
    with pytest.raises(OhmyError, match="it is no plain file"):
        identity.local_hashes(str(tmp_path), None)
    assert identity.local_hashes(str(tmp_path / "none"), None) == {}


def test_an_output_that_cannot_be_a_directory_of_ours_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OhmyError, match="is not a directory"):
        identity.output_state(str(tmp_path / "file"), "f", False)
    with pytest.raises(OhmyError, match=r"holds files that no run of this collection put there \(file\)"):
        identity.output_state(str(tmp_path), "f", False)
    assert identity.output_state(str(tmp_path / "new/deeper"), "f", False) == "absent"


def test_copies_look_into_s3_with_the_nodes_own_role_where_it_can(monkeypatch):
    document = {
        "s3": {"endpoint": "https://s3.example.com", "region": "eu-central-1", "path_style": False, "bucket": "b"}
    }

    class Store:
        found = [
            {"key": "in/a.txt", "size": 3, "last_modified": "2026-01-01T00:00:00.000Z"},
            {"key": "in/b.txt", "size": 1, "last_modified": "yesterday"},
        ]

        def list(self, _prefix):
            if isinstance(self.found, Exception):
                raise self.found
            return self.found

    store = Store()
    monkeypatch.setattr(S3, "from_document", lambda _document, _bucket: store)
    where = place("s3a://b/in")
    assert copies.Look(None, {}).listed(where) is None, "a cluster that knows no S3"
    look = copies.Look(None, document)
    assert look.listed(where) == {"a.txt": Entry(3, 1767225600.0), "b.txt": Entry(1, 0.0)}
    told = "S3 answered 400 to GET s3://b/: AuthorizationHeaderMalformed: the region is wrong"
    for store.found in (S3Error("moved", 301), S3Error(told, 400)):
        assert look.listed(where) is None, "a bucket of another region"
    for store.found in (S3Error("denied", 403), S3Error("S3 answered 400 to GET s3://b/: denied: no", 400)):
        with pytest.raises(S3Error, match="denied"):
            look.listed(where)


def test_on_hosts_of_ones_own_nothing_lies_in_s3():
    assert on_own_hosts.refused(["in.txt", "hdfs:///in"]) == []
    found = on_own_hosts.refused(["in.txt", "s3://b/in"], "direct", "s3://b/out")
    assert [str(one).split(":")[0] for one in found] == ["job_input", "job_output", "job_input_mode"]
    with pytest.raises(OhmyError, match="job_input: s3://b/in lies in S3, and hosts of one's own are used without AWS"):
        on_own_hosts.refuse(["s3://b/in"])


def _step(**more):
    usual = dict.fromkeys(streaming_options.SPEC)
    return {**usual, "mapper": "cat", "reducer": None, "combiner": None, "files": [], "reduces": 0, **more}


def test_a_step_that_cannot_be_meant_is_named_by_its_number():
    step = {**_step(), "options": {}, "cmdenv": {}}
    with pytest.raises(OhmyError, match="^Step 2: "):
        steps.read("words", [step, {**step, "name": "sum", "cmdenv": {"A B": "1"}}])
    with pytest.raises(OhmyError) as caught:
        steps.read("words", [{**step, "cmdenv": {"A B": "1"}}])
    assert not caught.value.message.startswith("Step")


def test_each_step_reads_what_the_one_before_it_wrote_and_changes_those_behind_it():
    step = {**_step(), "options": {}, "cmdenv": {}}

    def chain(*cmdenvs):
        read = steps.read("words", [{**step, "cmdenv": one} for one in cmdenvs])
        return steps.chain(read, "digest", ["/in"])

    first, second, third = chain({}, {}, {})
    assert first["input"] == ["/in"] and second["input"] == [first["output"]] and third["input"] == [second["output"]]
    assert len({one["id"] for one in (first, second, third)}) == 3
    again = chain({}, {"A": "1"}, {})
    assert again[0]["id"] == first["id"] and again[1]["id"] != second["id"] and again[2]["id"] != third["id"]
