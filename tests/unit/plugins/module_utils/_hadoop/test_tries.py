# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which failures are tried again, how often, and what is told of it."""

from __future__ import annotations

import time

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import (
    follow_application,
    follow_streaming,
    job_look,
    tries,
)
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.causes.table import CAUSES
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.jobdir import JobDir, error
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.rest import Unreachable

from .fake_cluster import APP, SPEC, Cluster

SAFE_MODE = "Error Launching job : Cannot create directory /x. Name node is in safe mode.\nStreaming Command Failed!"
TRACEBACK = (
    'Traceback (most recent call last):\n  File "m.py", line 2, in <module>\nZeroDivisionError: division by zero'
)


@pytest.fixture
def cluster(monkeypatch, tmp_path):
    """A cluster and a new job; waiting takes no time, and is counted."""
    waits = []
    monkeypatch.setattr(time, "sleep", waits.append)
    monkeypatch.setattr(follow_streaming, "APPEAR_SECONDS", 0)
    found = Cluster(monkeypatch, tmp_path)
    found.waits = waits
    return found


def play(cluster, *clients):
    """Let each submission be another client's, the last one's for ever."""
    left = list(clients)
    cluster.client = lambda argv: (left.pop(0) if len(left) > 1 else left[0])(argv)


def refuse(_argv):
    """Refuse as HDFS does in safe mode."""
    return 5, SAFE_MODE


def succeeding(cluster, application=APP):
    """Return a client whose application succeeds."""
    cluster.succeed(application)
    return cluster.client


def failing(cluster, application, diagnostics, half=True):
    """Return a client whose application fails and leaves half an output."""

    def client(_argv):
        cluster.yarn.add(application, ["RUNNING", "FINISHED"], finalStatus="FAILED", diagnostics=diagnostics)
        if half:
            cluster.hdfs.files[SPEC["output"] + "/part-00001"] = b"half"
        return 0, f"Submitted application {application}"

    return client


def cluster_status(cluster):
    """Return the status of a job that began a moment ago."""
    return {**job_look.status("wc", cluster.root), "started": time.time() - 5}


def texts(cluster, monkeypatch):
    """Return the list that gathers each text of the status."""
    seen, write = [], JobDir.write

    def gather(self, name, data, mode=0o644):
        if name == "status.json" and (not seen or seen[-1] != data["progress"]["text"]):
            seen.append(data["progress"]["text"])
        write(self, name, data, mode)

    monkeypatch.setattr(JobDir, "write", gather)
    return seen


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.id)
def test_only_what_may_pass_is_tried_again_and_only_so_often(cause):
    found = error("It failed.", "Do.", cause=cause.id)
    wanted = cause.retry in ("yes", "wait") and cause.id != "killed-by-user"
    assert tries.again(found, 1, 2) is tries.again(found, 2, 2) is wanted
    assert tries.again(found, 3, 2) is tries.again(found, 1, 0) is False


def test_a_failure_that_clears_is_tried_again_and_the_status_says_so(cluster, monkeypatch):
    seen = texts(cluster, monkeypatch)
    play(cluster, refuse, succeeding(cluster))
    status = cluster.follow()
    assert status["state"] == "succeeded" and status["error"] is None and len(cluster.started) == 2
    assert status["tries"] == [
        {"application_id": None, "id": "safe-mode", "summary": "Hadoop did not take the job: HDFS is in safe mode."}
    ]
    assert "try 2 of 3: Hadoop did not take the job: HDFS is in safe mode." in seen
    assert cluster.waits.count(1) >= tries.PAUSES[0]


def test_three_tries_are_all_there_is_and_all_are_told(cluster):
    play(cluster, refuse)
    status = cluster.follow()
    assert status["state"] == "failed" and len(cluster.started) == 3
    assert [one["id"] for one in status["tries"]] == ["safe-mode"] * 3 and status["error"]["id"] == "safe-mode"


def test_as_many_tries_as_the_specification_says(monkeypatch, tmp_path):
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    monkeypatch.setattr(follow_streaming, "APPEAR_SECONDS", 0)
    for retries, started in ((0, 1), (1, 2)):
        found = Cluster(monkeypatch, tmp_path / str(retries), retries=retries)
        play(found, refuse)
        assert found.follow()["state"] == "failed" and len(found.started) == started


def test_a_lost_node_makes_a_new_application_without_the_half_output_of_the_old(cluster):
    lost = failing(cluster, "application_1_0007", "Container released on a *lost* node")
    play(cluster, lost, succeeding(cluster))
    status = cluster.follow()
    assert (status["state"], status["application_id"]) == ("succeeded", APP)
    assert status["tries"][0]["application_id"] == "application_1_0007"
    assert cluster.hdfs.deleted == [SPEC["output"]]
    assert sorted(cluster.hdfs.files) == [
        "/user/hadoop/jobs/wc/.output.fingerprint",
        "/user/hadoop/jobs/wc/output/_SUCCESS",
        "/user/hadoop/jobs/wc/output/part-00000",
    ]


def test_an_error_of_the_program_is_never_tried_again(cluster):
    play(cluster, failing(cluster, APP, "Task failed task_1"))
    attempt = {"id": "attempt_1_0001_m_000000_0", "state": "FAILED", "diagnostics": "subprocess failed with code 1"}
    cluster.history.answers.update(
        {
            "/jobs/job_1_0001/tasks": {"tasks": {"task": [{"id": "t", "state": "FAILED"}]}},
            "/jobs/job_1_0001/tasks/t/attempts": {
                "taskAttempts": {"taskAttempt": {**attempt, "assignedContainerId": "c", "nodeHttpAddress": ""}}
            },
        }
    )
    cluster.history.log = TRACEBACK
    status = cluster.follow()
    assert len(cluster.started) == 1 and status["error"]["id"] == "python-exception" and len(status["tries"]) == 1


def test_a_job_that_somebody_killed_is_not_started_again(cluster):
    def client(_argv):
        cluster.yarn.add(APP, ["KILLED"], finalStatus="KILLED", diagnostics="Application a was killed by user bob at h")
        return 0, f"Submitted application {APP}"

    cluster.client = client
    status = cluster.follow()
    assert len(cluster.started) == 1 and status["error"]["id"] == "killed-by-user" and status["error"]["retry"] == "yes"


def test_a_follower_that_died_between_two_tries_goes_on_with_the_next(cluster):
    spent = {"application_id": "application_1_0007", "id": "node-lost", "summary": "x"}
    status = {**cluster_status(cluster), "tries": [spent, spent], "application_id": None}
    JobDir(cluster.path).write("status.json", status)
    cluster.yarn.add("application_1_0007", ["FINISHED"], finalStatus="FAILED", diagnostics="lost")
    play(cluster, refuse)
    status = cluster.follow()
    assert status["state"] == "failed" and len(cluster.started) == 1 and len(status["tries"]) == 3


def test_a_try_whose_application_still_runs_is_killed_before_the_next(cluster):
    spent = {"application_id": "application_1_0007", "id": "daemon-unreachable", "summary": "x"}
    JobDir(cluster.path).write("status.json", {**cluster_status(cluster), "tries": [spent]})
    cluster.yarn.add("application_1_0007", ["RUNNING"])
    play(cluster, succeeding(cluster))
    status = cluster.follow()
    assert cluster.yarn.killed == ["application_1_0007"] and status["application_id"] == APP


def test_the_time_of_a_job_ends_the_pause_too(monkeypatch, tmp_path):
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    found = Cluster(monkeypatch, tmp_path, timeout=100)
    now = time.time()
    monkeypatch.setattr(follow_streaming, "APPEAR_SECONDS", 0)

    def client(_argv):
        monkeypatch.setattr(time, "time", lambda: now + 1000)
        return refuse(_argv)

    found.client = client
    status = found.follow()
    assert status["state"] == "killed" and status["error"]["id"] == "stopped" and len(status["tries"]) == 1


def test_a_daemon_that_does_not_answer_is_waited_for(cluster, monkeypatch):
    left, real = [2], cluster.hdfs.mkdirs

    def mkdirs(path):
        left[0] -= 1
        if left[0] >= 0:
            raise Unreachable("The NameNode at h:9870 does not answer: refused.", "See whether its unit runs.")
        real(path)

    monkeypatch.setattr(cluster.hdfs, "mkdirs", mkdirs)
    play(cluster, succeeding(cluster))
    status = cluster.follow()
    assert status["state"] == "succeeded" and [one["id"] for one in status["tries"]] == ["daemon-unreachable"] * 2


def test_an_application_that_nobody_could_ask_is_attached_to_and_not_made_anew(cluster, monkeypatch):
    monkeypatch.setattr(follow_application, "SILENT_YARN_SECONDS", -1)
    play(cluster, succeeding(cluster))
    left, real = [1], cluster.yarn.app

    def app(application):
        left[0] -= 1
        if left[0] >= 0:
            raise Unreachable("The ResourceManager at h:8088 does not answer: refused.", "See whether its unit runs.")
        return real(application)

    monkeypatch.setattr(cluster.yarn, "app", app)
    status = cluster.follow()
    assert (status["state"], status["application_id"]) == ("succeeded", APP) and len(cluster.started) == 1
    assert cluster.yarn.killed == [] and [one["id"] for one in status["tries"]] == ["daemon-unreachable"]


def test_an_output_that_is_not_whole_is_made_again(cluster):
    def client(_argv):
        cluster.yarn.add("application_1_0007", ["FINISHED"], finalStatus="SUCCEEDED")
        return 0, "Submitted application application_1_0007"

    play(cluster, client, succeeding(cluster))
    status = cluster.follow()
    assert status["state"] == "succeeded" and [one["id"] for one in status["tries"]] == ["output-incomplete"]


def test_a_job_that_finds_no_room_fails(cluster, monkeypatch):
    monkeypatch.setattr(follow_application, "NO_PLACE_SECONDS", -1)

    def client(_argv):
        cluster.yarn.add(APP, ["ACCEPTED"], diagnostics="Queue's AM resource limit exceeded. ")
        return 0, f"Submitted application {APP}"

    cluster.client = client
    status = cluster.follow()
    assert status["error"]["id"] == "no-room" and cluster.yarn.killed == [APP] and len(cluster.started) == 1


def test_a_program_that_was_shipped_and_cannot_start_is_told_by_its_first_line(monkeypatch, tmp_path):
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    found = Cluster(monkeypatch, tmp_path, files=["m.py"])
    with open(f"{found.path}/files/m.py", "w", encoding="utf-8") as stream:
        stream.write("#!/usr/bin/nosuch -x\nprint(1)\n")
    words = 'Cannot run program "/l/container_1_0001_01_000002/./m.py": error=2, No such file or directory'
    play(found, failing(found, APP, words))
    status = found.follow()
    assert status["error"]["id"] == "program-not-shipped", "without an attempt nothing tells whose words these are"
    attempt = {"id": "attempt_1_0001_m_000000_0", "state": "FAILED", "diagnostics": words}
    found.history.answers.update(
        {
            "/jobs/job_1_0001/tasks": {"tasks": {"task": [{"id": "t", "state": "FAILED"}]}},
            "/jobs/job_1_0001/tasks/t/attempts": {"taskAttempts": {"taskAttempt": attempt}},
        }
    )
    (tmp_path / "wc" / "status.json").unlink()
    status = found.follow()
    assert status["error"]["id"] == "interpreter-missing" and "no /usr/bin/nosuch" in status["error"]["summary"]
