# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan of faults: what a test wants to go wrong, data in a file that the command ``fault`` writes."""

from __future__ import annotations

import json
import logging
import pathlib
import threading
import time
import typing as t
import uuid

from .policy import like
from .shell import LocalCloudError

LOG = logging.getLogger("localcloud")
STATUS = {
    "AccessDenied": 403,
    "UnauthorizedOperation": 403,
    "InternalError": 500,
    "InternalFailure": 500,
    "SlowDown": 503,
    "ServiceUnavailable": 503,
    "Unavailable": 503,
    "RequestLimitExceeded": 503,
}
MESSAGES = {
    "InsufficientInstanceCapacity": "We currently do not have sufficient capacity in the Availability Zone you requested.",
    "AccessDenied": "Access Denied",
    "InternalError": "An internal error has occurred.",
    "RequestLimitExceeded": "Request limit exceeded.",
    "SlowDown": "Please reduce your request rate.",
    "Unavailable": "The service is unavailable. Please try again shortly.",
    "VcpuLimitExceeded": "You have requested more vCPU capacity than your current vCPU limit allows.",
}
#: What the first start of an instance's system is called as an action; its parameters are those of the instance.
BOOT = "instance:Boot"
#: What can go wrong with a request, and with an instance.
OF_REQUESTS = {
    "noted": "goes well, and is noted as met",
    "refused": "is answered with the code, and nothing happens",
    "lost": "takes effect, and is answered with the code",
    "dropped": "takes effect, and the connection ends without an answer",
    "hung": "takes effect, and no answer comes before the caller gives up",
    "late": "takes effect; the instances that it launched are unseen for --seconds",
}
OF_INSTANCES = {
    "dies": "is terminated by an error of the server's --seconds after its start",
    "silent": "runs, but nothing in it does: no cloud-init, no SSH",
    "small": "has --megabytes of room at --path",
}


class Fault(t.TypedDict):
    """One thing that goes wrong: with which action, how, how often, and for which parameters or resource.

    The first ``skip`` fitting requests go well, of those after them each ``every``-th meets the fault, until
    ``times`` have (-1: all). In ``where`` names and values are patterns; one fitting parameter each is enough. By its
    ``id``, which it gets where it is written, it is known again when others are added.
    """

    id: str
    action: str
    code: str
    message: str
    how: str
    times: int
    skip: int
    every: int
    where: dict[str, str]
    seconds: float
    path: str
    megabytes: int


def complete(given: t.Mapping[str, t.Any]) -> Fault:
    """Return a whole fault of what a plan says of it; raise LocalCloudError for what cannot be."""
    boot = given.get("action") == BOOT
    hows = OF_INSTANCES if boot else OF_REQUESTS
    whole: dict[str, t.Any] = {
        "id": uuid.uuid4().hex,
        "action": "",
        "code": "" if boot else "InternalError",
        "how": "dies" if boot else "refused",
        "times": -1,
        "skip": 0,
        "every": 1,
        "where": {},
        "seconds": 0.0,
        "path": "",
        "megabytes": 64,
    }
    strange = sorted(set(given) - set(whole) - {"message"})
    whole.update({key: value for key, value in given.items() if value is not None})
    whole.setdefault("message", MESSAGES.get(whole["code"], "Refused on request."))
    if strange or not whole["action"] or whole["how"] not in hows:
        what = f"unknown {', '.join(strange)}" if strange else f"action {whole['action']!r}, how {whole['how']!r}"
        raise LocalCloudError(f"This is no fault: {what}. With {whole['action'] or 'an action'}: {', '.join(hows)}.")
    return t.cast(Fault, whole)


def status_of(code: str) -> int:
    """Return the HTTP status that AWS answers a code with: capacity is a server's error, which SDKs try again."""
    return STATUS.get(code, 500 if code.startswith("Insufficient") and code.endswith("Capacity") else 400)


def write(path: pathlib.Path, faults: t.Sequence[t.Mapping[str, t.Any]]) -> None:
    """Write the plan in one step."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps([complete(one) for one in faults], indent=2), encoding="utf-8")
    part.rename(path)


def read(path: pathlib.Path) -> list[Fault]:
    """Return the plan, nothing where there is none."""
    try:
        return [complete(one) for one in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError):
        return []


class Faults:
    """The server's side: counts how often each fault was met, and notes it in a file beside the plan."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._met = met_path(path)
        self._seen: tuple[int, int] | None = None
        self._plan: list[Fault] = []

    def meet(self, asked: t.Sequence[tuple[str, t.Mapping[str, str]]]) -> Fault | None:
        """Return the fault that one request meets, or None; ``asked`` are the actions it is made of."""
        with self._lock:
            try:
                now = self._path.stat()
            except FileNotFoundError:
                self._seen, self._plan = None, []
                return None
            if (now.st_mtime_ns, now.st_ino) != self._seen:
                counted = {fault["id"]: fault for fault in self._plan}
                self._plan = [counted.get(fault["id"], fault) for fault in read(self._path)]
                self._seen = (now.st_mtime_ns, now.st_ino)
            for fault in self._plan:
                if fault["times"] and any(fits(fault, action, parameters) for action, parameters in asked):
                    fault["skip"] -= 1
                    if fault["skip"] >= 0:
                        continue
                    fault["skip"] = fault["every"] - 1
                    fault["times"] -= 1 if fault["times"] > 0 else 0
                    return fault
        return None

    def note(self, fault: Fault, action: str) -> None:
        """Note that a fault has been met: from now on it has had its effect."""
        LOG.info("fault %s %s for %s", fault["how"], fault["code"], action)
        with self._lock, open(self._met, "a", encoding="utf-8") as stream:
            stream.write(f"{time.time():.3f} {action} {fault['how']} {fault['code']}".rstrip() + "\n")


def fits(fault: Fault, action: str, parameters: t.Mapping[str, str]) -> bool:
    """Tell whether a fault is for an action with these parameters."""
    if BOOT in (fault["action"], action) and fault["action"] != action:
        return False  # a wildcard means requests
    return like(fault["action"], action, True) and all(
        any(like(value, found) for key, found in parameters.items() if like(name, key))
        for name, value in fault["where"].items()
    )


def met_path(plan: pathlib.Path) -> pathlib.Path:
    """Return the file in which the server notes the faults that were met, one a line."""
    return plan.with_name("faults-met.txt")


def clear(path: pathlib.Path) -> None:
    """Forget the plan and what was met of it."""
    path.unlink(missing_ok=True)
    met_path(path).unlink(missing_ok=True)
