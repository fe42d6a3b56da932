# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Find a job's application in YARN, and follow it to its end."""

from __future__ import annotations

import contextlib
import time
import typing as t

from .._core.errors import OhmyError
from .broken_line import with_line
from .causes.table import find
from .failures import diagnose_application, diagnose_one
from .follower import Failed, Follower
from .history import LOG_BYTES, container_words, job_of
from .jobdir import error
from .rest import Refused, Unreachable, number
from .streaming import tag
from .task_progress import TaskProgress, succeeded
from .yarn import ENDED

PAUSES = ((60.0, 0.5), (600.0, 1.0), (float("inf"), 2.0))  # how often to look, by age
NO_NODE_SECONDS = 90.0
NO_PLACE_SECONDS = 1800.0
SILENT_YARN_SECONDS = 600.0
HISTORY_SECONDS = 30.0
LOGS_SECONDS = 20.0
REPORT_CHARACTERS = 300  # of what an unhealthy node says of itself
SYSLOG_BYTES = 1 << 18  # a task names its input at the beginning
App = dict[str, t.Any]
T = t.TypeVar("T")


def find_application(follower: Follower, label: str | None = None) -> App | None:
    """Return this job's application: the one that is known, one that runs, or one that ended while nobody looked.

    Applications of an earlier life of the job, or of a try that failed, are not its own any more; one that still runs is
    killed.
    """
    yarn = follower.doors.yarn
    known = follower.status["application_id"]
    tried = [one["application_id"] for one in follower.status.get("tries") or []]
    if known is not None and label is None:
        app = _ask(follower, lambda: yarn.app(known))
        if app is not None:
            return app
    for app in _ask(follower, lambda: yarn.apps(tag=label or tag(follower.spec["id"]))):
        started = number(app.get("startedTime")) / 1000
        if app.get("state") not in ENDED:
            if started >= follower.created - 1 and app.get("id") not in tried:
                return app
            yarn.kill(str(app["id"]))
        elif app.get("id") in tried:
            continue
        elif follower.earlier is not None and started >= follower.earlier["started"]:
            return app
    return None


def _ask(follower: Follower, question: t.Callable[[], T]) -> T:
    """Return YARN's answer; an error page and silence are waited out.

    :raises Failed: for ten minutes.
    """
    deadline = time.monotonic() + SILENT_YARN_SECONDS
    while True:
        try:
            return question()
        except (Refused, Unreachable) as exc:
            if time.monotonic() >= deadline:
                raise Failed(error(exc.message, exc.hint, cause="daemon-unreachable")) from exc
        follower.report("the ResourceManager does not answer; waiting for it")
        follower.alive()
        time.sleep(1)


def wait_for_nodes(follower: Follower) -> None:
    """Wait until YARN has a node: without one a job would wait for ever.

    :raises Failed: there is none after 90 s.
    """
    deadline = time.monotonic() + NO_NODE_SECONDS
    while True:
        metrics = _ask(follower, follower.doors.yarn.metrics)
        if metrics.get("activeNodes"):
            return
        if time.monotonic() >= deadline:
            raise Failed(_no_nodes(follower, metrics))
        follower.report("waiting for a NodeManager: none is there")
        follower.alive()
        time.sleep(1)


def follow_application(follower: Follower, application_id: str) -> App:
    """Report an application's progress until it has ended; return it as it is then.

    :raises Failed: it cannot run, YARN has forgotten it, or it was to end with the first failed attempt.
    :raises Stop: it is to be killed.
    """
    follower.report("accepted by YARN", state="running", application_id=application_id)
    began = waits = heard = time.monotonic()
    without_node: float | None = None
    tasks = TaskProgress(follower, application_id, lambda attempt: explain_attempt(follower, attempt))
    while True:
        follower.alive()
        now = time.monotonic()
        try:
            app = follower.doors.yarn.app(application_id)
            if app is None:
                raise Failed(
                    error(
                        "YARN has forgotten the job: its ResourceManager was restarted.",
                        "Run the same command again.",
                        cause="application-forgotten",
                    )
                )
            if app.get("state") in ENDED:
                return app
            if app.get("state") == "RUNNING":
                tasks.report()
                without_node, waits = None, now
            else:
                without_node = _report_waiting(follower, app, without_node, waits)
            heard = time.monotonic()
        except (Refused, Unreachable) as exc:
            # An error page is no answer either: behind the proxy the job's own door comes and goes.
            if time.monotonic() - heard > SILENT_YARN_SECONDS:
                raise Failed(error(exc.message, exc.hint, cause="daemon-unreachable")) from exc
            follower.report("the ResourceManager does not answer; waiting for it")
        time.sleep(next(pause for age, pause in PAUSES if now - began < age))


def counters_of(follower: Follower, application_id: str) -> dict[str, int]:
    """Return the counters of an application that has ended, none where JobHistory does not know it in time."""
    history, job = follower.doors.history, job_of(application_id)
    try:
        return history.counters(job) if history.wait_for(job, HISTORY_SECONDS) else {}
    except (Refused, Unreachable):
        return {}


def diagnose(follower: Follower, app: App) -> dict[str, t.Any]:
    """Return the ``error`` of an application that failed."""
    history, job = follower.doors.history, job_of(str(app["id"]))
    follower.ended = "failed"
    follower.report("failed; reading its logs")
    attempts: list[dict[str, t.Any]] = []
    try:
        known = history.wait_for(job, HISTORY_SECONDS if "Task failed" in str(app.get("diagnostics")) else 5.0)
        if known:
            attempts = history.failed_attempts(job)
            words, percents = succeeded(history, job, known)
            follower.ended = f"failed, {words}" if words else "failed"
            follower.report(f"{follower.ended}; reading its logs", **percents)
    except (Refused, Unreachable):
        pass
    log, words = ("", "") if attempts else _master_logs(follower, app)
    found = diagnose_application(
        app, attempts, log_reader(follower), follower.spec, log, lambda name: first_line(follower, name), words
    )
    return with_line(found, follower.doors.hdfs, follower.document)


def explain_attempt(follower: Follower, attempt: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the ``error`` of one failed attempt, by all its logs, while its job may still run."""
    found = diagnose_one(attempt, log_reader(follower), follower.spec, lambda name: first_line(follower, name))
    return with_line(found, follower.doors.hdfs, follower.document)


def log_reader(follower: Follower) -> t.Callable[[dict[str, t.Any], str], str | None]:
    """Return what reads the end of a log of an attempt by its name, or what YARN says of its ``container``."""
    history, deadline = follower.doors.history, time.monotonic() + LOGS_SECONDS

    def read_log(attempt: dict[str, t.Any], name: str) -> str | None:
        container, node = str(attempt.get("assignedContainerId") or ""), str(attempt.get("nodeHttpAddress") or "")
        if name == "container":
            return container_words(container, node) or _words_of_yarn(follower, container)
        while container:
            # For a moment the log is neither on the node any more nor in HDFS already.
            text = history.container_log(container, name, node, SYSLOG_BYTES if name == "syslog" else LOG_BYTES)
            if text is not None or time.monotonic() >= deadline:
                return text
            time.sleep(0.5)
        return None

    return read_log


def first_line(follower: Follower, name: str) -> str:
    """Return the first line of a file that was shipped with the job, nothing where there is no such file."""
    if name not in (follower.spec.get("files") or []):
        return ""
    with open(follower.folder.file("files", name), "rb") as stream:
        return stream.readline(256).decode("utf-8", "replace").rstrip("\n")


def _words_of_yarn(follower: Follower, container: str) -> str:
    try:
        return follower.doors.yarn.container(container)
    except OhmyError:
        return ""


def _master_logs(follower: Follower, app: App) -> tuple[str, str]:
    """Return the ends of the log and of the stderr of the last application master."""
    try:
        masters = follower.doors.yarn.attempts(str(app["id"]))
    except OhmyError:
        return "", ""
    for master in masters[-1:]:
        container, node = str(master.get("containerId") or ""), str(master.get("nodeHttpAddress") or "")
        log, words = (follower.doors.history.container_log(container, name, node) for name in ("syslog", "stderr"))
        return log or "", words or ""
    return "", ""


def _report_waiting(follower: Follower, app: App, without_node: float | None, since: float) -> float | None:
    """Say what an application has waited for ``since`` then; return since when there has been no node."""
    diagnostics = str(app.get("diagnostics") or "")
    known = find("application", diagnostics)
    text = f"waiting: {known.summary}" if known else "starting its application master"
    follower.report(text)
    now = time.monotonic()
    metrics = follower.doors.yarn.metrics()
    if not metrics.get("activeNodes"):
        without_node = now if without_node is None else without_node
        if now - without_node > NO_NODE_SECONDS:
            follower.doors.yarn.kill(str(app["id"]))
            raise Failed(_no_nodes(follower, metrics))
        return without_node
    if now - since > NO_PLACE_SECONDS and not metrics.get("appsRunning"):
        follower.doors.yarn.kill(str(app["id"]))
        raise Failed(
            error(
                f"YARN found no room for the job in {NO_PLACE_SECONDS / 60:.0f} minutes, though nothing else runs: {text}.",
                "Ask for less in job_map_memory and job_reduce_memory, or take larger instances.",
                cause="no-room",
            )
        )
    return None


def _no_nodes(follower: Follower, metrics: t.Mapping[str, int]) -> dict[str, t.Any]:
    unhealthy, lost = metrics.get("unhealthyNodes", 0), metrics.get("lostNodes", 0)
    said = ""
    with contextlib.suppress(OhmyError, IndexError):  # none, or nobody to ask: the job has failed all the same
        node = follower.doors.yarn.nodes("UNHEALTHY")[0]
        said = f" {node.get('nodeHostName')} says: {str(node.get('healthReport') or 'nothing')[:REPORT_CHARACTERS]}"
    return error(
        f"No NodeManager can run the job: {unhealthy} unhealthy, {lost} lost.{said}",
        "A full disk makes a node unhealthy; see the hadoop-nodemanager units on the workers.",
        cause="no-nodemanager",
    )
