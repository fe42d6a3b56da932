# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible.plugins.action import ActionBase

from ansible_collections.ohmy.hadoop.plugins.action import hadoop_membership
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import node_action

from .fakes import make_action
from .test_node_action import Clock


@pytest.fixture(name="clock", autouse=True)
def fixture_clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(node_action, "time", clock)
    monkeypatch.setattr(hadoop_membership, "time", clock)
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {})
    return clock


def look(done, *actions, left=3):
    return {
        "changed": bool(actions),
        "actions": list(actions),
        "diff": {"before": dict.fromkeys(actions), "after": dict.fromkeys(actions, "new")},
        "done": done,
        "summary": f"0 of 1 have left, {left} blocks to copy",
        "nodes": [{"private_ip": "10.0.0.6"}],
        "late": [] if done else ["10.0.0.6 (i-6): DataNode decommissioning"],
    }


def test_it_shows_how_far_the_nodes_are_and_tells_of_all_changes(clock):
    action = make_action(hadoop_membership.ActionModule, {}, [look(False, "put"), look(False, left=1), look(True, "x")])
    result = action.run(task_vars={})
    assert (result["changed"], result["actions"], result["done"]) == (True, ["put", "x"], True)
    assert result["diff"] == {"before": {"put": None, "x": None}, "after": {"put": "new", "x": "new"}}
    assert result["seconds"] == clock.now > 3
    assert action.display.shown[0] == "nodes: 0 of 1 have left, 3 blocks to copy"


def test_at_the_limit_it_says_how_to_go_on_or_back(clock):
    action = make_action(hadoop_membership.ActionModule, {"timeout": 20}, lambda name, args: look(False))
    result = action.run(task_vars={})
    assert result["failed"] and "10.0.0.6 (i-6): DataNode decommissioning" in result["msg"]
    assert "waits on" in result["msg"] and "in_service" in result["msg"]
    assert 15 <= clock.now <= 20 and result["nodes"]


def test_a_refusal_ends_it_at_once(clock):
    action = make_action(hadoop_membership.ActionModule, {}, [{"failed": True, "msg": "1 DataNode would stay"}])
    result = action.run(task_vars={})
    assert result["failed"] and result["msg"] == "1 DataNode would stay" and clock.now < 2


def test_check_mode_takes_one_look(clock):
    action = make_action(hadoop_membership.ActionModule, {}, [look(False, "put")], check=True)
    assert action.run(task_vars={})["actions"] == ["put"] and clock.now < 2
