# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of what is told of a job while it runs."""

from __future__ import annotations

import types

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import follow_application, task_progress
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.jobdir import JobDir
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.rest import Unreachable

from .fake_cluster import APP, Cluster

FIRST_SECONDS, LOOK_SECONDS = task_progress.FIRST_SECONDS, task_progress.LOOK_SECONDS
JOB = {"mapsTotal": 8, "mapsCompleted": 3, "mapsRunning": 2, "reducesTotal": 1, "mapProgress": 40, "reduceProgress": 0}
TASKS = [
    {"id": "t1", "state": "SUCCEEDED", "successfulAttempt": "a1", "status": "done with it > map"},
    {"id": "t2", "state": "RUNNING", "status": "Records R/W=17/1 > map", "startTime": 5},
    {"id": "t3", "state": "RUNNING", "status": "parsing Exodus > map", "startTime": 6},
]
FAILED = {
    "id": "attempt_1_0001_m_000001_0",
    "type": "MAP",
    "state": "FAILED",
    "diagnostics": "subprocess failed with code 1",
    "assignedContainerId": "c",
    "nodeHttpAddress": "10.0.0.6:8042",
}
TRACE = 'Traceback (most recent call last):\n  File "m.py", line 2, in <module>\nValueError: bad line'


def counters(**groups):
    return {
        "jobCounters": {
            "counterGroup": [
                {"counterGroupName": name, "counter": [{"name": k, "totalCounterValue": v} for k, v in one.items()]}
                for name, one in groups.items()
            ]
        }
    }


@pytest.fixture(autouse=True)
def _asked_at_once(monkeypatch):
    monkeypatch.setattr(task_progress, "FIRST_SECONDS", 0)
    monkeypatch.setattr(task_progress, "LOOK_SECONDS", 0)


@pytest.fixture(name="cluster")
def fixture_cluster(monkeypatch, tmp_path):
    return running(Cluster(monkeypatch, tmp_path))


def running(cluster, job=JOB, attempts=()):
    """Let the job's own master answer."""
    answers = {
        "": {"job": job},
        "/counters": counters(
            **{
                "org.apache.hadoop.mapreduce.FileSystemCounter": {"HDFS_BYTES_READ": 12_300_000},
                "Bible": {"verses": 1234},
            }
        ),
        "/tasks": {"tasks": {"task": TASKS}},
        "/tasks/t2/attempts": {"taskAttempts": {"taskAttempt": list(attempts)}},
    }
    cluster.yarn.proxied = lambda _app, path, params=None: answers.get(path.partition("/job_1_0001")[2])
    cluster.history.log = TRACE
    cluster.succeed()
    return cluster


def statuses(cluster, monkeypatch):
    """Follow the job and return all that its status was."""
    seen, write = [], JobDir.write

    def keep(self, name, data, mode=0o644):
        seen.append(data)
        return write(self, name, data, mode)

    monkeypatch.setattr(JobDir, "write", keep)
    cluster.follow()
    return [data for data in seen if "progress" in data]


def test_counts_bytes_counters_and_words_are_told(cluster, monkeypatch):
    texts = [status["progress"]["text"] for status in statuses(cluster, monkeypatch)]
    wanted = "maps 3/8 (2 running), reduces 0/1, 12.3 MB read, Bible.verses 1,234, parsing Exodus"
    assert wanted in texts


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NEW",
        "map",
        "map > sort",
        "reduce > reduce",
        "Records R/W=17/1 > map",
        "Records R/W=1703/1",
        "hdfs://10.0.0.5:8020/user/hadoop/in/0/a.txt:0+2202205 > map",
        "Paths:/user/hadoop/in/0/a.txt:0+12,/user/hadoop/in/0/b.txt:0+3 > map",
        "1 / 2 copied. > sort",
        "2 / 2 copied Total(2/2): (1) Aggregated copy rate(2 of 2 at 0.02 MB/s) > sort",
    ],
)
def test_what_hadoop_writes_itself_is_not_taken_for_the_program_s(text):
    assert task_progress.OWN_WORDS.match(text)


@pytest.mark.parametrize("text", ["parsing Exodus", "map 3 of the world", "page 5:17 > map", "mapping"])
def test_what_the_program_writes_is_its_own(text):
    assert not task_progress.OWN_WORDS.match(text)


@pytest.mark.parametrize(
    ("job", "seconds"),
    [
        ({"startTime": 1000_000, "mapProgress": 50, "reducesTotal": 0}, 80),
        ({"startTime": 1000_000, "mapProgress": 100, "reducesTotal": 1, "reduceProgress": "0"}, 80),
        ({"startTime": 1000_000, "mapProgress": 9, "reducesTotal": 0}, None),
        ({"startTime": 1030_000, "mapProgress": 50, "reducesTotal": 0}, None),
        ({"mapProgress": 50}, None),
        ({"startTime": 1000_000, "mapProgress": 100}, None),
        ({"startTime": 1000_000, "mapProgress": 50, "mapsTotal": 2, "failedMapAttempts": 1}, None),
        ({"startTime": 1000_000, "mapProgress": 50, "mapsTotal": 800, "failedMapAttempts": 1}, 80),
    ],
)
def test_the_rest_is_guessed_once_there_is_something_to_go_by(job, seconds):
    assert task_progress.rest(job, now=1080) == seconds


def test_the_first_failed_attempt_is_told_while_the_job_goes_on(cluster, monkeypatch):
    running(cluster, {**JOB, "failedMapAttempts": 1}, [FAILED])
    seen = statuses(cluster, monkeypatch)
    before_end = next(status for status in seen if status["first_failure"])
    assert (
        before_end["state"] == "running"
        and "ValueError: bad line (m.py, line 2)" in before_end["first_failure"]["summary"]
    )
    assert before_end["first_failure"]["host"] == "10.0.0.6" and "Traceback" in before_end["first_failure"]["stderr"]
    assert seen[-1]["state"] == "succeeded" and seen[-1]["first_failure"] == before_end["first_failure"]


@pytest.mark.parametrize("silent", [False, True])
def test_the_tasks_are_asked_for_a_failure_again_only_where_there_is_news(monkeypatch, tmp_path, silent):
    cluster = running(Cluster(monkeypatch, tmp_path), {**JOB, "failedMapAttempts": 1})
    asked, answer = [], cluster.yarn.proxied

    def proxied(app, path, params=None):
        asked.append(path)
        if silent and path.endswith("/attempts"):
            raise Unreachable("It does not answer.")
        return answer(app, path, params)

    monkeypatch.setattr(cluster.yarn, "proxied", proxied)
    monkeypatch.setattr(follow_application, "PAUSES", ((float("inf"), 0.0),))
    play_for(cluster, 5)
    cluster.follow()
    # The attempt that failed is of a task that has succeeded with another one; an answer that did not come is asked for again.
    assert len([path for path in asked if path.endswith("t2/attempts")]) == (5 if silent else 1)


def play_for(cluster, looks):
    """Let the application run for so many looks."""
    client = cluster.client

    def slow(argv):
        done = client(argv)
        cluster.yarn.applications[APP]["states"] = ["ACCEPTED", *["RUNNING"] * looks, "FINISHED"]
        return done

    cluster.client = slow


def test_a_young_job_s_master_is_not_asked_and_that_of_an_older_one_every_three_seconds(cluster, monkeypatch):
    now, asked, answer = [0.0], [], cluster.yarn.proxied
    clock = types.SimpleNamespace(
        monotonic=lambda: now[0], time=lambda: now[0], sleep=lambda seconds: now.__setitem__(0, now[0] + seconds)
    )

    def proxied(app, path, params=None):
        asked.append(now[0])
        return answer(app, path, params)

    for module in (follow_application, task_progress):
        monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(task_progress, "FIRST_SECONDS", FIRST_SECONDS)
    monkeypatch.setattr(task_progress, "LOOK_SECONDS", LOOK_SECONDS)
    monkeypatch.setattr(cluster.yarn, "proxied", proxied)
    play_for(cluster, 25)
    texts = [status["progress"]["text"] for status in statuses(cluster, monkeypatch)]
    # It runs from 0.5 s on, and has ended by 13.
    assert sorted(set(asked)) == [5.5, 8.5, 11.5]
    assert "starting its tasks" in texts


def test_an_old_job_is_looked_at_less_often(cluster, monkeypatch):
    now, pauses = [0.0], []
    clock = types.SimpleNamespace(
        monotonic=lambda: now[0], sleep=lambda seconds: (pauses.append(seconds), now.__setitem__(0, now[0] + 200))
    )
    monkeypatch.setattr(follow_application, "time", clock)
    play_for(cluster, 6)
    cluster.follow()
    assert pauses == [0.5, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0]


def test_fail_fast_ends_the_job_with_the_first_failed_attempt(monkeypatch, tmp_path):
    cluster = running(Cluster(monkeypatch, tmp_path, fail_fast=True), {**JOB, "failedMapAttempts": 1}, [FAILED])
    status = cluster.follow()
    assert status["state"] == "failed" and cluster.yarn.killed == [APP]
    assert status["error"] == status["first_failure"] and "ValueError" in status["error"]["summary"]


def test_a_long_list_of_tasks_is_not_read(cluster, monkeypatch):
    running(cluster, {**JOB, "mapsTotal": 5000})
    texts = [status["progress"]["text"] for status in statuses(cluster, monkeypatch)]
    assert any("maps 3/5000" in text for text in texts) and not any("Exodus" in text for text in texts)


@pytest.mark.parametrize(
    ("job", "tasks", "words", "percents"),
    [
        ({"mapsTotal": 2, "reducesTotal": 1}, "Mm", "1 of 2 maps and 0 of 1 reduce done", {"map": 50, "reduce": 0}),
        (
            {"mapsTotal": 2, "reducesTotal": 2},
            "MMRr",
            "2 of 2 maps and 1 of 2 reduces done",
            {"map": 100, "reduce": 50},
        ),
        ({"mapsTotal": 1, "reducesTotal": 0}, "m", "0 of 1 map done", {"map": 0}),
        ({"mapsTotal": 0, "reducesTotal": 0}, "", "", {}),
        ({"mapsTotal": 501, "reducesTotal": 0}, "M", "", {}),
    ],
)
def test_a_failed_job_counts_only_tasks_that_succeeded(cluster, job, tasks, words, percents):
    kinds = {"m": "MAP", "r": "REDUCE"}
    told = [{"type": kinds[one.lower()], "state": "SUCCEEDED" if one.isupper() else "FAILED"} for one in tasks]
    cluster.history.answers["/jobs/job_1_0001/tasks"] = {"tasks": {"task": told}}
    assert task_progress.succeeded(cluster.history, "job_1_0001", job) == (words, percents)


def test_the_status_of_a_failed_job_ends_with_what_was_done(monkeypatch, tmp_path):
    cluster = Cluster(monkeypatch, tmp_path)

    def client(_argv):
        more = {"finalStatus": "FAILED", "diagnostics": "Task failed task_1_0001_m_000001"}
        cluster.yarn.add(APP, ["RUNNING", "FINISHED"], **more)
        return 0, f"INFO impl.YarnClientImpl: Submitted application {APP}\n"

    cluster.client = client
    job = {"mapsTotal": 2, "mapsCompleted": 2, "reducesTotal": 1, "reducesCompleted": 0}
    monkeypatch.setattr(cluster.history, "wait_for", lambda *_: job)
    tasks = [{"id": "t1", "type": "MAP", "state": "SUCCEEDED"}, {"id": "t2", "type": "MAP", "state": "FAILED"}]
    cluster.history.answers["/jobs/job_1_0001/tasks"] = {"tasks": {"task": tasks}}
    cluster.history.answers["/jobs/job_1_0001/tasks/t2/attempts"] = {"taskAttempts": {"taskAttempt": [FAILED]}}
    cluster.history.log = TRACE
    progress = cluster.follow()["progress"]
    assert progress == {"map": 50, "reduce": 0, "text": "failed, 1 of 2 maps and 0 of 1 reduce done", "left": None}
