# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Launching what a group lacks: the parameters of RunInstances, from what is wanted and what there is."""

from __future__ import annotations

import typing as t

from .._core.errors import OhmyError
from .._node.bootstrap import user_data
from . import documents, iam, instances, key_pair, tags
from .client import Clients
from .groups import Group
from .observe import Have
from .standing import staying
from .waits import Deadline
from .want import Want


def marks(want: Want, incarnation: str, group: str) -> dict[str, str]:
    """Return the tags of what is made for a group, or for the whole ``cluster``."""
    return tags.own_tags(want.name, incarnation, group, want.bucket, want.tags)


def params(want: Want, have: Have, incarnation: str, group: Group, group_id: str) -> dict[str, t.Any]:
    """Return the parameters of RunInstances apart from count and token."""
    image = have.images.get(group.name)
    if image is None:
        raise OhmyError(
            "No image was looked up for a launch.",
            "Run the same command again; if that does not help, report it as a bug.",
        )
    at = documents.prefix(want.name, incarnation)
    script = user_data(
        bucket=want.bucket or "",
        key=documents.bundle_key(at, want.bundle_sha256),
        sha256=want.bundle_sha256,
        endpoint=have.address["endpoint"],
        region=have.address["region"],
        path_style=have.address["path_style"],
        role=group.role,
        prefix=at,
    )
    mark = marks(want, incarnation, group.name)
    disk = {
        "VolumeSize": group.root.size,
        "VolumeType": group.root.type,
        "Encrypted": True,
        "DeleteOnTermination": True,
    }
    profile = want.instance_profile or (have.role.name if have.role is not None else "")
    found: dict[str, t.Any] = {
        "ImageId": image.id,
        "InstanceType": group.instance_type,
        "KeyName": key_pair.pair_name(want.name),
        "IamInstanceProfile": iam.reference(profile),
        "BlockDeviceMappings": [{"DeviceName": image.root_device, "Ebs": disk}],
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1, "HttpEndpoint": "enabled"},
        "InstanceInitiatedShutdownBehavior": "terminate",
        "UserData": script,
        "TagSpecifications": [tags.specification(kind, mark) for kind in ("instance", "network-interface", "volume")],
    }
    if want.public_ip == "subnet":
        return {**found, "SubnetId": have.subnet.id, "SecurityGroupIds": [group_id]}
    card = {
        "DeviceIndex": 0,
        "SubnetId": have.subnet.id,
        "Groups": [group_id],
        "AssociatePublicIpAddress": want.public_ip == "always",
        "DeleteOnTermination": True,
    }
    return {**found, "NetworkInterfaces": [card]}


def launch(
    clients: Clients, want: Want, have: Have, incarnation: str, group: Group, group_id: str, deadline: Deadline
) -> list[instances.Instance]:
    """Launch what the group lacks; return the new instances, none where it is complete."""
    count = group.count - len(staying(want, have.instances, group.name))
    if count <= 0:
        return []
    wish = params(want, have, incarnation, group, group_id)
    return instances.launch(clients, group.name, count, incarnation, have.subnet.zone, wish, have.instances, deadline)
