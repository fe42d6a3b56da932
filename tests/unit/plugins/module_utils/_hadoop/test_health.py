# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import health
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.health import Look, Report, damage, evaluate

MASTER = {"instance_id": "i-m", "private_ip": "10.0.0.5", "role": "master"}
ONE = {"instance_id": "i-1", "private_ip": "10.0.0.6", "role": "worker"}
TWO = {"instance_id": "i-2", "private_ip": "10.0.0.7", "role": "worker"}
NODES = [MASTER, ONE, TWO]


def look(**values):
    return Look(**{"namenode": True, "safe_mode": False, "reports": {}, **values})


def test_a_whole_cluster_is_ready():
    both = ["10.0.0.6", "10.0.0.7"]
    result = evaluate(NODES, look(datanodes=both, nodemanagers=both))
    assert result["ready"] and result["missing"] == [] and result["datanodes"] == both
    assert result["summary"] == "DataNodes 2/2, NodeManagers 2/2"


def test_safe_mode_and_unknown_safe_mode_are_not_ready():
    both = ["10.0.0.6", "10.0.0.7"]
    assert not evaluate(NODES, look(datanodes=both, nodemanagers=both, safe_mode=True))["ready"]
    assert not evaluate(NODES, look(datanodes=both, nodemanagers=both, safe_mode=None))["ready"]


def test_a_silent_node_is_named_and_no_failure():
    result = evaluate(NODES, look(datanodes=["10.0.0.6"], nodemanagers=["10.0.0.6"]))
    assert [node["host"] for node in result["missing"]] == ["10.0.0.7 (i-2)"]
    assert result["missing"][0]["error"].startswith("silent") and result["failures"] == []
    assert result["summary"] == "DataNodes 1/2, NodeManagers 1/2"


def test_a_reported_failure_counts_while_the_node_is_not_live():
    reports = {"i-2": Report("failed", "no disk", ["line"])}
    result = evaluate(NODES, look(datanodes=["10.0.0.6"], nodemanagers=["10.0.0.6"], reports=reports))
    assert result["failures"] == [{"host": "10.0.0.7 (i-2)", "error": "no disk", "lines": ["line"]}]
    both = ["10.0.0.6", "10.0.0.7"]
    assert evaluate(NODES, look(datanodes=both, nodemanagers=both, reports=reports))["failures"] == []


def test_a_node_that_is_set_up_but_not_live_is_told_apart():
    result = evaluate(
        NODES, look(datanodes=["10.0.0.6", "10.0.0.7"], nodemanagers=["10.0.0.6"], reports={"i-2": Report("reached")})
    )
    assert result["missing"][0]["error"] == "its NodeManager is not live, though it reported that it was set up"


def test_a_node_that_is_to_leave_is_not_waited_for():
    reports = {"i-2": Report("failed", "Disallowed NodeManager")}
    seen = look(datanodes=["10.0.0.6"], nodemanagers=["10.0.0.6"], reports=reports, leaving=frozenset({"i-2"}))
    result = evaluate(NODES, seen)
    assert result["ready"] and result["failures"] == [] and result["summary"] == "DataNodes 1/1, NodeManagers 1/1"


def test_without_workers_the_master_is_the_worker():
    assert evaluate([MASTER], look(datanodes=["10.0.0.5"], nodemanagers=["10.0.0.5"]))["ready"]
    result = evaluate([MASTER], look())
    assert result["summary"] == "DataNodes 0/1, NodeManagers 0/1" and len(result["missing"]) == 1


def test_a_master_that_is_still_being_set_up_is_not_yet_there():
    result = evaluate(NODES, Look(trouble="the master is still being set up"))
    assert not result["ready"] and result["failures"] == [] and result["safe_mode"] is None
    assert result["summary"] == "the master is still being set up"
    assert [node["host"] for node in result["missing"]] == ["10.0.0.5 (i-m)", "10.0.0.6 (i-1)", "10.0.0.7 (i-2)"]
    assert "silent" not in result["missing"][1]["error"], "nobody was asked"


def test_the_masters_own_failure():
    result = evaluate(NODES, Look(reports={"i-m": Report("failed", "bad checksum")}))
    assert [node["error"] for node in result["failures"]] == ["bad checksum"]


def test_addresses_of_live_datanodes():
    info = {
        "LiveNodes": json.dumps(
            {"10.0.0.6:9866": {"xferaddr": "10.0.0.6:9866"}, "ip-10-0-0-7:9866": {"xferaddr": "10.0.0.7:9866"}}
        )
    }
    assert health.live_datanodes(info) == ["10.0.0.6", "10.0.0.7", "ip-10-0-0-7"]
    assert health.live_datanodes({}) == []


def test_nodemanagers_that_run():
    nodes = [{"nodeHostName": "10.0.0.6", "state": "RUNNING"}, {"nodeHostName": "10.0.0.7", "state": "LOST"}]
    assert health.live_nodemanagers(nodes) == ["10.0.0.6"]


def test_the_newest_report_of_each_node_counts():
    objects = [
        ("i-1/report/failed", 5),
        ("i-1/report/reached/abc", 9),
        ("i-2/report/reached/abc", 3),
        ("i-2/report/failed", 3),
        ("i-3/hostkey/ssh-ed25519/AAAA", 9),
    ]
    assert health.newest_reports(objects) == {
        "i-1": ("reached", "i-1/report/reached/abc"),
        "i-2": ("failed", "i-2/report/failed"),
    }


def test_bodies_of_reports():
    assert health.parse_report("failed", b'{"error": "e", "lines": ["a"]}') == Report("failed", "e", ["a"])
    assert health.parse_report("failed", b"half a").error == "it did not say why"
    assert health.parse_report("failed", b'["x"]').kind == "failed"
    assert health.parse_report("failed", b'{"lines": "a\\nb"}').lines == ["a", "b"]
    assert health.parse_report("failed", b'{"lines": 5}').lines == []


def test_failed_disks_and_missing_blocks_are_told_and_fail_nothing():
    nodes = {"w1:9866": {"xferaddr": "10.0.0.6:9866", "volfails": 1}, "w2:9866": {"volfails": 0}}
    info = {"LiveNodes": json.dumps(nodes), "NumberOfMissingBlocks": 2}
    told = ["1 disk of 10.0.0.6 failed", "2 blocks have no replica left"]
    assert damage(info) == told and damage({**info, "Safemode": "on"}) == [] and damage({}) == []
    both = ["10.0.0.6", "10.0.0.7"]
    result = evaluate(NODES, look(datanodes=both, nodemanagers=both, damage=told))
    assert result["ready"] and result["damage"] == told and result["summary"].endswith("2 blocks have no replica left")


def test_blocks_of_which_nobody_told_since_the_start_are_counted_and_those_named_that_may_have_them():
    words = "Safe mode is ON. The reported blocks 10 needs additional 3 blocks to reach the threshold 0.9990 of total blocks 13."
    assert health.unreported({"Safemode": words}) == 3
    assert health.unreported({"Safemode": "Safe mode is ON. It was turned on manually."}) == 0 == health.unreported({})
    seen = look(datanodes=["10.0.0.6"], nodemanagers=["10.0.0.6"], safe_mode=True, unreported=3, leaving={"i-2"})
    result = evaluate(NODES, seen)
    assert (result["missing"], result["unreported"], result["leaving"]) == ([], 3, ["10.0.0.7 (i-2)"])
    assert result["summary"].endswith("HDFS in safe mode, 3 blocks on no live DataNode")


def test_a_compute_node_needs_no_datanode_and_beside_it_alone_the_master_holds_the_data():
    compute = {**TWO, "role": "compute"}
    result = evaluate([MASTER, ONE, compute], look(datanodes=["10.0.0.6"], nodemanagers=["10.0.0.6", "10.0.0.7"]))
    assert result["ready"] and result["summary"] == "DataNodes 1/1, NodeManagers 2/2"
    result = evaluate([MASTER, compute], look(datanodes=["10.0.0.5"], nodemanagers=["10.0.0.5"]))
    assert [node["host"] for node in result["missing"]] == ["10.0.0.7 (i-2)"]
    assert "NodeManager" in result["missing"][0]["error"] and "DataNode" not in result["missing"][0]["error"]
