# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Options that a run which names a cluster alone takes as the launch had them, and how the three places are merged. Pure.

What is said wins, then what the launch had, then the default.
"""

from __future__ import annotations

import typing as t

from .groups import FURTHER, MOST_GROUPS, VOLUME

Params = t.Mapping[str, t.Any]
# Kept in S3, in the form of the module's options, of which these are a part.
OPTIONS: dict[str, t.Any] = {
    "instance_type": {"type": "list", "elements": "str"},
    "master_instance_type": {"type": "list", "elements": "str"},
    "worker_groups": {"type": "list", "elements": "dict", "options": FURTHER},
    "image": {"type": "str"},
    "master_image": {"type": "str"},
    "subnet_id": {"type": "str"},
    "fallback_subnet_ids": {"type": "list", "elements": "str"},
    "public_ip": {"type": "str", "choices": ["subnet", "always", "never"]},
    "root_volume": {"type": "dict", "options": VOLUME},
    "master_root_volume": {"type": "dict", "options": VOLUME},
    "volumes": {"type": "list", "elements": "dict", "options": VOLUME},
    "tags": {"type": "dict"},
    "ttl": {"type": "str"},
    "ttl_max": {"type": "str"},
}
# Seen on the instances: a right or a door that somebody wrote into the bucket would be the next worker's.
SEEN: dict[str, t.Any] = {
    "security_group_ids": {"type": "list", "elements": "str"},
    "instance_profile": {"type": "str"},
}
DEFAULTS: dict[str, t.Any] = {
    "instance_type": ["m6i.large"],
    "image": "debian-12",
    "public_ip": "subnet",
    "ttl": "4h",
    "ttl_max": "24h",
}
NAMES = (*OPTIONS, *SEEN)
# The variables that a play about a standing cluster leaves without a default.
VARIABLES = tuple(f"cluster_{name}" for name in NAMES)
# What nothing but the launch tells, and what a fresh lease is made of.
OF_NODES = ("root_volume", "volumes", "public_ip", "tags")
OF_FIRST = ("instance_type", "image")
OF_LEASE = ("ttl", "ttl_max")
OF_LAUNCH = (*OF_NODES, *OF_FIRST, *OF_LEASE)


def settled(params: Params, told: Params) -> dict[str, t.Any]:
    """Return the module's options with what is said, else told, else the default."""
    found = {name: _first(params.get(name), told.get(name), DEFAULTS.get(name)) for name in NAMES}
    found["worker_groups"] = merged(params.get("worker_groups") or [], told.get("worker_groups") or [])
    return {**params, **found}


def merged(said: t.Sequence[Params], told: t.Sequence[Params]) -> list[dict[str, t.Any]]:
    """Return the groups that are said, each with what it leaves out as told, then the others, of which none is wanted."""
    known = {one["name"]: one for one in told}
    done = [{**known.get(one["name"], {}), **_given(one)} for one in said]
    rest = [{**one, "workers": 0} for name, one in known.items() if name not in {each["name"] for each in said}]
    return [*done, *rest][: max(MOST_GROUPS, len(done))]


def unknown(params: Params, told: Params) -> tuple[str, ...]:
    """Return the options that are neither said nor told."""
    return tuple(name for name in OPTIONS if params.get(name) is None and told.get(name) is None)


def _given(one: Params) -> dict[str, t.Any]:
    return {name: value for name, value in one.items() if value is not None}


def _first(*values: t.Any) -> t.Any:
    return next((one for one in values if one is not None), None)
