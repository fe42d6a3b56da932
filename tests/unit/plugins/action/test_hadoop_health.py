# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase

from ansible_collections.ohmy.hadoop.plugins.action import hadoop_health
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import node_action

from .fakes import make_action
from .test_node_action import Clock


@pytest.fixture(name="clock", autouse=True)
def fixture_clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(node_action, "time", clock)
    monkeypatch.setattr(hadoop_health, "time", clock)
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {})
    return clock


def look(ready, missing=()):
    return {
        "changed": False,
        "ready": ready,
        "summary": "DataNodes 1/2, NodeManagers 0/2",
        "missing": [{"host": host, "error": "silent"} for host in missing],
    }


def run(answers, **args):
    return make_action(hadoop_health.ActionModule, args, answers).run(task_vars={})


def test_it_looks_until_the_cluster_is_whole(clock):
    result = run([look(False, ["b"]), look(False, ["b"]), look(True)])
    assert result["ready"] and not result.get("failed") and result["seconds"] == clock.now > 3


def test_the_nodes_that_are_waited_for_are_named_while_it_waits():
    late = {**look(False, [f"10.0.0.{number}" for number in range(5)]), "namenode": True}
    told = hadoop_health.ActionModule._told
    assert told(late).endswith("waiting for 10.0.0.0, 10.0.0.1, 10.0.0.2 and 2 more")
    assert told({**late, "namenode": False}) == late["summary"] == told({**late, "missing": []})


def test_a_reported_failure_ends_the_wait_at_once(clock):
    result = run([look(False), {"failed": True, "msg": "The node b failed", "failures": [{"host": "b"}]}], timeout=600)
    assert result["failed"] and result["msg"] == "The node b failed" and result["failures"] and clock.now < 5


def test_at_the_limit_each_missing_host_is_named(clock):
    result = run(lambda name, args: look(False, ["10.0.0.6 (i-1)", "10.0.0.7 (i-2)"]), timeout=20)
    assert result["failed"] and "10.0.0.6 (i-1): silent; 10.0.0.7 (i-2): silent" in result["msg"]
    assert 15 <= clock.now <= 20 and len(result["missing"]) == 2


def test_at_the_limit_it_says_why_safe_mode_does_not_end(clock):
    safe = {**look(False), "safe_mode": True, "unreported": 3, "leaving": ["10.0.0.7 (i-2)"]}
    told = run(lambda name, args: safe, timeout=20)["msg"]
    assert "HDFS is in safe mode, as 3 blocks are missing" in told and "on what is to leave: 10.0.0.7 (i-2)" in told
    assert "cluster_force" in told
    assert "no host is missing" not in told and "reports" not in told and "-safemode leave" in told
    told = run(lambda name, args: {**safe, "unreported": 1, "leaving": []}, timeout=20)["msg"]
    assert "1 block is missing" in told and "to leave" not in told
    assert "HDFS is in safe mode." in run(lambda name, args: {**safe, "unreported": 0}, timeout=20)["msg"]


def test_a_master_that_is_gone_is_a_failed_task(clock):
    result = run(lambda name, args: AnsibleConnectionFailure("Connection refused"), timeout=600)
    assert result["failed"] and "cannot be reached" in result["msg"] and clock.now < 70
