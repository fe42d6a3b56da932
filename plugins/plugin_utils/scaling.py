# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Which workers come and which leave, so that a cluster has as many as are wanted: a pure function."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..module_utils._core.errors import OhmyError

DECOMMISSIONED = "decommissioned"
Worker = t.Mapping[str, t.Any]


@dataclass
class Scaling:
    """What is to be done, in this order."""

    # Entries of instances that are gone.
    stale: list[dict[str, str]] = field(default_factory=list)
    # How many workers are to be there, and how many of these are to be launched, before any leaves.
    most: int = 0
    launch: int = 0
    # Workers that were to leave and are to stay.
    back: list[dict[str, str]] = field(default_factory=list)
    leaving: list[dict[str, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def scaling(
    name: str, workers: t.Sequence[Worker], wanted: int, remove: t.Sequence[str], entries: t.Sequence[Worker]
) -> Scaling:
    """Decide it.

    :param workers: those that are there, with ``instance_id``, ``private_ip`` and ``launch_time``.
    :param remove: ids of those that are to leave whatever the number, and are replaced where it needs that.
    :param entries: what the master knows of nodes that are not simply in service.
    :raises OhmyError: a number or an id that cannot be meant.
    """
    if wanted < 0:
        raise OhmyError(f"cluster_workers: {wanted} is not possible.", "Give 0 or more.")
    for one in remove:
        if not str(one).startswith("i-"):
            raise OhmyError(
                f"cluster_remove: {one!r} is no id of an instance.", "Give ids such as i-0123456789abcdef0."
            )
    there = {one["instance_id"]: one for one in workers}
    left = {one["instance_id"] for one in entries if one["state"] == DECOMMISSIONED}
    named = [one for one in there if one in set(remove)]
    # Those that began to leave go on; then the youngest.
    others = sorted(
        (one for one in there.values() if one["instance_id"] not in named),
        key=lambda one: (one["instance_id"] in left, str(one["launch_time"]), one["instance_id"]),
        reverse=True,
    )
    surplus = max(0, len(there) - wanted - len(named))
    ids = [*named, *(one["instance_id"] for one in others[:surplus])]
    found = Scaling(leaving=[_node(there[one]) for one in ids])
    found.launch = max(0, wanted - (len(there) - len(ids)))
    found.most = len(there) + found.launch
    found.stale = [_node(one) for one in entries if one["instance_id"] not in there]
    found.back = [_node(there[one]) for one in there if one in left and one not in ids]
    found.lines = _lines(name, found, len(there), wanted, [one for one in remove if one not in there])
    return found


def _node(one: Worker) -> dict[str, str]:
    return {"instance_id": str(one["instance_id"]), "private_ip": str(one["private_ip"])}


def _lines(name: str, found: Scaling, there: int, wanted: int, unknown: t.Sequence[str]) -> list[str]:
    lines = [f"Cluster {name} has {there} workers, {wanted} are wanted."]
    lines += [f"{one} is none of its workers (any more)." for one in unknown]
    if found.launch:
        lines.append(f"{found.launch} to be launched.")
    for words, nodes in (("to be taken back", found.back), ("to leave", found.leaving)):
        lines += [f"{one['instance_id']} ({one['private_ip']}) {words}." for one in nodes]
    return lines
