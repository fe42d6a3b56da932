# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What the tasks of a running job do: counts, bytes, the program's own counters and words, and the first that failed."""

from __future__ import annotations

import re
import time
import typing as t

from .._core.voice import count
from .follower import Failed, Follower
from .history import JobTree, job_of, running_tree
from .rest import Refused, Unreachable, number

# Each look is several answers of the job's own master, and takes time from the tasks beside it: a job that is done
# within seconds is not asked at all.
FIRST_SECONDS = 5.0
LOOK_SECONDS = 3.0
# The list of a larger job's tasks is too long to be read every few seconds.
MOST_TASKS = 500
# Of running tasks, those asked for a failed attempt in one look.
MOST_ASKED = 50
# Seconds and percent from which on the rest can be guessed: before, most of the time went into starting.
LEFT_FROM = (60.0, 10.0)
# What Hadoop itself writes as the status of a task, with or without the phase that it adds.
OWN_WORDS = re.compile(
    r"^(NEW|map|sort|reduce|flush|cleanup|Records R/W=.*|\S+:\d+\+\d+\S*|Paths:.*|\d+ / \d+ copied.*)?"
    r"( > (map|sort|copy|shuffle|reduce|flush))*\.?$"
)
COUNTERS_SHOWN = 3
Job = t.Mapping[str, t.Any]
Explain = t.Callable[[dict[str, t.Any]], dict[str, t.Any]]


class TaskProgress:
    """Reports one running application through its follower; ``explain`` makes the ``error`` of an attempt."""

    def __init__(self, follower: Follower, application_id: str, explain: Explain) -> None:
        self._follower = follower
        self._application = application_id
        self._explain = explain
        self._tree: JobTree = running_tree(follower.doors.yarn, application_id)
        self._job_id = job_of(application_id)
        self._due: float | None = None  # when the next look is
        self._failed = 0.0  # attempts, when their tasks were last asked for one
        self._details: list[str] = []

    def report(self) -> None:
        """Look where it is time again.

        :raises Failed: an attempt has failed, and the job is to end with the first.
        """
        now = time.monotonic()
        if self._due is None:
            self._follower.report("starting its tasks")
            self._due = now + FIRST_SECONDS
        if now < self._due:
            return
        self._due = now + LOOK_SECONDS
        try:
            job = self._tree.job(self._job_id)
            if job is None:
                self._follower.report("starting its tasks")
                return
            self._look_closer(job)
            maps, reduces = number(job.get("mapProgress")), number(job.get("reduceProgress"))
            text = ", ".join([*counts(job), *self._details])
            self._follower.report(text, map=maps, reduce=reduces, left=rest(job))
            self._tell_failure(job)
        except (Refused, Unreachable):
            # YARN itself has just said that it runs: the proxy's error page is no more than no news.
            return

    def _look_closer(self, job: Job) -> None:
        found = self._tree.counters(self._job_id)
        self._details = [*own_counters(found), *self._words(job)]
        if read := found.get("HDFS_BYTES_READ", 0) + found.get("S3A_BYTES_READ", 0):
            self._details.insert(0, f"{read / 1e6:.1f} MB read")

    def _words(self, job: Job) -> list[str]:
        """Return what the latest task that runs says of itself, by reporter:status: on stderr."""
        if number(job.get("mapsTotal")) + number(job.get("reducesTotal")) > MOST_TASKS:
            return []
        tasks = [task for task in self._tree.tasks(self._job_id) if task.get("state") == "RUNNING"]
        words = [str(task.get("status") or "").strip() for task in tasks]
        own = [re.sub(r"( > \w+)+$", "", text) for text in words if not OWN_WORDS.match(text)]
        return own[-1:]

    def _tell_failure(self, job: Job) -> None:
        failed = number(job.get("failedMapAttempts")) + number(job.get("failedReduceAttempts"))
        if failed <= self._failed or self._follower.status.get("first_failure"):
            return
        attempt = first_failed(self._tree, self._job_id)
        self._failed = failed
        if attempt is None:
            return
        found = self._explain(attempt)
        self._follower.report(first_failure=found)
        # Another node may do better where the node was the cause.
        if self._follower.spec.get("fail_fast") and found["retry"] not in ("yes", "wait"):
            self._follower.report("failed; being killed, as fail_fast says")
            self._follower.doors.yarn.kill(self._application)
            raise Failed(found)


def counts(job: Job) -> list[str]:
    """Return how many maps, reduces and attempts there are, in which state."""
    found = []
    for kind in ("map", "reduce"):
        total, done, running = (int(number(job.get(f"{kind}s{what}"))) for what in ("Total", "Completed", "Running"))
        if total or kind == "map":
            found.append(f"{kind}s {done}/{total}" + (f" ({running} running)" if running else ""))
    failed = int(number(job.get("failedMapAttempts")) + number(job.get("failedReduceAttempts")))
    return found + ([f"{count(failed, 'attempt')} failed"] if failed else [])


def succeeded(tree: JobTree, job_id: str, job: Job) -> tuple[str, dict[str, float]]:
    """Return how many tasks of a job that failed have succeeded, in words and as percents of ``map`` and ``reduce``.

    Hadoop's own counts and percents take a task that failed for completed.

    :raises Refused, Unreachable: the tasks were not told.
    """
    totals = {kind: int(number(job.get(f"{kind}sTotal"))) for kind in ("map", "reduce")}
    if not sum(totals.values()) or sum(totals.values()) > MOST_TASKS:
        return "", {}
    tasks = [str(task.get("type")).lower() for task in tree.tasks(job_id) if task.get("state") == "SUCCEEDED"]
    done = {kind: tasks.count(kind) for kind, total in totals.items() if total}
    words = " and ".join(f"{done[kind]} of {count(totals[kind], kind)}" for kind in done)
    return f"{words} done", {kind: 100.0 * done[kind] / totals[kind] for kind in done}


def own_counters(found: t.Mapping[str, int]) -> list[str]:
    """Return the program's own counters, ``GROUP.NAME value``; Hadoop's have no group here."""
    own = sorted((name, value) for name, value in found.items() if "." in name)
    return [f"{name} {value:,}" for name, value in own[:COUNTERS_SHOWN]]


def rest(job: Job, now: float | None = None) -> int | None:
    """Return about how many seconds a job has still to go, in steps of five; None where nobody can tell."""
    elapsed = (time.time() if now is None else now) - number(job.get("startTime")) / 1000
    parts = [number(job.get("mapProgress"))]
    if number(job.get("reducesTotal")):
        parts.append(number(job.get("reduceProgress")))
    percent = sum(parts) / len(parts)
    seconds, least = LEFT_FROM
    failed = number(job.get("failedMapAttempts")) + number(job.get("failedReduceAttempts"))
    if 100 * failed >= number(job.get("mapsTotal")) + number(job.get("reducesTotal")) > 0 and failed:
        return None  # tasks that fail and are tried again go no way to the end
    if not number(job.get("startTime")) or elapsed < seconds or not least <= percent < 100:
        return None
    return int(5 * -(-elapsed * (100 - percent) / percent // 5))


def first_failed(tree: JobTree, job_id: str) -> dict[str, t.Any] | None:
    """Return the earliest FAILED attempt among the tasks that have not succeeded, None where none has any.

    :raises Refused, Unreachable: none is known, and not all were told.
    """
    tasks = [task for task in tree.tasks(job_id) if not task.get("successfulAttempt")]
    tasks = [task for task in tasks if task.get("state") in ("FAILED", "RUNNING", "SCHEDULED")]
    tasks.sort(key=lambda task: (task.get("state") != "FAILED", number(task.get("startTime")) or float("inf")))
    found: list[dict[str, t.Any]] = []
    trouble: Refused | Unreachable | None = None
    for task in tasks[:MOST_ASKED]:
        try:
            attempts = tree.attempts(job_id, str(task.get("id")))
        except (Refused, Unreachable) as exc:
            trouble = exc
            continue
        found += [attempt for attempt in attempts if attempt.get("state") == "FAILED"]
    if trouble and not found:
        raise trouble
    return min(found, key=lambda attempt: number(attempt.get("finishTime")), default=None)
