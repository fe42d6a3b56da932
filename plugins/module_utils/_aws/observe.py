# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Reading all that ``present`` decides on: a constant number of calls, none of which changes anything."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass

from .._core.errors import OhmyError
from . import documents, iam, images, instances, key_pair, lease, local_files, network, nodes, s3, security_group, view
from .client import Clients, Identity
from .instances import Instance
from .want import Want


@dataclass(frozen=True)
class Have:
    """What there is."""

    now: int
    identity: Identity
    region: str
    instances: list[Instance]
    subnet: network.Subnet
    group: security_group.Group | None
    image: images.Image | None
    ssh_cidr: str
    key: key_pair.LocalKey
    pair: key_pair.KeyPair | None
    role: iam.Role | None
    bucket_exists: bool
    address: dict[str, t.Any]
    objects: frozenset[str]
    nodes: dict[str, nodes.Node]
    documents: dict[str, bytes | None]
    lease: dict[str, int] | None

    @property
    def incarnation(self) -> str | None:
        """Return the incarnation that stands, None where there is none."""
        return self.group.incarnation if self.group is not None else None

    def members(self, group: str) -> list[Instance]:
        """Return a group's instances that are there."""
        return view.members(self.instances, group)


def missing(want: Want, known: list[Instance]) -> dict[str, int]:
    """Return how many instances of each group are to be launched; raise OhmyError where that would lose something."""
    masters, workers = view.members(known, "master"), view.members(known, "worker")
    gone = f"Remove the cluster (state absent) and launch it again: {want.name}."
    if len(masters) > 1:
        raise OhmyError(
            f"Cluster {want.name} has {len(masters)} masters: {', '.join(one.id for one in masters)}.", gone
        )
    if workers and not masters:
        raise OhmyError(
            f"Cluster {want.name} has {len(workers)} workers but its master is gone, and HDFS with it.", gone
        )
    if len(workers) > want.workers:
        raise OhmyError(
            f"Cluster {want.name} has {len(workers)} workers, {want.workers} are wanted.",
            "Workers hold data and are not simply taken away: ask for as many as there are, or launch the cluster anew.",
        )
    for one in masters + workers:
        wanted = want.group_type(one.group)
        if one.instance_type != wanted:
            raise OhmyError(f"{one.group.capitalize()} {one.id} is {one.instance_type}, {wanted} is wanted.", gone)
        if not want.image.startswith("ssm:") and one.image_id != want.image:
            raise OhmyError(f"{one.group.capitalize()} {one.id} runs {one.image_id}, {want.image} is wanted.", gone)
    return {"master": 1 - len(masters), "worker": want.workers - len(workers)}


def _place(clients: Clients, want: Want, known: list[Instance], groups: list[security_group.Group]) -> network.Subnet:
    """Return the subnet to be in: where the cluster stands, what is wanted, or where its launch began."""
    standing = [one for one in known if one.state in instances.LIVE + instances.ASLEEP and one.subnet_id]
    home = standing[0].subnet_id if standing else None
    if home is not None and want.subnet_id not in (None, home):
        hint = "Remove it first, or leave cluster_subnet_id out."
        raise OhmyError(f"Cluster {want.name} stands in subnet {home}, {want.subnet_id} is wanted.", hint)
    begun = groups[0].subnet if groups else None
    return network.find(clients.ec2, home or want.subnet_id, begun)


def _group(
    want: Want, subnet: network.Subnet, ours: list[security_group.Group], strangers: set[str]
) -> security_group.Group | None:
    if subnet.vpc_id in strangers:
        raise OhmyError(
            f"Security group {security_group.group_name(want.name)} in {subnet.vpc_id} is not of this collection.",
            "Take another cluster_name: what does not carry our tags is never touched.",
        )
    elsewhere = [one.vpc_id for one in ours if one.vpc_id != subnet.vpc_id]
    if elsewhere:
        hint = "Remove it first (state absent), or take another cluster_name."
        raise OhmyError(f"Cluster {want.name} has things in {elsewhere[0]}, {subnet.vpc_id} is wanted.", hint)
    return ours[0] if ours else None


def _image(
    clients: Clients, want: Want, known: list[Instance], subnet: network.Subnet, groups: t.Iterable[str]
) -> images.Image:
    masters = view.members(known, "master")
    # "latest" may have moved on: a cluster is of one image.
    image_id = masters[0].image_id if masters else images.resolve(clients, want.image)
    image = images.describe(clients.ec2, want.image, image_id)
    images.require_java(image, want.document.get("java"))
    types = {group: want.group_type(group) for group in groups}
    images.require_types(clients.ec2, types, subnet.zone, image, want.workers == 0)
    return image


def observe(clients: Clients, want: Want) -> Have:
    """Read everything; raise OhmyError for what preflight refuses, before a penny is spent."""
    if want.bucket is None:
        raise OhmyError("bucket is missing.", "Set job_bucket.")
    local_files.require_room(want.state_dir)
    key = key_pair.find(want.public_key)
    identity = clients.identity
    exists = s3.bucket_exists(clients, want.bucket)
    known = instances.observe(clients.ec2, want.name)
    wanting = missing(want, known)
    ours, strangers = security_group.of_name(clients.ec2, want.name)
    subnet = _place(clients, want, known, ours)
    group = _group(want, subnet, ours, strangers)
    if group is not None and group.bucket not in (None, want.bucket):
        hint = "Remove it first (state absent), or go on with its bucket."
        raise OhmyError(f"Cluster {want.name} lives in bucket {group.bucket}, {want.bucket} is wanted.", hint)
    image = None
    if any(wanting.values()):
        network.require_room(subnet, sum(wanting.values()))
        network.require_way_to_s3(clients.ec2, subnet, want.public_ip)
        image = _image(clients, want, known, subnet, [one for one, count in wanting.items() if count])
    masters = view.members(known, "master")
    public = bool(masters[0].public_ip) if masters and masters[0].state == "running" else subnet.public(want.public_ip)
    cidr = want.ssh_cidr
    if cidr == "auto":
        cidr = network.caller_cidr(subnet, public, want.caller_ip_url)
    if want.instance_profile is not None:
        iam.require_given(clients.iam, want.instance_profile)
    at = documents.prefix(want.name, group.incarnation) if group is not None else None
    found = s3.listing(clients.s3, want.bucket, at) if at is not None and exists else []
    keys = frozenset(one["Key"] for one in found)

    def body(key: str) -> bytes | None:
        return s3.get(clients.s3, want.bucket or "", key) if key in keys else None

    return Have(
        now=int(time.time()),
        identity=identity,
        region=clients.region,
        instances=known,
        subnet=subnet,
        group=group,
        image=image,
        ssh_cidr=cidr,
        key=key,
        pair=key_pair.observe(clients.ec2, want.name),
        role=None if want.instance_profile is not None else iam.observe(clients.iam, want.name, clients.region),
        bucket_exists=exists,
        address=clients.s3_address(want.bucket),
        objects=keys,
        nodes=nodes.read(found, at or ""),
        documents={role: body(documents.key(at or "", role)) for role in ("master", "worker")},
        lease=lease.parse(body(lease.key(at or ""))),
    )


def pins(want: Want, have: Have) -> dict[str, set[str]]:
    """Return the host keys that this controller has pinned for the standing incarnation, by instance id."""
    if have.incarnation is None:
        return {}
    folder = local_files.cluster_dir(want.state_dir, want.name, have.incarnation)
    return local_files.read_known_hosts(f"{folder}/known_hosts")
