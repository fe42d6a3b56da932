# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller killed after each call of stop and of start: the same command again converges, on the same instances."""

from __future__ import annotations

from tests.faults.paper import Paper
from tests.faults.test_killed import calls_of, kill_after, reads
from tests.seen import every_instance
from tests.survived import Survived, survives


def states(paper: Paper) -> dict[str, str]:
    """Return the state of each instance in the account that has not ended."""
    found = every_instance(paper.client("ec2"))
    return {one["InstanceId"]: one["State"]["Name"] for one in found if one["State"]["Name"] != "terminated"}


@survives(
    Survived(
        "the controller is killed (kill -9)",
        "after each call of stop, and of start, in turn",
        "the next run goes on where it was, with the same instances",
        "the plan of what is left to do",
    )
)
def test_killed_after_each_call_of_stop_and_start(paper: Paper) -> None:
    paper.well("present")
    ids = set(states(paper))
    stops, starts = calls_of(paper, "stopped"), calls_of(paper, "started")
    assert ("ec2:StopInstances", 0) in stops and ("ec2:StartInstances", 0) in starts, (stops, starts)
    for at in range(max(len(stops), len(starts))):
        for state, calls, expected in (("stopped", stops, "stopped"), ("started", starts, "running")):
            if at < len(calls):
                assert kill_after(paper, calls[at], state) or reads(calls[at][0]), (state, calls[at])
            paper.well(state)
            assert states(paper) == dict.fromkeys(ids, expected), (state, calls[at:][:1])
    paper.whole()
    paper.well("absent")
    assert paper.things() == []
