# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a row of the table is: what it compares, its goal, and how it is measured."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass

from .context import Context, Factory

Measured = t.Callable[[], float]


@dataclass(frozen=True)
class Pair:
    """One measurement of both sides, in the unit of the row; ``theirs`` is None where the goal is absolute."""

    ours: float
    theirs: float | None = None


@dataclass(frozen=True)
class Goal:
    """What is to be reached, at most: of ours divided by theirs, or in the row's unit where the goal is absolute."""

    must: float
    stretch: float | None = None
    absolute: bool = False


@dataclass(frozen=True)
class Row:
    """A comparison.

    :param name: what ``make bench ONLY=name`` calls it: lower case, digits and hyphens.
    :param what: what is measured, for the table.
    :param against: what it is compared with, for the table; empty where the goal is absolute.
    :param measure: yields pairs, without end: so many as ``repeats`` are taken, and it is closed. What it sets up before
        the first one it removes in a ``finally``. Between the sides of a pair it may yield None, see ``together``. It raises
        whatever it likes: the row has then failed, and the others go on.
    :param unit: of the measured values: ``s`` (seconds), ``MB``, ``ms``, ``calls`` …
    :param repeats: 3; 5 where noise is near the margin; 1 for what does not vary, such as a count.
    :param limit: seconds that all repeats may take, the set-up of ``needs`` apart.
    :param needs: what is brought up before the row's time begins; ``context.shared(…)`` of the same returns it. Rows that
        need less are measured before those that need more, on a machine that is still idle.
    :param together: rows that have this in common take turns at each yield, and so share what it costs to change sides.
    :param first: of these it is the first to take its turn, when the daemons have run nothing yet on the new side.
    """

    name: str
    what: str
    against: str
    goal: Goal
    measure: t.Callable[[Context], t.Iterator[Pair | None]]
    unit: str = "s"
    repeats: int = 3
    limit: float = 600
    needs: tuple[Factory, ...] = ()
    together: str = ""
    first: bool = False


def interleaved(ours: Measured, theirs: Measured) -> t.Iterator[Pair | None]:
    """Yield pairs without end, and None between the sides of each.

    The side that goes first alternates, so that a drift of the machine favours neither, and so that sides change once in a
    pair only.

    :param ours, theirs: measure one side once and return the value in the row's unit.
    """
    for turn in itertools.count():
        first = theirs() if turn % 2 else ours()
        yield None
        yield Pair(ours(), first) if turn % 2 else Pair(first, theirs())
