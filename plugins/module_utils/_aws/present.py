# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""``state: present``: observe, plan, apply."""

from __future__ import annotations

import typing as t
import uuid
from dataclasses import replace

from .._core.errors import OhmyError
from . import connection, documents, groups, launch_checks, lease, nodes, prices, view
from .apply import apply, require_ready
from .client import Clients
from .observe import Have, observe, pins
from .plan import cost_wanted, plan
from .unfinished import give_up
from .want import Want


def _cluster(want: Want, have: Have, incarnation: str | None, host_keys: dict[str, list[str]]) -> dict[str, t.Any]:
    return view.cluster(
        want.name,
        have.instances,
        have.region,
        incarnation=incarnation,
        bucket=want.bucket,
        prefix=documents.prefix(want.name, incarnation) if incarnation is not None else None,
        endpoint=have.address["endpoint"],
        wanted=max(want.workers, len(view.workers(have.instances))) if want.at_least else want.workers,
        host_keys=host_keys,
        access=connection.access_of(want, incarnation, have.key.private) if incarnation is not None else None,
        digests={role: documents.digest(have.documents[role]) for role in have.documents},
        expires=lease.expires(have.lease),
        price=prices.told(*cost_wanted(want, have)),
    )


def _as_launched(want: Want, have: Have) -> Want:
    """Return the wish with the login of the launch, where nothing is said of what nodes are to become.

    Who names a cluster alone does not tell again what its image is.
    """
    user = None if not want.by_name else documents.login(have.documents[groups.MASTER])
    return want if user is None else replace(want, ssh_user=user)


def run(clients: Clients, want: Want, check_mode: bool) -> dict[str, t.Any]:
    """Make the cluster stand; return the module's result. In check mode nothing but reads."""
    have = observe(clients, want)
    want = _as_launched(have.want, have)
    if not check_mode:
        require_ready(want, have)
    incarnation = have.incarnation or str(uuid.uuid4())
    todo = plan(want, have, incarnation)
    remarks = [*have.remarks, *launch_checks.before(clients, want, have, incarnation)]
    ids = [one.id for one in view.nodes(have.instances)]
    host_keys = nodes.pinned(have.nodes, pins(want, have), ids)
    if check_mode:
        cluster = _cluster(want, have, have.incarnation, host_keys)
    else:
        try:
            end, host_keys = apply(clients, want, have, todo, incarnation)
        except (OhmyError, OSError) as exc:
            raise give_up(clients, want, have, incarnation, exc) from exc
        cluster = _cluster(want, end, incarnation, host_keys)
    launches = () if check_mode else end.launches
    remarks = [*remarks, *(text for one in launches if (text := one.warning()))]
    told = {"warnings": remarks} if remarks else {}
    return todo.result(cluster=cluster, launches=[one.told() for one in launches], **told)
