# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What is tried where EC2 has no capacity: other types, then on demand instead of spot, then another zone. Pure."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass, field

from .._core.errors import OhmyError
from . import quota
from .errors import HINTS, AwsError
from .groups import SPOT, Group
from .network import Subnet

NO_ROOM = "InsufficientFreeAddressesInSubnet"
CAPACITY = frozenset(
    {
        "InsufficientInstanceCapacity",
        "InsufficientHostCapacity",
        "InsufficientReservedInstanceCapacity",
        "InsufficientCapacity",
        NO_ROOM,
        "SpotMaxPriceTooLow",
        "UnfulfillableCapacity",
        "Unsupported",
    }
)
_LINKED_ROLE = "AuthFailure.ServiceLinkedRoleCreationNotPermitted"


@dataclass(frozen=True)
class Try:
    """One way to launch a group."""

    instance_type: str
    market: str
    subnet: Subnet

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.market} {self.instance_type} in {self.subnet.zone}"


@dataclass(frozen=True)
class Tried:
    """What a try came to: ``count`` instances were launched, or refused with ``code``."""

    way: Try
    count: int
    code: str | None = None

    def told(self) -> dict[str, t.Any]:
        """Return it as the module tells of it."""
        return {
            "instance_type": self.way.instance_type,
            "market": self.way.market,
            "zone": self.way.subnet.zone,
            "subnet_id": self.way.subnet.id,
            "count": self.count,
            "code": self.code,
        }


@dataclass
class Launch:
    """What a launch of a group came to, try by try."""

    group: str
    tries: list[Tried] = field(default_factory=list)

    @property
    def got(self) -> list[Tried]:
        """Return the tries that launched something."""
        return [one for one in self.tries if one.code is None]

    @property
    def refused(self) -> list[Tried]:
        """Return the tries for which there was no capacity."""
        return [one for one in self.tries if one.code is not None]

    def told(self) -> dict[str, t.Any]:
        """Return it as the module tells of it."""
        return {"group": self.group, "tries": [one.told() for one in self.tries]}

    def warning(self) -> str | None:
        """Return what a user should know: that it was not the first choice."""
        if not self.refused:
            return None
        got = " and ".join(f"{one.count} {one.way}" for one in self.got)
        return f"Group {self.group} was launched as {got}: there was no capacity for {self._refusals()}."

    def failure(self, last: AwsError) -> OhmyError:
        """Return the error for a group that nothing was left to try for; one way alone keeps AWS's words."""
        if len(self.refused) == 1:
            return last
        text = f"There is no capacity for group {self.group}: {self._refusals()} were refused"
        hint = (
            "Name further instance types, or subnets in other zones (cluster_fallback_subnet_ids), or try again later."
        )
        return AwsError(f"{text}.", last.code, hint)

    def _refusals(self) -> str:
        return ", ".join(f"{one.way} ({one.code})" for one in self.refused)


def tries(
    group: Group, subnets: t.Sequence[Subnet], offered: t.Container[tuple[str, str]], at: str | None
) -> list[Try]:
    """Return the ways to launch a group, the wanted one first: all types, then on demand, then the other zones.

    :param offered: (zone, instance type) pairs that EC2 has.
    :param at: the subnet of the members that the group has: a group lies in one zone.
    """
    places = [one for one in subnets if at is None or one.id == at]
    return [
        Try(kind, market, place)
        for place in places
        for market in group.markets
        for kind in group.types
        if (place.zone, kind) in offered
    ]


def require_room(wanted: t.Sequence[tuple[int, t.Sequence[Try]]]) -> None:
    """Raise OhmyError where a group, of so many instances, has no way into a subnet with room for all of it.

    Groups with no choice of a subnet share the addresses of theirs.
    """
    for count, ways in wanted:
        places = {one.subnet for one in ways}
        if len(places) == 1:
            count = sum(more for more, others in wanted if {one.subnet for one in others} == places)
        best = max(places, key=lambda one: (one.free, one.id), default=None)
        if best is not None and best.free < count:
            others = " and the others have no more" if len(places) > 1 else ""
            text = f"Subnet {best.id} has {best.free} free addresses{others}, {count} are needed."
            raise OhmyError(text, HINTS[NO_ROOM])


def with_room(ways: t.Sequence[Try], count: int, taken: t.Iterable[str]) -> tuple[list[Try], list[Tried]]:
    """Return the ways into subnets with room for a whole group, and those that need not be tried, one for each subnet.

    Of a large group a first batch would fit, and the others could not follow. Where no subnet has room all are tried.

    :param taken: the subnet of each instance that was launched since the free addresses were counted.
    """
    used = Counter(taken)
    small: dict[str, Try] = {}
    for one in ways:
        if one.subnet.free - used[one.subnet.id] < count:
            small.setdefault(one.subnet.id, one)
    roomy = [one for one in ways if one.subnet.id not in small]
    return (roomy, [Tried(one, count, NO_ROOM) for one in small.values()]) if roomy else (list(ways), [])


def rest(left: t.Sequence[Try], refused: Tried, got: t.Sequence[Tried]) -> list[Try]:
    """Return what is still worth trying: nothing more in a full subnet, and no other zone for a group that has begun."""
    if refused.code == NO_ROOM:
        left = [one for one in left if one.subnet.id != refused.way.subnet.id]
    if got:
        left = [one for one in left if one.subnet.id == got[0].way.subnet.id]
    return list(left)


def quota_name(instance_type: str, market: str) -> str:
    """Return the name of the vCPU quota that an instance counts for, as Service Quotas has it."""
    kind = quota.class_of(instance_type) or "its class of"
    shown = "Standard (A, C, D, H, I, M, R, T, Z)" if kind == "Standard" else kind
    name = f"All {shown} Spot Instance Requests" if market == SPOT else f"Running On-Demand {shown} instances"
    code = quota.code_of(instance_type, market == SPOT)
    return f"{name} ({code})" if code else name


def explained(exc: AwsError, one: Try) -> AwsError:
    """Return a refusal for no want of capacity with a hint that fits: the quota's name, or what spot needs."""
    if exc.code in ("VcpuLimitExceeded", "InstanceLimitExceeded", "MaxSpotInstanceCountExceeded"):
        name = quota_name(one.instance_type, one.market)
        hint = f"The account's quota is used up: {name}. Ask AWS to raise it, or take fewer or smaller instances"
        return AwsError(exc.message, exc.code, f"{hint} (cluster_workers, cluster_instance_type).")
    if exc.code == _LINKED_ROLE:
        hint = "Once per account: aws iam create-service-linked-role --aws-service-name spot.amazonaws.com"
        return AwsError(exc.message, exc.code, hint)
    return exc
