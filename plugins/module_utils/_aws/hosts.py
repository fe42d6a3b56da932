# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Instances as hosts of an inventory: which there are, what they are called, which groups they are in."""

from __future__ import annotations

import re
import typing as t
from dataclasses import asdict, dataclass

from .._core.errors import OhmyError
from . import groups, instances, tags
from .instances import Instance
from .want import NAME, RESERVED, group_names, own_group

MOST_VALUES = 200
_INCARNATION = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Stand:
    """One life of a cluster in one region: its instances, masters first, then in order of launch."""

    cluster: str
    incarnation: str
    region: str
    members: tuple[Instance, ...]

    @property
    def bucket(self) -> str | None:
        """Return the bucket that holds the cluster's objects."""
        return next((one.bucket for one in self.members if one.bucket), None)


def observe(ec2: t.Any, clusters: list[str], states: list[str]) -> list[Instance]:
    """Return the instances in these states of these clusters, or of all (none named): one paginated call."""
    what = f"describe the instances of {', '.join(clusters) or 'all clusters'}"
    if len(clusters) > MOST_VALUES:
        raise OhmyError(f"clusters: {len(clusters)} names are too many.", "Leave clusters out to get all.")
    filters = tags.filters(None) + [{"Name": "instance-state-name", "Values": states}]
    if clusters:
        filters.append({"Name": f"tag:{tags.CLUSTER}", "Values": clusters})
    return instances.described(ec2, what, filters)


def as_plain(known: list[Instance]) -> list[dict[str, t.Any]]:
    """Return instances as values that a cache can keep."""
    return [asdict(one) for one in known]


def from_plain(known: list[dict[str, t.Any]]) -> list[Instance]:
    """Make instances of what ``as_plain`` returned; raise TypeError for another version's."""
    return [Instance(**one) for one in known]


def ours(known: list[Instance]) -> tuple[list[Instance], list[str]]:
    """Return the instances whose tags are as this collection writes them, and why others are left out.

    The tags become names of groups and folders, and anyone who may tag may write them.
    """
    kept, left = [], []
    for one in known:
        named = NAME.fullmatch(one.cluster) and _INCARNATION.fullmatch(one.incarnation)
        if (
            named
            and groups.NAME.fullmatch(one.group)
            and one.role in groups.ALL_ROLES
            and tags.is_ours(one.tags, one.cluster)
        ):
            kept.append(one)
        else:
            left.append(f"Instance {one.id} is left out: its tags ohmy:* are not as this collection writes them.")
    return kept, left


def stands(by_region: dict[str, list[Instance]]) -> list[Stand]:
    """Return the clusters, by name; raise OhmyError where a name stands twice."""
    found: dict[tuple[str, str, str], list[Instance]] = {}
    for region in sorted(by_region):
        for one in by_region[region]:
            found.setdefault((one.cluster, one.incarnation, region), []).append(one)
    whole = [
        Stand(
            *key,
            tuple(
                sorted(found[key], key=lambda one: (one.role != groups.MASTER, one.group != groups.WORKER, one.group))
            ),
        )
        for key in sorted(found)
    ]
    for before, after in zip(whole, whole[1:]):
        if before.cluster == after.cluster:
            raise OhmyError(
                f"Cluster {after.cluster} stands twice: incarnation {before.incarnation} in {before.region}, "
                f"{after.incarnation} in {after.region}.",
                "Name the region, or the clusters that are wanted: their hosts would have the same names.",
            )
    return whole


def require_own_groups(known: list[Stand]) -> None:
    """Raise OhmyError where a group would hold hosts of two clusters, or Ansible's own."""
    owners = dict.fromkeys(RESERVED, "")
    for one in known:
        further = {own_group(one.cluster, each.group) for each in one.members} - {None}
        for group in (*group_names(one.cluster), *sorted(filter(None, further))):
            if group in owners:
                other = f"cluster {owners[group]}" if owners[group] else "every inventory"
                raise OhmyError(
                    f"Cluster {one.cluster} would be in the group {group}, which belongs to {other}.",
                    "Name the clusters that are wanted with the option clusters.",
                )
            owners[group] = one.cluster


def require_one_master(stand: Stand) -> None:
    """Raise OhmyError for a cluster with two masters, which would have one name."""
    masters = [one.id for one in stand.members if one.group == groups.MASTER]
    if len(masters) > 1:
        hint = "End the wrong one in EC2: a cluster has one master."
        raise OhmyError(f"Cluster {stand.cluster} has {len(masters)} masters: {', '.join(masters)}.", hint)


def facts(one: Instance, region: str) -> dict[str, t.Any]:
    """Return the variables that tell of an instance."""
    return {
        "ohmy_cluster": one.cluster,
        "ohmy_role": one.role,
        "ohmy_group": one.group,
        "ohmy_market": one.market,
        "ohmy_incarnation": one.incarnation,
        "ohmy_instance_id": one.id,
        "ohmy_instance_type": one.instance_type,
        "ohmy_image_id": one.image_id,
        "ohmy_private_ip": one.private_ip,
        "ohmy_public_ip": one.public_ip,
        "ohmy_region": region,
        "ohmy_zone": one.zone,
        "ohmy_state": one.state,
        "ohmy_launch_time": one.launch_time,
        "ohmy_bucket": one.bucket,
        "ohmy_tags": {key: value for key, value in one.tags.items() if not key.startswith("ohmy:")},
    }
