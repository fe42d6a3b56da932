# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals on request: what a test wants AWS to answer, from a file that the command ``fault`` writes."""

from __future__ import annotations

import json
import logging
import pathlib
import threading
import typing as t

from .policy import like

LOG = logging.getLogger("localcloud")
STATUS = {"AccessDenied": 403, "UnauthorizedOperation": 403, "SlowDown": 503, "RequestLimitExceeded": 503}
MESSAGES = {
    "InsufficientInstanceCapacity": "We currently do not have sufficient capacity in the Availability Zone you requested.",
    "AccessDenied": "Access Denied",
    "RequestLimitExceeded": "Request limit exceeded.",
    "SlowDown": "Please reduce your request rate.",
    "VcpuLimitExceeded": "You have requested more vCPU capacity than your current vCPU limit allows.",
}


class Fault(t.TypedDict):
    """One refusal: of which action, with which code, how often, and of which parameters or resource."""

    action: str
    code: str
    message: str
    times: int
    where: dict[str, str]


def status_of(code: str) -> int:
    """Return the HTTP status that AWS answers a code with: capacity is a server's error, which SDKs try again."""
    return STATUS.get(code, 500 if code.startswith("Insufficient") and code.endswith("Capacity") else 400)


def write(path: pathlib.Path, faults: list[Fault]) -> None:
    """Write the file in one step."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(faults, indent=2), encoding="utf-8")
    part.rename(path)


def read(path: pathlib.Path) -> list[Fault]:
    """Return what the file asks for, nothing where there is none."""
    try:
        found: list[Fault] = json.loads(path.read_text(encoding="utf-8"))
        return found
    except (OSError, ValueError):
        return []


class Faults:
    """The server's side: counts how often each fault was met."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._left: list[Fault] = []

    def of(self, action: str, parameters: t.Mapping[str, str]) -> Fault | None:
        """Return the fault that an action with these parameters meets, one time less from now on; or None."""
        with self._lock:
            try:
                now = self._path.stat()
            except FileNotFoundError:
                self._seen, self._left = None, []
                return None
            if (now.st_mtime_ns, now.st_ino) != self._seen:
                self._seen, self._left = (now.st_mtime_ns, now.st_ino), read(self._path)
            for fault in self._left:
                fits = all(like(value, parameters.get(key, "")) for key, value in fault["where"].items())
                if fault["times"] and fits and like(fault["action"], action, True):
                    fault["times"] -= 1 if fault["times"] > 0 else 0
                    LOG.info("fault %s for %s", fault["code"], action)
                    return fault
        return None
