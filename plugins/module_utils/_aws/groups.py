# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The groups of nodes that a cluster is made of: the master, and workers of one or several kinds."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._core.errors import OhmyError

MASTER, WORKER = "master", "worker"
# Whose documents every cluster may have.
ROLES = (MASTER, WORKER)
LEAST_GIB, MOST_GIB = 8, 16384


@dataclass(frozen=True)
class Volume:
    """An EBS volume that comes and goes with its instance; ``size`` in GiB."""

    size: int = 50
    type: str = "gp3"


@dataclass(frozen=True)
class Group:
    """Nodes of one kind: ``name`` is their tag, ``role`` names the document that they converge to."""

    name: str
    role: str
    count: int
    instance_type: str
    image: str
    root: Volume = Volume()


def volume(wanted: dict[str, t.Any] | None, option: str) -> Volume:
    """Make a Volume of an option's value; raise OhmyError for a size that EC2 does not have."""
    given = wanted or {}
    size = given.get("size") if given.get("size") is not None else 50
    if not LEAST_GIB <= size <= MOST_GIB:
        raise OhmyError(f"{option}: a size of {size} GiB is not possible.", f"Give {LEAST_GIB} to {MOST_GIB}.")
    return Volume(size, given.get("type") or "gp3")


def from_params(params: dict[str, t.Any]) -> tuple[Group, ...]:
    """Make the groups of the module's options, the master first; raise OhmyError that names the first wrong one."""
    if params["workers"] < 0:
        raise OhmyError(f"workers: {params['workers']} is not possible.", "0 means that the master works alone.")
    root = volume(params.get("root_volume"), "root_volume")
    worker_type, image = params["instance_type"], params["image"]
    master_type = params.get("master_instance_type") or worker_type
    return (
        Group(MASTER, MASTER, 1, master_type, image, root),
        Group(WORKER, WORKER, params["workers"], worker_type, image, root),
    )
