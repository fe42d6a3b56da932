# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What the modules tell of a cluster: always the same keys."""

from __future__ import annotations

import typing as t

from . import local_files
from .instances import ASLEEP, LIVE, Instance

SSH_KEYS = ("user", "private_key", "config", "known_hosts", "control_path")


def members(instances: t.Iterable[Instance], group: str) -> list[Instance]:
    """Return the instances of a group that are there, asleep or awake, in order of launch."""
    return [one for one in instances if one.group == group and one.state in LIVE + ASLEEP]


def state(masters: list[Instance], workers: list[Instance], wanted: int | None) -> str:
    """Return absent, running, stopped or partial; ``wanted`` workers, or as many as there are (None)."""
    known = [one.state for one in masters + workers]
    if not known:
        return "absent"
    if all(one in ASLEEP for one in known):
        return "stopped"
    whole = len(masters) == 1 and (wanted is None or len(workers) == wanted)
    return "running" if whole and all(one == "running" for one in known) else "partial"


def ssh(
    state_dir: str, cluster: str, incarnation: str | None, user: str | None, private: str | None
) -> dict[str, t.Any]:
    """Return how the master is reached; all None without an incarnation."""
    if incarnation is None:
        return dict.fromkeys(SSH_KEYS)
    folder = local_files.cluster_dir(state_dir, cluster, incarnation)
    return {
        "user": user,
        "private_key": private,
        "config": f"{folder}/ssh_config",
        "known_hosts": f"{folder}/known_hosts",
        "control_path": local_files.control_path(incarnation),
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
    ssh_access: dict[str, t.Any] | None = None,
    digests: dict[str, str | None] | None = None,
    expires: int | None = None,
    private_only: bool = False,
) -> dict[str, t.Any]:
    """Return a cluster as the modules tell of it."""
    masters, workers = members(instances, "master"), members(instances, "worker")
    keys = host_keys or {}

    def public(one: Instance) -> dict[str, t.Any]:
        return one.public((keys.get(one.id) or [None])[0], private_only)

    return {
        "name": name,
        "state": state(masters, workers, wanted),
        "incarnation": incarnation,
        "region": region,
        "bucket": bucket,
        "prefix": prefix,
        "endpoint": endpoint,
        "master": public(masters[0]) if masters else None,
        "workers": [public(one) for one in workers],
        "nodes": [
            {"instance_id": one.id, "private_ip": one.private_ip, "role": role}
            for role, group in (("master", masters[:1]), ("worker", workers))
            for one in group
        ],
        "ssh": ssh_access if ssh_access is not None else dict.fromkeys(SSH_KEYS),
        "digests": digests if digests is not None else {"master": None, "worker": None},
        "expires": expires,
    }
