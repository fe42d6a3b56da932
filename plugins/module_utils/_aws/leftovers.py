# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What clusters left behind that have no instances any more.

Four calls find them, and some eight more look at each: such clusters are few.
"""

from __future__ import annotations

from . import errors, rest, tags
from .client import Clients

# IAM has no search by tag: a role alone is found by its cluster's name only.
KINDS = (
    ("describe_security_groups", "SecurityGroups"),
    ("describe_volumes", "Volumes"),
    ("describe_network_interfaces", "NetworkInterfaces"),
)


def clusters(clients: Clients) -> set[str]:
    """Return the names of the clusters in the region that something carries the tags of."""
    found: set[str] = set()
    filters = tags.filters(None)
    things = [
        raw
        for operation, key in KINDS
        for raw in errors.pages(operation.replace("_", " "), clients.ec2, operation, key, Filters=filters)
    ]
    things += errors.call("describe key pairs", clients.ec2.describe_key_pairs, Filters=filters)["KeyPairs"]
    for raw in things:
        marks = tags.as_dict(raw.get("Tags") or raw.get("TagSet"))
        name = marks.get(tags.CLUSTER, "")
        if name and tags.is_ours(marks, name):
            found.add(name)
    return found


def names(clients: Clients, cluster: str, state_dir: str, bucket: str | None) -> tuple[str | None, list[str]]:
    """Return the bucket of a cluster without instances, the given one where no tag tells it, and what there is of it."""
    have = rest.observe(clients, cluster, state_dir, bucket)
    # What is on this controller costs nothing.
    left = [one for one in have.names() if not one.startswith("folder ")]
    return have.bucket, left + [f"not seen: {one}" for one in have.unseen]
