# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a thousand workers cost more than two: requests to AWS, and CPU and memory of this machine."""

from __future__ import annotations

import contextlib
import functools
import typing as t
from pathlib import Path

from tests.fleet.fleet import Fleet, life, without_size

from ..answers import CLUSTERS, WORKERS, inventory
from ..command import Failed
from ..context import Context
from ..fleet import Cost, fleet_of_its_own, job, play, simulated
from ..row import Goal, Pair, Row

FEW, SOME, MANY = 2, 20, 1000


def requests(context: Context) -> t.Iterator[Pair | None]:
    """Count the requests to AWS of each verb, launch to terminate, for 2, 20 and 1,000 workers.

    Polls, and pages and batches after the first, are left out. What counts is by how many, over all verbs, the size that took
    most differs from two workers; it fails where the sums alone are equal and the requests are not.
    """
    fleet: Fleet = context.shared(simulated)
    lives = {workers: life(fleet, workers, context.folder) for workers in (FEW, SOME, MANY)}
    counted = {
        workers: {verb: without_size(found, verb, workers) for verb, found in calls.items()}
        for workers, calls in lives.items()
    }
    sums = {workers: sum(found.total() for found in verbs.values()) for workers, verbs in counted.items()}
    if len(set(sums.values())) == 1 and any(verbs != counted[FEW] for verbs in counted.values()):
        raise Failed(f"the sums are equal, and the requests are not: {counted}")
    yield Pair(max(sums.values()) - sums[FEW])


class Lives:
    """Launches and ends of a cluster of two workers and of one of a thousand: what they cost, each pair measured once."""

    def __init__(self, context: Context) -> None:
        self._context, self._folder = context, context.of_row("lives").folder
        self._pairs: list[tuple[Cost, Cost]] = []

    def pair(self, number: int) -> tuple[Cost, Cost]:
        """Return what the cluster of two and that of a thousand cost at the n-th time.

        Each time has a fleet of its own: EC2 gives back two instances in a second of those that an account may launch at once.
        """
        while len(self._pairs) <= number:
            with fleet_of_its_own(self._context, "lives") as fleet:
                path = job(fleet, self._folder)
                _staged, few, many = (self._life(fleet, path, workers) for workers in (FEW, FEW, MANY))
            self._pairs.append((few, many))
        return self._pairs[number]

    def _life(self, fleet: Fleet, path: Path, workers: int) -> Cost:
        told = {"job_file": str(path), "cluster_workers": workers}
        launch = play(fleet, self._folder, "playbooks/launch.yml", **told)
        end = play(fleet, self._folder, "playbooks/terminate.yml", **told)
        return Cost(launch.cpu + end.cpu, max(launch.memory, end.memory))


@contextlib.contextmanager
def lives(context: Context) -> t.Iterator[Lives]:
    """Share the launches among the rows that measure them."""
    yield Lives(context)


def per_worker(context: Context, value: t.Callable[[Cost], float]) -> t.Iterator[Pair | None]:
    """Measure what each worker more costs this machine, from ``launch`` to ``terminate``: whole runs of both playbooks."""
    found: Lives = context.shared(lives)
    number = 0
    while True:
        few, many = found.pair(number)
        yield Pair((value(many) - value(few)) / (MANY - FEW))
        number += 1


def _cost_row(name: str, what: str, unit: str, must: float, value: t.Callable[[Cost], float]) -> Row:
    measure = functools.partial(per_worker, value=value)
    what = f"{what} of this machine for each worker more, `launch` to `terminate` of {MANY:,} less those of {FEW}"
    return Row(name, what, "", Goal(must, absolute=True), measure, unit, limit=900, needs=(lives,))


ROWS = (
    Row(
        "api-calls",
        f"requests to AWS of all verbs, those for {SOME} or {MANY:,} workers less those for {FEW}, polls and AWS's pages and batches apart",
        "",
        Goal(0, absolute=True),
        requests,
        "calls",
        repeats=1,
        needs=(simulated,),
    ),
    _cost_row("controller-cpu", "CPU", "ms", 10, lambda cost: cost.cpu * 1000),
    _cost_row("controller-memory", "memory", "KB", 50, lambda cost: cost.memory / 1000),
    Row(
        "inventory",
        f"CPU of `ansible-inventory --list` for one cluster among {CLUSTERS * (WORKERS + 1):,} instances in {CLUSTERS}, with "
        "recorded answers of AWS",
        "",
        Goal(1.0, absolute=True),
        inventory,
        repeats=5,
        needs=(simulated,),
    ),
)
