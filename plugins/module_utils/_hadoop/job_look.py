# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Looks at one job on the master: what its follower wrote, whether that still runs, and a sign of life for it.

Nothing heavy is imported here, as one who waits for a job looks often.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import time
import typing as t

from .._core.errors import OhmyError
from .._core.rights import require_root
from . import follower_unit
from .jobdir import ENDED, ROOT, JobDir, fresh_status

LOOK_PAUSE = 0.2
# Nobody needs to know more often how far a job is; each look takes time from the master, which its tasks feel.
PROGRESS = ("progress", "counters")
PROGRESS_SECONDS = 3.0
Data = dict[str, t.Any]


def status(job: str, root: str = ROOT) -> Data | None:
    """Return a job's status, ``starting`` before the follower's first word, None for an unknown job."""
    folder = JobDir.of(job, root)
    spec = folder.spec()
    if spec is None:
        return None
    return folder.status() or fresh_status(spec, now=os.stat(folder.file("spec.json")).st_mtime)


def look(job: str, wait: float = 0, known: str | None = None, root: str = ROOT) -> Data | None:
    """Return a job's status with ``digest``, ``following`` and ``age`` (seconds) when it is not that of the ``known`` digest.

    That comes at once where there is news, and after PROGRESS_SECONDS where the job has only gone on.

    :param wait: seconds for which a change is waited for.
    """
    began = time.monotonic()
    while True:
        found = status(job, root)
        if found is None:
            return None
        news, whole = _digest({key: value for key, value in found.items() if key not in PROGRESS}), _digest(found)
        waited = time.monotonic() - began
        is_news = not (known or "").startswith(f"{news}-") or found["state"] in ENDED
        has_gone_on = known != f"{news}-{whole}" and waited >= PROGRESS_SECONDS
        if is_news or has_gone_on or waited >= wait:
            age = round((found["finished"] or time.time()) - found["started"], 1)
            return {**found, "digest": f"{news}-{whole}", "following": follower_unit.is_following(job), "age": age}
        time.sleep(LOOK_PAUSE)


def _digest(data: t.Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]


def touch(job: str, root: str = ROOT) -> None:
    """Give a sign of life to a job's follower."""
    with contextlib.suppress(FileNotFoundError):
        os.utime(JobDir.of(job, root).file("heartbeat"), follow_symlinks=False)


def attend(job: str, wait: float = 0, known: str | None = None, root: str = ROOT) -> Data | None:
    """Give a sign of life to a job's follower, then return what ``look`` does."""
    touch(job, root)
    return look(job, wait, known, root)


def main(job: str, wait: float, known: str | None, root: str = ROOT) -> int:
    """Give a sign of life, look, and print a line of JSON: the job, or null where there is none.

    :raises OhmyError: this is not root, or something there cannot be read or written.
    """
    require_root()
    try:
        seen = attend(job, wait, known, root)
    except OSError as exc:
        raise OhmyError(f"The job {job} cannot be looked at: {exc}.", "Look at rights and room there.") from exc
    sys.stdout.write(f"{json.dumps(seen)}\n")
    return 0
