# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measuring rows: taking turns, limits of time, and what becomes of a row that fails."""

from __future__ import annotations

import contextlib
import shutil
import signal
import time
import typing as t
from dataclasses import dataclass, field

from .command import Failed
from .context import Context
from .row import Pair, Row

SETUP_SECONDS = 600  # for all that a row needs together
CLOSE_SECONDS = 120
ALL_OVER = "the time for all rows was up"
ALL_SECONDS = 90 * 60  # for all rows together


@dataclass
class Taken:
    """What came of a row: its pairs, the seconds that they took, and where it failed why."""

    row: Row
    pairs: list[Pair] = field(default_factory=list)
    seconds: float = 0.0
    error: str = ""


@contextlib.contextmanager
def limit(seconds: float, words: str) -> t.Iterator[None]:
    """Raise Failed with these words where what is done takes longer. In the main thread only; never within another limit."""

    def over(_number: int, _frame: t.Any) -> None:
        raise Failed(words)

    if seconds <= 0:
        raise Failed(words)
    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def in_order(rows: t.Iterable[Row]) -> list[list[Row]]:
    """Return the rows in the order in which they are measured, those that take turns with each other in one list."""
    ordered = sorted(rows, key=lambda row: (len(row.needs), not row.first))
    lists: dict[str, list[Row]] = {}
    for row in ordered:
        lists.setdefault(row.together or f"alone: {row.name}", []).append(row)
    return list(lists.values())


def measure(rows: t.Iterable[Row], context: Context, all_seconds: float = ALL_SECONDS) -> t.Iterator[Taken]:
    """Measure rows and yield what came of each as it ends, whether or not it failed.

    :param all_seconds: when these are over, rows that are not done have failed.
    """
    end = time.monotonic() + all_seconds
    for turns in in_order(rows):
        with contextlib.ExitStack() as left:
            taking = [_Taking(row, context) for row in turns]
            for one in taking:
                left.callback(one.close)
            while taking:
                for one in list(taking):
                    if one.turn(end):
                        taking.remove(one)
                        yield one.taken


class _Taking:
    """A row while it is measured."""

    def __init__(self, row: Row, context: Context) -> None:
        self.row, self.context = row, context.of_row(row.name)
        self.taken = Taken(row)
        self._steps: t.Iterator[Pair | None] | None = None

    def turn(self, end: float) -> bool:
        """Take the next step; tell whether the row is done.

        :param end: when time is up for all rows, on the monotonic clock.
        """
        try:
            if self._steps is None:
                all_left = end - time.monotonic()
                words = "what it needs was not up in time" if all_left > SETUP_SECONDS else ALL_OVER
                with limit(min(SETUP_SECONDS, all_left), words):
                    for factory in self.row.needs:
                        self.context.shared(factory)
            self._step(end)
        except Exception as error:
            self.taken.error = str(error) or type(error).__name__
            self.context.say(f"{self.row.name}: failed: {self.taken.error}")
        done = bool(self.taken.error) or len(self.taken.pairs) == self.row.repeats
        if done:
            self.close()
        return done

    def close(self) -> None:
        """Let the row put away what it has set up; a failure is told and changes no result."""
        try:
            with limit(CLOSE_SECONDS, "it took too long"):
                if isinstance(self._steps, t.Generator):
                    self._steps.close()
                # What it wrote may tell why it failed.
                if not self.taken.error:
                    shutil.rmtree(self.context.folder, ignore_errors=True)
        except Exception as error:
            self.context.say(f"{self.row.name}: what it set up was not put away: {error}")

    def _step(self, end: float) -> None:
        began = time.monotonic()
        left, all_left = self.row.limit - self.taken.seconds, end - began
        words = f"its {self.row.limit:g} s were up" if left < all_left else ALL_OVER
        try:
            with limit(min(left, all_left), words):
                if self._steps is None:
                    self._steps = self.row.measure(self.context)
                pair = next(self._steps)
        finally:
            self.taken.seconds += time.monotonic() - began
        if pair is not None:
            if pair.theirs is None and not self.row.goal.absolute:
                raise Failed("a ratio needs both sides")
            self.taken.pairs.append(pair)
            self.context.say(f"{self.row.name}: {len(self.taken.pairs)} of {self.row.repeats}: {told(self.row, pair)}")


def told(row: Row, pair: Pair) -> str:
    """Return a pair in words."""
    ours = f"{pair.ours:.4g} {row.unit}"
    return (
        ours
        if pair.theirs is None
        else f"{ours}, theirs {pair.theirs:.4g} {row.unit}, {pair.ours / pair.theirs:.3f} of it"
    )
