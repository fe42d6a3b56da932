# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The cluster's time to live: an object in S3 that each node reads at its deadline."""

from __future__ import annotations

import json
import os
import time
import typing as t

from .._core import cluster_keys
from .._core.canonical import dumps
from .._core.errors import OhmyError
from .._core.voice import say
from . import last_evidence, units
from .imds import Imds
from .s3 import S3
from .system import read_file, run, service_state, write_file

TIMER = "/etc/systemd/system/ohmy-lease.timer"
GRACE = 1800  # seconds, while S3 cannot be reached
PATIENCE = 20  # seconds for the metadata service; a lease that cannot be read now is read again in a minute
# In memory: a full disk must not keep a node alive. A reboot begins the grace anew.
STATE = "/run/ohmy-lease.json"


def leased(document: t.Mapping[str, t.Any]) -> bool:
    """Tell whether the node ends with its cluster's lease, which lies in S3."""
    return bool(document.get("lease") and document.get("s3"))


def key(document: t.Mapping[str, t.Any]) -> str:
    """Return the key of the lease."""
    return cluster_keys.lease(document["s3"]["prefix"])


def store(document: t.Mapping[str, t.Any]) -> S3:
    """Return the S3 that holds the lease; it gives up early, for whoever asks here asks again."""
    return S3.from_document(document, credentials=Imds(limit=PATIENCE), attempts=2)


def read(document: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return {"expires", "max"} in seconds since 1970, from S3."""
    try:
        found = json.loads(store(document).get(key(document)))
        return {"expires": float(found["expires"]), "max": float(found["max"])}
    except (ValueError, TypeError, KeyError) as exc:
        raise OhmyError(
            f"The lease {key(document)} cannot be read: {exc}.", "Run the playbook again, which writes it anew."
        ) from exc


def renew(document: t.Mapping[str, t.Any], seconds: int, now: float | None = None) -> float:
    """Let the lease end no earlier than ``seconds`` from now, never past its ``max``; return when it ends."""
    lease = read(document)
    until = min((time.time() if now is None else now) + seconds, float(lease["max"]))
    if until <= float(lease["expires"]):
        return float(lease["expires"])
    store(document).put(key(document), dumps({"expires": int(until), "max": int(lease["max"])}))
    return until


def arm(document: t.Mapping[str, t.Any]) -> bool:
    """Set the timer to the lease's end; while S3 does not tell it, a timer that is set stays, a new one asks soon.

    Returns whether systemd has read all units anew for it.
    """
    try:
        deadline = float(read(document)["expires"])
    except OhmyError:
        if read_file(TIMER) is not None and service_state("ohmy-lease.timer") == "active":
            return False
        deadline = time.time() + 60
    return _timer(int(deadline) + 1)


def _timer(deadline: int) -> bool:
    # A date that has passed never comes again.
    deadline = max(deadline, int(time.time()) + 2)
    text = units.lease_timer(deadline).encode()
    if read_file(TIMER) == text and service_state("ohmy-lease.timer") == "active":
        return False
    write_file(TIMER, text)
    run(["systemctl", "daemon-reload"], "reload systemd's units")
    run(["systemctl", "enable", "--no-reload", "ohmy-lease.timer"], "start the lease's timer at each boot")
    run(["systemctl", "restart", "ohmy-lease.timer"], "arm the lease's timer")
    return True


def armed(root: str = "/") -> bool:
    """Tell whether a timer was ever set."""
    return os.path.exists(os.path.join(root, TIMER.lstrip("/")))


def disarm() -> None:
    """Remove the timer."""
    run(["systemctl", "disable", "--now", "ohmy-lease.timer"], "stop the lease's timer")
    os.unlink(TIMER)


def gone(document: t.Mapping[str, t.Any], status: int) -> bool:
    """Tell whether S3 says that there is no lease (any more); silence is no answer.

    :param status: what S3 answered to the read. An absent object is a 404, or a 403 where the role may not list the
        whole bucket: then one LIST of the very key tells.
    """
    if status != 403:
        return status == 404
    try:
        return all(entry["key"] != key(document) for entry in store(document).list(key(document)))
    except OhmyError:
        return False


def decide(expires: float | None, now: float, silent_since: float | None) -> tuple[str, float]:
    """Return ``("arm", when)`` or ``("end", now)``; ``expires`` is None while S3 is out of reach.

    :param silent_since: when S3 was first out of reach, None for just now.
    """
    if expires is None:
        end = (now if silent_since is None else silent_since) + GRACE
        return ("arm", min(now + 60, end)) if now < end else ("end", now)
    return ("arm", expires) if now < expires else ("end", now)


def silence(path: str) -> float | None:
    """Return since when S3 has been out of reach, None where it was not."""
    since = _remembered(path).get("silent_since")
    return float(since) if isinstance(since, (int, float)) else None


def _remembered(path: str) -> dict[str, t.Any]:
    try:
        found = json.loads(read_file(path) or b"{}")
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _remember(state: dict[str, t.Any]) -> bool:
    """Write down what the next look has to know; tell whether that could be done."""
    try:
        write_file(STATE, dumps(state))
    except OSError:
        return False
    return True


def check(document: t.Mapping[str, t.Any], now: float | None = None) -> str:
    """Do the timer's work: arm it anew, or bring the last logs to S3 once and power the node off.

    Whatever else goes wrong here is tried again by the unit (``Restart=on-failure``).
    """
    if not leased(document):
        return "this node has no lease"
    now = time.time() if now is None else now
    since, saved = silence(STATE), _remembered(STATE).get("ending") is not None
    try:
        expires: float | None = float(read(document)["expires"])
    except OhmyError as exc:
        # Where the lease was removed, the cluster was too.
        expires = 0.0 if gone(document, int(exc.details.get("status", 0))) else None
    verb, when = decide(expires, now, since)
    if verb == "end" and not saved and _remember({"ending": now, "silent_since": since}):
        say(last_evidence.save(document))
        # That took a while, in which the lease may have been renewed.
        return check(document)
    if verb == "end":
        run(["systemctl", "--no-block", "poweroff"], "power this node off")
        return "the lease is over"
    _remember({"silent_since": now if since is None else since} if expires is None else {})
    _timer(int(when) + 1)
    return f"the lease ends at {int(when)}" if expires is not None else f"S3 does not tell; asking again at {int(when)}"
