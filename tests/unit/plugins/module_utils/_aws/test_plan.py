# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan asks for before it launches: a price that may be less, and what nodes of a standing cluster are to be."""

from __future__ import annotations

import types

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import groups, instances, key_pair, launched, plan
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError

MASTER = groups.Group("master", "master", 1, ("m6i.large",), "ami-1")


def workers(count, *kinds, spot="no"):
    return groups.Group("worker", "worker", count, kinds, "ami-1", spot=spot)


@pytest.mark.parametrize(
    ("group", "at_most"),
    [
        (workers(2, "m6i.large"), False),
        (workers(2, "m6i.large", "m6i.xlarge"), True),
        (workers(1, "m6i.large", "m6i.xlarge"), True),
        (workers(0, "m6i.large", "m6i.xlarge"), False),
        (workers(1, "m6i.large", spot="prefer"), True),
    ],
)
def test_a_price_is_at_most_what_is_told_where_a_group_may_become_cheaper(monkeypatch, group, at_most):
    monkeypatch.setattr(plan, "_disks", lambda *_: ())
    want = types.SimpleNamespace(
        groups=(MASTER, group), worker_groups=(group,), at_least=False, leaving=(), prices={}, public_ip="no"
    )
    subnet = types.SimpleNamespace(public=lambda _wish: False)
    have = types.SimpleNamespace(region="us-east-1", subnet=subnet, instances=[], members=lambda _name: [])
    _table, bill = plan.cost_wanted(want, have)
    assert bill.at_most is at_most


@pytest.mark.parametrize(
    ("wanting", "members", "asked"),
    [
        ({"master": 0, "worker": 0}, 0, None),
        ({"master": 0, "worker": 1}, 2, launched.OF_NODES),
        ({"master": 0, "worker": 1}, 0, (*launched.OF_NODES, *launched.OF_FIRST)),
        ({"master": 0, "worker": 0, "spare": 1}, 0, launched.OF_NODES),
    ],
)
def test_only_the_first_workers_need_more_to_be_known_than_those_beside_them(monkeypatch, wanting, members, asked):
    found = []
    monkeypatch.setattr(plan.recall, "require_known", lambda _want, names: found.append(tuple(names)))
    plan._require_known(None, types.SimpleNamespace(members=lambda _name: [None] * members), wanting)
    assert found == ([] if asked is None else [tuple(asked)])


def test_a_document_that_cannot_be_made_yet_is_planned_all_the_same(monkeypatch):
    made = {"master": b"{}", "worker": None}
    monkeypatch.setattr(plan, "documents_wanted", lambda *_: made)
    monkeypatch.setattr(plan.lease, "wanted", lambda *_: None)
    monkeypatch.setattr(plan.documents, "leased", lambda _document: False)
    want = types.SimpleNamespace(name="demo", bundle_sha256="ab", ttl=0, ttl_max=0)
    nothing = {
        "objects": {plan.documents.bundle_key(plan.documents.prefix("demo", "7f"), "ab")},
        "lease": None,
        "now": 0,
    }

    def written(**have):
        todo = plan.Plan()
        found = types.SimpleNamespace(**{**nothing, "instances": [], "documents": dict.fromkeys(made), **have})
        plan._plan_objects(todo, want, found, "7f", False, False)
        return {step.key: step.new for step in todo.steps}

    assert written()["document of the worker"] == "(to be made)"
    stands = written(documents={"master": b"{}", "worker": b"{}"})
    assert stands == {"document of the worker": "(to be made)"}, "another address of the master makes another one"


def worker(number, **more):
    usual = {"instance_type": "m6i.large", "key_name": "", "cluster": "demo"}
    return instances.Instance(f"i-{number}", "running", **{"group": "worker", **usual, **more})


def test_nodes_of_groups_that_are_not_named_cost_one_each(monkeypatch):
    monkeypatch.setattr(plan, "_disks", lambda *_: ())
    group = workers(0, "m6i.large")
    want = types.SimpleNamespace(
        groups=(MASTER, group), worker_groups=(group,), at_least=True, leaving=("i-3",), prices={}, public_ip="no"
    )
    subnet = types.SimpleNamespace(public=lambda _wish: False)

    def hourly(*known):
        have = types.SimpleNamespace(region="us-east-1", subnet=subnet, instances=known, members=lambda _name: [])
        return plan.cost_wanted(want, have)[1].sum

    alone = hourly()
    assert hourly(worker(2, group="spare")) == pytest.approx(2 * alone)
    assert hourly(worker(3, group="spare")) == alone, "it leaves"


def test_a_launch_names_its_market_where_it_is_not_the_usual_one(monkeypatch):
    for name in ("_refuse_strangers", "_require_known", "_plan_access", "_plan_objects", "cost_wanted"):
        monkeypatch.setattr(plan, name, lambda *_: ())
    monkeypatch.setattr(plan, "missing", lambda *_: {"worker": 2, "spare": 1})
    monkeypatch.setattr(plan.prices, "require_below", lambda *_: None)
    spare = groups.Group("spare", "compute", 1, ("m6i.large", "m5.large"), "ami-1", spot="prefer")
    want = types.SimpleNamespace(groups=(workers(2, "m6i.large"), spare), leaving=(), name="demo", max_hourly_cost=None)
    todo = plan.plan(want, types.SimpleNamespace(instances=[], members=lambda _name: []), "7f")
    assert {step.key: step.new for step in todo.steps} == {
        "worker of demo": {"count": 2, "type": "m6i.large"},
        "spare of demo": {"count": 1, "type": "m6i.large or m5.large", "market": "spot or on-demand"},
    }


@pytest.mark.parametrize("lacks", ["role", "profile", "attached", None])
def test_what_is_lacking_of_role_and_profile_is_made(monkeypatch, lacks):
    monkeypatch.setattr(plan, "_plan_key", lambda *_: None)
    monkeypatch.setattr(plan, "policy_wanted", lambda *_: {})
    role = {"role": True, "profile": True, "attached": True, "name": "ohmy-demo", "policy": {}}
    have = types.SimpleNamespace(
        role=types.SimpleNamespace(**{**role, **({lacks: False} if lacks else {})}),
        group=types.SimpleNamespace(ssh=("192.0.2.7/32",), open_inside=True),
        ssh_cidr="192.0.2.7/32",
    )
    todo = plan.Plan()
    plan._plan_access(todo, types.SimpleNamespace(name="demo"), have, "7f", False)
    assert [str(step) for step in todo.steps] == (["make role and instance profile ohmy-demo"] if lacks else [])


def test_the_nodes_rights_stay_where_nothing_is_said_and_are_made_where_there_are_none():
    want = types.SimpleNamespace(name="demo", bucket="b", document={}, read_uris=(), write_uris=())
    identity = types.SimpleNamespace(partition="aws")

    def policy(role):
        have = types.SimpleNamespace(role=role, documents={"master": b"{}"}, identity=identity)
        return plan.policy_wanted(want, have, "7f")

    kept = {"Version": "2012-10-17", "Statement": []}
    assert policy(types.SimpleNamespace(policy=kept)) == kept
    assert policy(types.SimpleNamespace(policy=None))["Statement"] and policy(None)["Statement"]


def test_nodes_that_were_launched_with_the_user_s_own_pair_go_on_with_it():
    given = key_pair.KeyPair("mine", "ssh-ed25519 AAAA")
    have = types.SimpleNamespace(
        pair=None,
        key=key_pair.LocalKey("ssh-ed25519 AAAA", None),
        instances=[worker(1, key_name="mine")],
        given=given,
        pairs={},
    )
    todo = plan.Plan()
    plan._plan_key(todo, types.SimpleNamespace(name="demo"), have, False)
    assert todo.steps == []
    have.instances = [worker(1, key_name="another")]
    with pytest.raises(OhmyError, match="was launched with key pair another, mine has another key"):
        plan._plan_key(todo, types.SimpleNamespace(name="demo"), have, False)


@pytest.mark.parametrize(
    ("launching", "masters", "lacking", "kept"),
    [(True, 0, [], True), (True, 1, [], True), (True, 1, ["image"], False), (False, 1, [], False)],
)
def test_what_a_launch_wished_for_is_kept_where_it_is_known_whole(monkeypatch, launching, masters, lacking, kept):
    monkeypatch.setattr(plan, "documents_wanted", lambda *_: {"master": None})
    monkeypatch.setattr(plan.lease, "wanted", lambda *_: None)
    monkeypatch.setattr(plan.documents, "leased", lambda _document: False)
    monkeypatch.setattr(plan.recall, "lacking", lambda *_: lacking)
    monkeypatch.setattr(plan.recall, "body", lambda *_: b"{}")
    want = types.SimpleNamespace(name="demo", bundle_sha256="ab", ttl=0, ttl_max=0)
    known = [worker(number, group="master") for number in range(masters)]
    have = types.SimpleNamespace(instances=known, documents={"master": b"{}"}, objects={}, lease=None, now=0, kept=None)
    todo = plan.Plan()
    plan._plan_objects(todo, want, have, "7f", launching, False)
    assert todo.wants(*plan.recall.STEP) is kept
    assert todo.wants("upload", "node bundle") is launching
