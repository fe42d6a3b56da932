# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The tags by which a cluster's things are known, and the only things that are ever touched."""

from __future__ import annotations

import typing as t

CLUSTER = "ohmy:cluster"
GROUP = "ohmy:group"
INCARNATION = "ohmy:incarnation"
SCHEMA = "ohmy:schema"
BUCKET = "ohmy:bucket"
SUBNET = "ohmy:subnet"
# Of nodes whose role is not the one that their group has by default.
ROLE = "ohmy:role"
SCHEMA_NOW = "1"

Tags = dict[str, str]


def as_dict(tags: list[dict[str, str]] | None) -> Tags:
    """Return the API's list of Key and Value as a dict."""
    return {tag["Key"]: tag["Value"] for tag in tags or []}


def as_list(tags: Tags) -> list[dict[str, str]]:
    """Return a dict as the API's list of Key and Value, sorted by key."""
    return [{"Key": key, "Value": tags[key]} for key in sorted(tags)]


def is_ours(tags: Tags, cluster: str) -> bool:
    """Tell whether something with these tags belongs to the cluster: both tags, or it is a stranger's."""
    return tags.get(CLUSTER) == cluster and SCHEMA in tags


def own_tags(cluster: str, incarnation: str, group: str, bucket: str | None, extra: Tags) -> Tags:
    """Return the tags of something that is made for a cluster; the user's come first, so that ours win."""
    tags = {**extra, "Name": f"{cluster}-{group}", CLUSTER: cluster, GROUP: group}
    tags.update({INCARNATION: incarnation, SCHEMA: SCHEMA_NOW})
    if bucket is not None:
        tags[BUCKET] = bucket
    return tags


def specification(kind: str, tags: Tags) -> dict[str, t.Any]:
    """Return one entry of TagSpecifications."""
    return {"ResourceType": kind, "Tags": as_list(tags)}


def filters(cluster: str | None) -> list[dict[str, t.Any]]:
    """Return the filters that find one cluster's things, or all clusters' (None)."""
    if cluster is None:
        return [{"Name": "tag-key", "Values": [SCHEMA]}]
    return [{"Name": f"tag:{CLUSTER}", "Values": [cluster]}, {"Name": "tag-key", "Values": [SCHEMA]}]
