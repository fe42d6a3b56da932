# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the metadata service says of an instance: pure functions of plain facts."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from .paths import ACCOUNT, REGION
from .policy import EC2_SERVICE, listed

Tree = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Facts:
    """What the metadata tree is made from."""

    instance_id: str
    image_id: str
    instance_type: str
    address: str
    mac: str
    host_name: str
    zone: str
    launch_index: int
    reservation_id: str
    groups: tuple[tuple[str, str], ...]  # (id, name)
    subnet_id: str
    subnet_cidr: str
    vpc_id: str
    vpc_cidr: str
    interface_id: str
    key: tuple[str, str] | None = None  # (name, public key)
    life_cycle: str = "on-demand"
    notice: str | None = None  # that EC2 takes a spot instance back


def tree(facts: Facts) -> Tree:
    """Return the metadata of an instance, credentials apart, as nested dictionaries."""
    group_names = "\n".join(name for _id, name in facts.groups)
    interface: Tree = {
        "device-number": "0",
        "interface-id": facts.interface_id,
        "local-hostname": facts.host_name,
        "local-ipv4s": facts.address,
        "mac": facts.mac,
        "owner-id": ACCOUNT,
        "security-group-ids": "\n".join(group_id for group_id, _name in facts.groups),
        "security-groups": group_names,
        "subnet-id": facts.subnet_id,
        "subnet-ipv4-cidr-block": facts.subnet_cidr,
        "vpc-id": facts.vpc_id,
        "vpc-ipv4-cidr-block": facts.vpc_cidr,
        "vpc-ipv4-cidr-blocks": facts.vpc_cidr,
    }
    root: Tree = {
        "ami-id": facts.image_id,
        "ami-launch-index": str(facts.launch_index),
        "ami-manifest-path": "(unknown)",
        "block-device-mapping": {"ami": "/dev/xvda", "root": "/dev/xvda"},
        "hostname": facts.host_name,
        "instance-action": "none",
        "instance-id": facts.instance_id,
        "instance-life-cycle": facts.life_cycle,
        "instance-type": facts.instance_type,
        "local-hostname": facts.host_name,
        "local-ipv4": facts.address,
        "mac": facts.mac,
        "network": {"interfaces": {"macs": {facts.mac: interface}}},
        "placement": {"availability-zone": facts.zone, "region": REGION},
        "profile": "default-hvm",
        "reservation-id": facts.reservation_id,
        "security-groups": group_names,
        "services": {"domain": "amazonaws.com", "partition": "aws"},
    }
    if facts.key is not None:
        root["public-keys"] = {"0": {"openssh-key": facts.key[1]}}
    if facts.notice is not None:
        root["spot"] = {"instance-action": facts.notice}
    return root


def look_up(root: Tree, path: str, key_name: str | None = None) -> str | None:
    """Return the text at a path below meta-data/: a value, or a listing of what lies there; None when nothing does."""
    node: t.Any = root
    parts = [part for part in path.split("/") if part]
    for part in parts:
        if not isinstance(node, dict) or part not in node:
            return None
        node = node[part]
    if not isinstance(node, dict):
        return str(node)
    if parts == ["public-keys"]:
        return f"0={key_name}"
    return "\n".join(f"{name}/" if isinstance(node[name], dict) else name for name in sorted(node))


def trusts_ec2(trust: t.Any) -> bool:
    """Tell whether a role's trust policy lets EC2 assume it."""
    document = json.loads(trust) if isinstance(trust, str) else trust or {}
    for statement in listed(document.get("Statement", [])):
        services = (statement.get("Principal") or {}).get("Service", []) if statement.get("Effect") == "Allow" else []
        if EC2_SERVICE in listed(services):
            return True
    return False


def identity_document(facts: Facts) -> dict[str, t.Any]:
    """Return the instance identity document."""
    return {
        "accountId": ACCOUNT,
        "architecture": "x86_64",
        "availabilityZone": facts.zone,
        "imageId": facts.image_id,
        "instanceId": facts.instance_id,
        "instanceType": facts.instance_type,
        "privateIp": facts.address,
        "region": REGION,
        "version": "2017-09-30",
    }
