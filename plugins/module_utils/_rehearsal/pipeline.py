# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""A whole job on a sample: map, combine, shuffle and reduce, once for a given way of cutting the input."""

from __future__ import annotations

import itertools
import math
import time
import typing as t
from dataclasses import dataclass, field, replace

from .._hadoop import command_words
from . import aggregate, records, shuffle, task, words
from .sample import Part

MAPPER, COMBINER, REDUCER = "mapper", "combiner", "reducer"
ROLES = (MAPPER, COMBINER, REDUCER)


@dataclass(frozen=True)
class Job:
    """What is rehearsed.

    ``commands`` has a command or None for each of ROLES, ``files`` name in the task's folder → path here,
    ``properties`` the job's by their present names, as ``streaming.properties`` makes them.
    """

    commands: t.Mapping[str, str | None]
    files: t.Mapping[str, str]
    properties: t.Mapping[str, str]
    cmdenv: t.Mapping[str, t.Any] = field(default_factory=dict)
    reduces: int = 1
    joins: bool = False  # several files may come to one map


class Split(t.NamedTuple):
    """What one map reads; ``place`` is the path of its file on the cluster."""

    records: t.Sequence[records.Record]
    place: str


class Failed(Exception):
    """A program failed; ``lines`` are those that it was given, records where it is the mapper."""

    def __init__(self, role: str, result: task.Result, lines: t.Sequence[t.Any], place: str = "") -> None:
        super().__init__(role)
        self.role, self.result, self.lines, self.place = role, result, lines, place
        self.during = ""  # in which other way of doing it; empty: in the first


class OutOfTime(Exception):
    """The time for the whole rehearsal is over."""


def whole(parts: t.Sequence[Part]) -> list[Split]:
    """Return a split for each file."""
    return [Split(part.records, part.source.place) for part in parts]


def cut(parts: t.Sequence[Part], each: int = 1) -> list[Split]:
    """Return several splits for each file that Hadoop may cut and that has two records, one for the others.

    :param each: Hadoop cuts after so many records and their multiples only.
    """
    found = []
    for part in parts:
        ends = [*(cuts(part.records, each) if part.splittable else ()), len(part.records)]
        found += [
            Split(part.records[begin:end], part.source.place) for begin, end in zip([0, *ends], ends) if begin < end
        ]
    return found


def cuts(lines: t.Sequence[records.Record], each: int = 1) -> list[int]:
    """Return how many records are to stand in front of each cut: such that one of them breaks what goes over several lines.

    Near a third and two thirds it is a prime number: nothing but 1 divides both, whatever the number of lines that belong
    together. Where quotes are open at the end of lines, as in CSV, there is a cut within such quotes too.
    """
    number = len(lines)
    if each > 1:
        return sorted({at for share in (1, 2) if (at := max(each, number * share // 3 // each * each)) < number})
    found: list[int] = []
    for share in (1, 2):
        near = _outwards(number * share // 3, number)
        found += itertools.islice((one for one in near if one not in found and _is_prime(one)), 1)
    inside, quotes = [], 0
    for at, line in enumerate(lines[:-1], 1):
        quotes += line.data.count(b'"')
        if quotes % 2:
            inside.append(at)
    if inside:
        found.append(min(inside, key=lambda at: abs(at - number // 2)))
    return sorted({*found})


def _outwards(middle: int, end: int) -> t.Iterator[int]:
    """Return the numbers from 1 up to, but without, an end, the nearest to a middle first."""
    for away in range(end):
        yield from (one for one in sorted({middle - away, middle + away}) if 0 < one < end)


def _is_prime(number: int) -> bool:
    """Tell whether nothing but 1 and itself divides a number; 1 is one here."""
    return all(number % one for one in range(2, math.isqrt(number) + 1))


def joined(parts: t.Sequence[Part]) -> list[Split]:
    """Return one split of all files."""
    return [Split([record for part in parts for record in part.records], parts[0].source.place)]


class Pipeline:
    """Runs the programs of a job; what a map writes is kept, since the same split gives the same."""

    def __init__(
        self, job: Job, form: shuffle.Form, workplace: task.Workplace, limits: task.Limits, deadline: float, path: str
    ) -> None:
        """Set the stage.

        :param deadline: of ``time.monotonic()``, for all runs together.
        :param path: directories where commands are looked for.
        """
        self.job = job
        self._form, self._workplace, self._limits = form, workplace, limits
        self._deadline, self._path = deadline, path
        self.allow(limits.seconds, limits.seconds)
        self._mapped: dict[tuple[int, int, int], list[shuffle.Pair]] = {}
        self.runs: dict[str, list[tuple[int, task.Result]]] = {role: [] for role in ROLES}

    @property
    def input_separator(self) -> bytes:
        """What stands between key and value in a line that a reducer or combiner reads."""
        return self._form.input_separator

    @property
    def apart(self) -> list[int]:
        """Fields that send a key to its reduce and by which the sort does not begin; see ``Form.apart``."""
        return self._form.apart

    @property
    def left(self) -> float:
        """Return the seconds that are left."""
        return self._deadline - time.monotonic()

    def forget(self, maps: bool = True) -> dict[str, list[tuple[int, task.Result]]]:
        """Return what ran so far, (bytes read, result) for each role, and begin anew; ``maps``: run these again too."""
        runs, self.runs = self.runs, {role: [] for role in ROLES}
        if maps:
            self._mapped = {}
        return runs

    def allow(self, seconds: float, enough: float) -> None:
        """Give each run so many seconds from now on; one that ends all time before it had ``enough`` is not judged."""
        self._seconds, self._enough = seconds, enough

    def run(self, role: str, number: int, data: bytes, place: str = "") -> task.Result:
        """Run one program as a task.

        :raises OutOfTime: the time for all is over, before or while it ran.
        """
        left = self.left
        if left <= 0:
            raise OutOfTime
        limits = replace(self._limits, seconds=min(self._seconds, left))
        own = words.task_properties(role, number, place, 0, len(data))
        argv = command_words.split(self.job.commands[role] or "")
        with self._workplace.folder() as folder:
            program = words.find(argv[0], folder, self._path) or argv[0]
            env = words.environment(self.job.properties, own, self.job.cmdenv, self._path, folder)
            prefix = self.job.properties.get("stream.stderr.reporter.prefix", "reporter:")
            result = task.run(program, argv, folder, env, data, limits, prefix)
            result.stderr, result.missing = (text.replace(f"{folder}/", "") for text in (result.stderr, result.missing))
        if result.timed_out and limits.seconds < self._enough:
            raise OutOfTime
        self.runs[role].append((len(data), result))
        return result

    def tolerates(self, result: task.Result) -> bool:
        """Tell whether Hadoop would take what the program wrote."""
        lenient = self.job.properties.get("stream.non.zero.exit.is.failure") == "false"
        return not result.failed or bool(lenient and result.code and not result.timed_out and not result.missing)

    def mapped(self, number: int, split: Split) -> list[shuffle.Pair]:
        """Return what the mapper makes of a split.

        :raises Failed: it fails.
        """
        first = split.records[0]
        key = (first.file, first.number, len(split.records))
        if key not in self._mapped:
            result = self.run(MAPPER, number, records.text_of(split.records), split.place)
            if not self.tolerates(result):
                raise Failed(MAPPER, result, split.records, split.place)
            self._mapped[key] = self._form.mapped(result.stdout)
        return self._mapped[key]

    def reduced(self, role: str, number: int, pairs: t.Sequence[shuffle.Pair]) -> list[shuffle.Pair]:
        """Return what reducer or combiner makes of sorted pairs; nothing of none, as on the cluster.

        :raises Failed, aggregate.Wrong: it fails.
        """
        command = self.job.commands[role]
        if not pairs or command is None:
            return list(pairs)
        if aggregate.is_aggregate(command):
            return aggregate.reduced(pairs)
        lines = self._form.reducer_input(pairs)
        result = self.run(role, number, b"".join(line + b"\n" for line in lines))
        if not self.tolerates(result):
            raise Failed(role, result, lines)
        return self._form.reduced(result.stdout)

    def _combined(self, number: int, pairs: t.Sequence[shuffle.Pair], times: int) -> list[shuffle.Pair]:
        if not times:
            return self._form.sort(pairs)
        if times == 1:
            return self.reduced(COMBINER, number, self._form.sort(pairs))
        # Two spills of a map's buffer, each combined; then again what they are merged into.
        middle = len(pairs) // 2
        spills = [self._combined(number, piece, 1) for piece in (pairs[:middle], pairs[middle:])]
        return self.reduced(COMBINER, number, self._form.merge(spills))

    def answer(
        self, splits: t.Sequence[Split], reduces: int, combines: int = 0, backwards: bool = False
    ) -> list[bytes]:
        """Return the lines of the answer.

        :param combines: how often the combiner runs on a map's output: 0, 1 or 2.
        :param backwards: the last map's output arrives first.
        :raises Failed, aggregate.Wrong, OutOfTime: as told there.
        """
        outputs = [self.mapped(number, split) for number, split in enumerate(splits)]
        if not reduces:
            return self._form.written(pair for output in outputs for pair in output)
        runs = []
        for number, output in enumerate(outputs):
            parts = self._form.partition(output, reduces)
            runs.append([self._combined(number, part, combines) for part in parts])
        if backwards:
            runs.reverse()
        found: list[bytes] = []
        for number in range(reduces):
            pairs = self._form.merge([run[number] for run in runs])
            found += self._form.written(self.reduced(REDUCER, number, pairs))
        return found
