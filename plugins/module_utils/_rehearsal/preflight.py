# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""From a job as the user names it to its rehearsal and an estimate."""

from __future__ import annotations

import functools
import os
import subprocess
import tempfile
import typing as t
import zipfile
from dataclasses import dataclass, replace

from .._core.errors import OhmyError
from .._core.s3_uri import is_s3
from .._hadoop import codecs, inputs, streaming, streaming_options
from .._hadoop.formats import NLINE_FORMAT
from . import (
    estimate,
    input_check,
    node_images,
    program_walk,
    programs_check,
    rehearsal,
    remarks,
    sample,
    task,
    to_the_end,
    words,
)
from .apart import apart
from .findings import Finding
from .pipeline import Job

Data = dict[str, t.Any]
# What Hadoop reads in these of what a step before has written so, are lines of text.
LIKE_TEXT = ("SequenceFileAsTextInputFormat", "AutoInputFormat")
UNPACK_SECONDS = 120
INPUT_FORMAT = "mapred.input.format.class"


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
        "answer": {"bytes": 0, "whole_bytes": 0},
    }


@dataclass(frozen=True)
class Nodes:
    """What is known of a job's nodes before they are there.

    ``image``: name, description or parameter of what they boot; ``python``: its version as the user names it;
    ``packages`` of Debian that will be installed; ``roles``: the user's own install more; ``codecs``: names.
    """

    image: str = ""
    python: str = ""
    packages: t.Sequence[str] = ()
    roles: bool = False
    codecs: t.Collection[str] = tuple(codec.name for codec in codecs.CODECS)

    def known(self) -> node_images.NodeImage | None:
        """Return what they bring, None where nothing is known.

        :raises OhmyError: the version is none.
        """
        image = node_images.find_image(self.image)
        image = node_images.with_python(image, self.python) if self.python else image
        return node_images.with_more(image) if self.roles else image


@dataclass(frozen=True)
class Step:
    """A job, or a step of one, and its input.

    ``spec``: as ``streaming.properties`` takes it, with commands; ``files``: as ``programs.plan_programs`` returns them;
    ``archives``: name of a folder in the task's folder → path of what is unpacked there; ``found``: the files of the input;
    ``read``: see ``sample.take``; ``whole``: bytes of the input where what is found is only what a step before made of its
    sample.
    """

    spec: t.Mapping[str, t.Any]
    files: t.Sequence[t.Mapping[str, str]]
    archives: t.Mapping[str, str]
    found: t.Sequence[inputs.InputFile]
    read: sample.Read
    whole: int | None = None

    @property
    def commands(self) -> dict[str, str | None]:
        """Return role → command."""
        return {role: self.spec.get(role) for role in program_walk.ROLES}

    @property
    def options(self) -> dict[str, t.Any]:
        """Return the job's properties, with those of its formats."""
        return {**(self.spec.get("options") or {}), **streaming_options.classes(self.spec)}

    @property
    def paths(self) -> dict[str, str]:
        """Return name in the task's folder → path here of what travels with it."""
        return {file["name"]: file["src"] for file in self.files}


def check(step: Step, nodes: Nodes) -> list[Finding]:
    """Return what can be said of programs and input without running them; the one place for such checks.

    :raises OSError, OhmyError: a file cannot be read; the version of Python is none.
    """
    there = [codec for codec in codecs.CODECS if codec.name in nodes.codecs]
    return [
        *programs_check.check_programs(step.commands, step.files, nodes.known(), nodes.packages, step.archives),
        *input_check.check_input(step.found, step.options, there),
    ]


def rehearse(step: Step, bounds: Bounds, workers: int, cores: int, answer_to: str = "") -> Data:
    """Rehearse a job and estimate its time.

    :param cores: tasks that a worker runs at a time.
    :param answer_to: path of a file for the answer on the sample.
    :returns: the module's result but ``mode`` and ``changed``; see job_preflight.
    :raises OSError, OhmyError: the input or a program cannot be read.
    """
    spec, reduces = step.spec, int(step.spec["reduces"])
    together = _together(step, max(1, workers) * cores)
    properties = words.present_names({**streaming.properties(spec, together), **_classes(spec)})
    if step.whole is not None and properties.get(INPUT_FORMAT, "").endswith(LIKE_TEXT):
        del properties[INPUT_FORMAT]
    sources = [sample.Source(file.source, file.size, _place(file)) for file in step.found]
    delimiter = properties.get("textinputformat.record.delimiter", "").encode()
    taken = sample.take(sources, step.read, bounds.files, bounds.bytes, delimiter)
    if not input_check.has_own_reader(step.options):
        told = {str(one["evidence"].get("file")) for one in taken.findings}
        taken.findings += to_the_end.corrupt(sources, told)
    job = Job(step.commands, step.paths, properties, spec.get("cmdenv") or {}, reduces, together is not None)
    done = apart(functools.partial(_play, job, dict(step.archives), taken, bounds, place_to_play()))
    answer = done.pop("answer")
    if step.whole is None:
        listed = [(one.size, sample.splittable(one.uri), sample.codec_of(one.uri) is not None) for one in sources]
    else:
        listed = [(step.whole, True, False)]
    splits = estimate.splits_of(listed, taken.expansion, together)
    return {
        **nothing(),
        **done,
        "sample": summary(taken),
        "answer": keep(answer, answer_to, splits.total / (done["speed"]["sample_bytes"] or 1)),
        "estimate": estimate.estimate(done["speed"], splits, workers, cores, reduces),
    }


def place_to_play() -> str:
    """Return a folder for temporary files, if possible one in which programs can be started.

    Hardened machines mount /tmp without that. Where there is none, a program that is started by its own file is not tried.
    """
    usual = tempfile.gettempdir()
    noexec = getattr(os, "ST_NOEXEC", 0)  # which macOS does not have
    for folder in dict.fromkeys((usual, "/var/tmp", "/tmp")):
        if os.access(folder, os.W_OK | os.X_OK) and not os.statvfs(folder).f_flag & noexec:
            return folder
    return usual


def _play(job: Job, archives: t.Mapping[str, str], taken: sample.Sample, bounds: Bounds, place: str) -> Data:
    with tempfile.TemporaryDirectory(prefix="ohmy-rehearsal-", dir=place) as root:
        folders = {name: unpacked(path, os.path.join(root, "archives", name)) for name, path in archives.items()}
        job = replace(job, files={**job.files, **folders})
        return rehearsal.rehearse(job, taken, root, bounds.run, bounds.seconds)


def keep(answer: t.Iterable[bytes], path: str, times: float) -> Data:
    """Write an answer where there is one and it is to be kept; return {"bytes", "whole_bytes"}.

    :param times: so many times as large as the sample the input is, and so at most the answer.
    """
    data = b"".join(line + b"\n" for line in answer) if path else b""
    if data:
        with open(path, "wb") as stream:
            stream.write(data)
    return {"bytes": len(data), "whole_bytes": round(len(data) * times)}


def unpacked(path: str, folder: str) -> str:
    """Unpack an archive as a node does, and return the folder.

    :raises OhmyError: it cannot be unpacked.
    """
    os.makedirs(folder)
    try:
        if path.endswith((".zip", ".jar")):
            with zipfile.ZipFile(path) as archive:
                for item in archive.infolist():
                    full = archive.extract(item, folder)
                    if mode := item.external_attr >> 16 & 0o777:
                        os.chmod(full, mode)
        else:
            subprocess.run(["tar", "-xf", path, "-C", folder], check=True, capture_output=True, timeout=UNPACK_SECONDS)
    except (OSError, zipfile.BadZipFile, NotImplementedError, subprocess.SubprocessError) as exc:
        raise OhmyError(f"job_archives: {path} cannot be unpacked: {exc}.", "Pack it again.") from exc
    return folder


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


def _classes(spec: t.Mapping[str, t.Any]) -> dict[str, str]:
    """Return the classes of a job's options, but the one that only says how many lines a map reads."""
    return {name: value for name, value in streaming_options.classes(spec).items() if value != NLINE_FORMAT}


def _place(file: inputs.InputFile) -> str:
    folder = "" if is_s3(file.source) else "local/"
    return f"hdfs://master:8020{streaming.HOME}/input/rehearsal/{folder}{file.index}/{file.relative}"


def _together(step: Step, cores: int) -> int | None:
    split = streaming.split_size(step.spec, len(step.found), sum(file.size for file in step.found), cores)
    return None if split is None or streaming.asks_for_file(step.spec, step.paths.values()) else split
