# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""How what stands differs from the groups that are wanted."""

from __future__ import annotations

from .._core.errors import OhmyError
from . import view
from .groups import Group
from .instances import Instance
from .want import Want


def missing(want: Want, known: list[Instance]) -> dict[str, int]:
    """Return how many instances of each group are to be launched; raise OhmyError where that would lose something."""
    masters, workers = view.masters(known), view.workers(known)
    gone = f"Remove the cluster (state absent) and launch it again: {want.name}."
    if len(masters) > 1:
        raise OhmyError(
            f"Cluster {want.name} has {len(masters)} masters: {', '.join(one.id for one in masters)}.", gone
        )
    if workers and not masters:
        raise OhmyError(
            f"Cluster {want.name} has {len(workers)} workers but its master is gone, and HDFS with it.", gone
        )
    if set(want.leaving) & {one.id for one in masters}:
        raise OhmyError(f"leaving: {masters[0].id} is the master of {want.name}.", "Only workers may leave.")
    strangers = sorted({one.group for one in workers} - {group.name for group in want.groups})
    if strangers and not want.at_least:
        hint = f"Name it in cluster_worker_groups as it was launched. {gone}"
        raise OhmyError(f"Cluster {want.name} has nodes of group {strangers[0]}, which is not wanted.", hint)
    return {group.name: _lacking(want, group, staying(want, known, group.name), gone) for group in want.groups}


def staying(want: Want, known: list[Instance], group: str) -> list[Instance]:
    """Return the instances of a group that are there and are not to leave."""
    return [one for one in view.members(known, group) if one.id not in want.leaving]


def place(want: Want, known: list[Instance], group: str) -> str | None:
    """Return the subnet of those, in which the others of the group come; None where there are none."""
    return next((one.subnet_id for one in staying(want, known, group)), None)


def leaving(want: Want, known: list[Instance]) -> list[str]:
    """Return the workers that are there and are to be terminated."""
    return [one.id for one in view.workers(known) if one.id in want.leaving]


def _lacking(want: Want, group: Group, members: list[Instance], gone: str) -> int:
    if len(members) > group.count and not want.at_least:
        raise OhmyError(
            f"Cluster {want.name} has {len(members)} {group.name}s, {group.count} are wanted.",
            "Workers hold data and are not simply taken away: playbooks/scale.yml lets them leave.",
        )
    for one in members:
        if one.instance_type not in group.types:
            types = " or ".join(group.types)
            raise OhmyError(f"{one.group.capitalize()} {one.id} is {one.instance_type}, {types} is wanted.", gone)
        if one.market not in group.markets:
            wanted = " or ".join(group.markets)
            raise OhmyError(f"{one.group.capitalize()} {one.id} is {one.market}, {wanted} is wanted.", gone)
        if one.role != group.role:
            raise OhmyError(f"{one.group.capitalize()} {one.id} is of role {one.role}, not {group.role}.", gone)
        # A system's or a parameter's newest image may have moved on.
        if group.image.startswith("ami-") and one.image_id != group.image:
            raise OhmyError(f"{one.group.capitalize()} {one.id} runs {one.image_id}, {group.image} is wanted.", gone)
    return max(0, group.count - len(members))
