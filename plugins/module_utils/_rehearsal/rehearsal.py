# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The rehearsal of a job: ``mapper | sort | reducer`` on a sample, in the ways in which Hadoop may do it."""

from __future__ import annotations

import os
import time
import typing as t
from dataclasses import replace

from .._core.errors import OhmyError
from .._core.voice import count
from .._hadoop import command_words
from . import aggregate, compare, pipeline, remarks, shuffle, task, variations, words
from .explain import cause_of, explain
from .findings import ERROR, NOTE, WARNING, Finding, finding, shown, sorted_by_severity
from .pipeline import COMBINER, MAPPER, REDUCER, Failed, Job, OutOfTime, Pipeline
from .sample import Part, Sample
from .variations import Answer, Variation

# A slow program is tried again with so much less of the sample, and then with so many lines of each file. One that does
# not end on these either is taken for one that never ends, if it had so much time for them at least.
SHRINK = 16
FEW = 16
LEAST_SECONDS = 5.0


class Rehearsal:
    """One rehearsal; what came of it stands in the attributes without an underscore."""

    def __init__(self, job: Job, sample: Sample, limits: task.Limits, seconds: float, path: str) -> None:
        """Take what ``rehearse`` takes."""
        self._job, self._sample, self._limits, self._path = job, sample, limits, path
        self._deadline = time.monotonic() + seconds
        self._seconds = seconds
        self.findings: list[Finding] = list(sample.findings)
        self.tried: list[str] = []
        self.not_tried: list[str] = []
        self.speed: dict[str, t.Any] = remarks.no_speed()
        self.counters: dict[str, dict[str, int]] = {}
        self.answer: list[bytes] = []
        self._alone = False  # only the mapper can be played

    def run(self, root: str) -> None:
        """Rehearse.

        :param root: an empty directory.
        """
        if not self._sample.parts:
            self._note(
                "There is no line to try the programs on, so they were not rehearsed.", "See the other findings."
            )
            return
        if not self._playable():
            return
        try:
            form = shuffle.form_of(self._job.properties)
        except OhmyError as exc:
            self.findings.append(finding("sort-options", ERROR, exc.message, exc.hint))
            return
        workplace = task.Workplace(self._job.files, root)
        stage = Pipeline(self._job, form, workplace, self._limits, self._deadline, self._path)
        try:
            first, parts = self._first(stage)
            self.answer = [] if self._alone else first
            self._look(stage, first)
            self._vary(stage, parts, first)
        except Failed as failed:
            self.findings.append(explain(failed, self._job, stage, self._sample.parts, self._limits))
        except aggregate.Wrong as exc:
            text = f"Hadoop's aggregate cannot take a line of the mapper's: {exc}: {shown(exc.line)}."
            hint = "Let it write FUNCTION:key, a tab and a value."
            self.findings.append(finding("aggregate-input", ERROR, text, hint))
        except OutOfTime:
            self._cut_short([])

    def _note(self, text: str, hint: str) -> None:
        self.findings.append(finding("not-rehearsed", NOTE, text, hint))

    def _playable(self) -> bool:
        """Take out of the job what cannot be done here; return whether the mapper is left."""
        job = self._job
        strange = shuffle.unknown(job.properties)
        lines = not any(one.startswith(("mapred.input.format", "stream.map.input")) for one in strange)
        if strange:
            text = f"What {', '.join(strange)} does is not known here, so "
            text += "only the mapper was rehearsed." if lines else "the programs were not rehearsed."
            self._note(text, "Try the rest on a few lines on the cluster first.")
            if not lines:
                return False
            job = self._only_mapper(job)
        self.findings += remarks.on_lines(self._sample)
        for role in (COMBINER, REDUCER, MAPPER):
            command = job.commands.get(role)
            known = role == REDUCER and aggregate.is_aggregate(command)
            reason = self._unknown(command) if command and not known else None
            if reason is None:
                continue
            rest = {MAPPER: "nothing was rehearsed", REDUCER: "only the mapper was", COMBINER: "it was left out"}[role]
            self._note(f"The {role} {command} {reason}, so {rest}.", "It is tried on the cluster for the first time.")
            if role == MAPPER:
                return False
            job = self._only_mapper(job) if role == REDUCER else replace(job, commands={**job.commands, role: None})
        self._job = job
        return True

    def _only_mapper(self, job: Job) -> Job:
        self._alone = True
        return replace(job, commands={**job.commands, REDUCER: None, COMBINER: None}, reduces=0)

    def _unknown(self, command: str) -> str | None:
        if words.is_java(command, self._job.files):
            return "is a class of Hadoop's"
        argv = command_words.split(command)
        here = argv and argv[0].removeprefix("./").partition("/")[0] in self._job.files
        if argv and not here and words.find(argv[0], os.devnull, self._path) is None:
            return "is not on this machine"
        return None

    def _first(self, stage: Pipeline) -> tuple[Answer, list[Part]]:
        """Return the first answer and what it is of: less of the sample where a program does not end."""
        tries = shrunk(self._sample.parts)
        slow = ""
        for parts in tries[:-1]:
            try:
                return self._within(stage, parts, slow), parts
            except Failed as failed:
                if not failed.result.timed_out:
                    raise
                slow = failed.role
                stage.forget()
        return self._within(stage, tries[-1], slow, last=True), tries[-1]

    def _within(self, stage: Pipeline, parts: t.Sequence[Part], slow: str, last: bool = False) -> Answer:
        """Return the first answer, found in a time that leaves some for less of the sample unless that is the last.

        :param slow: the program that did not end on more of it, if there is one.
        """
        seconds = self._limits.seconds
        if last:
            stage.allow(seconds, min(seconds, LEAST_SECONDS))
        else:
            stage.allow(min(seconds, stage.left / 3), 0)
        try:
            first = stage.answer(pipeline.whole(parts), min(1, self._job.reduces))
        finally:
            stage.allow(seconds, seconds)
        if slow:
            kept = count(sum(len(part.records) for part in parts), "line")
            text = f"The {slow} is slow, so it was tried on {kept} of the sample only."
            self.findings.append(
                finding("sample-shrunk", NOTE, text, "Allow it more time to try more, by job_preflight_seconds.")
            )
        self.tried.append("one map for each file" + (", one reduce" if self._job.reduces else ""))
        return first

    def _look(self, stage: Pipeline, first: Answer) -> None:
        """Judge the first answer by itself, and measure."""
        self.findings += remarks.on_answer(stage, first)
        self.findings += remarks.on_reports(stage)
        runs = stage.forget(maps=False)
        self.counters = remarks.counters(runs)
        idle: dict[str, task.Result] = {}
        for role in (MAPPER, REDUCER):
            if self._job.commands.get(role) and not aggregate.is_aggregate(self._job.commands[role]):
                idle[role] = stage.run(role, 0, b"")
        self.findings += remarks.on_idle(idle.get(REDUCER), self._job)
        self.speed = remarks.speed(runs, {role: result.seconds for role, result in idle.items()})

    def _vary(self, stage: Pipeline, parts: t.Sequence[Part], first: Answer) -> None:
        """Try the other ways, those that the job asks for before the repetition that tells whether the rest means anything."""
        repeated = variations.again(stage, parts)
        planned = [] if self._alone else variations.planned(stage, parts)
        later = [one for one in planned if not one.early]
        ways = [*(one for one in planned if one.early), repeated, *later]
        done: set[str] = set()  # what was found out already is not tried in another way
        seen: list[tuple[Variation, compare.Differences]] = []  # and not judged yet
        told: set[tuple[t.Any, ...]] = set()  # failures
        repeats = False
        for index, one in enumerate(ways):
            if one.id in done:
                continue
            try:
                found = self._compared(one, first)
            except OutOfTime:
                for other, differences in seen:
                    self._judge(other._replace(severity=WARNING), differences)
                self._cut_short([other for other in ways[index:] if other.id not in done])
                return
            except Failed as failed:
                failed.during = _lower(one.what)
                done.add(one.id)
                if one is not repeated and (failed.role, *cause_of(failed.result)) in told:
                    self.not_tried.append(failed.during)
                    continue
                told.add((failed.role, *cause_of(failed.result)))
                self.findings.append(explain(failed, self._job, stage, parts, self._limits))
            else:
                seen.append((one, found))
                repeats = repeats or (one is repeated and not found.number)
                if found.number and not found.rounding:
                    done.add(one.id)
            if one is repeated and not repeats:
                unclear = [other for other, differences in seen if differences.number and other is not repeated]
                self.not_tried += [_lower(other.what) for other in [*unclear, *later]]
                seen = [(other, differences) for other, differences in seen if other not in unclear]
            if repeats or one is repeated:
                for other, differences in seen:
                    self._judge(other, differences)
                seen = []
            if one is repeated and not repeats:
                return

    def _compared(self, one: Variation, first: Answer) -> compare.Differences:
        base = one.base() if one.base else first
        return compare.differences(base, one.answer(), key_end(self._job))

    def _judge(self, one: Variation, found: compare.Differences) -> None:
        self.tried.append(_lower(one.what))
        if not found.number or (found.rounding and any(each["id"] == one.id for each in self.findings)):
            return
        differ = "differs" if found.number == 1 else "differ"
        severity, hint = one.severity, one.hint
        if found.rounding:
            differ += " by one in the last digit, as rounding does"
            severity, hint = WARNING, "Let nothing be rounded but by the reducer, where that digit counts."
        text = f"{one.what}, the answer is another one: {count(found.number, 'key')} {differ}, such as "
        text += "; ".join(map(str, found.examples)) + "."
        listed = [{"key": each.key, "one": each.one, "other": each.other} for each in found.examples]
        self.findings.append(finding(one.id, severity, text, hint, keys=found.number, examples=listed))

    def _cut_short(self, left: list[Variation]) -> None:
        names = [_lower(one.what) for one in left]
        self.not_tried += names
        text = f"The rehearsal was ended after {self._seconds:g} s" + (
            f"; not tried: {'; '.join(names)}."
            if left
            else " before another way was tried." if self.tried else " before its first answer."
        )
        severity = WARNING if any(one.asked for one in left) else NOTE
        hint = "Allow it more time to see the rest, by job_preflight_seconds."
        self.findings.append(finding("rehearsal-cut-short", severity, text, hint))


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def shrunk(parts: list[Part]) -> list[list[Part]]:
    """Return the sample and what of it slow programs are tried on in turn, at the end FEW lines of each file at most."""
    found = [parts]
    steps: tuple[t.Callable[[int], int], ...] = (lambda number: -(-number // SHRINK), lambda number: min(number, FEW))
    for keep in steps:
        if max(len(part.records) for part in found[-1]) > FEW:
            found.append([replace(part, records=part.records[: keep(len(part.records))]) for part in found[-1]])
    return found


def key_end(job: Job) -> bytes:
    """Return what ends the key in a line of the answer."""
    # The second says it where the last program's lines are the answer as they are.
    names = ("mapreduce.output.textoutputformat.separator", "stream.reduce.output.field.separator")
    return next((job.properties[name] for name in names if job.properties.get(name)), "\t").encode()


def rehearse(job: Job, sample: Sample, root: str, limits: task.Limits, seconds: float) -> dict[str, t.Any]:
    """Rehearse a job on a sample.

    :param root: an empty directory, for the tasks' folders.
    :param limits: of each run; ``seconds`` is for all together.
    :returns: {"findings": [...], errors first, "tried": [text], "not_tried": [text], "speed": see ``remarks.speed``,
        "counters": {group: {name: amount}} of the first runs, "answer": lines of the first answer, none where one of the
        programs could not be played}.
    :raises OSError: a file of the job cannot be read.
    """
    one = Rehearsal(job, sample, limits, seconds, os.environ.get("PATH", os.defpath))
    one.run(root)
    return {
        "findings": sorted_by_severity(one.findings),
        "tried": one.tried,
        "not_tried": one.not_tried,
        "speed": one.speed,
        "counters": one.counters,
        "answer": one.answer,
    }
