# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What the runs of a rehearsal show by the way: unread input, reports, silence, speed; pure."""

from __future__ import annotations

import re
import typing as t

from .._core.voice import count
from . import task
from .findings import ERROR, NOTE, WARNING, Finding, finding, shown
from .pipeline import MAPPER, REDUCER, Job, Pipeline
from .sample import Sample

MOST_COUNTERS = 120
# What grep says then.
BINARY = "binary file matches"
# What shells and commands say.
NOT_FOUND = re.compile(r"^.*(?:: (?:command )?not found$|: No such file or directory).*$", re.MULTILINE)
Runs = t.Mapping[str, t.Sequence[tuple[int, task.Result]]]
# So much of a run is taken for work at least, however long the program takes to start.
LEAST_WORK = 0.1


def no_speed() -> dict[str, t.Any]:
    """Return what ``speed`` returns, with nothing known."""
    return {
        "map_bytes_per_second": None,
        "reduce_bytes_per_second": None,
        "map_start_seconds": None,
        "reduce_start_seconds": None,
        "map_output_ratio": None,
        "sample_bytes": 0,
    }


def speed(runs: Runs, idle: t.Mapping[str, float]) -> dict[str, t.Any]:
    """Return the throughput of the programs on this machine.

    :param runs: role → [(bytes read, result)] of the first answer.
    :param idle: role → seconds of a run without input.
    :returns: bytes per second of what each program reads, without its start; seconds of its start; bytes that the
        mapper writes for each that it reads; bytes of the sample. None where a program did not run.
    """
    found = no_speed()
    for role, name in ((MAPPER, "map"), (REDUCER, "reduce")):
        size = sum(read for read, _result in runs[role])
        if not size or role not in idle:
            continue
        seconds = sum(result.seconds for _size, result in runs[role])
        work = max(seconds - len(runs[role]) * idle[role], LEAST_WORK * seconds)
        found[f"{name}_bytes_per_second"] = round(size / work)
        found[f"{name}_start_seconds"] = round(idle[role], 3)
    read = sum(size for size, _result in runs[MAPPER])
    found["sample_bytes"] = read
    if read:
        found["map_output_ratio"] = round(sum(len(result.stdout) for _size, result in runs[MAPPER]) / read, 4)
    return found


def on_lines(sample: Sample) -> list[Finding]:
    """Return what is to be said about a sample that is read as lines of text."""
    found = []
    for part in sample.parts:
        if part.lone_cr:
            name = part.source.uri
            text = f"Line {part.lone_cr:,} of {name} ends in a carriage return alone: there Hadoop ends a line, and a pipe does not."
            hint = "Take out those that are no line ends."
            found.append(finding("input-carriage-return", WARNING, text, hint, file=name))
    return found


def on_answer(stage: Pipeline, answer: t.Sequence[bytes]) -> list[Finding]:
    """Return what is to be said about the first answer."""
    found = []
    outputs = [result.stdout for _size, result in stage.runs[MAPPER]]
    if not any(outputs):
        text = "The mapper writes nothing for the whole sample."
        found.append(finding("no-map-output", WARNING, text, "See whether it knows the form of these lines."))
    elif not answer:
        text = "The reducer writes nothing for the whole sample."
        found.append(finding("no-output", WARNING, text, "See whether it knows the form of the mapper's lines."))
    if any(b"\r" in output for output in outputs):
        text = "The mapper writes carriage returns, at each of which Hadoop ends a line."
        found.append(finding("carriage-return", WARNING, text, "Take them out, or write them in another way."))
    for role, runs in stage.runs.items():
        found += _unread(role, stage.job.commands.get(role) or "", [result for _size, result in runs])
        if any(BINARY in result.stderr for _size, result in runs):
            text = f"A grep of the {role} leaves out lines that are no UTF-8, or hold NUL, and says so on standard error only."
            found.append(finding("lines-left-out", WARNING, text, "Say grep -a, or set LC_ALL: C in job_cmdenv."))
        said = next((words[0] for _size, result in runs if (words := NOT_FOUND.search(result.stderr))), None)
        if said is not None:
            text = f"The {role} does not find something, and goes on without it: {shown(said.encode())}."
            hint = "Name files in job_files, packages of commands in hadoop_packages; in bash set -eo pipefail makes it fail."
            found.append(finding("not-found", WARNING, text, hint))
    return found


def _unread(role: str, command: str, results: t.Sequence[task.Result]) -> list[Finding]:
    most = max((result.unread for result in results if not result.failed), default=0)
    if not most:
        return []
    text = f"The {role} {command} leaves {most:,} bytes of its input unread"
    hint = "Let it read on to the end before it leaves."
    if most > task.UNREAD_MOST:
        text += ", and its task would fail with Broken pipe."
        return [finding("stops-reading", ERROR, text, hint, unread=most)]
    text += f"; with more than {task.UNREAD_MOST >> 10} KiB left its task would fail with Broken pipe."
    return [finding("stops-reading", WARNING, text, hint, unread=most)]


def on_idle(result: task.Result | None, job: Job) -> list[Finding]:
    """Return what is to be said of a reducer that gets nothing to read, as happens where there are several."""
    if result is None or job.reduces < 2:
        return []
    if result.failed:
        text = f"The reducer {job.commands[REDUCER]} fails without input, with exit code {result.code}."
        hint = "Let it end well then: with several reduces one may get no key."
        return [finding("reducer-fails-without-input", WARNING, text, hint, stderr=result.stderr[-2000:])]
    if result.stdout:
        text = f"The reducer {job.commands[REDUCER]} writes lines without any input, which Hadoop throws away."
        hint = "Do not count on a line from each reduce."
        return [finding("output-without-input", NOTE, text, hint)]
    return []


def on_reports(stage: Pipeline) -> list[Finding]:
    """Return what is wrong with counters and status lines on standard error."""
    found = []
    for role, runs in stage.runs.items():
        wrong = next((line for _size, result in runs for line in result.reports.wrong), None)
        if wrong is not None:
            text = f"The {role} writes a report that Hadoop cannot read: {shown(wrong.encode())}."
            hint = "A counter is reporter:counter:GROUP,NAME,AMOUNT with two commas and a whole number."
            found.append(finding("report-unreadable", WARNING, text, hint))
    names = {key for runs in stage.runs.values() for _size, result in runs for key in result.reports.counters}
    limit = stage.job.properties.get("mapreduce.job.counters.max", "")
    most = int(limit) if limit.isdecimal() else MOST_COUNTERS
    if len(names) > most:
        text = f"The programs count under {count(len(names), 'name')}, and Hadoop fails a job with more than {most}."
        found.append(finding("too-many-counters", ERROR, text, "Do not make names of counters from data."))
    return found


def counters(runs: Runs) -> dict[str, dict[str, int]]:
    """Return the user's counters of the first answer by group and name."""
    found: dict[str, dict[str, int]] = {}
    for result in [result for some in runs.values() for _size, result in some]:
        for (group, name), amount in result.reports.counters.items():
            of = found.setdefault(group, {})
            of[name] = of.get(name, 0) + amount
    return found
