# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What is asked of AWS before a launch costs anything: would it be allowed, and does the quota hold it."""

from __future__ import annotations

import typing as t

from . import fallbacks, key_pair, launching, permissions, quota, security_group, standing
from .client import Clients
from .groups import SPOT, Group
from .observe import Have
from .want import Want


def before(clients: Clients, want: Want, have: Have, incarnation: str) -> list[str]:
    """Raise OhmyError where a launch that is due would be refused; return remarks. Changes nothing.

    A call per group and per class of instance types, whatever the number of instances; none where nothing is launched.
    """
    due = _due(want, have)
    if not due:
        return []
    _may_make(clients, want, have, incarnation)
    own = _has_its_own(want, have)
    # In a VPC that another account shares, nobody else may launch with the default group, which stands in for our own.
    if own or have.subnet.owner in ("", have.identity.account):
        _may_launch(clients, want, have, incarnation, due, have.group.id if have.group is not None else "", own)
    wishes = [quota.Wish(group.name, count, group.instance_type, group.markets[0] == SPOT) for group, count in due]
    return quota.require(clients, wishes, have.vcpus)


def once_made(clients: Clients, want: Want, have: Have, incarnation: str, group_id: str) -> None:
    """Ask again with the group, key pair and profile that were just made, where ``before`` could not; no instance runs yet.

    Of the group that is launched first its launch itself asks.
    """
    due = _due(want, have)[1:]
    if due and not _has_its_own(want, have):
        _may_launch(clients, want, have, incarnation, due, group_id, True)


def _due(want: Want, have: Have) -> list[tuple[Group, int]]:
    """Return the groups that instances are to be launched for, and how many."""
    wanting = standing.missing(want, have.instances)
    return [(group, wanting[group.name]) for group in want.groups if wanting[group.name] > 0]


def _has_its_own(want: Want, have: Have) -> bool:
    """Tell whether group, key pair and profile are there, so that a launch can be asked for with them."""
    profile = have.role is None or have.role.attached
    pair = have.given is not None or (have.pair is not None and have.pair.material == have.key.material)
    return have.group is not None and pair and profile


def _may_launch(
    clients: Clients,
    want: Want,
    have: Have,
    incarnation: str,
    due: t.Iterable[tuple[Group, int]],
    group_id: str,
    whole: bool,
) -> None:
    wishes = []
    for group, count in due:
        # The first way stands for the others, which differ from it in type, market and subnet.
        way = fallbacks.with_room(launching.ways(want, have, group, ()), count, ())[0][0]
        wishes.append((group.name, count, launching.params(want, have, incarnation, group, group_id, way)))
    permissions.may_launch(clients.launcher, wishes, whole, have.given is not None)


def _may_make(clients: Clients, want: Want, have: Have, incarnation: str) -> None:
    """Ask for what is made before the launch, as far as EC2 has dry runs; IAM has none."""
    mark = launching.marks(want, incarnation, "cluster")
    if have.group is None:
        own = security_group.request(want.name, have.subnet.vpc_id, mark)
        permissions.ask(f"create security group {own['GroupName']}", clients.ec2.create_security_group, **own)
    else:
        missing = have.ssh_cidr if have.ssh_cidr not in have.group.ssh else None
        rules = security_group.rules(have.group.id, not have.group.open_inside, missing)
        if rules:
            what = f"add rules to security group {have.group.id}"
            operation = clients.ec2.authorize_security_group_ingress
            permissions.ask(what, operation, GroupId=have.group.id, IpPermissions=rules)
    if have.pair is None and have.given is None:
        own = key_pair.request(want.name, have.key.material or key_pair.SAMPLE, mark)
        permissions.ask(f"import key pair {own['KeyName']}", clients.ec2.import_key_pair, **own)
