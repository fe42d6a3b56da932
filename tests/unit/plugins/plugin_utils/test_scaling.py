# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which workers come and which leave."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.scaling import scaling


def worker(number, group="worker"):
    return {
        "group": group,
        "instance_id": f"i-{number}",
        "private_ip": f"10.0.0.{number}",
        "launch_time": f"2026-01-01T00:00:0{number}Z",
    }


def entry(number, state="decommissioned"):
    return {"instance_id": f"i-{number}", "private_ip": f"10.0.0.{number}", "state": state}


def plan(there, wanted, remove=(), entries=()):
    known = [worker(one) for one in there]
    found = scaling("demo", known, {"worker": wanted}, [f"i-{one}" for one in remove], entries)
    ids = {name: [int(one["instance_id"][2:]) for one in getattr(found, name)] for name in ("leaving", "back", "stale")}
    return {"launch": found.launch, "most": found.most["worker"], **ids}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"there": [1, 2], "wanted": 2}, {}),
        ({"there": [1, 2], "wanted": 5}, {"launch": 3, "most": 5}),
        ({"there": [], "wanted": 1}, {"launch": 1, "most": 1}),
        ({"there": [1, 2, 3], "wanted": 1}, {"leaving": [3, 2]}),
        ({"there": [1, 2, 3], "wanted": 2, "remove": [1]}, {"leaving": [1]}),
        ({"there": [1, 2, 3], "wanted": 1, "remove": [1]}, {"leaving": [1, 3]}),
        # A replacement comes first; ended between, the next run launches no second one.
        ({"there": [1, 2], "wanted": 2, "remove": [1]}, {"launch": 1, "most": 3, "leaving": [1]}),
        ({"there": [1, 2, 3], "wanted": 2, "remove": [1], "entries": [entry(1)]}, {"leaving": [1]}),
        ({"there": [1, 2, 3], "wanted": 2, "entries": [entry(1)]}, {"leaving": [1]}),
        # Done before: nothing more to do.
        ({"there": [2, 3], "wanted": 2, "remove": [1]}, {}),
        ({"there": [2, 3], "wanted": 2, "remove": [1], "entries": [entry(1)]}, {"stale": [1]}),
        # As many as there were: those that were leaving stay.
        ({"there": [1, 2, 3], "wanted": 3, "entries": [entry(3)]}, {"back": [3]}),
        ({"there": [1, 2, 3], "wanted": 3, "entries": [entry(3, "in_maintenance")]}, {}),
        # A worker that was terminated by somebody else.
        ({"there": [1], "wanted": 2}, {"launch": 1, "most": 2}),
    ],
)
def test_the_plan(given, expected):
    nothing = {"launch": 0, "most": len(given["there"]), "leaving": [], "back": [], "stale": []}
    assert plan(**given) == {**nothing, **expected}


def test_what_cannot_be_meant_is_refused():
    with pytest.raises(OhmyError, match="cluster_workers: -1"):
        plan([1], -1)
    with pytest.raises(OhmyError, match="cluster_remove: 'worker-1' is no id"):
        scaling("demo", [], {"worker": 1}, ["worker-1"], [])


@pytest.mark.parametrize("remove, other", [([9], 3), ([1, 9], 3)])
def test_nobody_leaves_in_place_of_an_id_that_is_not_there(remove, other):
    wanted = 3 - len(remove)
    with pytest.raises(OhmyError, match=f"i-9 is none of its workers; by the number i-{other} would leave"):
        plan([1, 2, 3], wanted, remove)


def test_the_plan_in_words():
    found = scaling("demo", [worker(1), worker(2)], {"worker": 2}, ["i-1", "i-9"], [entry(2)])
    assert found.lines == [
        "Cluster demo has 2 workers, 2 are wanted.",
        "i-9 is none of its workers (any more).",
        "1 to be launched.",
        "i-2 (10.0.0.2) to be taken back.",
        "i-1 (10.0.0.1) to leave.",
    ]


def test_each_group_for_itself():
    known = [worker(1), worker(2), worker(3, "spot"), worker(4, "spot"), worker(5, "old")]
    found = scaling("demo", known, {"worker": 3, "spot": 1}, ["i-3", "i-5"], [entry(5)])
    assert (found.most, found.launch) == ({"worker": 3, "spot": 2, "old": 1}, 1)
    assert [one["instance_id"] for one in found.leaving] == ["i-3", "i-5"] and found.stale == []
    assert "Cluster demo has 2 workers of group spot, 1 are wanted." in found.lines
