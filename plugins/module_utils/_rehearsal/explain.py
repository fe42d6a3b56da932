# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What to tell of a program that failed on the sample: its last words, and the line that broke it."""

from __future__ import annotations

import os
import re
import typing as t

from .._core.voice import count
from .._hadoop import command_words
from .._hadoop.causes.table import find
from . import blame, records, task
from .findings import ERROR, NOTE, WARNING, Finding, finding, shown
from .pipeline import MAPPER, Failed, Job, OutOfTime, Pipeline
from .sample import Part

NO_MODULE = re.compile(r"^ModuleNotFoundError: No module named '(?P<name>[^'.]+)", re.MULTILINE)
NO_MEMORY = re.compile(
    r"^\S*MemoryError\b|Cannot allocate memory|bad_alloc|JavaScript heap out of memory|Could not reserve enough space for",
    re.MULTILINE,
)
# A JVM that does not even start says why on standard output, and nothing on standard error.
NO_HEAP = re.compile(rb"Error occurred during initialization of VM\s+(Could not reserve enough space for.*)")
# As Python says it, and as shells and other programs do.
NO_FILE = re.compile(
    r"No such file or directory: '([^']+)'"
    r"|([^\s:'\"`\u2018]+)['\u2019]?: (?:No such file or directory|(?:command )?not found)"
)
# To which a program finds the way by the link that it is in its task's folder: there it lies alone.
ALONE = re.compile(r"/.*/filecache/(?:\d+/)?")
NAME_IT = "Name it in job_files."
LATER_SPLIT = (
    "It fails only for a split that is not the first of its file, so it depends on how the file begins, as on a heading: only "
    "the first map of a file sees that. Write the names of the columns into the program (csv.DictReader takes fieldnames), "
    "and let it pass over the heading where it comes."
)
LONE_KEY = (
    "Hadoop ends a line of a mapper with the separator where it holds no more fields than the key: let the {role} strip it, or "
    "give the key fewer fields (job_key_fields)."
)
SHOWN_STDERR = 2000
# A shell and env end with it when there is no such command.
NOT_FOUND = 127
Input = dict[str, t.Any]
# By cause, where the cluster's hint speaks of what is not here.
HINTS_HERE = {
    "exit-139": "It is an error in native code, its own or a library's: correct it, or let it pass over such lines.",
    "exit-137": "Nothing here kills it but the system when memory runs out, or it does so itself: let it keep less.",
    "exit-143": "Nothing here sends it that signal: see whether it does so itself.",
}


def explain(failed: Failed, job: Job, pipeline: Pipeline, parts: t.Sequence[Part], limits: task.Limits) -> Finding:
    """Return the finding about a failed program; it is run again to find the line that broke it."""
    role, result = failed.role, failed.result
    command = job.commands[role] or ""
    evidence: dict[str, t.Any] = {
        "role": role,
        "program": command,
        "exit_code": result.code,
        "stderr": result.stderr[-SHOWN_STDERR:],
        "trace": None,
        "input": None,
    }
    during = f", {failed.during}" if failed.during else ""
    last = (result.stderr.strip() or "without a word on standard error").splitlines()[-1]
    if heap := NO_HEAP.match(result.stdout):
        last = heap[1].decode("utf-8", "replace").strip()
    if result.built_for:
        text = f"The {role} {command} is built for {result.built_for}, and this machine is {os.uname().machine}."
        hint = "Build it for the processor of the nodes; where it is, it cannot be tried here: job_preflight=static."
        return finding("other-processor", ERROR, text, hint, **evidence)
    forgotten = _forgotten(result.stderr, role, job, evidence)
    if (result.missing or result.code == NOT_FOUND) and not forgotten:
        said = result.missing or last
        text = f"The {role} {command} lacks a command on this machine ({said}), so it was not rehearsed."
        return finding(
            "not-rehearsed",
            NOTE,
            text,
            "Install what it needs here to see how it does, and see to it that the nodes have it (hadoop_packages).",
            **evidence,
        )
    if result.timed_out:
        seconds = round(result.seconds, 1 if result.seconds < 10 else None)
        text = f"The {role} {command} does not end within {seconds:g} s on {_lines(len(failed.lines))}{during}."
        hint = "See whether it waits for something or runs in circles, or allow it more time (job_preflight_seconds)."
        return finding(f"{role}-timeout", ERROR, text, hint, **evidence)
    if result.overflow:
        text = f"The {role} {command} writes more than {limits.output:,} bytes for {_lines(len(failed.lines))}."
        return finding(f"{role}-output-too-large", WARNING, text, "See whether this is meant.", **evidence)
    if (missing := NO_MODULE.search(result.stderr)) is not None:
        return _module(missing["name"], role, job, evidence)
    if forgotten:
        return forgotten
    found = blame.trace(result.stderr)
    evidence["trace"] = vars(found) if found else None
    evidence["input"] = place = _input(failed, pipeline, parts)
    silent = None if heap or result.stderr.strip() else find("exit", f"code {result.code} silent")
    how = f": {silent.summary}" if silent else f" with exit code {result.code}: {found or last}"
    text = f"The {role} {command} fails on the sample{how}{_where(place)}{during}."
    if limits.memory and (heap or NO_MEMORY.search(result.stderr)):
        hint = f"It may take {limits.memory // task.MEGABYTE} MiB here: let it keep less, or allow it more (job_preflight_memory)."
        return finding(f"{role}-memory", ERROR, text, hint, **evidence)
    if failed.during and role == MAPPER and failed.lines[0].number > 1:
        return finding(f"{role}-failed", ERROR, text, LATER_SPLIT, **evidence)
    hint = HINTS_HERE.get(silent.cause.id, silent.hint) if silent else _hint(place)
    if role != MAPPER and place and place["exact"] and place["text"].endswith(shown(pipeline.input_separator)):
        hint = LONE_KEY.format(role=role)
    return finding(f"{role}-failed", ERROR, text, hint, **evidence)


def _lines(number: int) -> str:
    return count(number, "line")


def _hint(place: Input | None) -> str:
    if place is None:
        return "Correct it: its tasks would fail the same way."
    if not place["text"] and place["line"] == 0:
        return "Correct it: it fails before it has read a line."
    return "Correct it, or let it pass over such lines: a task that reads one would fail the same way."


def _where(place: Input | None) -> str:
    if place is None:
        return ""
    if place["line"] == 0:
        return ", without any input too"
    of = f"line {place['line']:,} of " + (place["file"] or "its input")
    at = f" (byte {place['offset']:,})" if place["file"] else ""
    return f"; it breaks on {of}{at}: {place['text']}" if place["exact"] else f"; it breaks at or before {of}{at}"


def _module(name: str, role: str, job: Job, evidence: dict[str, t.Any]) -> Finding:
    forgotten = _beside(f"{name}.py", role, job) or _beside(name, role, job)
    if forgotten:
        text = f"The {role} imports {name}, and {forgotten} does not travel with the job."
        hint = _pack(name) if os.path.isdir(forgotten) else NAME_IT
        return finding("side-file-missing", ERROR, text, hint, **evidence, file=forgotten)
    text = f"The {role} imports {name}, which this machine lacks, so it was not rehearsed."
    hint = (
        "Install it here, but not below your home, to see how the program does; and make sure that the nodes have it."
    )
    return finding("module-missing-here", WARNING, text, hint, **evidence, module=name)


def _forgotten(stderr: str, role: str, job: Job, evidence: dict[str, t.Any]) -> Finding | None:
    """Return the finding of the first file that a program did not find, and that lies here where no task sees it."""
    names = (os.path.normpath(found[1] or found[2]) for found in NO_FILE.finditer(stderr))
    return next((told for name in names if (told := _side_file(name, role, job, evidence))), None)


def _side_file(name: str, role: str, job: Job, evidence: dict[str, t.Any]) -> Finding | None:
    """Return the finding of a program that does not find a file, None where it lies not beside the program here either."""
    folder, base = os.path.split(name)
    if alone := ALONE.match(name):
        text = f"The {role} follows the link that it is in a task to where it lies alone, and looks for {name[alone.end():]} there."
        hint = "" if base in job.files else f"{NAME_IT} "
        hint += f"Let it open {base} by its bare name, or beside __file__ or $0 as they are, without resolve, realpath or readlink."
        return finding("side-file-missing", ERROR, text, hint, **evidence, file=base)
    if os.path.isabs(name) or name.startswith("..") or (not folder and base in job.files):
        return None
    top = name.partition("/")[0]
    if folder and base in job.files:
        text = f"The {role} opens {name}, and what travels with the job lies beside it as {base}."
        hint = f"Let it open {base}, without a folder."
        return finding("side-file-missing", ERROR, text, hint, **evidence, file=job.files[base])
    if (forgotten := _beside(name, role, job)) is None:
        return None
    text = f"The {role} opens {name}, and {forgotten} does not travel with the job."
    if top in job.files:
        hint = f"It is not there in what {top} is unpacked from. {_pack(top)}"
    elif os.path.isdir(forgotten):
        hint = _pack(top)
    elif folder:
        hint = (
            f"Name it in job_files and let the program open {base}, without a folder. Or keep the folder: {_pack(top)}"
        )
    else:
        hint = NAME_IT
    return finding("side-file-missing", ERROR, text, hint, **evidence, file=forgotten)


def _pack(folder: str) -> str:
    return f"Pack it by tar -czf {folder}.tgz -C {folder} . and name {folder}.tgz in job_archives."


def _beside(name: str, role: str, job: Job) -> str | None:
    """Return the path of what lies beside a program here and is not shipped, None where there is nothing."""
    argv = command_words.split(job.commands[role] or "")
    source = next((job.files[word] for word in argv if word in job.files), None)
    if source is None or os.path.isabs(name) or name in job.files:
        return None
    path = os.path.join(os.path.dirname(source), name)
    return path if os.path.exists(path) else None


def cause_of(result: task.Result) -> tuple[t.Any, ...]:
    """Return what tells one failure of a program from another, whatever the line was."""
    found = blame.trace(result.stderr)
    return (result.code, result.timed_out, *((found.file, found.line) if found else ()))


def _input(failed: Failed, pipeline: Pipeline, parts: t.Sequence[Part]) -> Input | None:
    lines = failed.lines
    data: t.Callable[[t.Sequence[t.Any]], bytes] = (
        records.text_of if failed.role == MAPPER else lambda some: b"".join(line + b"\n" for line in some)
    )

    def fails(some: t.Sequence[t.Any]) -> bool | None:
        try:
            result = pipeline.run(failed.role, 0, data(some), failed.place)
        except OutOfTime:
            return None
        return not pipeline.tolerates(result) and cause_of(result) == cause

    cause = cause_of(failed.result)
    # What it did not even read cannot have broken it.
    left, number = len(data(lines)) - failed.result.unread, 0
    while number < len(lines) and left > 0:
        left -= len(data(lines[number : number + 1]))
        number += 1
    works, breaks = blame.smallest_prefix(lambda some: fails(lines[:some]), number)
    if breaks == 0:
        return {"file": None, "line": 0, "offset": 0, "text": "", "exact": True, "alone": None}
    if works < 0:
        return None
    last = lines[breaks - 1]
    found: Input = {"file": None, "line": breaks, "offset": None, "exact": breaks - works == 1, "alone": None}
    if isinstance(last, records.Record):
        found.update(file=parts[last.file].source.uri, line=last.number, offset=last.offset)
        found["text"] = shown(last.data)
    else:
        found["text"] = shown(last)
    if found["exact"]:
        found["alone"] = fails(lines[breaks - 1 : breaks])
    return found
