# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What the modules tell of a cluster: always the same keys."""

from __future__ import annotations

import typing as t

from . import connection, local_files
from .groups import ALL_ROLES, MASTER
from .instances import ASLEEP, LIVE, Instance

SSH_KEYS = ("user", "private_key", "config", "known_hosts", "control_path", "tunnel")


def members(instances: t.Iterable[Instance], group: str) -> list[Instance]:
    """Return the instances of a group that are there, asleep or awake, in order of launch."""
    return [one for one in instances if one.group == group and one.state in LIVE + ASLEEP]


def masters(instances: t.Iterable[Instance]) -> list[Instance]:
    """Return the masters that are there: one, unless something went wrong."""
    return members(instances, MASTER)


def workers(instances: t.Iterable[Instance]) -> list[Instance]:
    """Return the workers of all groups that are there, in order of launch."""
    return [one for one in instances if one.group not in ("", MASTER) and one.state in LIVE + ASLEEP]


def nodes(instances: t.Sequence[Instance]) -> list[Instance]:
    """Return all that are there, masters first."""
    return [*masters(instances), *workers(instances)]


def state(first: list[Instance], rest: list[Instance], wanted: int | None) -> str:
    """Return absent, running, stopped or partial for these masters and workers, ``wanted`` of these or any number."""
    known = [one.state for one in first + rest]
    if not known:
        return "absent"
    if all(one in ASLEEP for one in known):
        return "stopped"
    whole = len(first) == 1 and (wanted is None or len(rest) == wanted)
    return "running" if whole and all(one == "running" for one in known) else "partial"


def ssh(access: connection.Access | None) -> dict[str, t.Any]:
    """Return how the master is reached; all None without an incarnation."""
    if access is None:
        return dict.fromkeys(SSH_KEYS)
    return {
        "user": access.user,
        "private_key": access.private,
        "config": f"{access.folder}/ssh_config",
        "known_hosts": f"{access.folder}/known_hosts",
        "control_path": local_files.control_path(access.incarnation),
        "tunnel": local_files.tunnel(access.incarnation),
    }


def cluster(
    name: str,
    instances: list[Instance],
    region: str,
    incarnation: str | None = None,
    bucket: str | None = None,
    prefix: str | None = None,
    endpoint: str | None = None,
    wanted: int | None = None,
    host_keys: dict[str, list[str]] | None = None,
    access: connection.Access | None = None,
    digests: dict[str, str | None] | None = None,
    expires: int | None = None,
    price: dict[str, t.Any] | None = None,
) -> dict[str, t.Any]:
    """Return a cluster as the modules tell of it."""
    first, rest = masters(instances), workers(instances)
    keys = host_keys or {}
    shorts = connection.shorts(first, rest)
    private_only = access is not None and access.address == "private"

    def public(one: Instance) -> dict[str, t.Any]:
        return one.public(shorts[one.id], next(iter(keys.get(one.id) or ()), None), private_only)

    return {
        "name": name,
        "state": state(first, rest, wanted),
        "incarnation": incarnation,
        "region": region,
        "bucket": bucket,
        "prefix": prefix,
        "endpoint": endpoint,
        "master": public(first[0]) if first else None,
        "workers": [public(one) for one in rest],
        "nodes": [
            {"instance_id": one.id, "private_ip": one.private_ip, "role": one.role} for one in [*first[:1], *rest]
        ],
        "hosts": connection.told(access, connection.hosts(access, first, rest)) if access is not None else [],
        "ssh": ssh(access),
        "digests": {**dict.fromkeys(ALL_ROLES), **(digests or {})},
        "expires": expires,
        "price": price,
    }
