# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node that is gone is let go only where no block is lost with it, whatever the NameNode counts at that moment."""

from __future__ import annotations

import contextlib

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import admin_states, fsck, membership
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import membership_plan as plans
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.admin_states import DataNode, NodeManager, States
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.membership import Entry
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import membership as ensure

HERE, THERE = "10.0.0.1", "10.0.0.2"
NODE = {"instance_id": "i-2", "private_ip": THERE}
ENTRY = Entry("i-2", THERE, membership.DECOMMISSIONED)
LIVE = DataNode(True, admin_states.IN_SERVICE)
DEAD = DataNode(False, admin_states.LEAVING)
PLACE = "DatanodeInfoWithStorage[{}:9866,DS-1-a,DISK]({})"
CLOSING = "\nThe filesystem under path '/' is HEALTHY\n"


def block(number, *places):
    """Return a block's line, with the places and states of its replicas."""
    found = ", ".join(PLACE.format(*one) for one in places)
    told = f"Live_repl={len(places)}  [{found}]" if places else "MISSING!"
    return f"{number}. BP-1-10.0.0.1-1:blk_107374{number}_1 len=12 {told}\n"


def told(*blocks, closing=CLOSING):
    """Return the file check of one file with these blocks."""
    head = f"/data/a {12 * len(blocks)} bytes, replicated: replication=1, {len(blocks)} block(s):  OK\n"
    return [*(head + "".join(blocks) + "\nStatus: HEALTHY\n" + closing).splitlines()]


def states(*, there=DEAD, missing=0):
    """Return a cluster with a node that stays, and one that is to leave."""
    known = {HERE: LIVE, **({THERE: there} if there is not None else {})}
    return States(missing_blocks=missing, datanodes=known, nodemanagers={THERE: NodeManager("DECOMMISSIONED")})


def want(**values):
    return plans.Want((NODE,), membership.DECOMMISSIONED, **values)


def test_a_block_is_lost_that_has_no_replica_on_a_live_node():
    lines = told(
        block(0, (HERE, "LIVE"), (THERE, "DECOMMISSIONING")),
        block(1),
        # The NameNode goes on counting the replicas of a dead node until its next round.
        block(2, (THERE, "DECOMMISSIONING")),
        block(3, (HERE, "CORRUPT"), (THERE, "STALE_NODE")),
        block(4, (HERE, "STALE_BLOCK_CONTENT")),
    )
    found = fsck.read(lines, frozenset({HERE}))
    assert (found.lost, found.whole, found.replications) == (3, True, {1: 1})
    assert fsck.read(told(block(1)), frozenset({HERE})).lost == 1
    # One that is in the tree and in a snapshot of it, too.
    snapshot = "/data/.snapshot/s/a 12 bytes, replicated: replication=3, 1 block(s): MISSING 1 blocks\n"
    found = fsck.read([*told(block(1)), snapshot, block(1)], frozenset({HERE}))
    assert (found.lost, found.replications) == (1, {1: 1})
    assert not fsck.read(told(block(1), closing=""), frozenset({HERE})).whole


@pytest.fixture(name="module")
def fixture_module(monkeypatch):
    """Return a function that takes one look at these states, with these lines of a file check."""

    def module(looks, lines, have=(), check_mode=True, **values):
        looks, checks, applied = list(looks), [], []

        def check(_master, live=None):
            checks.append(live)
            return fsck.read(lines, live)

        monkeypatch.setattr(ensure, "master_address", lambda: HERE)
        monkeypatch.setattr(ensure, "alone", lambda *_more: contextlib.nullcontext())
        monkeypatch.setattr(ensure, "known", lambda: tuple(applied) or have)
        monkeypatch.setattr(ensure, "lists", lambda: membership.files(have))
        monkeypatch.setattr(ensure, "apply", lambda *_more: applied.append(ENTRY))
        monkeypatch.setattr(ensure.admin_states, "look", lambda _master: looks.pop(0) if looks[1:] else looks[0])
        monkeypatch.setattr(ensure.fsck, "look", check)
        return {**ensure.ensure(want(**values), check_mode), "checks": checks, "applied": applied}

    return module


LOST = told(block(0, (HERE, "LIVE")), block(1))
KEPT = told(block(0, (HERE, "LIVE")), block(1, (HERE, "LIVE"), (THERE, "DECOMMISSIONING")))


def test_one_that_dies_while_it_leaves_is_not_let_go_with_the_last_replicas(module):
    # Copies that were begun make the NameNode call none of these blocks missing.
    with pytest.raises(OhmyError, match="1 block has no replica on a live node, and 10.0.0.2 is dead"):
        module([states()], LOST, (ENTRY,))
    with pytest.raises(OhmyError, match="10.0.0.2 is dead"):
        module([states()], told(block(0, (THERE, "DECOMMISSIONING"))), (ENTRY,))
    assert module([states()], KEPT, (ENTRY,))["done"]
    given_up = module([states()], LOST, (ENTRY,), force=True)
    assert given_up["done"] and given_up["checks"] == []


def test_files_are_not_looked_at_while_others_are_waited_for(module):
    there = states(there=DataNode(True, admin_states.LEAVING, 6, 6))
    found = module([there], LOST, (ENTRY,))
    assert not found["done"] and found["checks"] == []


def test_one_that_died_before_is_let_go_only_without_the_last_replicas(module):
    dead = states(there=DataNode(False, admin_states.IN_SERVICE))
    with pytest.raises(OhmyError, match="1 block has no replica on a live node, and 10.0.0.2 is dead"):
        module([dead], LOST, check_mode=False)
    found = module([dead], KEPT, check_mode=False)
    assert found["done"] and found["applied"] and found["checks"] == [{HERE}]


def test_one_that_dies_while_the_lists_are_written_is_looked_at_too(module):
    before = states(there=DataNode(True, admin_states.IN_SERVICE))
    with pytest.raises(OhmyError, match="10.0.0.2 is dead"):
        module([before, states()], told(block(0, (THERE, "DECOMMISSIONING"))), check_mode=False)


def test_one_that_the_namenode_does_not_know_is_refused_like_a_dead_one(module):
    with pytest.raises(OhmyError, match="3 blocks have no .* 10.0.0.2 is unknown to the NameNode, which may have them"):
        plans.refuse(want(), (), states(there=None, missing=3), None)
    with pytest.raises(OhmyError, match="1 block has no .* 10.0.0.2 is unknown to the NameNode"):
        module([states(there=None)], LOST, check_mode=False)
    assert module([states(there=None)], KEPT, check_mode=False)["done"]
    plans.refuse(want(force=True), (), states(there=None, missing=3), None)


def test_a_node_without_a_datanode_is_unknown_and_loses_nothing(module):
    compute = {**NODE, "role": "compute"}
    plans.refuse(plans.Want((compute,), membership.DECOMMISSIONED), (), states(there=None, missing=3), None)


class Response:
    """An answer of the NameNode."""

    status = 200

    def __init__(self, lines):
        self.lines = lines

    def __iter__(self):
        return iter([f"{line}\n".encode() for line in self.lines])


def test_a_check_that_was_cut_short_proves_nothing(monkeypatch):
    asked, answers = [], [told(block(1), closing=""), LOST]

    class Connection:
        def request(self, _method, target):
            asked.append(target)

        def getresponse(self):
            return Response(answers.pop(0))

        def close(self):
            pass

    monkeypatch.setattr(fsck.Rest, "connect", lambda self: Connection())
    with pytest.raises(OhmyError, match="did not end"):
        fsck.look(HERE, {HERE})
    assert fsck.look(HERE, {HERE}).lost == 1
    assert all(f"{name}=1" in asked[0] for name in ("files", "blocks", "replicadetails", "openforwrite"))


def of(data, work="RUNNING"):
    return States(datanodes={THERE: data}, nodemanagers={THERE: NodeManager(work, 3)})


def test_a_node_is_told_by_what_its_daemons_say_and_a_dead_one_by_nothing():
    told = plans.node_of(NODE, of(DataNode(True, admin_states.LEAVING, 10, 7)))
    assert told == {
        **NODE,
        "hdfs": admin_states.LEAVING,
        "blocks": 10,
        "blocks_left": 7,
        "yarn": "running",
        "containers": 3,
    }
    told = plans.node_of(NODE, of(DataNode(False, admin_states.LEAVING, 10, 7), "LOST"))
    assert (told["hdfs"], told["blocks"], told["blocks_left"], told["containers"]) == ("dead", 0, 0, 0)


@pytest.mark.parametrize(
    ("data", "late"),
    [(LIVE, False), (DEAD, False), (DataNode(True, admin_states.LEAVING, 10, 7), True)],
)
def test_a_node_that_still_leaves_is_not_back_in_service(data, late):
    back = plans.Want((NODE,), "in_service", False)
    assert bool(plans.progress(back, (), of(data), None)["late"]) is late


def test_a_node_has_not_left_while_its_nodemanager_runs_tasks():
    leave = plans.Want((NODE,), membership.DECOMMISSIONED)
    left = DataNode(True, admin_states.LEFT)
    assert plans.progress(leave, (ENTRY,), of(left), None)["late"]
    assert not plans.progress(leave, (ENTRY,), of(left, "DECOMMISSIONED"), None)["late"]
    assert not plans.progress(leave, (ENTRY,), States(datanodes={THERE: left}), None)["late"]


def test_what_is_put_down_of_a_node_is_compared_with_its_own_entry():
    other = Entry("i-1", HERE, membership.DECOMMISSIONED)
    todo = plans.plan(plans.Want((NODE,), membership.DECOMMISSIONED), (other,), of(LIVE), {}, 0)
    put = next(step for step in todo.steps if step.verb == "put")
    assert (put.old, put.new) == (None, "i-2 decommissioned")


@pytest.mark.parametrize(("left", "until"), [(1800, 1800), (1799, 3600)])
def test_a_maintenance_that_still_lasts_half_its_time_is_left_as_it_is(left, until):
    hold = plans.Want((NODE,), membership.MAINTENANCE)
    states = States(datanodes={HERE: LIVE, THERE: LIVE})
    have = (Entry("i-2", THERE, membership.MAINTENANCE, left),)
    assert plans.entries(hold, have, states, 0) == (Entry("i-2", THERE, membership.MAINTENANCE, until),)


def test_a_dead_node_may_go_though_fewer_stay_than_there_are_to_be_replicas():
    left = States(replication=2, datanodes={HERE: LIVE, THERE: DEAD})
    plans.refuse(plans.Want((NODE,), membership.DECOMMISSIONED), (), left, fsck.Check())
    alive = States(replication=2, datanodes={HERE: LIVE, THERE: LIVE})
    with pytest.raises(OhmyError, match="1 DataNode would stay in service, and HDFS keeps 2 replicas"):
        plans.refuse(plans.Want((NODE,), membership.DECOMMISSIONED), (), alive, fsck.Check())
