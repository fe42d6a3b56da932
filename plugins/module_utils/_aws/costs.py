# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What standing clusters cost, by what EC2 tells of their instances and volumes."""

from __future__ import annotations

import calendar
import time
import typing as t

from .instances import DEAD, LIVE, Instance
from .price_table import PUBLIC_ADDRESS
from .prices import LEAST_SECONDS, MONTH_HOURS, Bill, Machines, Prices, an_hour, each_hour
from .volumes import Volume

# A start takes a moment; what is attached longer before it than that has seen another start.
START_SECONDS = 300


def epoch(stamp: str) -> int | None:
    """Return the seconds of a time as ``Instance`` has it, None for an empty one."""
    return calendar.timegm(time.strptime(stamp, "%Y-%m-%dT%H:%M:%SZ")) if stamp else None


def now(table: Prices, known: t.Iterable[Instance], disks: t.Iterable[Volume]) -> Bill:
    """Return what there is costs an hour; stopped instances cost their disks alone."""
    return _sum(table, [(one, bool(one.public_ip)) for one in known if one.state in LIVE], disks)


def awake(table: Prices, known: t.Iterable[Instance], disks: t.Iterable[Volume], public: bool) -> Bill:
    """Return what there is costs an hour once all of it runs.

    :param public: whether those that are stopped get public addresses then.
    """
    return _sum(table, [(one, bool(one.public_ip) if one.state in LIVE else public) for one in known], disks)


def _sum(table: Prices, running: t.Iterable[tuple[Instance, bool]], disks: t.Iterable[Volume]) -> Bill:
    alike: dict[tuple[str, bool, bool], int] = {}
    for one, public in running:
        key = (one.instance_type, one.market == "spot", public)
        alike[key] = alike.get(key, 0) + 1
    machines = [
        Machines(kind, count, spot=spot, public=public) for (kind, spot, public), count in sorted(alike.items())
    ]
    machines += [Machines("", 1, ((one.kind, one.size),), asleep=True) for one in disks]
    return an_hour(table, machines)


def age(known: t.Iterable[Instance], at: int) -> int | None:
    """Return for how many seconds the oldest of the instances has been there, however often it was started."""
    since = [begun for one in known for begun in [epoch(one.attached or one.launch_time)] if begun is not None]
    return max(0, at - min(since)) if since else None


def so_far(table: Prices, known: t.Iterable[Instance], disks: t.Iterable[Volume], at: int) -> dict[str, t.Any]:
    """Return what the instances that are there have cost.

    ``at_least`` where one has run before, which EC2 forgets; ``at_most`` where a spot instance has no price of its own.
    """
    total, missing, at_least, at_most = 0.0, [], False, False
    for one in known:
        started = epoch(one.launch_time)
        if one.state in DEAD or started is None:
            continue
        attached = epoch(one.attached)
        at_least = at_least or (attached is not None and attached < started - START_SECONDS)
        ended = at if one.state in LIVE else epoch(one.ended)
        at_least = at_least or ended is None
        hours = max(LEAST_SECONDS, (ended if ended is not None else started) - started) / 3600
        each, bound = each_hour(table, Machines(one.instance_type, 1, spot=one.market == "spot"))
        # An address counts for as long as it is there.
        address = table.known.get(PUBLIC_ADDRESS) if one.public_ip else 0.0
        if each is None or address is None:
            missing += [one.instance_type] if each is None else []
            missing += [PUBLIC_ADDRESS] if address is None else []
            continue
        at_most = at_most or bound
        total += hours * (each + address)
    for disk in disks:
        if disk.kind not in table.known:
            missing.append(disk.kind)
        else:
            total += table.known[disk.kind] * disk.size * max(0, at - disk.created) / 3600 / MONTH_HOURS
    missing = list(dict.fromkeys(missing))
    usd = None if missing else round(total, 4)
    return {"usd": usd, "at_least": at_least, "at_most": at_most, "missing": missing}
