# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The groups of nodes that a cluster is made of: the master, and workers of one or several kinds."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .._core.errors import OhmyError

MASTER, WORKER, COMPUTE = "master", "worker", "compute"
# Whose documents every cluster may have.
ROLES = (MASTER, WORKER)
ALL_ROLES = (MASTER, WORKER, COMPUTE)
LEAST_GIB, MOST_GIB = 8, 16384
# Kinds of EBS volumes: nothing boots from the first, and they have a least size; the others need a number of operations.
DISKS, DISKS_LEAST_GIB = ("st1", "sc1"), 125
PROVISIONED = ("io1", "io2")
ON_DEMAND, SPOT = "on-demand", "spot"
MARKETS = {"no": (ON_DEMAND,), "prefer": (SPOT, ON_DEMAND), "only": (SPOT,)}
NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
TAKEN = (MASTER, WORKER, "workers", "cluster", "all", "ungrouped", "localhost")
MOST_VOLUMES = 11  # /dev/sdf to /dev/sdp
MOST_GROUPS = 10
VOLUME = {"size": {"type": "int", "default": 50}, "type": {"type": "str", "default": "gp3"}}
# The form of one entry of ``worker_groups``.
FURTHER: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "workers": {"type": "int", "required": True},
    "instance_type": {"type": "list", "elements": "str"},
    "image": {"type": "str"},
    "spot": {"type": "str", "choices": list(MARKETS)},
    "datanode": {"type": "bool"},
    "root_volume": {"type": "dict", "options": VOLUME},
    "volumes": {"type": "list", "elements": "dict", "options": VOLUME},
}


@dataclass(frozen=True)
class Volume:
    """An EBS volume that comes and goes with its instance; ``size`` in GiB."""

    size: int = 50
    type: str = "gp3"


@dataclass(frozen=True)
class Group:
    """Nodes of one kind: ``name`` is their tag, ``role`` names the document that they converge to.

    ``types`` are instance types in order of preference; ``spot`` is no, prefer or only.
    """

    name: str
    role: str
    count: int
    types: tuple[str, ...]
    image: str
    root: Volume = Volume()
    volumes: tuple[Volume, ...] = ()
    spot: str = "no"

    @property
    def instance_type(self) -> str:
        """Return the type that is asked for first."""
        return self.types[0]

    @property
    def markets(self) -> tuple[str, ...]:
        """Return the markets to launch in, in order of preference."""
        return MARKETS[self.spot]

    @property
    def option(self) -> str:
        """Return the variable that says which instance types."""
        if self.name == MASTER:
            return "cluster_master_instance_type or cluster_instance_type"
        return "cluster_instance_type" if self.name == WORKER else f"cluster_worker_groups, group {self.name}"


def volume(wanted: t.Mapping[str, t.Any] | None, option: str, least: int = LEAST_GIB) -> Volume:
    """Make a Volume of an option's value; raise OhmyError for a kind or a size that EC2 does not have."""
    given: t.Mapping[str, t.Any] = wanted or {}
    size: int = 50 if given.get("size") is None else given["size"]
    kind: str = given.get("type") or "gp3"
    if kind in PROVISIONED:
        raise OhmyError(f"{option}: {kind} needs a number of operations, which cannot be said here.", "Take gp3.")
    if kind in DISKS and least == LEAST_GIB:
        raise OhmyError(
            f"{option}: no instance boots from a volume of type {kind}.", "Take gp3, and data volumes of it."
        )
    least = DISKS_LEAST_GIB if kind in DISKS else least
    if not least <= size <= MOST_GIB:
        of_kind = f" of type {kind}" if kind in DISKS else ""
        raise OhmyError(f"{option}: a size of {size} GiB{of_kind} is not possible.", f"Give {least} to {MOST_GIB}.")
    return Volume(size, kind)


def _volumes(wanted: t.Sequence[t.Mapping[str, t.Any]] | None, option: str) -> tuple[Volume, ...]:
    if len(wanted or ()) > MOST_VOLUMES:
        raise OhmyError(f"{option}: {len(wanted or ())} volumes are too many.", f"Give at most {MOST_VOLUMES}.")
    return tuple(volume(one, option, 1) for one in wanted or ())


def _types(wanted: t.Sequence[str] | None, option: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(one.strip() for one in wanted or ()))
    if not found or "" in found:
        raise OhmyError(f"{option}: no instance type is named.", "Name one or more, such as m6i.large.")
    return found


def _count(wanted: int, option: str, hint: str) -> int:
    if wanted < 0:
        raise OhmyError(f"{option}: {wanted} is not possible.", hint)
    return wanted


def further(given: t.Mapping[str, t.Any], common: Group) -> Group:
    """Make a further group of workers; what it does not say is as with the other workers."""
    name = given["name"]
    option = f"worker_groups: {name}"
    if not NAME.fullmatch(name) or name in TAKEN:
        hint = f"Use 1 to 20 lower-case letters, digits and hyphens, a letter first, and none of {', '.join(TAKEN)}."
        raise OhmyError(f"worker_groups: {name!r} is no name for a group.", hint)
    spot = given.get("spot") or "no"
    datanode = given["datanode"] if given.get("datanode") is not None else spot == "no"
    return Group(
        name=name,
        role=WORKER if datanode else COMPUTE,
        count=_count(given["workers"], option, "Give 0 or more."),
        types=_types(given["instance_type"], option) if given.get("instance_type") else common.types,
        image=given.get("image") or common.image,
        root=volume(given["root_volume"], option) if given.get("root_volume") else common.root,
        volumes=_volumes(given["volumes"], option) if given.get("volumes") is not None else common.volumes,
        spot=spot,
    )


def all_further(given: t.Sequence[t.Mapping[str, t.Any]], common: Group) -> tuple[Group, ...]:
    """Make all further groups of workers; raise OhmyError for a name that is there twice."""
    found = tuple(further(one, common) for one in given)
    if len(found) > MOST_GROUPS:
        raise OhmyError(f"worker_groups: {len(found)} groups are too many.", f"Give at most {MOST_GROUPS}.")
    names = [one.name for one in found]
    twice = [one for one in names if names.count(one) > 1]
    if twice:
        raise OhmyError(f"worker_groups: {twice[0]} is there twice.", "Give each group a name of its own.")
    return found


def from_params(params: dict[str, t.Any]) -> tuple[Group, ...]:
    """Make the groups of the module's options, the master first; raise OhmyError that names the first wrong one."""
    workers = Group(
        name=WORKER,
        role=WORKER,
        count=_count(params["workers"], "workers", "0 means that the master works alone."),
        types=_types(params["instance_type"], "instance_type"),
        image=params["image"],
        root=volume(params.get("root_volume"), "root_volume"),
        volumes=_volumes(params.get("volumes"), "volumes"),
    )
    own = params.get("master_instance_type")
    extra = all_further(params.get("worker_groups") or (), workers)
    alone = workers.count == 0 and not any(one.count for one in extra if one.role == WORKER)
    root = params.get("master_root_volume")
    master = Group(
        name=MASTER,
        role=MASTER,
        count=1,
        types=_types(own, "master_instance_type") if own else workers.types,
        image=params.get("master_image") or workers.image,
        root=volume(root, "master_root_volume") if root else workers.root,
        # Data lies where DataNodes run.
        volumes=workers.volumes if alone else (),
    )
    return (master, workers, *extra)
