# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""A job's directory on the master: what the module writes and the follower reads, and the other way round."""

from __future__ import annotations

import json
import os
import re
import time
import typing as t

from .._core.errors import OhmyError
from .._core.voice import printable

ROOT = "/var/lib/ohmy/jobs"
ENDED = ("succeeded", "failed", "killed")
SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
# What is known of a failure: words of the program, where it ran and as what, its codes (of the program, and of its container
# by YARN), its input {"path", "start", "length", "others"}, the line of it that broke it {"offset", "number", "text"}, how many
# records of it had reached it at most, about the last line it printed, and Hadoop's own words with Java's stack.
EVIDENCE: dict[str, t.Any] = {
    "stderr": "",
    "attempt": "",
    "host": "",
    "container": "",
    "program": "",
    "exit_code": None,
    "container_exit_code": None,
    "input": None,
    "line": None,
    "records_read": None,
    "last_output": "",
    "diagnostics": "",
}
Data = dict[str, t.Any]


class JobDir:
    """Paths and files of one job."""

    def __init__(self, path: str) -> None:
        self.path = path

    @classmethod
    def of(cls, job: str, root: str = ROOT) -> JobDir:
        """Return the directory of a job by its id.

        :raises OhmyError: the id could not be a unit's and a directory's name.
        """
        if not SAFE_ID.fullmatch(job):
            raise OhmyError(
                f"{job!r} cannot be the id of a job.",
                "Use letters, digits, dot, dash and underscore, at most 64, beginning with a letter or digit.",
            )
        return cls(os.path.join(root, job))

    def file(self, *names: str) -> str:
        """Return the path of a file in it."""
        return os.path.join(self.path, *names)

    def spec(self) -> Data | None:
        """Return the specification, None where there is none yet."""
        return _load(self.file("spec.json"))

    def status(self) -> Data | None:
        """Return the status as the follower wrote it last, None before its first word."""
        return _load(self.file("status.json"))

    def heartbeat(self) -> float:
        """Return when the controller looked last, epoch seconds; 0 for never."""
        try:
            return os.stat(self.file("heartbeat")).st_mtime
        except OSError:
            return 0.0

    def write(self, name: str, data: Data, mode: int = 0o644) -> None:
        """Replace a JSON file atomically, so that a reader never sees half of it."""
        self.write_text(name, json.dumps(data, sort_keys=True, ensure_ascii=True) + "\n", mode)

    def write_text(self, name: str, text: str, mode: int = 0o644) -> None:
        """Replace a text file atomically."""
        path = self.file(name)
        partial = f"{path}.{os.getpid()}.partial"
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(partial, path)


def fresh_status(spec: t.Mapping[str, t.Any], now: float | None = None) -> Data:
    """Return the status of a job that begins now; all keys are there from the start."""
    return {
        "id": spec["id"],
        "name": spec.get("name") or spec["id"],
        "kind": spec["kind"],
        "state": "starting",
        "application_id": None,
        "progress": {"map": 0, "reduce": 0, "text": "starting", "left": None},
        "counters": {},
        "started": round(time.time() if now is None else now, 3),
        "finished": None,
        "output": None,
        "tries": [],
        "first_failure": None,
        "error": None,
    }


def error(
    summary: str,
    hint: str = "",
    stderr: str = "",
    attempt: str = "",
    host: str = "",
    cause: str = "refused",
    **evidence: t.Any,
) -> Data:
    """Return the ``error`` of a status, the same keys always.

    :param cause: the id of a row in the table of causes, which says whether a retry can help.
    :param evidence: keys of ``EVIDENCE`` that are known.
    :returns: {"id", "summary", "hint", "retry", "stderr", "attempt", "host", "evidence"}; the three in the middle are
        those of the evidence.
    """
    # The table is large, and whoever looks at a job does without.
    from .causes.table import BY_ID

    place = {"stderr": printable(stderr), "attempt": attempt, "host": host}
    return {
        "id": cause,
        "summary": printable(summary),
        "hint": printable(hint),
        "retry": BY_ID[cause].retry,
        **place,
        "evidence": {**EVIDENCE, **evidence, **place},
    }


def _load(path: str) -> Data | None:
    try:
        with open(path, encoding="utf-8") as stream:
            data = json.load(stream)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as exc:
        raise OhmyError(f"{path} cannot be read: {exc}.", "Look at its rights and at the disk.") from exc
    if not isinstance(data, dict):
        raise OhmyError(f"{path} holds no JSON object.", "Remove it, then run the same command again.")
    return data
