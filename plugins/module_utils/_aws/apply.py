# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Doing what the plan says, in the one order that leaves nothing unknown: tags first, money last."""

from __future__ import annotations

import time
import typing as t
from dataclasses import replace

from .._core import cluster_keys
from .._core.errors import OhmyError
from .._core.plan import Plan
from . import (
    connection,
    documents,
    fallbacks,
    groups,
    iam,
    instance_waits,
    instances,
    key_pair,
    launch_checks,
    launching,
    lease,
    local_files,
    nodes,
    recall,
    s3,
    security_group,
    standing,
    tags,
    view,
)
from .client import Clients
from .observe import Have
from .plan import documents_wanted, policy_wanted
from .waits import Deadline, poll
from .want import Want

WORKER_KEY_SECONDS = 30


def _access(clients: Clients, want: Want, have: Have, incarnation: str) -> tuple[str, key_pair.LocalKey]:
    """Make group, key pair and profile; return the group's id and the key."""
    mark = launching.marks(want, incarnation, "cluster")
    old: tuple[str, ...] = ()
    if have.group is None:
        # A second try, after an answer that was lost, has to ask for the same subnet.
        own = {**mark, tags.SUBNET: have.subnet.id}
        group_id, inside = security_group.create(clients.ec2, want.name, have.subnet.vpc_id, own), True
    else:
        group_id, old, inside = have.group.id, have.group.ssh, not have.group.open_inside
    cidr = have.ssh_cidr if have.ssh_cidr not in old else None
    if inside or cidr is not None:
        security_group.allow(clients.ec2, group_id, inside, cidr)
    stale = [one for one in old if one != have.ssh_cidr]
    if stale:
        security_group.forbid(clients.ec2, group_id, stale)
    key = key_pair.make(have.key) if have.key.to_make else have.key
    if have.given is None and (have.pair is None or have.pair.material != key.material):
        if have.pair is not None:
            key_pair.delete(clients.ec2, have.pair.name)
        key_pair.bring(clients.ec2, want.name, key, mark)
    if have.role is not None:
        iam.make(clients.iam, have.role, policy_wanted(want, have, incarnation), mark, have.identity)
    return group_id, key


def _put_documents(
    clients: Clients, want: Want, have: Have, incarnation: str, role: str, master_ip: str | None
) -> None:
    body = documents_wanted(want, have, incarnation, master_ip).get(role)
    if body is not None and body != have.documents[role]:
        at = documents.prefix(want.name, incarnation)
        s3.put(clients.s3, want.bucket or "", cluster_keys.document(at, role), body)


def _wait_host_keys(
    clients: Clients, want: Want, incarnation: str, master: str, workers: list[str], deadline: Deadline
) -> dict[str, nodes.Node]:
    """Wait for the master's host key in S3, and a while longer for the workers', which only a login needs.

    Ends early when the master dies or reports a failure; a worker that stays silent is the health check's business.
    """
    at, bucket = documents.prefix(want.name, incarnation), want.bucket or ""
    patience: list[Deadline] = []

    def probe() -> dict[str, nodes.Node] | None:
        # The master alone as long as there is nothing to be seen of it: a thousand workers are much to list.
        found = nodes.observe(clients.s3, bucket, at, None if patience else master)
        node = found.get(master)
        if node is not None and node.report == "failed":
            raise OhmyError(
                f"Master {master} failed at boot: {nodes.error_of(clients.s3, bucket, node)}",
                "Mend what it tells, and run the same command again; where that does not help, remove the cluster first.",
            )
        if node is not None and node.keys:
            if not patience:
                patience.append(Deadline(min(WORKER_KEY_SECONDS, deadline.left())))
                found = nodes.observe(clients.s3, bucket, at)
            late_ones = [one for one in workers if one not in found]
            return found if not late_ones or not patience[0].left() else None
        known = {one.id: one for one in instances.observe(clients.ec2, want.name, only=master)}
        if master in known and known[master].state != "running":
            one = known[master]
            raise OhmyError(
                f"Master {master} is {one.state} while booting: {one.reason or 'no reason given'}.",
                "See its system log in EC2; then run the same command again.",
            )
        return None

    def late() -> OhmyError:
        return OhmyError(
            f"Master {master} runs, but wrote no host key to s3://{bucket}/{cluster_keys.nodes(at)} "
            f"within {deadline.seconds:.0f} s.",
            f"Look at its console output (aws ec2 get-console-output --instance-id {master}): it may have no way to S3.",
        )

    return poll(deadline, probe, late, longest=5.0)


def write_local(
    want: Want, have: Have, key: key_pair.LocalKey, incarnation: str, found: dict[str, nodes.Node]
) -> dict[str, t.Any]:
    """Pin the host keys and write known_hosts and ssh_config; return the keys by instance id."""
    access = connection.access_of(want, incarnation, key.private)
    found_hosts = connection.hosts(access, view.masters(have.instances), view.workers(have.instances))
    known = local_files.read_known_hosts(f"{access.folder}/known_hosts")
    keys = nodes.pinned(found, known, [one.instance.id for one in found_hosts])
    connection.write(access, found_hosts, keys, have.region, have.identity.account)
    return keys


def _start(clients: Clients, want: Want, ids: list[str], have: Have, deadline: Deadline) -> None:
    moving = [one.id for one in have.instances if one.id in ids and one.state == "stopping"]
    if moving:
        instance_waits.wait_state(clients.ec2, want.name, moving, ("stopped", "terminated"), deadline)
    instances.start(clients, ids, deadline)


def apply(clients: Clients, want: Want, have: Have, todo: Plan, incarnation: str) -> tuple[Have, dict[str, t.Any]]:
    """Do it; return what there is then, and the host keys by instance id."""
    deadline = Deadline(want.wait_timeout)
    at, bucket = documents.prefix(want.name, incarnation), want.bucket or ""
    group_id, key = _access(clients, want, have, incarnation)
    if todo.wants("upload", "node bundle"):
        s3.put(clients.s3, bucket, documents.bundle_key(at, want.bundle_sha256), want.bundle)
    if todo.wants(*recall.STEP):
        s3.put(clients.s3, bucket, recall.key(at), recall.body(want, have.kept))
    _put_documents(clients, want, have, incarnation, groups.MASTER, None)
    due = next((step.new for step in todo.steps if step.key == "lease"), None)
    if due is not None:
        s3.put(clients.s3, bucket, cluster_keys.lease(at), lease.text(due))
    ids: list[str] = next((step.old for step in todo.steps if step.verb == "start"), [])
    if ids:
        _start(clients, want, ids, have, deadline)
    launch_checks.once_made(clients, want, have, incarnation, group_id)
    made: list[instances.Instance] = []
    launches: list[fallbacks.Launch | None] = []
    for group in want.groups:
        if group.role != groups.MASTER:
            masters = view.masters([*have.instances, *made])
            _put_documents(clients, want, have, incarnation, group.role, masters[0].private_ip)
        launches.append(launching.launch(clients, want, have, incarnation, group, group_id, made, deadline))
    masters = view.masters([*have.instances, *made])
    pending = [one.id for one in have.instances if one.state == "pending"]
    awaited = sorted({one.id for one in made} | set(ids) | set(pending))
    now = instance_waits.wait_running(clients.ec2, want.name, awaited, deadline) if awaited else have.instances
    found = have.nodes
    if not (found.get(masters[0].id) and found[masters[0].id].keys):
        workers = [one.id for one in view.workers(now) if one.id in awaited]
        found = _wait_host_keys(clients, want, incarnation, masters[0].id, workers, deadline)
    now = _end_leaving(clients, want, now, deadline)
    bodies = documents_wanted(want, have, incarnation, masters[0].private_ip)
    due = _renewed(clients, want, incarnation, due if due is not None else have.lease)
    end = replace(
        have,
        instances=now,
        key=key,
        lease=due,
        launches=tuple(one for one in launches if one is not None),
        documents={role: bodies.get(role) for role in have.documents},
    )
    return end, write_local(want, end, key, incarnation, found)


def _end_leaving(
    clients: Clients, want: Want, now: list[instances.Instance], deadline: Deadline
) -> list[instances.Instance]:
    """Terminate the workers that are to leave, once all others are there; return those that are left."""
    ids = standing.leaving(want, now)
    if ids:
        instances.terminate(clients.ec2, want.name, ids, deadline)
        instance_waits.wait_state(clients.ec2, want.name, ids, ("terminated",), deadline)
    return [one for one in now if one.id not in ids]


def _renewed(clients: Clients, want: Want, incarnation: str, now: dict[str, int] | None) -> dict[str, int] | None:
    """Return the lease, renewed where the wait for the instances took half of it."""
    due = lease.wanted(now, int(time.time()), want.ttl, want.ttl_max, False) if now is not None else None
    if due is not None and due != now:
        at = documents.prefix(want.name, incarnation)
        s3.put(clients.s3, want.bucket or "", cluster_keys.lease(at), lease.text(due))
    return due if due is not None else now


def require_ready(want: Want, have: Have) -> None:
    """Raise OhmyError for what check mode can do without and a launch cannot."""
    if not have.bucket_exists:
        raise OhmyError(f"Bucket {want.bucket} does not exist.", "s3_upload makes it with create_bucket.")
    if not want.document.get("hadoop") and not (view.masters(have.instances) and have.documents[groups.MASTER]):
        raise OhmyError("document: hadoop with url and sha512 is missing.", "Give what s3_upload returned.")
    if not want.bundle:
        raise OhmyError("bundle is missing.", "Run the module through its action plugin, which makes the bundle.")
