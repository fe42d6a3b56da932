# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Volumes of clusters: one filtered describe."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from . import errors, tags


@dataclass(frozen=True)
class Volume:
    """A volume that is paid for as long as it is there; ``created`` in epoch seconds."""

    id: str
    cluster: str
    kind: str
    size: int
    created: int

    def public(self) -> dict[str, t.Any]:
        """Return what the module tells of it."""
        return {"volume_id": self.id, "size": self.size, "type": self.kind}


def from_api(raw: dict[str, t.Any]) -> Volume:
    """Make a Volume of one entry of the API's answer."""
    made = raw.get("CreateTime")
    return Volume(
        id=raw["VolumeId"],
        cluster=tags.as_dict(raw.get("Tags")).get(tags.CLUSTER, ""),
        kind=raw.get("VolumeType", ""),
        size=raw.get("Size", 0),
        created=int(made.timestamp()) if made is not None else 0,
    )


def observe(ec2: t.Any, cluster: str | None) -> list[Volume]:
    """Return the volumes of one cluster or of all (None), by id; what is being deleted is not there any more."""
    what = f"describe the volumes of {cluster if cluster is not None else 'all clusters'}"
    found = errors.many(what, ec2, "describe_volumes", "Volumes", Filters=tags.filters(cluster))
    there = [(from_api(raw), tags.as_dict(raw.get("Tags"))) for raw in found if raw.get("State") != "deleting"]
    return sorted((one for one, marks in there if tags.is_ours(marks, cluster or one.cluster)), key=lambda one: one.id)
