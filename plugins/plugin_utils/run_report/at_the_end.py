# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""A report at the end of a run: made where the run did something, and never the reason for its failure."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import time
import typing as t

from ansible.release import __version__ as ansible_version

from ...module_utils._aws.version import VERSION
from .. import own_names
from . import data, files

Run = t.Mapping[str, t.Any]


def leave(run: Run, words: t.Sequence[str]) -> tuple[str, str]:
    """Write the report of a run; return (the path of the page, empty where none was written; what is to be said of it).

    :param run: the arguments of the module job_report.
    :param words: what is said at the run's end.
    """
    path = f"{run['page']}.html"
    if run["plan"]["finished"]:
        return "", f"The report of an earlier run lies in {path}." if os.path.exists(path) else ""
    try:
        # Of one that was told twice the last word holds.
        jobs = {job["id"]: in_own_words(job, run) for job in run["jobs"]}
        report = data.build({**run, "jobs": [*jobs.values()]}, words, versions(), time.time())
        if files.is_told(report, f"{run['page']}.json"):
            return "", f"The report of an earlier run lies in {path}."
        path = files.save(report, run["page"])
    except Exception as exc:  # pylint: disable=broad-exception-caught  # whatever it is, the run itself is done
        return "", f"The report of this run could not be written: {exc}"
    return path, f"The report of this run lies in {path}."


def in_own_words(job: Run, run: Run) -> dict[str, t.Any]:
    """Return a job whose failure calls the input as the user does."""
    steps = [step for step in run["plan"]["steps"] if step["id"] == job["id"]]
    if not steps or not job.get("error"):
        return dict(job)
    step = steps[0]
    error = own_names.of_step(job["error"], run["plan"], job["id"], step.get("commands") or {}, step.get("files") or [])
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
