# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller killed after each API call in turn: the same command again converges, and the end leaves nothing."""

from __future__ import annotations

import pytest

from tests.faults.paper import Paper
from tests.survived import Survived, survives
from tests.waiting import wait_for

READS = ("Describe", "Get", "List", "Head")
Call = tuple[str, int]


def reads(action: str) -> bool:
    """Tell whether a call only looks."""
    return action.startswith("DryRun:") or action.partition(":")[2].startswith(READS)


def calls_of(paper: Paper, state: str) -> list[Call]:
    """Run the module unharmed; return its calls, each with how often it was made before.

    Of calls that only look, the first of each series: nothing differs after the others.
    """
    paper.plan({"action": "*", "how": "noted"})
    paper.well(state)
    names = [line.split()[1] for line in paper.met()]
    paper.clear()
    found = []
    for at, name in enumerate(names):
        if not (reads(name) and at and reads(names[at - 1])):
            found.append((name, names[:at].count(name)))
    return found


def kill_after(paper: Paper, call: Call, state: str) -> bool:
    """Run the module and kill it when the call took effect; tell whether it came to that."""
    action, before = call
    paper.plan({"action": action, "how": "hung", "skip": before, "times": 1})
    run = paper.start(state)
    try:
        wait_for(f"{action}, or the end", lambda: paper.met() or not run.alive(), 400, pause=0.01)
    finally:
        run.kill()
    met = bool(paper.met())
    paper.clear()
    return met


@survives(
    Survived(
        "the controller is killed (kill -9)",
        "after each call of launch, and of terminate, in turn",
        "the next run goes on where it was, or removes what there is",
        "the plan of what is left to do",
    )
)
@pytest.mark.parametrize("share", [0, 1])
def test_killed_after_each_call_the_next_run_finishes_it(paper, share):
    """Each of two processes takes every second call. How often a state is polled differs from run to run."""
    made, removed = calls_of(paper, "present"), calls_of(paper, "absent")
    assert ("ec2:RunInstances", 1) in made and ("ec2:TerminateInstances", 0) in removed, (made, removed)
    for at in range(share, max(len(made), len(removed)), 2):
        if at < len(made):
            assert kill_after(paper, made[at], "present") or reads(made[at][0]), made[at]
        paper.well("present")
        paper.whole()
        if at < len(removed):
            assert kill_after(paper, removed[at], "absent") or reads(removed[at][0]), removed[at]
        paper.well("absent")
        assert paper.things() == [], (made[at:][:1], removed[at:][:1])
