# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Telling of clusters from their tags: one describe for all, one LIST per cluster for its reports.

One more call for all where any was launched with a key pair of its user's own, or is to be logged in to, to find which
key that is.
"""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass, field

from .._core import cluster_keys
from .._core.errors import OhmyError, words
from .._core.private_folders import NoSockets
from . import (
    connection,
    costs,
    documents,
    evidence,
    groups,
    host_access,
    hosts,
    instances,
    key_pair,
    lease,
    leftovers,
    local_files,
    nodes,
    prices,
    s3,
    view,
    volumes,
)
from .client import Clients


@dataclass(frozen=True)
class Wish:
    """What is to be told: ``access`` writes known_hosts and ssh_config, the others cost calls.

    ``ssh_user`` is for clusters whose documents are not read, or do not tell it.
    """

    state_dir: str
    ssh_user: str
    public_key: str | None = None
    ssh_proxy: str | None = None
    reports: bool = False
    access: bool = False
    costs: bool = False
    leftovers: bool = False
    bucket: str | None = None
    prices: dict[str, t.Any] = field(default_factory=dict)


def _reports(
    clients: Clients, bucket: str, known: list[instances.Instance], told: dict[str, nodes.Node]
) -> list[dict[str, t.Any]]:
    found = []
    bodies = 0
    for one in known:
        node = told.get(one.id, nodes.Node())
        error = None
        if node.report == "failed" and bodies < nodes.MOST_BODIES:
            bodies += 1
            error = nodes.error_of(clients.s3, bucket, node)
        found.append(
            {
                "instance_id": one.id,
                "role": one.role,
                "private_ip": one.private_ip,
                "report": node.report,
                "digest": node.digest,
                "error": error,
            }
        )
    return found


def _pin(clients: Clients, known: list[instances.Instance], access: connection.Access) -> list[str]:
    """Write known_hosts and ssh_config where any instance runs; return warnings."""
    mine, warnings = hosts.ours([one for one in known if one.incarnation == access.incarnation])
    if not any(one.state in instances.LIVE for one in mine):
        return warnings
    masters_first = tuple(sorted(mine, key=lambda one: one.group != groups.MASTER))
    stand = hosts.Stand(access.cluster, access.incarnation, clients.region, masters_first)
    return warnings + host_access.prepare(lambda: clients, stand, access)


def _private(wish: Wish, cluster: str, prefer: str) -> tuple[str | None, list[str]]:
    """Return the path of the private key, and why there is none, which only a login needs."""
    try:
        key = key_pair.find(wish.public_key, prefer)
    except OhmyError as exc:
        return None, [str(exc)]
    missing = key.to_make or prefer not in ("", key.material)
    return key.private, [str(key_pair.lost(cluster, prefer))] if missing else []


def describe(
    clients: Clients,
    name: str,
    known: list[instances.Instance],
    wish: Wish,
    disks: list[volumes.Volume] | None,
    prefer: str = "",
) -> dict[str, t.Any]:
    """Return one cluster as its instances' tags and, with ``reports``, its objects in S3 tell it.

    :param prefer: the public half that its nodes were launched with, where that is known.
    """
    here = view.nodes(known)
    newest = (here or known)[-1]
    incarnation, bucket = newest.incarnation or None, newest.bucket
    at = documents.prefix(name, incarnation) if incarnation is not None else None
    told: dict[str, nodes.Node] = {}
    roles = dict.fromkeys((*groups.ROLES, *(one.role for one in here)))
    bodies: dict[str, bytes | None] = {}
    found: dict[str, int] | None = None
    user = wish.ssh_user
    if wish.reports and bucket is not None and at is not None:
        told = nodes.observe(clients.s3, bucket, at)
        bodies = {role: s3.get(clients.s3, bucket, cluster_keys.document(at, role)) for role in roles}
        found = lease.parse(s3.get(clients.s3, bucket, cluster_keys.lease(at)))
        user = documents.login(bodies[groups.MASTER]) or user
    pinned: dict[str, set[str]] = {}
    warnings: list[str] = []
    access = None
    if incarnation is not None:
        private, unseen = _private(wish, name, prefer)
        access = connection.Access(name, incarnation, wish.state_dir, user, private, proxy=wish.ssh_proxy)
        known_hosts = f"{access.folder}/known_hosts"
        if wish.access:
            try:
                warnings = [*unseen, *_pin(clients, here, access)]
            except (OSError, NoSockets) as exc:
                why = f"its files cannot be written: {words(exc)}." if isinstance(exc, OSError) else str(exc)
                warnings = [f"Nobody can log in to {name} from here, as {why}"]
                access = None
        pinned = local_files.read_known_hosts(known_hosts)
    table = prices.prices(clients.region, wish.prices)
    whole = view.cluster(
        name,
        here,
        clients.region,
        incarnation=incarnation,
        bucket=bucket,
        prefix=at,
        endpoint=clients.s3_address(bucket)["endpoint"] if bucket is not None else None,
        host_keys=nodes.pinned(told, pinned, [one.id for one in here]),
        access=access,
        digests={role: documents.digest(bodies.get(role)) for role in roles},
        expires=lease.expires(found),
        price=prices.told(table, costs.now(table, here, disks)) if disks is not None else None,
    )
    at_now = int(time.time())
    whole["reports"] = _reports(clients, bucket, here, told) if wish.reports and bucket is not None else []
    whole["evidence"] = (
        evidence.place(clients, bucket, cluster_keys.evidence(at)) if wish.reports and at is not None else None
    )
    whole["age"] = costs.age(here, at_now)
    whole["cost"] = costs.so_far(table, here, disks, at_now) if disks is not None else None
    whole["leftovers"] = []
    whole["warnings"] = warnings
    return whole


def _gone(clients: Clients, name: str, bucket: str | None, left: list[str]) -> dict[str, t.Any]:
    """Return a cluster of which only things that are no instances are left."""
    whole = view.cluster(name, [], clients.region, bucket=bucket)
    return {**whole, "reports": [], "evidence": None, "age": None, "cost": None, "leftovers": left, "warnings": []}


def run(clients: Clients, name: str | None, wish: Wish) -> list[dict[str, t.Any]]:
    """Return the clusters that have instances, by name, or left something behind; at most the one of this name."""
    by_name: dict[str, list[instances.Instance]] = {}
    for one in instances.observe(clients.ec2, name, instances.NOT_GONE):
        by_name.setdefault(one.cluster, []).append(one)
    disks = volumes.observe(clients.ec2, name) if wish.costs else None
    names = {found: known[-1].key_name for found, known in by_name.items()} if wish.public_key is None else {}
    prefer = key_pair.materials(clients.ec2, names, wish.access)
    told = {}
    for found, known in by_name.items():
        own = [one for one in disks if one.cluster == found] if disks is not None else None
        told[found] = describe(clients, found, known, wish, own, prefer.get(found, ""))
    if wish.leftovers:
        empty = {name} if name is not None else leftovers.clusters(clients)
        for found in sorted(empty - set(by_name)):
            bucket, left = leftovers.names(clients, found, wish.state_dir, wish.bucket)
            if left:
                told[found] = _gone(clients, found, bucket, left)
    return [told[found] for found in sorted(told)]
