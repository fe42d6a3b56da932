# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process by its number and start time, so that a reused number is never taken for it."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import time
import typing as t

END_SECONDS = 5


def start_time(pid: int) -> int | None:
    """Return when a process started, in clock ticks since boot; None when there is none or it is a zombie."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in ("Z", "X") else int(fields[19])


def own_record() -> dict[str, int]:
    """Return this process's number and start time."""
    return {"pid": os.getpid(), "start_time": start_time(os.getpid()) or 0}


def read(path: pathlib.Path) -> dict[str, t.Any]:
    """Return a record; an absent or broken one is empty."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def alive(record: t.Mapping[str, t.Any]) -> bool:
    """Tell whether the recorded process is there."""
    return bool(record.get("pid")) and start_time(int(record["pid"])) == record.get("start_time")


def end(record: t.Mapping[str, t.Any]) -> None:
    """End the recorded process, by force after ``END_SECONDS``; no error when it is gone."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not alive(record):
            return
        try:
            os.kill(int(record["pid"]), number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + END_SECONDS
        while alive(record) and time.monotonic() < deadline:
            time.sleep(0.02)
