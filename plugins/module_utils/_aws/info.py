# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Telling of clusters from their tags: one describe for all, one LIST per cluster for its reports."""

from __future__ import annotations

import typing as t

from .._core import places
from . import connection, documents, evidence, groups, instances, key_pair, lease, local_files, nodes, s3, view
from .client import Clients


def _reports(clients: Clients, bucket: str, known: list[instances.Instance], told: dict[str, nodes.Node]) -> list[dict]:
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


def describe(
    clients: Clients, name: str, known: list[instances.Instance], reports: bool, state_dir: str, ssh_user: str
) -> dict[str, t.Any]:
    """Return one cluster as its instances' tags and, with ``reports``, its objects in S3 tell it."""
    here = view.masters(known) + view.workers(known)
    newest = (here or known)[-1]
    incarnation, bucket = newest.incarnation or None, newest.bucket
    at = documents.prefix(name, incarnation) if incarnation is not None else None
    told: dict[str, nodes.Node] = {}
    roles = dict.fromkeys((*groups.ROLES, *(one.role for one in here)))
    bodies: dict[str, bytes | None] = {}
    found: dict[str, int] | None = None
    if reports and bucket is not None and at is not None:
        told = nodes.observe(clients.s3, bucket, at)
        bodies = {role: s3.get(clients.s3, bucket, documents.key(at, role)) for role in roles}
        found = lease.parse(s3.get(clients.s3, bucket, lease.key(at)))
    pinned: dict[str, set[str]] = {}
    access = None
    if incarnation is not None:
        access = connection.Access(name, incarnation, state_dir, ssh_user, key_pair.find(None).private)
        pinned = local_files.read_known_hosts(f"{access.folder}/known_hosts")
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
    )
    whole["evidence"] = evidence.place(clients, bucket, places.evidence(at)) if reports and at is not None else None
    whole["reports"] = _reports(clients, bucket, here, told) if reports and bucket is not None else []
    return whole


def run(clients: Clients, name: str | None, reports: bool, state_dir: str, ssh_user: str) -> list[dict[str, t.Any]]:
    """Return the clusters that have instances, by name; at most the one of this name."""
    by_name: dict[str, list[instances.Instance]] = {}
    for one in instances.observe(clients.ec2, name):
        if one.state != "terminated":
            by_name.setdefault(one.cluster, []).append(one)
    return [describe(clients, found, by_name[found], reports, state_dir, ssh_user) for found in sorted(by_name)]
