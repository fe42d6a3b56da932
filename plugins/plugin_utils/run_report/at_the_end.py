# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""A report at the end of a run: made where the run did something, and never the reason for its failure."""

from __future__ import annotations

import importlib.metadata
import platform
import time
import typing as t

from ansible.release import __version__ as ansible_version

from ...module_utils._aws.version import VERSION
from ...module_utils._core import errors
from .. import own_names
from . import data, files
from .reading import is_report

Run = t.Mapping[str, t.Any]


def leave(run: Run, words: t.Sequence[str]) -> tuple[str, str]:
    """Write the report of a run; return (the path of the page, empty where none was written; what is to be said of it).

    :param run: the arguments of the module job_report.
    :param words: what is said at the run's end.
    """
    base = run["page"]
    if run["plan"]["finished"]:
        return "", earlier(run["plan"].get("fingerprint"), base)
    try:
        # Of one that was told twice the last word holds.
        jobs = {job["id"]: in_own_words(job, run) for job in run["jobs"]}
        report = data.build({**run, "jobs": [*jobs.values()]}, words, versions(), time.time())
        if files.is_told(report, base):
            return "", f"The report of an earlier run lies in {base}.html."
        path, why = files.save(report, base)
    except Exception as exc:  # pylint: disable=broad-exception-caught  # whatever it is, the run itself is done
        said = errors.words(exc) if isinstance(exc, OSError) else str(exc) or type(exc).__name__
        if isinstance(exc, OSError) and not exc.filename:
            said = f"{base}.html: {said}"
        return "", f"The report of this run could not be written: {said.rstrip('.')}.{still_there(base)}"
    line = f"The report of this run lies in {path}."
    if why:
        line = f"The report of the run before was not as it was written, and is kept as {base}{files.BEFORE}.json: {why}.\n{line}"
    return path, line


def earlier(fingerprint: str | None, base: str) -> str:
    """Return where the report of the run lies that brought the answer which is there; empty where nobody knows."""
    for part in ("", files.BEFORE):
        if files.tells_of(fingerprint, base + part):
            return f"The report of an earlier run lies in {base}{part}.html."
    return ""


def still_there(base: str) -> str:
    """Return that the report of the run before is still there, where it is."""
    try:
        there = is_report(f"{base}.html") and is_report(f"{base}.json")
    except OSError:
        return ""
    return f"\n{base}.html is still that of the run before." if there else ""


def in_own_words(job: Run, run: Run) -> dict[str, t.Any]:
    """Return a job whose failure calls the input as the user does."""
    steps = [step for step in run["plan"]["steps"] if step["id"] == job["id"]]
    if not steps or not job.get("error"):
        return dict(job)
    step = steps[0]
    commands, files = step.get("commands") or {}, step.get("files") or []
    error = own_names.of_step(job["error"], run["plan"], job["id"], commands, files, step)
    return {**job, "error": error}


def versions() -> dict[str, str]:
    """Return the versions of what runs on the controller."""
    found = {"ohmy.hadoop": VERSION, "ansible-core": str(ansible_version), "python": platform.python_version()}
    for name in ("jinja2", "boto3"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
