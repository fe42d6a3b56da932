# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""From a job as the user names it to its rehearsal and an estimate."""

from __future__ import annotations

import tempfile
import typing as t
from dataclasses import dataclass

from .._hadoop import inputs, streaming
from . import estimate, rehearsal, remarks, sample, task, words
from .findings import Finding
from .pipeline import Job

Data = t.Dict[str, t.Any]
# So much of a program is looked through for the question which file it reads.
PROGRAM_BYTES = 1 << 20


@dataclass(frozen=True)
class Bounds:
    """Of a rehearsal: seconds in all, of each run its limits, of the sample files and bytes."""

    seconds: float
    run: task.Limits
    files: int = sample.MOST_FILES
    bytes: int = sample.MOST_BYTES


def nothing() -> Data:
    """Return what ``rehearse`` returns, with nothing done."""
    return {
        "findings": [],
        "sample": {"files": [], "lines": 0, "bytes": 0},
        "tried": [],
        "not_tried": [],
        "speed": remarks.no_speed(),
        "estimate": estimate.nothing(),
        "counters": {},
    }


def rehearse(
    spec: t.Mapping[str, t.Any],
    files: t.Mapping[str, str],
    found: t.Sequence[inputs.InputFile],
    read: sample.Read,
    bounds: Bounds,
    workers: int,
    cores: int,
) -> Data:
    """Rehearse a job and estimate its time.

    :param spec: as ``streaming.properties`` takes it, with commands.
    :param files: name in the task's folder → path here.
    :param found: the files of the input.
    :param read: see ``sample.take``.
    :param cores: tasks that a worker runs at a time.
    :returns: the module's result but ``mode`` and ``changed``; see job_preflight.
    :raises OSError, OhmyError: the input or a program cannot be read.
    """
    together = _together(spec, files, found, max(1, workers) * cores)
    properties = words.present_names(streaming.properties(spec, together))
    sources = [sample.Source(file.source, file.size, _place(file)) for file in found]
    delimiter = properties.get("textinputformat.record.delimiter", "").encode()
    taken = sample.take(sources, read, bounds.files, bounds.bytes, delimiter)
    commands = {role: spec.get(role) for role in ("mapper", "combiner", "reducer")}
    job = Job(commands, files, properties, spec.get("cmdenv") or {}, int(spec["reduces"]), together is not None)
    with tempfile.TemporaryDirectory(prefix="ohmy-rehearsal-") as root:
        done = rehearsal.rehearse(job, taken, root, bounds.run, bounds.seconds)
    listed = [(one.size, sample.splittable(one.uri), sample.codec_of(one.uri) is not None) for one in sources]
    splits = estimate.splits_of(listed, taken.expansion, together)
    return {
        **nothing(),
        **done,
        "sample": summary(taken),
        "estimate": estimate.estimate(done["speed"], splits, workers, cores, job.reduces),
    }


def summary(taken: sample.Sample) -> Data:
    """Return {"files": [{"file", "lines", "bytes"}], "lines", "bytes"} of a sample."""
    files = [
        {
            "file": part.source.uri,
            "lines": len(part.records),
            "bytes": sum(len(record.data) + 1 for record in part.records),
        }
        for part in taken.parts
    ]
    return {"files": files, "lines": sum(file["lines"] for file in files), "bytes": taken.bytes}


def errors(found: t.Iterable[Finding]) -> list[Finding]:
    """Return the findings for which a job is not to be submitted."""
    return [one for one in found if one["severity"] == "error"]


def _place(file: inputs.InputFile) -> str:
    folder = "" if inputs.is_s3(file.source) else "local/"
    return f"hdfs://master:8020{streaming.HOME}/input/rehearsal/{folder}{file.index}/{file.relative}"


def _together(
    spec: t.Mapping[str, t.Any], files: t.Mapping[str, str], found: t.Sequence[inputs.InputFile], cores: int
) -> int | None:
    split = streaming.split_size(spec, len(found), sum(file.size for file in found), cores)
    if split is None:
        return None
    texts = [str(spec.get(role) or "").encode() for role in ("mapper", "combiner")]
    for path in files.values():
        with open(path, "rb") as stream:
            texts.append(stream.read(PROGRAM_BYTES))
    return None if any(streaming.ASKS_FOR_FILE.search(text) for text in texts) else split
