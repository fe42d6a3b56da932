# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""A cluster as its tags and its objects in S3 tell it: what ``started`` and ``stopped`` decide on."""

from __future__ import annotations

import json
import time
import typing as t
from dataclasses import dataclass, replace

from .._core import cluster_keys
from .._core.errors import OhmyError
from . import connection, documents, groups, instances, key_pair, lease, local_files, nodes, s3, view
from .client import Clients
from .instances import Instance
from .want import Want


@dataclass(frozen=True)
class Tagged:
    """What there is; ``documents`` by role, None where there is none."""

    now: int
    instances: list[Instance]
    incarnation: str
    bucket: str
    access: connection.Access
    nodes: dict[str, nodes.Node]
    documents: dict[str, bytes | None]
    lease: dict[str, int] | None

    @property
    def here(self) -> list[Instance]:
        """Return the instances that are there, asleep or awake."""
        return present(self.instances)

    @property
    def prefix(self) -> str:
        """Return the cluster's prefix."""
        return documents.prefix(self.access.cluster, self.incarnation)

    def document(self, role: str) -> dict[str, t.Any]:
        """Return a role's document, empty where there is none."""
        found = json.loads(self.documents.get(role) or b"{}")
        return found if isinstance(found, dict) else {}

    def host_keys(self) -> dict[str, list[str]]:
        """Return the pinned host keys by instance id; raise OhmyError where one differs from what is known."""
        known = local_files.read_known_hosts(f"{self.access.folder}/known_hosts")
        return nodes.pinned(self.nodes, known, [one.id for one in self.here])


def present(known: t.Iterable[Instance]) -> list[Instance]:
    """Return the instances that are there, asleep or awake."""
    return [one for one in known if one.state in instances.LIVE + instances.ASLEEP]


def observe(clients: Clients, want: Want) -> Tagged:
    """Read it: one describe, one LIST, three GETs; raise OhmyError where there is no such cluster.

    One call more where it was launched with a key pair of the user's own, to find which key that is.
    """
    known = instances.observe(clients.ec2, want.name)
    here = present(known)
    if not here:
        raise OhmyError(
            f"There is no cluster {want.name} in {clients.region}.",
            "Check cluster_name and cluster_region; playbooks/launch.yml launches one.",
        )
    newest = here[-1]
    bucket = newest.bucket or want.bucket
    if not newest.incarnation or bucket is None:
        raise OhmyError(
            f"Instance {newest.id} of cluster {want.name} has lost its tags ohmy:incarnation or ohmy:bucket.",
            "Remove the cluster (state absent).",
        )
    at = documents.prefix(want.name, newest.incarnation)
    roles = dict.fromkeys((*groups.ROLES, *(one.role for one in here)))
    prefer = key_pair.materials(clients.ec2, {want.name: newest.key_name}) if want.public_key is None else {}
    key = key_pair.find(want.public_key, prefer.get(want.name, ""))
    found = Tagged(
        now=int(time.time()),
        instances=known,
        incarnation=newest.incarnation,
        bucket=bucket,
        access=connection.access_of(want, newest.incarnation, key.private),
        nodes=nodes.observe(clients.s3, bucket, at),
        documents={role: s3.get(clients.s3, bucket, cluster_keys.document(at, role)) for role in roles},
        lease=lease.parse(s3.get(clients.s3, bucket, cluster_keys.lease(at))),
    )
    # Who names a cluster alone does not tell again what its image is.
    user = documents.login(found.documents[groups.MASTER])
    return replace(found, access=replace(found.access, user=user or want.ssh_user))


def write_lease(clients: Clients, have: Tagged, due: dict[str, int]) -> None:
    """Write the lease."""
    s3.put(clients.s3, have.bucket, cluster_keys.lease(have.prefix), lease.text(due))


def write_local(clients: Clients, have: Tagged, keys: dict[str, list[str]]) -> None:
    """Write known_hosts and ssh_config with the addresses that the nodes have now."""
    hosts = connection.hosts(have.access, view.masters(have.here), view.workers(have.here))
    connection.write(have.access, hosts, keys, clients.region, clients.identity.account)


def told(clients: Clients, want: Want, have: Tagged, keys: dict[str, list[str]]) -> dict[str, t.Any]:
    """Return the cluster as the module tells of it."""
    return view.cluster(
        want.name,
        have.instances,
        clients.region,
        incarnation=have.incarnation,
        bucket=have.bucket,
        prefix=have.prefix,
        endpoint=clients.s3_address(have.bucket)["endpoint"],
        host_keys=keys,
        access=have.access,
        digests={role: documents.digest(have.documents[role]) for role in have.documents},
        expires=lease.expires(have.lease),
    )
