# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""``state: started``: what is stopped runs again; nothing is launched."""

from __future__ import annotations

import time
import typing as t
from dataclasses import replace

from .._core.plan import Plan
from . import (
    costs,
    documents,
    groups,
    instance_waits,
    instances,
    launched,
    lease,
    local_files,
    network,
    prices,
    recall,
    tagged,
    volumes,
)
from .client import Clients
from .tagged import Tagged
from .waits import Deadline
from .want import Want


def plan(want: Want, have: Tagged) -> Plan:
    """Return what is to be done: the lease first, for a node that boots after its end powers itself off."""
    todo = Plan()
    asleep = [one.id for one in have.here if one.state in instances.ASLEEP]
    ttl = want.ttl if documents.leased(have.documents[groups.MASTER]) else 0
    if asleep and ttl:
        recall.require_known(want, launched.OF_LEASE)
    due = lease.wanted(have.lease, have.now, ttl, want.ttl_max, bool(asleep))
    if due is not None:
        todo.change("write", "lease", have.lease, due)
    if asleep:
        todo.add("start", "instances", asleep, "running")
    return todo


def require_below_limit(clients: Clients, want: Want, have: Tagged) -> None:
    """Raise OhmyError where the cluster would cost more than it may once all of it runs; two calls where there is a limit."""
    if want.max_hourly_cost is None or all(one.state in instances.LIVE for one in have.here):
        return
    table = prices.prices(clients.region, want.prices)
    disks = volumes.observe(clients.ec2, want.name)
    subnet = network.find(clients.ec2, have.here[0].subnet_id, None, ())[0]
    bill = costs.awake(table, have.here, disks, subnet.public(want.public_ip))
    prices.require_below(want.max_hourly_cost, table, bill, want.name)


def apply(clients: Clients, want: Want, have: Tagged, todo: Plan) -> Tagged:
    """Do it and wait; return what there is then."""
    deadline = Deadline(want.wait_timeout)
    due = next((step.new for step in todo.steps if step.key == "lease"), have.lease)
    if due is not None and due != have.lease:
        tagged.write_lease(clients, have, due)
    asleep: list[str] = next((step.old for step in todo.steps if step.verb == "start"), [])
    stopping = [one.id for one in have.here if one.state == "stopping"]
    if stopping:
        instance_waits.wait_state(clients.ec2, want.name, stopping, ("stopped", "terminated"), deadline)
    if asleep:
        local_files.forget_connections(have.access.folder)
        instances.start(clients, asleep, deadline)
    awaited = sorted({*asleep, *(one.id for one in have.here if one.state == "pending")})
    known = instance_waits.wait_running(clients.ec2, want.name, awaited, deadline) if awaited else have.instances
    # The wait may have taken a good part of a short one.
    later = lease.wanted(due, int(time.time()), want.ttl, want.ttl_max, False) if due is not None else None
    if later is not None and later != due:
        tagged.write_lease(clients, have, later)
    return replace(have, instances=known, lease=later or due)


def run(clients: Clients, want: Want, check_mode: bool) -> dict[str, t.Any]:
    """Start the cluster; return the module's result. In check mode nothing but reads."""
    local_files.require_room(want.state_dir)
    have = tagged.observe(clients, want)
    want = recall.recalled(want, have.here, clients.region, recall.read(clients.s3, have.bucket, have.prefix))
    todo = plan(want, have)
    require_below_limit(clients, want, have)
    keys = have.host_keys()
    if not check_mode:
        have = apply(clients, want, have, todo)
        tagged.write_local(clients, have, keys)
    return todo.result(cluster=tagged.told(clients, want, have, keys))
