# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Which nodes are to leave the cluster, or are held in maintenance: the entries, and Hadoop's two lists of them.

The entries are the master's state. They hold the instance as well as its address, so that the list of one that is gone
is not mistaken for that of a new one with the same address.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import asdict, dataclass

from .._core.errors import OhmyError
from .profiles import DFS_HOSTS, YARN_EXCLUDE

ENTRIES = "/var/lib/ohmy/membership.json"
DECOMMISSIONED, MAINTENANCE = "decommissioned", "in_maintenance"
ADMIN_STATES = {DECOMMISSIONED: "DECOMMISSIONED", MAINTENANCE: "IN_MAINTENANCE"}


@dataclass(frozen=True)
class Entry:
    """A node that is not simply in service; ``until`` ends a maintenance, in seconds since 1970."""

    instance_id: str
    private_ip: str
    state: str
    until: int = 0


NOBODY: tuple[Entry, ...] = ()


def parse(data: bytes | None) -> tuple[Entry, ...]:
    """Return the entries in their file, none where there is no file."""
    if data is None:
        return NOBODY
    try:
        return tuple(Entry(**one) for one in json.loads(data)["nodes"])
    except (ValueError, TypeError, KeyError) as exc:
        raise OhmyError(
            f"{ENTRIES} on the master cannot be read: {exc}.",
            "Move it away; nodes that were to leave are then in service again.",
        ) from exc


def render(entries: t.Iterable[Entry]) -> bytes:
    """Return the file of the entries."""
    return _json({"schema": 1, "nodes": [asdict(one) for one in _sorted(entries)]})


def files(entries: t.Iterable[Entry]) -> dict[str, bytes]:
    """Return Hadoop's lists by their path without the leading slash."""
    known = _sorted(entries)
    listed = []
    for one in known:
        node: dict[str, t.Any] = {"hostName": one.private_ip, "port": 0, "adminState": ADMIN_STATES[one.state]}
        if one.until:
            node["maintenanceExpireTimeInMS"] = one.until * 1000
        listed.append(node)
    leaving = [one.private_ip for one in known if one.state == DECOMMISSIONED]
    return {DFS_HOSTS[1:]: _json(listed), YARN_EXCLUDE[1:]: "".join(f"{ip}\n" for ip in leaving).encode()}


def _sorted(entries: t.Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda one: (one.private_ip, one.instance_id))


def _json(value: t.Any) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()
