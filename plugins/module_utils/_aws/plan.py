# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Deciding what ``present`` does: pure, no client and no clock."""

from __future__ import annotations

import ipaddress
import typing as t

from .._core.errors import OhmyError
from .._core.plan import Plan
from . import documents, groups, iam, key_pair, launched, lease, prices, recall, security_group, view
from .instances import ASLEEP
from .observe import Have
from .standing import leaving, missing
from .want import Want


def _refuse_strangers(want: Want, have: Have) -> None:
    hint = "Take another cluster_name: what does not carry our tags is never touched."
    if have.given is None and have.pair is not None and have.pair.owner != want.name:
        raise OhmyError(f"Key pair {have.pair.name} is not of this collection.", hint)
    if have.role is not None and not have.role.ours:
        raise OhmyError(f"Role or instance profile {have.role.name} is not of this collection.", hint)
    if have.group is not None and not have.group.incarnation:
        raise OhmyError(f"Security group {have.group.name} has lost its tag ohmy:incarnation.", "Remove the cluster.")


def documents_wanted(want: Want, have: Have, incarnation: str, master_ip: str | None) -> dict[str, bytes | None]:
    """Return the documents by role; a worker's is None while the master's address is not known."""
    roles: dict[str, bytes | None] = {}
    stands = have.documents[groups.MASTER] if view.masters(have.instances) else None
    launched = documents.launched_with(stands)
    for role in want.roles:
        at = "self" if role == groups.MASTER else master_ip
        if at is None:
            roles[role] = None
        elif want.document.get("hadoop") is not None:
            counts = launched or (want.datanodes, want.workers - want.datanodes)
            roles[role] = documents.render(want, incarnation, role, at, have.address, want.bucket or "", counts)
        else:
            # What stands stays as it is, and a role that comes later is of the same kind.
            body = have.documents[role] or (documents.of_role(stands, role, at) if stands else None)
            roles[role] = documents.for_spot(body) if body is not None and want.on_spot(role) else body
    return roles


def policy_wanted(want: Want, have: Have, incarnation: str) -> dict[str, t.Any]:
    """Return the policy of the nodes' role; without a word on what nodes are to become that of a standing cluster stays."""
    told = want.document.get("hadoop") or want.read_uris or want.write_uris
    if not told and have.documents[groups.MASTER] and have.role is not None and have.role.policy:
        return have.role.policy
    at = documents.prefix(want.name, incarnation)
    staged = f"s3://{want.bucket}/archives/"
    archives = [uri for uri in documents.archive_uris(want.document) if not uri.startswith(staged)]
    return iam.policy(want.bucket or "", at, [*want.read_uris, *archives], want.write_uris, have.identity.partition)


def cost_wanted(want: Want, have: Have) -> tuple[prices.Prices, prices.Bill]:
    """Return the prices of the region, and what the whole cluster costs an hour, groups that are not named among it."""
    table = prices.prices(have.region, want.prices)
    public = have.subnet.public(want.public_ip)
    machines = []
    for one in want.groups:
        count = max(one.count, len(have.members(one.name))) if want.at_least else one.count
        kind, spot = prices.dearest(table, one.types, one.markets)
        unsure = len(one.types) * len(one.markets) > 1 and count > 0
        machines.append(prices.Machines(kind, count, _disks(want, have, one), spot, public, unsure=unsure))
    named, workers = {one.name for one in want.groups}, want.worker_groups[0]
    for other in view.workers(have.instances):
        if other.group not in named and other.id not in want.leaving:
            disks = _disks(want, have, workers)  # as a group has that says nothing of its own
            machines.append(prices.Machines(other.instance_type, 1, disks, other.market == groups.SPOT, public))
    return table, prices.an_hour(table, machines)


def _disks(want: Want, have: Have, group: groups.Group) -> tuple[tuple[str, int], ...]:
    """Return the disks of each instance of a group; a standing master has those of its launch."""
    volumes = group.volumes
    if group.name == groups.MASTER and view.masters(have.instances):
        launch = documents.launched_with(have.documents[groups.MASTER])
        volumes = want.worker_groups[0].volumes if launch is not None and launch[0] == 0 else ()
    return tuple((disk.type, disk.size) for disk in (group.root, *volumes))


def _plan_key(plan: Plan, want: Want, have: Have, launching: bool) -> None:
    pair = key_pair.pair_name(want.name)
    old = have.pair.material if have.pair is not None else None
    new = have.key.material or "(to be made)"
    standing = view.nodes(have.instances)
    named = have.given.name if have.given is not None else pair
    for name in {one.key_name: None for one in standing if one.key_name not in ("", named)}:
        # Another name for the same key is as good.
        if name not in have.pairs or have.pairs[name].material != have.key.material:
            hint = "Set cluster_key_name and cluster_public_key as it was launched, or launch it anew."
            raise OhmyError(f"Cluster {want.name} was launched with key pair {name}, {named} has another key.", hint)
    if have.given is not None:
        if launching and named not in have.pairs:
            hint = "Import it anew under this name, or remove the cluster and launch it anew."
            raise OhmyError(f"Cluster {want.name} was launched with key pair {named}, which is gone.", hint)
        return
    if old is not None and old != new and standing:
        raise key_pair.lost(want.name, old, want.public_key)
    if have.key.to_make:
        plan.add("make", f"SSH key {have.key.private}", None, "ED25519")
    plan.change("import", f"key pair {pair}", old, new)


def _plan_access(plan: Plan, want: Want, have: Have, incarnation: str, launching: bool) -> None:
    group = security_group.group_name(want.name)
    if have.group is None:
        plan.add("create", f"security group {group}", None, {"vpc": have.subnet.vpc_id})
    ssh = list(have.group.ssh) if have.group is not None else []
    caller: t.Any = ipaddress.ip_network(have.ssh_cidr)
    admitted = any(one.version == caller.version and caller.subnet_of(one) for one in map(ipaddress.ip_network, ssh))
    verb = "narrow SSH into" if admitted else "allow SSH into"
    plan.change(verb, f"security group {group} (SSH)", ssh, [have.ssh_cidr])
    inside = have.group is not None and have.group.open_inside
    plan.change("open inside", f"security group {group} (inside)", inside, True)
    _plan_key(plan, want, have, launching)
    if have.role is not None:
        whole = have.role.role and have.role.profile and have.role.attached
        plan.change("make", f"role and instance profile {have.role.name}", whole, True)
        wanted = policy_wanted(want, have, incarnation)
        plan.change("write", f"policy of {have.role.name}", have.role.policy, wanted)


def _plan_objects(plan: Plan, want: Want, have: Have, incarnation: str, launching: bool, starting: bool) -> None:
    at = documents.prefix(want.name, incarnation)
    key = documents.bundle_key(at, want.bundle_sha256)
    if launching and key not in have.objects:
        plan.add("upload", "node bundle", None, want.bundle_sha256)
    masters = view.masters(have.instances)
    wanted = documents_wanted(want, have, incarnation, masters[0].private_ip if masters else None)
    for role, body in wanted.items():
        old = documents.digest(have.documents[role])
        # Not known before the master has an address, or when a check has no archives yet.
        unknown = body is None and (old is None or (role != groups.MASTER and not masters))
        plan.change(
            "write", f"document of the {role}", old, "(to be made)" if unknown else documents.digest(body) or old
        )
    # A job that finds the cluster standing may know nothing of how it was launched.
    if launching and not (masters and recall.lacking(want, launched.OF_LAUNCH)):
        wish = recall.body(want, have.kept)
        plan.change(*recall.STEP, documents.digest(have.kept), documents.digest(wish))
    # Without a word on what nodes are to become they stay as they were launched, with a lease or without.
    ttl = want.ttl if documents.leased(wanted[groups.MASTER]) else 0
    if starting and ttl:
        recall.require_known(want, launched.OF_LEASE)
    due = lease.wanted(have.lease, have.now, ttl, want.ttl_max, launching and not masters or starting)
    if due is not None:
        plan.change("write", "lease", have.lease, due)


def _require_known(want: Want, have: Have, wanting: dict[str, int]) -> None:
    """Raise OhmyError where workers are to be launched of which nobody knows how they are to be."""
    due = [name for name, count in wanting.items() if count]
    if due:
        first = [name for name in due if name == groups.WORKER and not have.members(name)]
        recall.require_known(want, (*launched.OF_NODES, *(launched.OF_FIRST if first else ())))


def plan(want: Want, have: Have, incarnation: str) -> Plan:
    """Return what is to be done; raise OhmyError where a stranger's thing is in the way."""
    _refuse_strangers(want, have)
    todo = Plan()
    wanting = missing(want, have.instances)
    here = view.nodes(have.instances)
    # Whatever groups are named: Hadoop waits for all of its nodes.
    asleep = sorted(one.id for one in here if one.state in ASLEEP and one.id not in want.leaving)
    if view.masters(have.instances):
        _require_known(want, have, wanting)
    if asleep or any(wanting.values()):
        prices.require_below(want.max_hourly_cost, *cost_wanted(want, have), want.name)
    _plan_access(todo, want, have, incarnation, any(wanting.values()))
    _plan_objects(todo, want, have, incarnation, any(wanting.values()), bool(asleep))
    if asleep:
        todo.add("start", "instances", asleep, "running")
    for group in want.groups:
        lacking = wanting[group.name]
        if lacking:
            count = len(have.members(group.name))
            new: dict[str, t.Any] = {"count": count + lacking, "type": " or ".join(group.types)}
            if group.spot != "no":
                new["market"] = " or ".join(group.markets)
            todo.add("launch", f"{group.name} of {want.name}", {"count": count}, new)
    if ids := leaving(want, have.instances):
        todo.add("terminate", f"workers of {want.name}", ids, None)
    return todo
