# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the master keeps of nodes that leave, and what it lets its daemons read."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.plan import Plan
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import admin_states, membership, membership_plan, site
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.membership import ENTRIES, Entry
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.sizing import Facts
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import membership as ensure
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import want

LIVE = admin_states.DataNode(True, admin_states.IN_SERVICE)
NODE = {"instance_id": "i-2", "private_ip": "10.0.0.2"}


def test_the_lists_are_made_once_and_then_left_alone(document, host):
    steps = host.converge(document)
    assert {f"begin file /{path}" for path in membership.files(())} <= set(steps)
    (host.path / "etc/hadoop/yarn.exclude").write_text("10.0.0.2\n")
    assert not [step for step in host.converge(document) if "exclude" in step or "dfs.hosts" in step]
    assert (host.path / "etc/hadoop/yarn.exclude").read_text() == "10.0.0.2\n"
    assert json.loads((host.path / "etc/hadoop/dfs.hosts.json").read_text()) == []


def test_a_worker_has_no_lists(document):
    worker = {**document, "role": "worker", "master": "10.0.0.4"}
    assert want.wanted(worker, Facts(8192, 2, "10.0.0.5"), "x86_64").seeds == {}


def put(root, path, data):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(data)


def test_only_the_master_of_a_cluster_with_lists_is_asked(tmp_path):
    with pytest.raises(OhmyError, match="not the master"):
        ensure.master_address(str(tmp_path))
    put(tmp_path, "etc/ohmy/document.json", b'{"role": "master"}')
    properties = {"dfs.namenode.http-address": "10.0.0.4:9870"}
    put(tmp_path, "etc/hadoop/hdfs-site.xml", site.render(properties))
    with pytest.raises(OhmyError, match="reads no list of nodes"):
        ensure.master_address(str(tmp_path))
    put(tmp_path, "etc/hadoop/hdfs-site.xml", site.render({**properties, "dfs.hosts": "/x"}))
    assert ensure.master_address(str(tmp_path)) == "10.0.0.4"


@pytest.fixture(name="ran")
def fixture_ran(monkeypatch):
    found = []
    monkeypatch.setattr(ensure, "run", lambda argv, what, seconds: found.append(argv[2:]))
    return found


@pytest.mark.parametrize("force", [False, True])
def test_lists_are_written_and_read_by_both_daemons(tmp_path, ran, force):
    states = admin_states.States(datanodes={"10.0.0.2": LIVE, "10.0.0.3": LIVE})
    want = membership_plan.Want((NODE,), "decommissioned", force)
    todo = membership_plan.plan(want, (), states, ensure.lists(str(tmp_path)), 0)
    (tmp_path / "var/lib/ohmy").mkdir(parents=True)
    ensure.apply(want, (), states, todo, str(tmp_path))
    assert ensure.known(str(tmp_path)) == (Entry("i-2", "10.0.0.2", "decommissioned"),)
    assert (tmp_path / ENTRIES[1:]).exists()
    assert ensure.lists(str(tmp_path)) == membership.files(ensure.known(str(tmp_path)))
    assert sorted((argv[0], argv[-1]) for argv in ran) == [
        ("hdfs", "-refreshNodes"),
        ("yarn", "-refreshNodes" if force else "-server"),
    ]
    assert not membership_plan.plan(want, ensure.known(str(tmp_path)), states, ensure.lists(str(tmp_path)), 0).wants(
        "write", f"file /{membership.YARN_EXCLUDE}"
    )


def test_files_are_looked_at_only_for_nodes_that_begin_to_leave():
    states = admin_states.States(datanodes={"10.0.0.2": LIVE})
    leaving = membership_plan.Want((NODE,), "decommissioned")
    assert ensure._asks_for_files(leaving, (), states)
    assert not ensure._asks_for_files(leaving, (Entry("i-2", "10.0.0.2", "decommissioned"),), states)
    assert not ensure._asks_for_files(membership_plan.Want((NODE,), "in_service"), (), states)
    assert ensure._asks_for_files(leaving, (), admin_states.States())
    assert not ensure._asks_for_files(replace(leaving, force=True), (), admin_states.States())


@pytest.fixture(name="master")
def fixture_master(monkeypatch):
    """The master of two nodes of which one leaves; the test says what its daemons tell."""

    class Master:
        entries, states, checks = (Entry("i-2", "10.0.0.2", "decommissioned"),), admin_states.States(), []

    here = Master()
    monkeypatch.setattr(ensure, "master_address", lambda: "10.0.0.4")
    monkeypatch.setattr(ensure, "known", lambda: here.entries)
    monkeypatch.setattr(ensure, "alone", lambda *_: contextlib.nullcontext())
    monkeypatch.setattr(ensure, "lists", dict)
    monkeypatch.setattr(ensure.admin_states, "look", lambda _master: here.states)
    monkeypatch.setattr(ensure.fsck, "look", lambda _master, live=None: here.checks.append(live))
    monkeypatch.setattr(ensure.membership_plan, "refuse", lambda *_: None)
    monkeypatch.setattr(ensure.membership_plan, "plan", lambda *_: Plan())
    return here


def test_every_node_that_is_known_is_told_by_its_address(master):
    master.states = admin_states.States(datanodes={"10.0.0.3": LIVE})
    told = ensure.tell()
    assert [(one["private_ip"], one["instance_id"]) for one in told["nodes"]] == [("10.0.0.2", "i-2"), ("10.0.0.3", "")]
    assert told["entries"][0]["state"] == "decommissioned" and told["safe_mode"] is False


def test_a_node_that_dies_on_its_way_is_not_let_go_before_its_blocks_were_looked_for(master, monkeypatch):
    lost = []
    monkeypatch.setattr(ensure, "_asks_for_files", lambda *_: False)
    monkeypatch.setattr(ensure.membership_plan, "progress", lambda *_: {"done": True})
    monkeypatch.setattr(ensure.membership_plan, "vanished", lambda *_: ["10.0.0.2"])
    monkeypatch.setattr(ensure.membership_plan, "refuse_lost", lambda _want, _states, check: lost.append(check))
    wish = membership_plan.Want((NODE,), "decommissioned", False)
    assert ensure.ensure(wish, check_mode=True)["done"]
    assert lost == [None] and len(master.checks) == 1
    monkeypatch.setattr(ensure, "_asks_for_files", lambda *_: True)
    ensure.ensure(wish, check_mode=True)
    assert lost == [None] and len(master.checks) == 2, "they were looked for before"
