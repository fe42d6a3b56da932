# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a cluster costs: an hour, and so far. A price that no table holds makes the sum unknown; none is guessed."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from .._core.errors import OhmyError
from . import price_table
from .price_table import PUBLIC_ADDRESS

MONTH_HOURS = 730  # AWS's own month
LEAST_SECONDS = 60  # which an instance costs whenever it starts
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d+")
_NAME = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)?")
EXAMPLE = "{us-east-1: {m6i.large: 0.096, gp3: 0.08}}"


@dataclass(frozen=True)
class Prices:
    """The prices of one region; ``known``: by instance type (an hour), kind of volume (a GiB and month), ``public-ipv4``."""

    region: str
    known: dict[str, float]
    spot: dict[str, float] = field(default_factory=dict)
    date: str | None = None


@dataclass(frozen=True)
class Machines:
    """Some instances alike; ``disks``: (kind, GiB) of each of them; ``asleep`` ones cost their disks alone."""

    instance_type: str
    count: int
    disks: tuple[tuple[str, int], ...] = ()
    spot: bool = False
    public: bool = False
    asleep: bool = False
    unsure: bool = False


@dataclass(frozen=True)
class Bill:
    """A sum of money; ``usd`` None where a price is ``missing``, and a bound from above with ``at_most``."""

    terms: tuple[str, ...]
    sum: float
    missing: tuple[str, ...]
    at_most: bool

    @property
    def usd(self) -> float | None:
        """Return the sum, None where it is not known."""
        return None if self.missing else round(self.sum, 4)


def checked(told: t.Any, option: str = "prices") -> dict[str, t.Any]:
    """Return the user's table; raise OhmyError that names what is no price."""
    if not isinstance(told or {}, dict):
        raise OhmyError(f"{option}: the table of prices is no mapping.", f"Write {EXAMPLE}.")
    for region, table in (told or {}).items():
        if region == "date":
            continue
        if not _REGION.fullmatch(str(region)) or not isinstance(table, dict):
            raise OhmyError(f"{option}: {region!r} is no region with its prices.", f"Write {EXAMPLE}.")
        spot = table.get("spot") or {}
        if not isinstance(spot, dict):
            raise OhmyError(f"{option}: spot of {region} is no mapping.", "Write {spot: {m6i.large: 0.04}}.")
        plain = {name: price for name, price in table.items() if name != "spot"}
        for name, price in [*plain.items(), *spot.items()]:
            number = isinstance(price, (int, float)) and not isinstance(price, bool)
            if not _NAME.fullmatch(str(name)) or not number or not 0 <= price < 1e6:
                raise OhmyError(f"{option}: {name}: {price!r} of {region} is no price.", "Write m6i.large: 0.096.")
    return dict(told or {})


def prices(region: str, told: dict[str, t.Any] | None = None) -> Prices:
    """Return the prices of a region: the table's, and the user's over them."""
    own = dict((told or {}).get(region) or {})
    spot = own.pop("spot", None) or {}
    # Public addresses cost the same everywhere but in China and in GovCloud.
    everywhere = {} if region.startswith(("cn-", "us-gov-")) else price_table.OTHER
    shipped = price_table.entries() if region == price_table.REGION else {}
    date = (told or {}).get("date") if own else price_table.DATE if shipped else None
    return Prices(region, {**everywhere, **shipped, **own}, dict(spot), str(date) if date is not None else None)


def each_hour(table: Prices, one: Machines) -> tuple[float | None, bool]:
    """Return an hour of one instance, and whether that is a bound: spot costs at most what it does on demand."""
    if one.spot and one.instance_type in table.spot:
        return table.spot[one.instance_type], False
    return table.known.get(one.instance_type), one.spot


def dearest(table: Prices, types: t.Sequence[str], markets: t.Sequence[str]) -> tuple[str, bool]:
    """Return the type, and whether as spot, that costs most of those a group may be launched as; first what is unknown."""
    options = [(kind, market == "spot") for kind in types for market in markets]
    priced = [(option, each_hour(table, Machines(option[0], 1, spot=option[1]))[0]) for option in options]
    return max(priced, key=lambda one: float("inf") if one[1] is None else one[1])[0]


def an_hour(table: Prices, wanted: t.Iterable[Machines]) -> Bill:
    """Return what machines cost an hour, term by term."""
    terms: list[str] = []
    missing: list[str] = []
    total, at_most, addresses = 0.0, False, 0
    disks: dict[str, int] = {}
    alike: dict[Machines, int] = {}
    for one in wanted:
        for kind, size in one.disks:
            disks[kind] = disks.get(kind, 0) + one.count * size
        if not one.asleep and one.count:
            addresses += one.count if one.public else 0
            at_most = at_most or one.unsure
            same = Machines(one.instance_type, 1, spot=one.spot)
            alike[same] = alike.get(same, 0) + one.count
    for one, count in alike.items():
        each, bound = each_hour(table, one)
        if each is None:
            missing.append(one.instance_type)
            continue
        at_most = at_most or bound
        total += count * each
        terms.append(f"{count} x {one.instance_type}{' (spot)' if one.spot else ''} at {each:g}")
    for kind, size in sorted(disks.items()):
        if kind not in table.known:
            missing.append(kind)
            continue
        total += size * table.known[kind] / MONTH_HOURS
        terms.append(f"{size} GiB of {kind} at {table.known[kind]:g} a month")
    if addresses and PUBLIC_ADDRESS not in table.known:
        missing.append(PUBLIC_ADDRESS)
    elif addresses:
        total += addresses * table.known[PUBLIC_ADDRESS]
        terms.append(f"{addresses} public addresses at {table.known[PUBLIC_ADDRESS]:g}")
    return Bill(tuple(terms), total, tuple(dict.fromkeys(missing)), at_most)


def _hourly(name: str) -> bool:
    return "." in name or name == PUBLIC_ADDRESS


def how_to_tell(table: Prices, missing: t.Sequence[str]) -> str:
    """Return how the user gives prices that are missing."""
    lines = ", ".join(f"{name}: {'USD an hour' if _hourly(name) else 'USD a GiB and month'}" for name in missing)
    return f"Give them in a file named by cluster_prices: {{{table.region}: {{{lines}}}}}."


def spelled(table: Prices, bill: Bill) -> str:
    """Return the sum in words: the terms, and what they make or what is missing."""
    if bill.missing:
        return f"unknown, as there is no price of {', '.join(bill.missing)} in {table.region}"
    known = f"{'at most ' if bill.at_most else ''}{bill.usd:.4f}".rstrip("0").rstrip(".")
    return f"{known} USD an hour ({' + '.join(bill.terms) or 'nothing'})"


def require_below(limit: float | None, table: Prices, bill: Bill, cluster: str) -> None:
    """Raise OhmyError where a cluster would cost more an hour than it may, or nobody knows how much."""
    if limit is None:
        return
    if bill.missing:
        raise OhmyError(
            f"cluster_max_hourly_cost is {limit:g}, and what {cluster} would cost is {spelled(table, bill)}.",
            how_to_tell(table, bill.missing),
        )
    if bill.sum > limit:
        raise OhmyError(
            f"Cluster {cluster} would cost {spelled(table, bill)}, and cluster_max_hourly_cost is {limit:g}.",
            "Take fewer or smaller instances (cluster_workers, cluster_instance_type), or raise cluster_max_hourly_cost.",
        )


def told(table: Prices, bill: Bill) -> dict[str, t.Any]:
    """Return an hour's price as the modules tell of it."""
    return {
        "per_hour": bill.usd,
        "at_most": bill.at_most,
        "missing": list(bill.missing),
        "text": spelled(table, bill),
        "date": table.date,
    }
