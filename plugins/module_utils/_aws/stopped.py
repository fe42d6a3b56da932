# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""``state: stopped``: instances go, volumes and private addresses stay; refused where that would lose data."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._core.errors import OhmyError
from .._core.plan import Plan
from . import errors, groups, instance_waits, instances, lease, local_files, tagged, volumes
from .client import Clients
from .instances import Instance
from .tagged import Tagged
from .waits import Deadline, poll
from .want import Want

MARGIN = 300


def wiped(clients: Clients, have: Tagged) -> set[str]:
    """Return the instances whose disks of HDFS a stop wipes, by id: one describe of their types at most."""
    using = [one for one in have.here if uses_instance_store(have.document(one.role))]
    if not using:
        return set()
    types = sorted({one.instance_type for one in using})
    what = f"describe the instance types {', '.join(types)}"
    told = errors.pages(what, clients.ec2, "describe_instance_types", "InstanceTypes", InstanceTypes=types)
    storing = {one["InstanceType"] for one in told if one.get("InstanceStorageSupported")}
    return {one.id for one in using if one.instance_type in storing}


def uses_instance_store(document: t.Mapping[str, t.Any]) -> bool:
    """Tell whether a node of this document takes the disks that its instance type brings."""
    return bool((document.get("disks") or {}).get("instance_store"))


def plan(want: Want, have: Tagged, wiping: t.Container[str]) -> Plan:
    """Return what is to be done; raise OhmyError where it would lose data and ``force`` is not wanted.

    One-time spot instances cannot be stopped at all: with ``force`` they end.
    """
    awake = [one for one in have.here if one.state in instances.LIVE]
    spot = [one for one in awake if one.market == groups.SPOT]
    _refuse(want, awake, [one.id for one in awake if one.id in wiping])
    todo = Plan()
    going = [one.id for one in have.here if one.state == "stopping"] + [one.id for one in awake if one not in spot]
    if awake:
        due = lease.outlasting(have.lease, have.now, want.wait_timeout + MARGIN)
        if due is not None:
            todo.change("write", "lease", have.lease, due)
    if going:
        todo.add("stop", "instances", sorted(going), "stopped")
    if spot:
        todo.add("end", "spot instances", sorted(one.id for one in spot), "terminated")
    return todo


def _refuse(want: Want, awake: list[Instance], wiping: list[str]) -> None:
    remove = f"Remove the cluster instead (state absent), or save what you need: {want.name}."
    spot = [one for one in awake if one.market == groups.SPOT]
    master = next((one for one in spot if one.group == groups.MASTER), None)
    if master is not None:
        raise OhmyError(f"The master {master.id} is a one-time spot instance, which cannot be stopped.", remove)
    roots = [one.id for one in awake if one.root_device == "instance-store"]
    if roots:
        raise OhmyError(f"Instances whose root disk is an instance store cannot be stopped: {_some(roots)}.", remove)
    if want.force:
        return
    hint = "cluster_stop_force (force) does it nevertheless; data in HDFS that has no copy elsewhere is lost then."
    if spot:
        ids = _some([one.id for one in spot])
        raise OhmyError(f"One-time spot instances cannot be stopped, and would end: {ids}.", hint)
    if wiping:
        raise OhmyError(f"A stop wipes the instance-store disks on which HDFS lies: {_some(wiping)}.", hint)


def _some(ids: list[str]) -> str:
    return ", ".join(sorted(ids)[:10]) + (f" and {len(ids) - 10} more" if len(ids) > 10 else "")


def apply(clients: Clients, want: Want, have: Tagged, todo: Plan) -> Tagged:
    """Do it and wait; return what there is then."""
    deadline = Deadline(want.wait_timeout)
    due = next((step.new for step in todo.steps if step.key == "lease"), None)
    if due is not None:
        tagged.write_lease(clients, have, due)
        have = replace(have, lease=due)
    pending = [one.id for one in have.here if one.state == "pending"]
    if pending:
        instance_waits.wait_state(clients.ec2, want.name, pending, ("running", "stopped", "terminated"), deadline)
    going: list[str] = next((step.old for step in todo.steps if step.verb == "stop"), [])
    ending: list[str] = next((step.old for step in todo.steps if step.verb == "end"), [])
    local_files.forget_connections(have.access.folder)
    states = {one.id: one.state for one in have.here}
    if awake := [one for one in going if states[one] in instances.LIVE]:
        instances.stop(clients.ec2, want.name, awake, deadline)
    if ending:
        instances.terminate(clients.ec2, want.name, ending, deadline)
    return replace(have, instances=_wait(clients, want, going, ending, deadline))


def _wait(clients: Clients, want: Want, going: list[str], ending: list[str], deadline: Deadline) -> list[Instance]:
    """Wait until all are stopped or gone; one that dies instead of stopping ends the wait."""
    seen: dict[str, Instance] = {}

    def slow() -> list[str]:
        late = [one for one in going if one not in seen or seen[one].state != "stopped"]
        return late + [one for one in ending if one in seen and seen[one].state != "terminated"]

    def probe() -> list[Instance] | None:
        if instances.moving(clients.ec2, want.name, ("stopped", "terminated")):
            return None
        known = instances.observe(clients.ec2, want.name)
        seen.update({one.id: one for one in known})
        dead = [seen[one] for one in going if one in seen and seen[one].state in instances.DEAD]
        if dead:
            why = "; ".join(f"{one.id} is {one.state}: {one.reason or 'no reason given'}" for one in dead[:10])
            raise OhmyError(
                f"Instances of {want.name} ended instead of stopping: {why}.",
                "Their time to live may have been over. See what is left: playbooks/launch.yml, or remove the cluster.",
            )
        return None if slow() else known

    def late() -> OhmyError:
        return OhmyError(
            f"{len(slow())} instances of {want.name} are not stopped after {deadline.seconds:.0f} s: "
            f"{instance_waits.laggards(slow(), seen)}.",
            "Their systems are slow to shut down: run the same command again, which waits on.",
        )

    return poll(deadline, probe, late)


def run(clients: Clients, want: Want, check_mode: bool) -> dict[str, t.Any]:
    """Stop the cluster; return the module's result. In check mode nothing but reads."""
    have = tagged.observe(clients, want)
    todo = plan(want, have, wiped(clients, have))
    keys = have.host_keys()
    kept = volumes.observe(clients.ec2, want.name)
    if not check_mode and todo.steps:
        have = apply(clients, want, have, todo)
        kept = volumes.observe(clients.ec2, want.name)
    told = tagged.told(clients, want, have, keys)
    return todo.result(cluster=told, kept=[one.public() for one in kept])
