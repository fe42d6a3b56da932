# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster that fails its jobs: what may pass is tried again, what somebody ended is not."""

from __future__ import annotations

import contextlib
import json
import re
import threading

import pytest

from tests.waiting import wait_for

from .failing import HOME, STREAMING, job, put, together, told

pytestmark = pytest.mark.failures
SLOW = "sleep 300"
QUEUES = "/etc/hadoop/capacity-scheduler.xml"


@pytest.fixture(scope="module", name="words")
def fixture_words(lone):
    """Put the input of all these jobs into HDFS."""
    put(lone, {"words.txt": b"ann 1\n"})
    return f"{HOME}/in/words.txt"


def inside(lone, *command):
    """Run a command on the master as root; return what it prints."""
    done = lone.cloud.inside(lone.cloud.master("lone"), *command, seconds=120)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def status(lone, name):
    """Return what the master knows of a job, nothing before it began."""
    done = lone.cloud.inside(lone.cloud.master("lone"), "cat", f"/var/lib/ohmy/jobs/{name}/status.json")
    return json.loads(done.stdout) if done.returncode == 0 else {}


class Meanwhile(threading.Thread):
    """Does something once a job's status says something; what went wrong is raised at the end."""

    def __init__(self, lone, name, condition, act):
        super().__init__(daemon=True)
        self.work, self.error = (lone, name, condition, act), None
        self.start()

    def run(self):
        """Wait and act."""
        lone, name, condition, act = self.work
        try:
            wait_for(f"{name} to come so far", lambda: condition(status(lone, name)), 300, 0.5)
            act()
        except Exception as exc:  # pylint: disable=broad-exception-caught  # a thread's error is lost else
            self.error = exc

    def end(self):
        """Wait for the end."""
        self.join(400)
        assert self.error is None and not self.is_alive(), self.error


@contextlib.contextmanager
def queue(lone, name, value):
    """Give the queue that jobs take by default another setting for a while."""
    before = inside(lone, "cat", QUEUES)
    try:
        set_queues(lone, before, name, value)
        yield
    finally:
        # A queue that was stopped starts again when that is said, and not when nothing is.
        set_queues(lone, before, "state", "RUNNING")
        inside(lone, "bash", "-c", 'printf %s "$0" > "$1"', before, QUEUES)


def set_queues(lone, before, name, value):
    """Add a setting of the default queue to the settings as they were, and let YARN read them."""
    setting = f"<name>yarn.scheduler.capacity.root.default.{name}</name><value>{value}</value>"
    text = before.replace("</configuration>", f"<property>{setting}</property></configuration>")
    inside(lone, "bash", "-c", 'printf %s "$0" > "$1"', text, QUEUES)
    lone.shell("yarn rmadmin -refreshQueues", "yarn")


def runs(known):
    """Tell whether a job's map is being worked on."""
    return known.get("state") == "running" and "1 running" in json.dumps(known["progress"])


def test_a_job_that_somebody_kills_and_one_whose_time_is_up_are_not_tried_again(lone, words):
    def kill():
        lone.shell(f"yarn application -kill {status(lone, 'killed')['application_id']}")

    killer = Meanwhile(lone, "killed", lambda known: known.get("application_id"), kill)
    killed, short = {**job(SLOW), "id": "killed"}, {**job(SLOW), "id": "short", "timeout": 20}
    results = together(lone, {"killed": {STREAMING: killed}, "short": {STREAMING: short}})
    killer.end()
    told(results["killed"], "killed-by-user", "killed by the user hadoop")
    told(results["short"], "stopped", "its time of 20 s was up")
    assert [len(results[name]["tries"]) for name in ("killed", "short")] == [1, 0]


def test_safe_mode_is_waited_out(lone, words):
    lone.shell("hdfs dfsadmin -safemode enter", "hdfs")

    def both_failed(patient):
        return patient.get("tries") and status(lone, "hasty").get("state") == "failed"

    leave = Meanwhile(lone, "patient", both_failed, lambda: lone.shell("hdfs dfsadmin -safemode leave", "hdfs"))
    # Hadoop's own clients would wait two minutes for its end.
    soon = {"options": {"dfs.client.retry.policy.enabled": False}}
    tasks = {"patient": {STREAMING: {**job("cat", **soon), "id": "patient"}}}
    tasks["hasty"] = {STREAMING: {**job("cat", retries=0, **soon), "id": "hasty"}}
    try:
        results = together(lone, tasks)
    finally:
        leave.end()
    told(results["hasty"], "safe-mode", "HDFS is in safe mode")
    assert results["patient"]["state"] == "succeeded", results["patient"]
    # Leaving it takes a JVM's start, in which a slow machine may have tried once more.
    assert {one["id"] for one in results["patient"]["tries"]} == {"safe-mode"}


def test_a_datanode_that_is_down_is_told(lone, words):
    inside(lone, "systemctl", "stop", "hadoop-datanode")
    try:
        (result,) = together(lone, {"nowhere": {STREAMING: {**job("cat"), "retries": 0}}}).values()
    finally:
        inside(lone, "systemctl", "start", "hadoop-datanode")
    told(result, "daemon-unreachable", "does not answer")
    assert result["error"]["retry"] == "wait"
    wait_for("the DataNode", lambda: "Live datanodes (1)" in lone.shell("hdfs dfsadmin -report -live", "hdfs"), 60, 1)


def test_a_job_whose_node_is_lost_is_submitted_again(lone, words):
    def lose():
        inside(lone, "systemctl", "stop", "hadoop-nodemanager")

    def find_again():
        inside(lone, "systemctl", "start", "hadoop-nodemanager")

    # The second time it has nothing to wait for.
    command = "bash -c 'test -e /tmp/lost || { touch /tmp/lost; sleep 300; }; cat'"
    loss = Meanwhile(lone, "lost", runs, lose)
    back = Meanwhile(lone, "lost", lambda known: known.get("tries"), find_again)
    arguments = {**job(command, options={"mapreduce.am.max-attempts": 1}), "id": "lost"}
    try:
        (result,) = together(lone, {"lost": {STREAMING: arguments}}).values()
    finally:
        loss.end()
        back.end()
        find_again()
    assert result["state"] == "succeeded", result
    assert [one["id"] for one in result["tries"]] == ["node-lost"]


def test_a_block_that_is_lost_is_told_with_its_file(lone, words):
    put(lone, {"lost.txt": b"gone\n" * 100})
    blocks = lone.shell(f"hdfs fsck {HOME}/in/lost.txt -files -blocks", "hdfs")
    block = re.search(r"blk_\d+", blocks)[0]
    inside(lone, "find", "/var/lib/hadoop", "-name", f"{block}*", "-delete")
    lost = job("cat", input=[f"{HOME}/in/lost.txt"], retries=0)
    told(together(lone, {"lost_block": {STREAMING: lost}})["lost_block"], "input-block-missing", f"{HOME}/in/lost.txt")


def test_a_queue_that_is_stopped_and_one_that_is_full_are_told(lone, words):
    with queue(lone, "state", "STOPPED"):
        stopped = together(lone, {"stopped": {STREAMING: job("cat")}})["stopped"]
    told(stopped, "queue-stopped", "the queue")
    with queue(lone, "maximum-applications", 1):
        both = together(lone, {name: {STREAMING: job("sleep 60", retries=0)} for name in ("first", "second")})
    (full,) = [result for result in both.values() if result.get("failed")]
    told(full, "queue-full", "takes no more than")


def test_a_job_succeeds_without_the_history_server(lone, words):
    inside(lone, "systemctl", "stop", "hadoop-historyserver")
    try:
        (result,) = together(lone, {"forgotten": {STREAMING: job("cat")}}).values()
    finally:
        inside(lone, "systemctl", "start", "hadoop-historyserver")
    assert result["state"] == "succeeded", result
