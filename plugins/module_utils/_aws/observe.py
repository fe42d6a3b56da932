# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Reading all that ``present`` decides on: a constant number of calls, none of which changes anything."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass

from .._core import cluster_keys
from .._core.errors import OhmyError
from . import (
    documents,
    fallbacks,
    groups,
    iam,
    images,
    instances,
    key_pair,
    lease,
    local_files,
    network,
    nodes,
    recall,
    s3,
    security_group,
    standing,
    view,
)
from .client import Clients, Identity
from .instances import Instance
from .want import Want


@dataclass(frozen=True)
class Have:
    """What there is, and what is wanted of it; ``kept`` is what was kept of its launch."""

    now: int
    want: Want
    kept: bytes | None
    identity: Identity
    region: str
    instances: list[Instance]
    subnet: network.Subnet
    group: security_group.Group | None
    images: dict[str, images.Image]
    vcpus: dict[str, int]
    subnets: tuple[network.Subnet, ...]
    offered: frozenset[tuple[str, str]]
    ssh_cidr: str
    key: key_pair.LocalKey
    pair: key_pair.KeyPair | None
    pairs: dict[str, key_pair.KeyPair]
    given: key_pair.KeyPair | None
    role: iam.Role | None
    bucket_exists: bool
    remarks: tuple[str, ...]
    address: dict[str, t.Any]
    objects: frozenset[str]
    nodes: dict[str, nodes.Node]
    documents: dict[str, bytes | None]
    lease: dict[str, int] | None
    launches: tuple[fallbacks.Launch, ...] = ()

    @property
    def incarnation(self) -> str | None:
        """Return the incarnation that stands, None where there is none."""
        return self.group.incarnation if self.group is not None else None

    def members(self, group: str) -> list[Instance]:
        """Return a group's instances that are there."""
        return view.members(self.instances, group)


def _places(
    clients: Clients, want: Want, known: list[Instance], groups: list[security_group.Group]
) -> list[network.Subnet]:
    """Return the subnet to be in (where the master stands, what is wanted, where a launch began), then the others."""
    standing = [one for one in view.nodes(known) if one.subnet_id]
    home = standing[0].subnet_id if standing else None
    if home is not None and want.subnet_id not in (None, home, *(want.fallback_subnet_ids or ())):
        hint = "Remove it first, or leave cluster_subnet_id out."
        raise OhmyError(f"Cluster {want.name} stands in subnet {home}, {want.subnet_id} is wanted.", hint)
    begun = groups[0].subnet if groups else None
    others = want.fallback_subnet_ids if want.fallback_subnet_ids is not None or want.subnet_id is None else ()
    if others is not None:
        others = tuple(dict.fromkeys([*others, *(one.subnet_id for one in standing)]))
    found = network.find(clients.ec2, home or want.subnet_id, begun, others)
    if want.fallback_subnet_ids is not None:
        network.require_alike(found, want.public_ip)
    return [one for one in found if network.alike(one, found[0], want.public_ip)]


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


def _pairs(
    clients: Clients, want: Want, known: list[Instance]
) -> tuple[dict[str, key_pair.KeyPair], key_pair.KeyPair | None]:
    """Return the key pairs that may matter, by name, and the user's own to launch with, if any."""
    names = [one.key_name for one in view.nodes(known) if one.key_name]
    own = key_pair.pair_name(want.name)
    found = key_pair.described(clients.ec2, [own, *([want.key_name] if want.key_name is not None else []), *names])
    return found, key_pair.given(want.key_name, own, names, found)


def _images(
    clients: Clients, want: Want, known: list[Instance], zones: list[str], launched: list[groups.Group]
) -> tuple[dict[str, images.Image], dict[str, int], frozenset[tuple[str, str]]]:
    """Return the image of each group that is to be launched, by name, their types' vCPUs, and what each zone offers."""
    # "latest" may have moved on: a cluster is of one image.
    ids = {images.kind(group): one.image_id for group in want.groups for one in view.members(known, group.name)[:1]}
    found: dict[tuple[str, str], images.Image] = {}
    by_group: dict[str, images.Image] = {}
    for group in launched:
        wanted, key = group.image, images.kind(group)
        if key not in found:
            image_id = ids[key] if key in ids else images.resolve(clients, wanted, group.instance_type)
            found[key] = images.describe(clients.ec2, wanted, image_id)
            images.require_java(found[key], want.document.get("java"), wanted)
        by_group[group.name] = found[key]
    return by_group, *images.require_types(clients.ec2, launched, zones, by_group, want.datanodes == 0)


def observe(clients: Clients, want: Want) -> Have:
    """Read everything; raise OhmyError for what preflight refuses, before a penny is spent."""
    if want.bucket is None:
        raise OhmyError("bucket is missing.", "Set job_bucket.")
    local_files.require_room(want.state_dir)
    key = key_pair.find(want.public_key)
    key_pair.require_type(key, want.public_key)
    identity = clients.identity
    exists = s3.bucket_exists(clients, want.bucket)
    known = instances.observe(clients.ec2, want.name)
    masters = view.masters(known)
    kept: bytes | None = None
    if want.by_name and masters and exists:
        kept = recall.read(clients.s3, want.bucket, documents.prefix(want.name, masters[0].incarnation))
    bucket, want = want.bucket, recall.recalled(want, known, clients.region, kept)
    wanting = standing.missing(want, known)
    pairs, given = _pairs(clients, want, known)
    pair = pairs.get(key_pair.pair_name(want.name))
    if given is not None:
        key = key_pair.of_pair(given, want.public_key)
    elif pair is not None and pair.material != key.material:
        key = key_pair.find(want.public_key, pair.material)
    ours, strangers = security_group.of_name(clients.ec2, want.name)
    subnets = _places(clients, want, known, ours)
    subnet = subnets[0]
    group = _group(want, subnet, ours, strangers)
    if group is not None and group.bucket not in (None, want.bucket):
        hint = "Remove it first (state absent), or go on with its bucket."
        raise OhmyError(f"Cluster {want.name} lives in bucket {group.bucket}, {want.bucket} is wanted.", hint)
    booted: dict[str, images.Image] = {}
    vcpus: dict[str, int] = {}
    offered: frozenset[tuple[str, str]] = frozenset()
    if any(wanting.values()):
        named, account = want.fallback_subnet_ids is not None, identity.account
        subnets = network.with_way_to_s3(clients.ec2, subnets, want.public_ip, named, account)
        zones = list(dict.fromkeys(one.zone for one in subnets))
        launched = [one for one in want.groups if wanting[one.name]]
        booted, vcpus, offered = _images(clients, want, known, zones, launched)
        places = {one.name: standing.place(want, known, one.name) for one in launched}
        fallbacks.require_room(
            [(wanting[one.name], fallbacks.tries(one, subnets, offered, places[one.name])) for one in launched]
        )
    public = bool(masters[0].public_ip) if masters and masters[0].state == "running" else subnet.public(want.public_ip)
    cidr = want.ssh_cidr
    if cidr == "auto":
        cidr = network.caller_cidr(subnet, public, want.caller_ip_url)
    remarks = security_group.require_given(clients.ec2, want.security_group_ids, subnet.vpc_id)
    if want.instance_profile is not None:
        iam.require_given(clients.iam, want.instance_profile)
    at = documents.prefix(want.name, group.incarnation) if group is not None else None
    found = s3.listing(clients.s3, bucket, at) if at is not None and exists else []
    keys = frozenset(one["Key"] for one in found)
    roles = dict.fromkeys((*groups.ROLES, *want.roles))

    def body(key: str) -> bytes | None:
        return s3.get(clients.s3, bucket, key) if key in keys else None

    return Have(
        now=int(time.time()),
        want=want,
        kept=kept if kept is not None else body(recall.key(at or "")),
        identity=identity,
        region=clients.region,
        instances=known,
        subnet=subnet,
        group=group,
        images=booted,
        vcpus=vcpus,
        subnets=tuple(subnets),
        offered=offered,
        ssh_cidr=cidr,
        key=key,
        pair=pair,
        pairs=pairs,
        given=given,
        role=None if want.instance_profile is not None else iam.observe(clients.iam, want.name, clients.region),
        bucket_exists=exists,
        remarks=tuple(remarks),
        address=clients.s3_address(bucket),
        objects=keys,
        nodes=nodes.read(found, at or ""),
        documents={role: body(cluster_keys.document(at or "", role)) for role in roles},
        lease=lease.parse(body(cluster_keys.lease(at or ""))),
    )


def pins(want: Want, have: Have) -> dict[str, set[str]]:
    """Return the host keys that this controller has pinned for the standing incarnation, by instance id."""
    if have.incarnation is None:
        return {}
    folder = local_files.cluster_dir(want.state_dir, want.name, have.incarnation)
    return local_files.read_known_hosts(f"{folder}/known_hosts")
