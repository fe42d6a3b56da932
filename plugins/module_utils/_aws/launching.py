# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Launching what a group lacks: the parameters of RunInstances, from what is wanted and what there is."""

from __future__ import annotations

import typing as t

from .._core.errors import OhmyError
from .._node.bootstrap import user_data
from . import documents, errors, fallbacks, iam, instances, key_pair, standing, tags, view
from .client import Clients
from .groups import ROLES, SPOT, Group, Volume
from .network import Subnet
from .observe import Have
from .waits import Deadline
from .want import Want


def marks(want: Want, incarnation: str, group: str) -> dict[str, str]:
    """Return the tags of what is made for a group, or for the whole ``cluster``."""
    return tags.own_tags(want.name, incarnation, group, want.bucket, want.tags)


def _disk(volume: Volume) -> dict[str, t.Any]:
    return {"VolumeSize": volume.size, "VolumeType": volume.type, "Encrypted": True, "DeleteOnTermination": True}


def params(
    want: Want, have: Have, incarnation: str, group: Group, group_id: str, way: fallbacks.Try
) -> dict[str, t.Any]:
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
    if group.role not in ROLES:
        mark[tags.ROLE] = group.role
    disks = [{"DeviceName": image.root_device, "Ebs": _disk(group.root)}]
    disks += [
        {"DeviceName": f"/dev/sd{chr(ord('f') + number)}", "Ebs": _disk(one)}
        for number, one in enumerate(group.volumes)
    ]
    kinds = ["instance", "network-interface", "volume"]
    profile = want.instance_profile or (have.role.name if have.role is not None else "")
    found: dict[str, t.Any] = {
        "ImageId": image.id,
        "InstanceType": way.instance_type,
        "KeyName": have.given.name if have.given is not None else key_pair.pair_name(want.name),
        "IamInstanceProfile": iam.reference(profile),
        "BlockDeviceMappings": disks,
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1, "HttpEndpoint": "enabled"},
        "InstanceInitiatedShutdownBehavior": "terminate",
        "UserData": script,
    }
    if way.market == SPOT:
        # One time: it is not launched again behind our back. The price is at most that on demand, where none is named.
        found["InstanceMarketOptions"] = {
            "MarketType": "spot",
            "SpotOptions": {"SpotInstanceType": "one-time", "InstanceInterruptionBehavior": "terminate"},
        }
        kinds.append("spot-instances-request")
    found["TagSpecifications"] = [tags.specification(kind, mark) for kind in kinds]
    if want.public_ip == "subnet":
        return {**found, "SubnetId": way.subnet.id, "SecurityGroupIds": [group_id, *want.security_group_ids]}
    card = {
        "DeviceIndex": 0,
        "SubnetId": way.subnet.id,
        "Groups": [group_id, *want.security_group_ids],
        "AssociatePublicIpAddress": want.public_ip == "always",
        "DeleteOnTermination": True,
    }
    return {**found, "NetworkInterfaces": [card]}


def ways(want: Want, have: Have, group: Group, made: t.Iterable[instances.Instance]) -> list[fallbacks.Try]:
    """Return the ways to launch a group, at least one, in the subnet of the master first: where it went, the others go."""
    lead = [one.subnet_id for one in view.masters([*have.instances, *made])]
    subnets: list[Subnet] = sorted(have.subnets, key=lambda one: one.id not in lead)
    place = standing.place(want, have.instances, group.name)
    found = fallbacks.tries(group, subnets, have.offered, place)
    if not found:
        raise OhmyError(
            f"None of the instance types of group {group.name} is offered where it lies ({place}).",
            f"Name another type ({group.option}).",
        )
    return found


def launch(
    clients: Clients,
    want: Want,
    have: Have,
    incarnation: str,
    group: Group,
    group_id: str,
    made: list[instances.Instance],
    deadline: Deadline,
) -> fallbacks.Launch | None:
    """Launch what the group lacks, add the new instances to ``made``, and return how; None where nothing was lacking.

    Where EC2 has no capacity the next way is tried. What one way has given stays.
    """
    lacking = group.count - len(standing.staying(want, have.instances, group.name))
    if lacking <= 0:
        return None
    taken = [one.subnet_id for one in made]
    todo, small = fallbacks.with_room(ways(want, have, group, made), lacking, taken)
    result = fallbacks.Launch(group.name, small)
    last: errors.AwsError | None = None
    while lacking and todo:
        one = todo.pop(0)
        wish = params(want, have, incarnation, group, group_id, one)
        order = instances.Order(incarnation, group.name, one.subnet.zone, lacking, wish)
        got: list[instances.Instance] = []
        refusal = _try(instances.launch(clients, order, [*have.instances, *made], deadline), one, got)
        made += got
        lacking -= len(got)
        if got:
            result.tries.append(fallbacks.Tried(one, len(got)))
        if refusal is not None:
            last = refusal
            refused = fallbacks.Tried(one, lacking, refusal.code)
            result.tries.append(refused)
            todo = fallbacks.rest(todo, refused, result.got)
    if lacking and last is not None:
        raise result.failure(last)
    return result


def _try(
    batches: t.Iterator[list[instances.Instance]], way: fallbacks.Try, got: list[instances.Instance]
) -> errors.AwsError | None:
    """Launch batch by batch into ``got``; return the refusal for want of capacity, any other is raised."""
    try:
        for batch in batches:
            got += batch
    except errors.AwsError as exc:
        if exc.code not in fallbacks.CAPACITY:
            raise fallbacks.explained(exc, way) from exc
        return exc
    return None
