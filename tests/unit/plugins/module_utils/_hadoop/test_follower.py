# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The follower: submit, attach, kill, fail, and never twice."""

from __future__ import annotations

import json
import os
import sys
import time

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import (
    doors,
    follow_application,
    follow_streaming,
    follower,
    job_look,
    jobs,
    task_progress,
)
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.jobdir import JobDir
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.rest import Refused

from .fake_cluster import APP, SPEC, Cluster, FakeHdfs

FINGERPRINT = "/user/hadoop/jobs/wc/.output.fingerprint"
KEYS = {
    *(
        "id",
        "kind",
        "name",
        "state",
        "application_id",
        "progress",
        "first_failure",
        "counters",
        "started",
        "finished",
        "output",
        "tries",
        "error",
    ),
}


@pytest.fixture
def cluster(monkeypatch, tmp_path):
    """A cluster and a new job; waiting takes no time."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    monkeypatch.setattr(follow_streaming, "APPEAR_SECONDS", 0)
    monkeypatch.setattr(task_progress, "FIRST_SECONDS", 0)
    return Cluster(monkeypatch, tmp_path)


def write_status(cluster, **changes):
    """Leave the status of an earlier follower."""
    status = job_look.status("wc", cluster.root)
    JobDir(cluster.path).write("status.json", {**status, **changes})


def test_a_job_is_submitted_followed_and_measured(cluster):
    cluster.succeed()
    cluster.history.answers["/jobs/job_1_0001/counters"] = {
        "jobCounters": {
            "counterGroup": {
                "counterGroupName": "org.apache.hadoop.mapreduce.TaskCounter",
                "counter": {"name": "MAP_INPUT_RECORDS", "totalCounterValue": 66},
            }
        }
    }
    status = cluster.follow()
    assert set(status) == KEYS
    assert (status["state"], status["application_id"]) == ("succeeded", APP)
    assert status["output"] == {"files": 1, "bytes": 4}
    assert status["counters"] == {"MAP_INPUT_RECORDS": 66}
    assert status["progress"] == {"map": 100, "reduce": 100, "text": "succeeded", "left": None}
    assert status["finished"] >= status["started"] and status["error"] is None
    assert cluster.hdfs.files[FINGERPRINT] == b"f1\n"
    assert len(cluster.started) == 1
    assert os.stat(f"{cluster.path}/job.xml").st_mode & 0o777 == 0o600


def test_a_finished_job_is_left_alone(cluster):
    write_status(cluster, state="succeeded")
    assert cluster.follow()["state"] == "succeeded" and cluster.started == []


def test_a_whole_answer_of_this_very_job_needs_no_second_run(cluster):
    cluster.hdfs.files = {FINGERPRINT: b"f1\n", SPEC["output"] + "/_SUCCESS": b"", SPEC["output"] + "/part-0": b"x"}
    assert cluster.follow()["state"] == "succeeded" and cluster.started == []


def test_our_own_half_answer_is_removed_and_made_anew(cluster):
    cluster.hdfs.files = {FINGERPRINT: b"f1\n", SPEC["output"] + "/part-0": b"half"}
    cluster.succeed()
    assert cluster.follow()["state"] == "succeeded"
    assert cluster.hdfs.deleted == [SPEC["output"]] and len(cluster.started) == 1


@pytest.mark.parametrize("files", [{}, {FINGERPRINT: b"other\n"}])
def test_an_answer_that_is_not_ours_is_never_deleted(cluster, files):
    cluster.hdfs.files = {SPEC["output"] + "/part-0": b"theirs", **files}
    status = cluster.follow()
    assert status["state"] == "failed" and "did not write it" in status["error"]["summary"]
    assert cluster.hdfs.deleted == [] and cluster.started == []


def test_a_follower_that_died_is_followed_by_one_that_attaches(cluster):
    write_status(cluster, state="running", application_id=APP)
    cluster.hdfs.files[FINGERPRINT] = b"f1\n"
    cluster.succeed()
    cluster.client([])
    status = cluster.follow()
    assert (status["state"], status["application_id"]) == ("succeeded", APP) and cluster.started == []


def test_one_that_died_while_it_submitted_finds_its_application_by_tag(cluster):
    write_status(cluster, state="starting", started=time.time() - 5)
    cluster.hdfs.files[FINGERPRINT] = b"f1\n"
    cluster.succeed()
    cluster.client([])
    status = cluster.follow()
    assert (status["state"], status["application_id"]) == ("succeeded", APP) and cluster.started == []


def test_an_application_that_failed_while_nobody_looked_is_diagnosed_not_repeated(cluster):
    write_status(cluster, state="starting", started=time.time() - 5)
    cluster.yarn.add(APP, ["FINISHED"], finalStatus="FAILED", diagnostics="Job failed as tasks failed.")
    assert cluster.follow()["state"] == "failed" and cluster.started == []


def test_the_failed_application_of_an_earlier_try_is_not_attached_to(cluster):
    cluster.yarn.add("application_1_0009", ["FINISHED"], finalStatus="FAILED", started=time.time() - 5)
    cluster.succeed()
    assert cluster.follow()["application_id"] == APP and len(cluster.started) == 1


def test_an_application_of_an_earlier_life_that_still_runs_is_killed_first(cluster):
    cluster.yarn.add("application_1_0009", ["RUNNING"], started=time.time() - 3600)
    cluster.succeed()
    assert cluster.follow()["application_id"] == APP and cluster.yarn.killed == ["application_1_0009"]


def test_a_failed_job_explains_itself_by_its_program(cluster):
    def client(_argv):
        cluster.yarn.add(APP, ["RUNNING", "FINISHED"], finalStatus="FAILED", diagnostics="Task failed task_1")
        return 0, f"Submitted application {APP}"

    cluster.client = client
    attempt = {
        "id": "attempt_1_0001_r_000000_0",
        "state": "FAILED",
        "diagnostics": "subprocess failed with code 1",
        "assignedContainerId": "c",
        "nodeHttpAddress": "10.0.0.6:8042",
    }
    cluster.history.answers.update(
        {
            "/jobs/job_1_0001/tasks": {"tasks": {"task": [{"id": "t", "state": "FAILED"}]}},
            "/jobs/job_1_0001/tasks/t/attempts": {"taskAttempts": {"taskAttempt": attempt}},
        }
    )
    cluster.history.log = (
        'Traceback (most recent call last):\n  File "r.py", line 2, in <module>\nZeroDivisionError: division by zero'
    )
    error = cluster.follow()["error"]
    assert error["summary"] == "The reducer r.py failed: it raised ZeroDivisionError: division by zero (r.py, line 2)."
    assert (error["attempt"], error["host"]) == ("attempt_1_0001_r_000000_0", "10.0.0.6")


def test_a_refused_submission_is_explained(cluster):
    cluster.client = lambda _argv: (
        5,
        "Error Launching job : Input path does not exist: hdfs://h/in\nStreaming Command Failed!",
    )
    assert "the input /in is not in HDFS" in cluster.follow()["error"]["summary"]


def test_a_client_that_broke_after_it_had_submitted_is_no_failure(cluster):
    cluster.succeed()
    submit = cluster.client
    cluster.client = lambda argv: (submit(argv) and 5, "boom")
    assert cluster.follow()["state"] == "succeeded"


def test_a_silent_controller_kills_only_where_the_job_says_so(monkeypatch, tmp_path):
    for policy, killed in (("kill", True), ("continue", False)):
        found = Cluster(monkeypatch, tmp_path / policy, on_disconnect=policy)
        one = follower.Follower(JobDir(found.path), doors.Doors(found.hdfs, found.yarn, found.history))
        one._heard -= follower.SILENCE + 1
        if killed:
            with pytest.raises(follower.Stop, match="nobody watched"):
                one.alive()
            os.utime(f"{found.path}/heartbeat", (1, 1))
        one.alive()


def test_a_job_has_only_so_much_time(monkeypatch, tmp_path):
    found = Cluster(monkeypatch, tmp_path, timeout=10)
    JobDir(found.path).write("status.json", {**job_look.status("wc", found.root), "started": time.time() - 60})
    found.succeed()
    status = found.follow()
    assert status["state"] == "killed" and "10 s was up" in status["error"]["summary"]


def test_without_a_node_the_job_fails_instead_of_waiting(cluster, monkeypatch):
    monkeypatch.setattr(follow_application, "NO_NODE_SECONDS", 0)
    cluster.yarn.active = 0
    summary = cluster.follow()["error"]["summary"]
    assert "No NodeManager can run the job: 1 unhealthy" in summary
    assert "worker-1 says: 1/1 local-dirs have errors: [ /var/lib/hadoop/local : used space above" in summary
    assert cluster.started == []


def test_a_resourcemanager_that_goes_silent_takes_no_place_of_the_failure(cluster, monkeypatch):
    monkeypatch.setattr(follow_application, "NO_NODE_SECONDS", 0)
    cluster.yarn.active = 0
    stumble(monkeypatch, cluster.yarn, "nodes", 1)
    assert cluster.follow()["error"]["summary"].endswith("1 unhealthy, 0 lost.")


def test_nodes_that_go_while_the_job_waits_end_it(cluster, monkeypatch):
    cluster.succeed()
    submit = cluster.client

    def client(argv):
        found = submit(argv)
        cluster.yarn.applications[APP]["states"] = ["ACCEPTED"]
        cluster.yarn.active = 0
        monkeypatch.setattr(follow_application, "NO_NODE_SECONDS", -1)
        return found

    cluster.client = client
    # The first look starts the clock, the second finds it run out.
    status = cluster.follow()
    assert status["state"] == "failed" and cluster.yarn.killed == [APP]


def test_a_forgotten_application_fails(cluster):
    cluster.client = lambda _argv: (0, f"Submitted application {APP}")
    assert "forgotten" in cluster.follow()["error"]["summary"]


def stumble(monkeypatch, target, name, times):
    """Let a call be answered by error pages first."""
    real, left = getattr(target, name), [times]

    def answer(*args, **options):
        left[0] -= 1
        if left[0] >= 0:
            raise Refused("The ResourceManager refused it: HTTP status 502", "", 502)
        return real(*args, **options)

    monkeypatch.setattr(target, name, answer)


@pytest.mark.parametrize("name", ["app", "apps", "metrics", "proxied"])
def test_error_pages_of_yarn_do_not_end_a_job(cluster, monkeypatch, name):
    cluster.succeed()
    stumble(monkeypatch, cluster.yarn, name, 3)
    assert cluster.follow()["state"] == "succeeded"


@pytest.mark.parametrize("name", ["app", "metrics"])
def test_error_pages_without_end_are_a_failure(cluster, monkeypatch, name):
    monkeypatch.setattr(follow_application, "SILENT_YARN_SECONDS", -1)
    cluster.succeed()
    stumble(monkeypatch, cluster.yarn, name, 10**6)
    status = cluster.follow()
    assert status["state"] == "failed" and "502" in status["error"]["summary"]


def test_a_kill_that_yarn_refuses_is_tried_again_and_never_hidden(cluster, monkeypatch):
    one = follower.Follower(JobDir(cluster.path), doors.Doors(cluster.hdfs, cluster.yarn, cluster.history))
    cluster.yarn.add(APP, ["RUNNING"])

    def stop(_follower):
        raise follower.Stop("its time was up")

    stumble(monkeypatch, cluster.yarn, "kill", 2)
    assert follower.follow(one, stop) == 0 and cluster.yarn.killed == [APP]
    assert one.status["error"]["summary"] == "Its time was up."
    cluster.yarn.add(APP, ["RUNNING"])
    monkeypatch.setattr(follower, "KILL_SECONDS", 0)
    stumble(monkeypatch, cluster.yarn, "kill", 9)
    follower.follow(one, stop)
    assert one.status["state"] == "killed" and "It may still run in YARN" in one.status["error"]["summary"]


def test_a_defect_of_the_follower_still_ends_the_job(cluster, capsys):
    def client(_argv):
        raise KeyError("oops")

    cluster.client = client
    status = cluster.follow()
    assert status["state"] == "failed" and "KeyError" in status["error"]["summary"]
    assert "Traceback" in capsys.readouterr().err


def test_progress_tells_tasks_and_failures(cluster):
    seen = []
    write = JobDir.write
    cluster.succeed()
    try:
        JobDir.write = lambda self, name, data, mode=0o644: (seen.append(data), write(self, name, data, mode))[1]
        cluster.follow()
    finally:
        JobDir.write = write
    texts = [status["progress"]["text"] for status in seen if "progress" in status]
    assert "maps 1/2, reduces 0/1, 1 attempt failed" in texts
    assert any(status["progress"]["map"] == 50 for status in seen if "progress" in status)


@pytest.mark.parametrize(
    "text, words", [(b"#!/x\r\n", "carriage return"), (b"\xef\xbb\xbf#!/x\n", "byte order"), (None, "reach")]
)
def test_programs_that_no_task_could_start_are_not_submitted(monkeypatch, tmp_path, text, words):
    found = Cluster(monkeypatch, tmp_path, files=["m.py"])
    if text is not None:
        with open(f"{found.path}/files/m.py", "wb") as stream:
            stream.write(text)
    assert words in found.follow()["error"]["summary"] and found.started == []


@pytest.mark.parametrize(
    "program, shared",
    [
        ("for line in sys.stdin:", True),
        ('os.environ["mapreduce_map_input_file"]', False),
        ('os.environ.get("map_input_file")', False),
    ],
)
def test_small_files_share_maps_unless_the_program_asks_for_its_file(monkeypatch, tmp_path, program, shared):
    found = Cluster(monkeypatch, tmp_path, files=["m.py"])
    with open(f"{found.path}/files/m.py", "w", encoding="utf-8") as stream:
        stream.write(program)
    found.hdfs.files = {f"/in/{number}": b"x" for number in range(50)}
    found.succeed()
    assert found.follow()["state"] == "succeeded"
    assert ("-inputformat" in found.started[0]) is shared


# The client process itself


def test_a_client_is_ended_when_its_time_is_up_and_its_words_are_kept(tmp_path):
    jobs.create(SPEC, {}, str(tmp_path), None)
    one = follower.Follower(JobDir(str(tmp_path / "wc")), doors.Doors(FakeHdfs(), None, None))
    offset = one.log_size()
    program = "import sys, time; print('out'); print('err', file=sys.stderr); sys.stdout.flush(); {}"
    assert one.run([sys.executable, "-c", program.format("sys.exit(3)")], 20) == 3
    assert "out" in one.log_since(offset) and "err" in one.log_since(offset)
    began = time.monotonic()
    assert one.run([sys.executable, "-c", program.format("time.sleep(60)")], 0.3) is None
    assert time.monotonic() - began < 10


def test_a_client_that_outlives_its_follower_is_waited_for(tmp_path, monkeypatch):
    jobs.create(SPEC, {}, str(tmp_path), None)
    folder = JobDir(str(tmp_path / "wc"))
    one = follower.Follower(folder, doors.Doors(FakeHdfs(), None, None))
    monkeypatch.setattr(follower, "_end", lambda _client: None)
    program = "import time; time.sleep(1.2)"
    assert one.run([sys.executable, "-c", program], 0.1) is None
    began = time.monotonic()
    follower.Follower(folder, doors.Doors(FakeHdfs(), None, None)).wait_for_orphan()
    assert 0.3 < time.monotonic() - began < 10
    assert json.loads((tmp_path / "wc" / "status.json").read_text())["progress"]["text"].startswith(
        "waiting for the client"
    )
