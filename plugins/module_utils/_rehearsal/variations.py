# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The other ways in which Hadoop may do a job, none of which is to change its answer; pure but for what they run."""

from __future__ import annotations

import functools
import typing as t

from . import pipeline
from .findings import ERROR, WARNING
from .pipeline import COMBINER, REDUCER, Pipeline
from .sample import Part

# Of several hundred reduces so many show what there is to see.
MOST_REDUCES = 8
# With NLineInputFormat it is known where Hadoop cuts.
LINES_PER_MAP = "mapreduce.input.lineinputformat.linespermap"
Answer = list[bytes]
BY_SPLITS = (
    "Let the mapper treat each line by itself, and what needs several lines be done in the reducer: Hadoop decides where "
    "a file is cut, and a heading comes to the first map of a file only. Records of several lines are to be put on one "
    "line each, or into files packed by gzip, which it does not cut."
)
BY_COMBINER = (
    "Let the combiner write what it reads, in the same form, and nothing but partial sums and the like: Hadoop decides how "
    "often it runs."
)
BY_ORDER = "Let the reducer not care for it, or sort by a second field: Hadoop sorts keys only."
AGAIN = "Let the programs depend on their input alone: Hadoop runs a task again when a node is lost."


class Variation(t.NamedTuple):
    """Another way of doing the same, and what it means where the answer is another one.

    ``asked``: the cluster will do it so, as the job says; ``early``: it is tried before the same is run again.
    """

    id: str
    what: str
    severity: str
    hint: str
    answer: t.Callable[[], Answer]
    # What it is compared with; None: the first answer.
    base: t.Callable[[], Answer] | None = None
    asked: bool = False
    early: bool = False


def again(stage: Pipeline, parts: t.Sequence[Part]) -> Variation:
    """Return the way that is no other one: the first, once more."""

    def answer() -> Answer:
        stage.forget()
        return stage.answer(pipeline.whole(parts), min(1, stage.job.reduces))

    return Variation("answer-not-repeatable", "When the same is run again", WARNING, AGAIN, answer)


def planned(stage: Pipeline, parts: t.Sequence[Part]) -> list[Variation]:
    """Return what is to be tried: what the job asks for first, then the most telling, and last what takes most runs."""
    combined = stage.job.commands.get(COMBINER) and stage.job.reduces
    found = [_of_combiner(stage, parts, 1, "once")._replace(asked=True, early=True)] if combined else []
    found += (one._replace(early=True) for one in _of_splits(stage, parts))
    if stage.job.commands.get(REDUCER) and stage.job.reduces:
        found += _of_reducers(stage, parts)
    found += [_of_combiner(stage, parts, 2, "twice")] if combined else []
    return sorted(found, key=lambda one: (not one.early, not one.asked, one.id != "answer-depends-on-reducers"))


def _of_combiner(stage: Pipeline, parts: t.Sequence[Part], times: int, word: str) -> Variation:
    answer = functools.partial(stage.answer, pipeline.whole(parts), 1, times)
    return Variation("answer-depends-on-combiner", f"When the combiner runs {word}", ERROR, BY_COMBINER, answer)


def _of_splits(stage: Pipeline, parts: t.Sequence[Part]) -> t.Iterator[Variation]:
    one = min(1, stage.job.reduces)
    severity = ERROR if stage.job.reduces else WARNING
    ways = {}
    cut = _cut(stage, parts)
    if len(cut) > len(parts):
        ways["When a file is cut into several splits"] = cut
    if stage.job.joins and len(parts) > 1:
        ways["When one map reads several files"] = pipeline.joined(parts)
    for what, splits in ways.items():
        answer = functools.partial(stage.answer, splits, one)
        yield Variation("answer-depends-on-splits", what, severity, BY_SPLITS, answer)


def _unsorted(stage: Pipeline) -> str:
    """Return how to sort so that what one reduce gets lies together by the fields that send it there; empty where it does."""
    if not stage.apart:
        return ""
    wanted = ", ".join(map(str, stage.apart))
    return f"Begin job_sort with {wanted}, as job_partition_fields counts: the lines of a key lie apart otherwise."


def _cut(stage: Pipeline, parts: t.Sequence[Part]) -> list[pipeline.Split]:
    each = stage.job.properties.get(LINES_PER_MAP, "")
    return pipeline.cut(parts, int(each) if each.isdecimal() else 1)


def _of_reducers(stage: Pipeline, parts: t.Sequence[Part]) -> t.Iterator[Variation]:
    asked = stage.job.reduces > 1
    several = min(max(2, stage.job.reduces), MOST_REDUCES)
    otherwise = "set job_reduces to 1." if asked else "stay with one."
    yield Variation(
        "answer-depends-on-reducers",
        f"With {several} reduces instead of one",
        ERROR if asked else WARNING,
        _unsorted(stage) or f"Let the reducer treat each key by itself, or {otherwise}",
        functools.partial(stage.answer, pipeline.whole(parts), several),
        asked=asked,
        early=asked,
    )
    splits = _cut(stage, parts)
    if len(splits) > 1:
        yield Variation(
            "answer-depends-on-value-order",
            "When the values of a key arrive in another order",
            WARNING,
            BY_ORDER,
            functools.partial(stage.answer, splits, 1, 0, True),
            functools.partial(stage.answer, splits, 1),
        )
