# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Who may reach a cluster by SSH: one rule of ours in its security group, replaced and never piled up."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._core.errors import OhmyError
from .._core.plan import Plan
from . import instances, network, security_group, view
from .client import Clients


@dataclass(frozen=True)
class Have:
    """The cluster's own security groups, and the address that is to be let in (None: nobody)."""

    groups: list[security_group.Group]
    cidr: str | None


def _caller(clients: Clients, cluster: str, groups: list[security_group.Group], url: str) -> str:
    """Return the controller's own address as the cluster sees it."""
    masters = view.members(instances.observe(clients.ec2, cluster), "master")
    if not masters and not groups[0].subnet:
        raise OhmyError(f"Cluster {cluster} has no master to be reached.", "Launch it, or give ssh_cidr.")
    subnet = network.find(clients.ec2, masters[0].subnet_id if masters else groups[0].subnet, None, ())[0]
    return network.caller_cidr(subnet, bool(masters and masters[0].public_ip), url)


def observe(clients: Clients, cluster: str, cidr: str | None, url: str) -> Have:
    """Read the groups and, where ``cidr`` is auto, the caller's address.

    :param cidr: who is to be let in: a CIDR, ``auto``, or nobody (None).
    :raises OhmyError: the cluster has no security group of its own.
    """
    groups = security_group.observe(clients.ec2, cluster)
    if not groups and cidr is not None:
        raise OhmyError(
            f"There is no security group of a cluster {cluster} here.",
            "Name the cluster, its region and profile (cluster_name, cluster_region, cluster_profile); a group of your own "
            "is yours to change.",
        )
    if cidr == "auto":
        cidr = _caller(clients, cluster, groups, url)
    return Have(groups, cidr)


def plan(have: Have) -> Plan:
    """Return which groups are to let in whom else than now."""
    todo = Plan()
    wanted = [have.cidr] if have.cidr is not None else []
    verb = "allow SSH into" if wanted else "allow no SSH into"
    for group in have.groups:
        todo.change(verb, f"security group {group.id} ({group.name})", list(group.ssh), wanted)
    return todo


def run(clients: Clients, cluster: str, cidr: str | None, url: str, check_mode: bool) -> dict[str, t.Any]:
    """Let one address in by SSH, or nobody; the new rule comes before the old ones go. Return the module's result."""
    have = observe(clients, cluster, cidr, url)
    todo = plan(have)
    for group in have.groups if not check_mode else []:
        if have.cidr is not None and have.cidr not in group.ssh:
            security_group.allow(clients.ec2, group.id, False, have.cidr)
        stale = [one for one in group.ssh if one != have.cidr]
        if stale:
            security_group.forbid(clients.ec2, group.id, stale)
    before = sorted({one for group in have.groups for one in group.ssh})
    return todo.result(ssh_cidr=have.cidr, before=before, security_groups=[one.id for one in have.groups])
