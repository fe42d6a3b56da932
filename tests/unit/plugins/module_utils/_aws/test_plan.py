# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan asks for before it launches: a price that may be less, and what nodes of a standing cluster are to be."""

from __future__ import annotations

import types

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import groups, launched, plan

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
