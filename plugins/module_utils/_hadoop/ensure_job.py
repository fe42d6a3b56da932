# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""One job under one id: look what is there, plan, start its follower or attach to it."""

from __future__ import annotations

import contextlib
import os
import typing as t

from .._core.errors import OhmyError
from .._core.locks import alone
from .._core.plan import Plan
from . import job_look, jobs
from .jobdir import ROOT, JobDir
from .programs import file_sha256
from .webhdfs import WebHdfs

LOCK_SECONDS = 120.0
BUSY = OhmyError(
    "Another run has been starting a job on this master for two minutes.",
    "See ps on the master, then run the same command again.",
)
Spec = t.Mapping[str, t.Any]


def plan_job(spec: Spec, status: t.Mapping[str, t.Any] | None, differing: list[str], whole: bool, force: bool) -> Plan:
    """Decide what is to be done about a job; no side effects.

    :param status: as ``job_look.look`` returns it, None for an unknown job.
    :param differing: the parts in which a known job of this id is another one.
    :param whole: what a succeeded job made is still there.
    :raises OhmyError: another job is known, or runs, under this id.
    """
    plan = Plan()
    state = None if status is None else str(status["state"])
    running = status is not None and bool(status["following"]) and state in ("starting", "running")
    if differing and (running or not force):
        raise OhmyError(
            f"Another job {'runs' if running else 'is known'} on the master as {spec['id']}: "
            f"{', '.join(differing)} differ{'s' if len(differing) == 1 else ''}.",
            "Wait for its end or give this one another id." if running else "Use another id, or force to replace it.",
        )
    if running or (state == "succeeded" and whole and not force):
        return plan
    if status is not None and force:
        plan.add("remove the result of", str(spec["id"]), state, None)
    plan.add("start", str(spec["id"]), state, "running")
    return plan


def apply_job(spec: Spec, files: t.Mapping[str, str], plan: Plan, hdfs: WebHdfs, root: str = ROOT) -> None:
    """Do the plan's steps.

    :param files: name → path on the master; may be empty where the master has them from an earlier start.
    """
    job = str(spec["id"])
    jobs.renew(spec, root)
    if not plan.steps:
        return
    if plan.wants("remove the result of", job):
        # Another job's answer may have taken the place of this one's; its follower replaces that.
        own = not spec.get("existing") or jobs.read_fingerprint(hdfs, str(spec["output"])) == spec["fingerprint"]
        jobs.forget(job, hdfs if own else None, root)
    shipped = {*(spec.get("files") or []), *(spec.get("archives") or [])}
    if JobDir.of(job, root).spec() is None and shipped - set(files):
        raise OhmyError(f"The programs of the job {job} did not reach the master.", "Run the same command again.")
    if not jobs.create(spec, files, root):
        # A known job whose result has gone begins anew; its files are there.
        with contextlib.suppress(FileNotFoundError):
            os.unlink(JobDir.of(job, root).file("status.json"))
    jobs.start(job, root)


def ensure_job(
    spec: Spec,
    files: t.Mapping[str, str],
    hdfs: WebHdfs,
    whole: t.Callable[[], bool],
    force: bool = False,
    check_mode: bool = False,
    root: str = ROOT,
    before: t.Callable[[], None] = lambda: None,
) -> dict[str, t.Any]:
    """Start the job or attach to it.

    :param before: raises OhmyError where the job must not begin; a job that runs is attached to all the same.
    :returns: {"changed", "actions", "diff", "id", "status"}; ``status`` as ``job_look.look`` returns it, None in
        check mode for an unknown job.
    """
    job = str(spec["id"])
    # Between the look and the start no other run may do the same; a plan alone changes nothing.
    if not check_mode:
        os.makedirs(root, exist_ok=True)
    with contextlib.nullcontext() if check_mode else alone(os.path.join(root, ".lock"), LOCK_SECONDS, BUSY):
        have = JobDir.of(job, root).spec()
        status = job_look.look(job, root=root)
        differing = jobs.differences(have, spec) if have is not None else []
        intact = status is None or status["state"] != "succeeded" or bool(differing) or whole()
        plan = plan_job(spec, status, differing, intact, force)
        if status is None or not status["following"]:
            before()
        if not check_mode:
            apply_job(spec, files, plan, hdfs, root)
            status = job_look.attend(job, root=root)
    return plan.result(id=job, status=status)


def spooled_files(files: t.Sequence[t.Mapping[str, t.Any]], folder: str | None) -> dict[str, str]:
    """Return name → path of the files that were brought to the master, each verified by its sha256.

    :param files: [{"name", "sha256"}].
    :raises OhmyError: one came damaged, or not at all.
    """
    found = {}
    for item in files if folder is not None else []:
        path = os.path.join(str(folder), item["name"])
        try:
            digest = file_sha256(path)
        except OSError as exc:
            raise OhmyError(
                f"The file {item['name']} did not reach the master: {exc.strerror}.", "Run the same command again."
            ) from exc
        if item.get("sha256") and digest != item["sha256"]:
            raise OhmyError(f"The file {item['name']} came damaged to the master.", "Run the same command again.")
        found[item["name"]] = path
    return found
