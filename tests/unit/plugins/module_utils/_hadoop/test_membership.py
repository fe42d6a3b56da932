# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes may leave, what is written and refreshed for it, and how far they are."""

from __future__ import annotations

import json

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import admin_states, fsck, membership
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import membership_plan as plans
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.admin_states import DataNode, NodeManager, States
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.membership import Entry
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.rest import Unreachable

NOW = 1_800_000_000
DFS, YARN = membership.files(())


def node(number):
    return {"instance_id": f"i-{number}", "private_ip": f"10.0.0.{number}"}


def states(serving=(1, 2, 3), dead=(), replication=2, **values):
    """Return a cluster whose nodes all are in service, but for those that are dead."""
    data = {f"10.0.0.{one}": DataNode(True, admin_states.IN_SERVICE, 10, 0, 100, 1000, 1100) for one in serving}
    data.update({f"10.0.0.{one}": DataNode(False, admin_states.IN_SERVICE) for one in dead})
    work = {f"10.0.0.{one}": NodeManager("RUNNING", 1) for one in serving}
    work.update({f"10.0.0.{one}": NodeManager("LOST") for one in dead})
    return States(replication=replication, datanodes=data, nodemanagers=work, **values)


def moved(before, **changes):
    """Return other states of some DataNodes, by number: (live, state, blocks left)."""
    data = dict(before.datanodes)
    for number, (live, state, left) in changes.items():
        data[f"10.0.0.{number[1:]}"] = DataNode(live, state, 10, left)
    return States(before.replication, before.safe_mode, before.missing_blocks, 0, data, dict(before.nodemanagers))


def want(*numbers, state="decommissioned", **values):
    return plans.Want(tuple(map(node, numbers)), state, **values)


def lists(entries=()):
    return dict(membership.files(entries))


def entry(number, state="decommissioned", until=0):
    return Entry(f"i-{number}", f"10.0.0.{number}", state, until)


def test_entries_survive_their_file():
    known = (entry(2), entry(1, "in_maintenance", NOW))
    assert set(membership.parse(membership.render(known))) == set(known)
    assert membership.parse(None) == ()
    with pytest.raises(OhmyError, match="cannot be read"):
        membership.parse(b"{")


def test_the_lists_are_as_hadoop_reads_them():
    assert (json.loads(membership.files(())[DFS]), membership.files(())[YARN]) == ([], b"")
    found = membership.files((entry(2), entry(1, "in_maintenance", NOW)))
    assert json.loads(found[DFS]) == [
        {"hostName": "10.0.0.1", "port": 0, "adminState": "IN_MAINTENANCE", "maintenanceExpireTimeInMS": NOW * 1000},
        {"hostName": "10.0.0.2", "port": 0, "adminState": "DECOMMISSIONED"},
    ]
    assert found[YARN] == b"10.0.0.2\n"


def test_a_node_leaves_and_a_second_look_changes_nothing():
    todo = plans.plan(want(3), (), states(), lists(), NOW)
    assert [str(step) for step in todo.steps] == [
        "put entry of 10.0.0.3",
        f"write file /{DFS}",
        f"write file /{YARN}",
        "refresh the NameNode's nodes",
        "refresh the ResourceManager's nodes",
    ]
    have = plans.entries(want(3), (), states(), NOW)
    assert have == (entry(3),)
    there = moved(states(), n3=(True, admin_states.LEAVING, 4))
    there.nodemanagers["10.0.0.3"] = NodeManager("DECOMMISSIONING", 2)
    assert plans.plan(want(3), have, there, lists(have), NOW).steps == []
    told = plans.progress(want(3), have, there, None)
    assert (told["done"], told["summary"]) == (False, "0 of 1 have left, 4 blocks to copy, 2 containers to end")
    assert told["late"] == ["10.0.0.3 (i-3): DataNode decommissioning, NodeManager decommissioning"]
    gone = moved(there, n3=(True, admin_states.LEFT, 0))
    gone.nodemanagers["10.0.0.3"] = NodeManager("DECOMMISSIONED")
    assert plans.progress(want(3), have, gone, None)["done"]


def test_what_was_cut_short_between_the_lists_and_the_daemons_is_made_up_for():
    have = (entry(3),)
    todo = plans.plan(want(3), have, states(), lists(have), NOW)
    assert [str(step) for step in todo.steps] == ["refresh the NameNode's nodes", "refresh the ResourceManager's nodes"]
    todo = plans.plan(want(3), have, states(), lists(), NOW)
    assert todo.wants("write", f"file /{DFS}") and not todo.wants("put", "entry of 10.0.0.3")


def test_a_node_is_taken_back():
    have = (entry(3),)
    there = moved(states(), n3=(True, admin_states.LEAVING, 4))
    there.nodemanagers["10.0.0.3"] = NodeManager("DECOMMISSIONING")
    back = want(3, state="in_service")
    todo = plans.plan(back, have, there, lists(have), NOW)
    assert todo.wants("drop", "entry of 10.0.0.3") and todo.wants("refresh", "the ResourceManager's nodes")
    assert plans.entries(back, have, there, NOW) == ()
    assert plans.progress(back, (), states(), None)["done"]
    assert plans.plan(back, (), states(), lists(), NOW).steps == []


def test_one_that_is_gone_is_forgotten_when_the_namenode_takes_it_for_dead():
    have = (entry(3), entry(2))
    gone = want(3, state="absent")
    alive = moved(states(), n3=(True, admin_states.LEFT, 0))
    assert plans.entries(gone, have, alive, NOW) == (entry(2), entry(3))
    assert not plans.progress(gone, have, alive, None)["done"]
    dead = moved(states(), n3=(False, admin_states.LEFT, 0))
    assert plans.entries(gone, have, dead, NOW) == (entry(2),)
    assert plans.progress(gone, (entry(2),), dead, None)["done"]


def test_a_new_node_with_the_address_of_one_that_is_gone_is_in_service():
    have = (Entry("i-old", "10.0.0.3", "decommissioned"),)
    assert plans.entries(want(3, state="in_service"), have, states(), NOW) == ()
    assert plans.entries(want(3), have, states(), NOW) == (entry(3),)


@pytest.mark.parametrize(
    ("asked", "there", "check", "words"),
    [
        (want(2, 3), states(), None, "1 DataNode would stay in service, and HDFS keeps 2 replicas"),
        (want(1, 2, 3), states(replication=1), None, "0 DataNodes would stay"),
        (
            want(3),
            states(replication=1),
            fsck.Check({1: 5, 3: 2}, {3: ["/data/a", "/data/b"]}),
            "2 DataNodes would stay in service, and 2 files have 3 replicas: /data/a, /data/b",
        ),
        (want(3), states(safe_mode=True), None, "safe mode"),
        (want(9), states(dead=[9], missing_blocks=3), None, "3 blocks have no replica .* 10.0.0.9 is dead"),
        (want(1, 2, 3, state="in_maintenance"), states(), None, "All 3 DataNodes in service"),
    ],
    ids=["replication", "all", "files", "safe mode", "dead", "maintenance"],
)
def test_what_would_lose_data_or_never_end_is_refused(asked, there, check, words):
    with pytest.raises(OhmyError, match=words) as failure:
        plans.refuse(asked, (), there, check)
    assert failure.value.hint


def test_the_others_need_room_for_what_leaves():
    there = states()
    there.datanodes["10.0.0.3"] = DataNode(True, admin_states.IN_SERVICE, 10, 0, 5000, 0, 5000)
    with pytest.raises(OhmyError, match="hold 0.0 GB, and the others have 0.0 GB free"):
        plans.refuse(want(3), (), there, None)


@pytest.mark.parametrize(
    ("asked", "there", "check"),
    [
        (
            want(3),
            states(),
            fsck.Check({2: 5, 10: 4}, {10: ["/tmp/job.jar"]}),
        ),  # 10 replicas there are none now, either
        (want(9), states(dead=[9]), None),
        (want(9, force=True), states(dead=[9], missing_blocks=3), None),
        (want(8), states(), None),  # one that the NameNode does not know, as it never came up
        (want(1, state="in_maintenance"), states(serving=[1], replication=1), None),
        (want(1, 2, state="in_maintenance"), states(), None),
        (want(1, 2, 3, state="in_service"), states(), None),
    ],
)
def test_what_loses_nothing_is_not_refused(asked, there, check):
    plans.refuse(asked, (), there, check)


def test_those_that_are_leaving_already_do_not_count_as_staying():
    there = moved(states(serving=(1, 2, 3, 4)), n4=(True, admin_states.LEAVING, 1))
    plans.refuse(want(3, 4), (entry(4),), there, None)
    with pytest.raises(OhmyError, match="1 DataNode would stay"):
        plans.refuse(want(2, 3), (entry(4),), there, None)


def test_maintenance_ends_by_itself_and_is_not_prolonged_at_each_look():
    held = want(1, state="in_maintenance", maintenance=600)
    first = plans.entries(held, (), states(), NOW)
    assert first == (entry(1, "in_maintenance", NOW + 600),)
    assert plans.entries(held, first, states(), NOW + 100) == first
    assert plans.entries(held, first, states(), NOW + 500) == (entry(1, "in_maintenance", NOW + 1100),)
    there = moved(states(), n1=(True, admin_states.ENTERING, 2))
    assert not plans.progress(held, first, there, None)["done"]
    assert plans.progress(held, first, moved(states(), n1=(True, admin_states.HELD, 0)), None)["done"]
    assert not plans.plan(held, first, there, lists(first), NOW).steps
    assert not plans.plan(held, first, there, lists(first), NOW).wants("refresh", "the ResourceManager's nodes")


def test_the_only_datanode_and_dead_ones_are_not_held():
    assert plans.entries(want(1, state="in_maintenance"), (), states(serving=[1], replication=1), NOW) == ()
    assert plans.entries(want(9, state="in_maintenance"), (), states(dead=[9]), NOW) == ()
    assert plans.entries(want(3, state="in_maintenance"), (entry(3),), states(), NOW) == (entry(3),)


def test_the_next_batch_waits_until_no_block_lacks_a_replica_that_there_could_be():
    back = want(1, state="in_service", redundancy=True)
    there = states(low_redundancy=2)
    assert not plans.progress(back, (), there, None)["done"]
    assert not plans.progress(back, (), there, fsck.Check(lacking=[(3, 2)]))["done"]
    assert plans.progress(back, (), there, fsck.Check(lacking=[(10, 3)]))["done"]
    assert not plans.progress(back, (), states(safe_mode=True), None)["done"]
    assert not plans.progress(back, (), states(serving=(2, 3), dead=[1]), None)["done"]


def test_the_daemons_words():
    info = {
        "LiveNodes": json.dumps(
            {
                "a.example:9866": {
                    "xferaddr": "10.0.0.1:9866",
                    "adminState": "Decommission In Progress",
                    "numBlocks": 7,
                    "usedSpace": 5,
                    "remaining": 6,
                    "capacity": 11,
                }
            }
        ),
        "DeadNodes": json.dumps({"b:9866": {"xferaddr": "10.0.0.2:9866", "adminState": "In Service"}}),
        "DecomNodes": json.dumps({"a.example": {"xferaddr": "10.0.0.1:9866", "underReplicatedBlocks": 3}}),
    }
    found = admin_states.datanodes(info)
    assert found["10.0.0.1"] == DataNode(True, admin_states.LEAVING, 7, 3, 5, 6, 11)
    assert not found["10.0.0.2"].live
    work = admin_states.nodemanagers(
        [
            {"nodeHostName": "10.0.0.1", "state": "DECOMMISSIONED", "numContainers": 0},
            {"nodeHostName": "10.0.0.1", "state": "RUNNING", "numContainers": 2},
            {"nodeHostName": "10.0.0.1", "state": "LOST"},
        ]
    )
    assert work == {"10.0.0.1": NodeManager("RUNNING", 2)}
    both = States(datanodes=found, nodemanagers=work)
    assert [both.hdfs(f"10.0.0.{one}") for one in (1, 2, 3)] == ["decommissioning", "dead", "unknown"]
    assert [both.yarn(f"10.0.0.{one}") for one in (1, 3)] == ["running", "unknown"]


FSCK = """Connecting
/data/a b 12 bytes, replicated: replication=2, 1 block(s):  OK
/data/c 12 bytes, replicated: replication=2, 1 block(s):  OK
/tmp/job.jar 9 bytes, replicated: replication=10, 1 block(s):  Under replicated BP-1-10.0.0.1-1:blk_1_1. Target \
Replicas is 10 but found 2 live replica(s), 0 decommissioned replica(s), 0 decommissioning replica(s).
/user/hadoop/.staging/job_1_0001/job.jar 9 bytes, replicated: replication=3, 1 block(s):  OK
Status: HEALTHY
"""


def test_the_file_check():
    check = fsck.read(FSCK.splitlines())
    assert (check.replications, check.lacking) == ({2: 2, 10: 1}, [(10, 2)])
    assert check.examples[2] == ["/data/a b", "/data/c"]
    assert (check.curable(2), check.curable(3)) == (0, 1)


def test_a_daemon_that_is_just_being_restarted_is_waited_for(monkeypatch):
    answers = [Unreachable("not yet"), Unreachable("not yet"), States()]

    def once(_master, _root):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(admin_states, "_look", once)
    monkeypatch.setattr(admin_states.time, "sleep", lambda _seconds: None)
    assert admin_states.look("10.0.0.4") == States() and answers == []
    answers.append(Unreachable("gone"))
    with pytest.raises(OhmyError, match="gone"):
        admin_states.look("10.0.0.4", seconds=0)


def test_replicas_are_counted_as_they_are_now_not_as_the_metrics_last_were(monkeypatch, tmp_path):
    told = {
        "NameNodeInfo": {"Safemode": "", "LiveNodes": "{}", "DeadNodes": "{}"},
        "ReplicatedBlocksState": {"LowRedundancyReplicatedBlocks": 3},
        "FSNamesystem": {"LowRedundancyReplicatedBlocks": 0},
    }

    def get(_self, path, query=None, **_more):
        return {"beans": [told[query["qry"].rpartition("=")[2]]]} if path == "/jmx" else {}

    monkeypatch.setattr(admin_states.Rest, "get", get)
    monkeypatch.setattr(admin_states.ResourceManager, "nodes", lambda self, states: [])
    (tmp_path / "etc/hadoop").mkdir(parents=True)
    (tmp_path / admin_states.HDFS_SITE).write_text("<configuration></configuration>")
    assert admin_states.look("10.0.0.4", str(tmp_path)).low_redundancy == 3
