# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Which workers come and which leave, so that a cluster has as many as are wanted: a pure function."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..module_utils._core.errors import OhmyError
from .hosts_report import names

DECOMMISSIONED, DEFAULT = "decommissioned", "worker"
Worker = t.Mapping[str, t.Any]


@dataclass
class Scaling:
    """What is to be done, in this order; a node is its ``instance_id`` and ``private_ip``."""

    # Entries of instances that are gone.
    stale: list[dict[str, str]] = field(default_factory=list)
    # How many workers of each group are to be there before any leaves, and how many of all these are to be launched.
    most: dict[str, int] = field(default_factory=dict)
    launch: int = 0
    # Workers that were to leave and are to stay.
    back: list[dict[str, str]] = field(default_factory=list)
    leaving: list[dict[str, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def scaling(
    name: str,
    workers: t.Sequence[Worker],
    wanted: t.Mapping[str, int],
    remove: t.Sequence[str],
    entries: t.Sequence[Worker],
) -> Scaling:
    """Decide it.

    :param workers: those that are there, with ``instance_id``, ``private_ip``, ``launch_time`` and ``group``.
    :param wanted: how many of each group; one that is not named keeps those that it has.
    :param remove: ids of those that are to leave whatever the number, and are replaced where it needs that.
    :param entries: what the master knows of nodes that are not simply in service.
    :raises OhmyError: a number or an id that cannot be meant.
    """
    for group, count in wanted.items():
        if count < 0:
            option = "cluster_workers" if group == DEFAULT else f"cluster_worker_groups: {group}"
            raise OhmyError(f"{option}: {count} is not possible.", "Give 0 or more.")
    for one in remove:
        if not str(one).startswith("i-"):
            raise OhmyError(
                f"cluster_remove: {one!r} is no id of an instance.", "Give ids such as i-0123456789abcdef0."
            )
    there = {one["instance_id"]: one for one in workers}
    left = {one["instance_id"] for one in entries if one["state"] == DECOMMISSIONED}
    found = Scaling()
    ids: list[str] = []
    heads = []
    unnamed: list[str] = []
    for group in dict.fromkeys([*wanted, *(one["group"] for one in workers)]):
        members = [one for one in workers if one["group"] == group]
        named = [one["instance_id"] for one in members if one["instance_id"] in set(remove)]
        count = wanted.get(group, len(members) - len(named))
        surplus = _surplus(members, count, named, left)
        unnamed += surplus
        going = [*named, *surplus]
        launch = max(0, count - (len(members) - len(going)))
        found.most[group] = len(members) + launch
        found.launch += launch
        ids += going
        heads.append(f"Cluster {name} has {len(members)} {_called(group)}, {count} are wanted.")
    unknown = [one for one in remove if one not in there]
    if unknown and unnamed:
        raise OhmyError(
            f"cluster_remove: {unknown[0]} is none of its workers; by the number {names(unnamed)} would leave in its place.",
            "Correct the id, or leave it out to let the number alone decide.",
        )
    found.leaving = [_node(there[one]) for one in ids]
    found.stale = [_node(one) for one in entries if one["instance_id"] not in there]
    found.back = [_node(there[one]) for one in there if one in left and one not in ids]
    found.lines = [*heads, *_lines(found, unknown)]
    return found


def _surplus(members: t.Sequence[Worker], count: int, named: t.Sequence[str], left: set[str]) -> list[str]:
    """Return who leaves besides those that are named: first those that began to leave, then the youngest."""
    others = sorted(
        (one for one in members if one["instance_id"] not in named),
        key=lambda one: (one["instance_id"] in left, str(one["launch_time"]), one["instance_id"]),
        reverse=True,
    )
    return [one["instance_id"] for one in others[: max(0, len(members) - count - len(named))]]


def _called(group: str) -> str:
    return "workers" if group == DEFAULT else f"workers of group {group}"


def _node(one: Worker) -> dict[str, str]:
    return {"instance_id": str(one["instance_id"]), "private_ip": str(one["private_ip"])}


def _lines(found: Scaling, unknown: t.Sequence[str]) -> list[str]:
    lines = [f"{one} is none of its workers (any more)." for one in unknown]
    if found.launch:
        lines.append(f"{found.launch} to be launched.")
    for words, nodes in (("to be taken back", found.back), ("to leave", found.leaving)):
        lines += [f"{one['instance_id']} ({one['private_ip']}) {words}." for one in nodes]
    return lines
