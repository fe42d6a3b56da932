# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Actions whose work is carried by a follower on the master: start or attach, watch, end with its end."""

from __future__ import annotations

import time
import typing as t

from ..module_utils._core.errors import OhmyError
from ..module_utils._hadoop.jobdir import ENDED
from .node_action import RETRY_SECONDS, NodeAction, seconds_option
from .progress import Progress

# One look waits on the master for a change: fewer module runs, and the news still comes at once.
LOOK_SECONDS = 8
DEAD_LOOKS = 2
DEFAULT_TIMEOUT = 86400.0
# The follower ends a job whose time is up, and may need a while for it.
GRACE_SECONDS = 180.0


def progress_line(status: t.Mapping[str, t.Any]) -> str:
    """Return one line on a job's state: what it does, map and reduce in percent."""
    progress = status.get("progress") or {}
    text = str(progress.get("text") or status.get("state") or "starting")
    percent = f"map {progress.get('map') or 0} %"
    if status.get("kind") == "streaming":
        percent += f", reduce {progress.get('reduce') or 0} %"
    # Before an application there is nothing to count.
    return f"{percent} - {text}" if status.get("application_id") else text


def failure_of(status: t.Mapping[str, t.Any], name: str) -> OhmyError:
    """Return the error that explains a failed or killed job by its own program's words."""
    error = status.get("error") or {}
    summary = str(error.get("summary") or "It did not say why.")
    message = f"The job {name} {'was killed' if status.get('state') == 'killed' else 'failed'}. {summary}"
    stderr = str(error.get("stderr") or "").rstrip()
    hint = str(error.get("hint") or "")
    if stderr:
        where = f" of {error['attempt']}" if error.get("attempt") else ""
        host = f" on {error['host']}" if error.get("host") else ""
        hint = f"{hint}\nThe program's own words{where}{host}:\n{stderr}"
    return OhmyError(message, hint, error=error, **result_of(status))


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
        "seconds": round(finished - started, 1) if started and finished else None,
    }


class FollowedAction(NodeAction):
    """Starts (or finds) a follower through its module, then watches it to its end."""

    kind = ""
    _line: Progress | None = None

    def act(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """Run the module, then watch; in check mode the module's plan is the result."""
        timeout = seconds_option(args.get("timeout"), DEFAULT_TIMEOUT)
        log_path = args.pop("log_path", None)
        if self._task.check_mode:
            return self.module(self.prepared(args, transfer=False))
        self._line = line = self.progress(str(args.get("name") or args.get("id") or self.name), log_path)
        try:
            began = self.checked(self.prepared(args, transfer=True), retry=RETRY_SECONDS)
            status = self._watch(began, timeout, line)
        finally:
            line.finish()
        return self._ended(began, status)

    def prepared(self, args: dict[str, t.Any], transfer: bool) -> dict[str, t.Any]:
        """Hook: return the module's arguments, after bringing its files to the node where wanted."""
        return args

    def on_lost(self, left: float) -> None:
        """Say on the live line that the link is down; the job goes on without it."""
        super().on_lost(left)
        if self._line is not None:
            self._line.update(f"the connection to the master is lost, trying again for {left:.0f} s")

    def look(self, job: str, wait: int, known: str | None) -> dict[str, t.Any] | None:
        """Return the job as the master knows it, after a change or ``wait`` seconds; a sign of life too."""
        args = {"id": job, "wait": wait, "known": known, "touch": True}
        jobs = self.checked(args, name="streaming_job_info", retry=RETRY_SECONDS).get("jobs") or []
        return jobs[0] if jobs else None

    def _watch(self, began: dict[str, t.Any], timeout: float, line: Progress) -> dict[str, t.Any]:
        job, status = str(began["id"]), began["status"]
        deadline = time.monotonic() + timeout + GRACE_SECONDS
        dead = 0
        while status.get("state") not in ENDED:
            line.update(progress_line(status))
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
            status = seen
            dead = 0 if status.get("following", True) or status.get("state") in ENDED else dead + 1
            if dead >= DEAD_LOOKS:
                raise OhmyError(
                    f"The follower of the job {job} on the master ended without a word.",
                    f"See journalctl -u ohmy-follow@{job} there; running the same command again starts it anew.",
                    **result_of(status),
                )
        line.update(str(status.get("state")) if status["state"] != "succeeded" else "100 % - succeeded")
        return status

    def _ended(self, began: dict[str, t.Any], status: dict[str, t.Any]) -> dict[str, t.Any]:
        result = {key: value for key, value in began.items() if key not in ("status", "invocation", "_ansible_parsed")}
        result.update(result_of(status))
        if status["state"] != "succeeded":
            error = failure_of(status, str(status.get("name") or began["id"]))
            result.update(error.as_result())
            result["failed"] = True
        return result
