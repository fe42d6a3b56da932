# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When blocks are spread, and that it is started once and has a limit."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import admin_states
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import balancer


def states(*used, state=admin_states.IN_SERVICE):
    nodes = enumerate(used)
    return admin_states.States(
        datanodes={f"10.0.0.{at}": admin_states.DataNode(True, state, 1, 0, one, 0, 100) for at, one in nodes}
    )


@pytest.mark.parametrize(("used", "expected"), [((), 0), ((50, 50), 0), ((90, 0), 45), ((30, 30, 0), 20)])
def test_how_far_datanodes_differ(used, expected):
    assert balancer.spread(states(*used)) == pytest.approx(expected)


def test_nodes_that_leave_do_not_count():
    assert balancer.spread(states(90, 0, state=admin_states.LEAVING)) == 0


@pytest.fixture(name="ran")
def fixture_ran(monkeypatch):
    found = []
    monkeypatch.setattr(balancer, "run", lambda argv, what: found.append(argv))
    monkeypatch.setattr(balancer, "master_address", lambda: "10.0.0.4")
    monkeypatch.setattr(balancer.admin_states, "look", lambda _master: states(90, 0))
    monkeypatch.setattr(balancer, "service_state", lambda _unit: "inactive")
    return found


def test_it_is_started_where_it_is_needed(ran):
    result = balancer.ensure(10, 600, False, False)
    assert result["changed"] and result["running"] and not result["done"] and result["spread"] == 45
    assert "--property=RuntimeMaxSec=600" in ran[0] and ran[0][-2:] == ["-threshold", "10"]


def test_it_is_not_started_for_nothing_in_check_mode_or_twice(ran, monkeypatch):
    assert balancer.ensure(50, 600, False, False)["done"]
    assert balancer.ensure(10, 600, False, True)["changed"]
    assert balancer.ensure(10, 600, True, False)["done"]
    monkeypatch.setattr(balancer, "service_state", lambda _unit: "active")
    assert not balancer.ensure(10, 600, False, False)["done"]
    assert ran == []
