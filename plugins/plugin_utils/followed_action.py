# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Actions whose work is carried by a follower on the master: start or attach, watch, end with its end."""

from __future__ import annotations

import contextlib
import json
import shlex
import time
import typing as t

from ansible.errors import AnsibleConnectionFailure

from ..module_utils._core.errors import OhmyError
from ..module_utils._hadoop.jobdir import ENDED, JobDir
from ..module_utils._node.bootstrap import BUNDLE
from ..module_utils._node.units import PYTHON
from .amounts import clock
from .interruption import on_interrupt
from .node_action import RETRY_SECONDS
from .progress import Progress
from .task_options import seconds_option
from .watched_action import WatchedAction

# What the bundle's words begin with, and its answers; what is said where there is no bundle, or another release's.
SAID, ANSWERS = "ohmy: ", ("{", "null")
OTHER_BUNDLE = ("invalid choice: 'look'", "No such file or directory")
# One look waits on the master for a change: fewer of them, and the news still comes at once.
LOOK_SECONDS = 8
DEAD_LOOKS = 2
# Of the program's own words when its first attempt fails: the whole of them come at the end.
WARNED_LINES = 12
DEFAULT_TIMEOUT = 86400.0
# The follower ends a job whose time is up, and may need a while for it.
GRACE_SECONDS = 180.0
SCREEN_LINES, SCREEN_WIDTH = 24, 80
LINE_WIDTH = 160
MUCH = 3  # -vvv


def progress_line(status: t.Mapping[str, t.Any]) -> str:
    """Return one line on a job's state: what it does, map and reduce in percent."""
    progress = status.get("progress") or {}
    text = str(progress.get("text") or status.get("state") or "starting")
    tries = len(status.get("tries") or [])
    if tries and not text.startswith("try "):
        text += f" (try {tries + 1})"
    percent = f"map {progress.get('map') or 0} %"
    if status.get("kind") == "streaming":
        percent += f", reduce {progress.get('reduce') or 0} %"
    # Before an application there is nothing to count.
    if not status.get("application_id"):
        return text
    times = [clock(status["age"])] if status.get("age") is not None else []
    times += [f"about {clock(progress['left'])} left"] if progress.get("left") else []
    return f"{percent} - {', '.join([text, *times])}"


def last_line(status: t.Mapping[str, t.Any]) -> str:
    """Return one line on how a job ended; of one that failed, how many of its tasks were done."""
    state, text = str(status.get("state")), str((status.get("progress") or {}).get("text") or "")
    if state == "succeeded":
        return "100 % - succeeded"
    return text if state == "failed" and text.startswith(state) else state


def warning_of(failure: t.Mapping[str, t.Any]) -> str:
    """Return what is said when the first attempt of a task has failed, and the job goes on."""
    last = str(failure.get("stderr") or "").rstrip().splitlines()[-WARNED_LINES:]
    head = f"A first attempt has failed. {failure.get('summary') or ''} {failure.get('hint') or ''}".strip()
    return "\n    ".join([head, *last])


def failure_of(status: t.Mapping[str, t.Any], name: str, verbosity: int = 0) -> OhmyError:
    """Return the error that explains a failed or killed job by its own program's words, on one screen.

    :param verbosity: from 3 on with all that is known, Hadoop's own words with Java's stack too.
    """
    error = status.get("error") or {}
    evidence = error.get("evidence") or {}
    summary = str(error.get("summary") or "It did not say why.")
    hint = " ".join(part for part in (tried(status.get("tries") or []), str(error.get("hint") or "")) if part)
    head = f"The job {name} {'was killed' if status.get('state') == 'killed' else 'failed'}. {summary}"
    lines = []
    stderr = str(error.get("stderr") or "").rstrip()
    if stderr:
        where = f" of {error['attempt']}" if error.get("attempt") else ""
        host = f" on {error['host']}" if error.get("host") else ""
        lines += [f"The program's own words{where}{host}:", *stderr.splitlines()]
    diagnostics = str(evidence.get("diagnostics") or "").rstrip()
    if verbosity < MUCH:
        lines = on_screen(lines, f"{head} {hint}")
    elif diagnostics:
        lines += ["Hadoop's own words:", *diagnostics.splitlines()]
    return OhmyError(head, "\n".join([hint, *lines]), error=shown(error, verbosity), **result_of(status))


def shown(error: t.Mapping[str, t.Any], verbosity: int) -> dict[str, t.Any]:
    """Return an ``error`` as a result shows it: Hadoop's own words, with Java's stack, only with -vvv."""
    evidence = error.get("evidence") or {}
    if verbosity >= MUCH or not evidence.get("diagnostics"):
        return dict(error)
    return {**error, "evidence": {**evidence, "diagnostics": ""}}


def tried(tries: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    """Return a sentence that names the causes of all tries, nothing where there was one."""
    if len(tries) < 2:
        return ""
    summaries = [str(one.get("summary")).rstrip(".") for one in tries]
    if len(set(summaries)) == 1:
        return f"It was tried {len(tries)} times, with the same end."
    causes = "; ".join(f"{number}. {summary}" for number, summary in enumerate(summaries, 1))
    return f"It was tried {len(tries)} times: {causes}."


def on_screen(lines: t.Sequence[str], above: str) -> list[str]:
    """Return the first line and the last ones, so many that they fill one screen with the text above them."""
    short = [line if len(line) <= LINE_WIDTH else f"{line[: LINE_WIDTH - 1]}…" for line in lines]
    room = SCREEN_LINES - sum(map(_rows, above.split("\n")))
    if sum(map(_rows, short)) <= room:
        return short
    kept: list[str] = []
    room -= _rows(short[0]) + 1
    for line in reversed(short[1:]):
        room -= _rows(line)
        if room < 0 and kept:
            break
        kept.insert(0, line)
    return [short[0], "…", *kept]


def _rows(line: str) -> int:
    return max(1, -(-len(line) // SCREEN_WIDTH))


def result_of(status: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the part of a result that comes from a status; the same keys whatever the state."""
    started, finished = status.get("started"), status.get("finished")
    output = status.get("output") or {}
    return {
        "state": status.get("state"),
        "application_id": status.get("application_id"),
        "counters": status.get("counters") or {},
        "files": output.get("files"),
        "bytes": output.get("bytes"),
        "progress": status.get("progress") or {},
        "tries": status.get("tries") or [],
        "first_failure": shown(status["first_failure"], 0) if status.get("first_failure") else None,
        "seconds": round(finished - started, 1) if started and finished else None,
    }


class OlderBundle(Exception):
    """The node was configured by a release whose bundle has no such verb, or by none."""


class FollowedAction(WatchedAction):
    """Starts (or finds) a follower through its module, then watches it to its end."""

    what = "job"
    # The job goes on without it.
    lost = "the connection to the master is lost"
    _bundle_is_older = False

    def act(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """Run the module, then watch; in check mode the module's plan is the result."""
        timeout = seconds_option(args.get("timeout"), DEFAULT_TIMEOUT)
        log_path = args.pop("log_path", None)
        if self._task.check_mode:
            return self.module(self.prepared(args, transfer=False))
        self._line = line = self.progress(str(args.get("name") or args.get("id") or self.name), log_path)
        try:
            began = self.checked(self.prepared(args, transfer=True), retry=RETRY_SECONDS)
            if began["status"].get("state") not in ENDED:
                end = str(args.get("on_disconnect") or "continue")
                line.say(on_interrupt(self.what, self.host, end, self._vars.get("ohmy_settings")))
            status = self._watch(began, timeout, line)
        finally:
            line.finish()
        return self._ended(began, status)

    def prepared(self, args: dict[str, t.Any], transfer: bool) -> dict[str, t.Any]:
        """Hook: return the module's arguments, after bringing its files to the node where wanted."""
        return args

    def in_own_words(self, status: dict[str, t.Any]) -> dict[str, t.Any]:
        """Hook: return a status that speaks of things by the user's own names."""
        return status

    def look(self, job: str, wait: int, known: str | None) -> dict[str, t.Any] | None:
        """Return the job as the master knows it, after a change or ``wait`` seconds; a sign of life too.

        The node bundle does that in a tenth of the time of a module, which brings Ansible's own code along each time.

        :raises OhmyError: the connection is lost, or the look fails.
        """
        JobDir.of(job)
        if not self._bundle_is_older:
            words = [PYTHON, "-I", BUNDLE, "look", job, f"--wait={wait}", *([f"--known={known}"] if known else [])]
            try:
                return self.keep_trying(lambda: self._ask(shlex.join(words)), RETRY_SECONDS)
            except OlderBundle:
                self._bundle_is_older = True
        args = {"id": job, "wait": wait, "known": known, "touch": True}
        jobs = self.checked(args, name="streaming_job_info", retry=RETRY_SECONDS).get("jobs") or []
        return jobs[0] if jobs else None

    def _ask(self, command: str) -> dict[str, t.Any] | None:
        # Input, which nobody reads, does without a terminal: each one is a login that the master writes down.
        piped = b"\n" if self._is_pipelining_enabled("new") else None
        done = self._low_level_execute_command(command, in_data=piped)
        lines = [line.strip() for line in f"{done['stdout']}\n{done['stderr']}".splitlines() if line.strip()]
        said = [line.removeprefix(SAID) for line in lines if line.startswith(SAID)]
        if done["rc"] == 0:
            with contextlib.suppress(ValueError, StopIteration):
                seen: dict[str, t.Any] | None = json.loads(
                    next(line for line in reversed(lines) if line.startswith(ANSWERS))
                )
                return seen
        elif done["rc"] == 1 and said:
            raise OhmyError(f"{self.host}: {said[-1]}", "Then run the same command again.")
        elif done["rc"] == 2 and any(sign in line for sign in OTHER_BUNDLE for line in lines):
            raise OlderBundle
        # As of a node that goes down; where it does not, the next look tells.
        raise AnsibleConnectionFailure(f"a look ended without an answer (exit {done['rc']}) {' '.join(lines)[-300:]}")

    def _watch(self, began: dict[str, t.Any], timeout: float, line: Progress) -> dict[str, t.Any]:
        job, status = str(began["id"]), began["status"]
        deadline = time.monotonic() + timeout + GRACE_SECONDS
        dead, warned = 0, False
        status = self.in_own_words(status)
        while status.get("state") not in ENDED:
            line.update(progress_line(status))
            if status.get("first_failure") and not warned:
                line.say(warning_of(status["first_failure"]))
                warned = True
            if time.monotonic() >= deadline:
                raise OhmyError(
                    f"The job {job} has not ended after {timeout:.0f} s: {progress_line(status)}.",
                    "Its follower on the master was to end it; run the same command again to attach to it.",
                    **result_of(status),
                )
            left = max(1, min(LOOK_SECONDS, int(deadline - time.monotonic())))
            seen = self.look(job, left, status.get("digest"))
            if seen is None:
                raise OhmyError(f"The master knows no job {job} any more.", "Run the same command again.")
            status = self.in_own_words(seen)
            dead = 0 if status.get("following", True) or status.get("state") in ENDED else dead + 1
            if dead >= DEAD_LOOKS:
                raise OhmyError(
                    f"The follower of the job {job} on the master ended without a word.",
                    f"See journalctl -u ohmy-follow@{job} there; running the same command again starts it anew.",
                    **result_of(status),
                )
        line.update(last_line(status))
        return status

    def _ended(self, began: dict[str, t.Any], status: dict[str, t.Any]) -> dict[str, t.Any]:
        result = {key: value for key, value in began.items() if key not in ("status", "invocation", "_ansible_parsed")}
        result.update(result_of(status))
        if status["state"] != "succeeded":
            error = failure_of(status, str(status.get("name") or began["id"]), self.display.verbosity)
            result.update(error.as_result())
            result.update(failed=True, hint=str((status.get("error") or {}).get("hint") or ""))
        return result
