# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What became of a job: the same tree of jobs, tasks and attempts from its running master or from JobHistory."""

from __future__ import annotations

import re
import time
import typing as t

from .._core.errors import OhmyError
from .rest import Rest, items, number
from .yarn import ResourceManager

LOG_BYTES = 16384
HADOOP_GROUP = re.compile(r"^(org\.apache\.hadoop\.|Shuffle Errors)")
Get = t.Callable[[str, t.Optional[dict[str, t.Any]]], t.Any]


class JobTree:
    """Jobs below ``/ws/v1/…/mapreduce``; every answer may be empty, for jobs come and go."""

    def __init__(self, get: Get) -> None:
        self._get = get

    def job(self, job_id: str) -> dict[str, t.Any] | None:
        """Return {state, mapProgress, mapsTotal, mapsCompleted, reducesTotal, diagnostics …} or None."""
        found = (self._get(f"/jobs/{job_id}", None) or {}).get("job")
        return found if isinstance(found, dict) and found else None

    def counters(self, job_id: str) -> dict[str, int]:
        """Return totals, Hadoop's own by NAME, the program's by GROUP.NAME."""
        found: dict[str, int] = {}
        for group in items(self._get(f"/jobs/{job_id}/counters", None), "jobCounters", "counterGroup"):
            title = str(group.get("counterGroupName") or "")
            for counter in items(group, "counter"):
                name, value = str(counter.get("name")), int(number(counter.get("totalCounterValue")))
                if title == "Shuffle Errors" and not value:
                    continue
                found[name if HADOOP_GROUP.match(title) else f"{title}.{name}"] = value
        return found

    def tasks(self, job_id: str) -> list[dict[str, t.Any]]:
        """Return tasks {id, type: MAP|REDUCE, state, progress, successfulAttempt, elapsedTime}."""
        return items(self._get(f"/jobs/{job_id}/tasks", None), "tasks", "task")

    def attempts(self, job_id: str, task_id: str) -> list[dict[str, t.Any]]:
        """Return attempts {id, type, state, diagnostics, assignedContainerId, nodeHttpAddress, finishTime …}."""
        return items(self._get(f"/jobs/{job_id}/tasks/{task_id}/attempts", None), "taskAttempts", "taskAttempt")

    def failed_attempts(self, job_id: str, limit: int = 5) -> list[dict[str, t.Any]]:
        """Return FAILED attempts of tasks that never succeeded, the earliest first.

        An attempt whose task succeeded later, or that was killed, is not why a job failed.
        """
        found: list[dict[str, t.Any]] = []
        tasks = [task for task in self.tasks(job_id) if not task.get("successfulAttempt")]
        tasks.sort(key=lambda task: (task.get("state") != "FAILED", number(task.get("finishTime"))))
        for task in tasks[: 4 * limit]:
            found += [a for a in self.attempts(job_id, str(task.get("id"))) if a.get("state") == "FAILED"]
            if len(found) >= limit:
                break
        return sorted(found, key=lambda attempt: number(attempt.get("finishTime")))[:limit]


class JobHistory(JobTree):
    """The JobHistory server, for jobs that have ended, and its logs of containers."""

    def __init__(self, address: str, port: int = 19888, timeout: float = 10.0) -> None:
        self.rest = Rest("The JobHistory server", address, port, timeout)
        super().__init__(lambda path, params: self.rest.get("/ws/v1/history/mapreduce" + path, params))

    def wait_for(self, job_id: str, seconds: float) -> dict[str, t.Any] | None:
        """Return the job once it has moved here from its master, None after ``seconds``."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                job = self.job(job_id)
            except OhmyError:
                job = None  # one that is being moved makes the server stumble for a moment
            if job is not None or time.monotonic() >= deadline:
                return job
            time.sleep(0.3)

    def container_log(self, container: str, name: str, node: str = "", size: int = LOG_BYTES) -> str | None:
        """Return the end of a container's log, from its NodeManager or from the aggregated logs.

        :param node: HOST:PORT of the NodeManager's web door; may be unknown.
        """
        if manager := _node_manager(node):
            text = _text(manager, f"/ws/v1/node/containerlogs/{container}/{name}", size)
            if text is not None:
                return text
        return _text(self.rest, f"/ws/v1/history/containerlogs/{container}/{name}", size)


def container_words(container: str, node: str) -> str:
    """Return ``exit status N`` and the words of a NodeManager on a container, nothing where it does not know it any more.

    :param node: HOST:PORT of the NodeManager's web door.
    """
    manager = _node_manager(node)
    if not container or manager is None:
        return ""
    try:
        answer = manager.get(f"/ws/v1/node/containers/{container}", tries=1)
    except OhmyError:
        return ""
    found = (answer or {}).get("container") or {}
    if found.get("state") not in ("DONE", "EXITED_WITH_FAILURE", "COMPLETE"):
        return ""
    return f"exit status {found.get('exitCode')}\n{found.get('diagnostics') or ''}"


def running_tree(yarn: ResourceManager, application_id: str) -> JobTree:
    """Return the tree of a running application's own master, behind the ResourceManager's proxy."""
    return JobTree(lambda path, params: yarn.proxied(application_id, "/ws/v1/mapreduce" + path, params))


def job_of(application_id: str) -> str:
    """Return the job id of a MapReduce application."""
    return application_id.replace("application_", "job_", 1)


def _node_manager(node: str) -> Rest | None:
    """Return the web door of a NodeManager by HOST:PORT; None for what Hadoop says of an attempt that had no node."""
    host, _colon, port = node.rpartition(":")
    return Rest("The NodeManager", host, int(port), timeout=3.0) if host and port.isdecimal() else None


def _text(rest: Rest, path: str, size: int) -> str | None:
    try:
        answer = rest.request("GET", path, {"size": -size}, headers={"Accept": "text/plain"}, tries=1)
    except OhmyError:
        return None
    if answer.status != 200:
        return None
    text = contents(answer.body.decode("utf-8", "replace"))
    # An answer like any other, but no log.
    return None if text.startswith("Can not find logs for container") else text


def contents(text: str) -> str:
    """Return a log's text without the frame that the log servers put around it."""
    _head, mark, body = text.partition("LogContents:\n")
    if not mark:
        return text if "LogType:" not in text and "LogAggregationType" not in text else ""
    return re.split(r"(?:^|\n)End of LogType:", body)[0]
