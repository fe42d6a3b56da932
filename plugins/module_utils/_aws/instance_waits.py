# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Waiting for instances: until they run, or until they are in a state that is wanted; at the limit the slow are named."""

from __future__ import annotations

import typing as t

from .._core.errors import OhmyError
from . import instances
from .instances import Instance
from .waits import Deadline, poll

# Seconds for which DescribeInstances may tell of what was before a call.
LATE_NEWS = 30


def laggards(ids: t.Iterable[str], seen: t.Mapping[str, Instance]) -> str:
    """Return the states in which instances were seen last, of ten at the most."""
    states = [f"{one} is {seen[one].state if one in seen else 'not visible'}" for one in ids]
    return ", ".join(states[:10]) + (" …" if len(states) > 10 else "")


def wait_running(ec2: t.Any, cluster: str, ids: list[str], deadline: Deadline) -> list[Instance]:
    """Wait until all these instances run; return all of the cluster's. A dead one ends the wait with its reason.

    One that was started may be told of as stopped for a while yet, until it was seen awake.
    """
    seen: dict[str, Instance] = {}
    woken: set[str] = set()
    late_news = Deadline(LATE_NEWS)

    def fell_asleep(one: Instance) -> bool:
        return one.state in instances.ASLEEP and (one.id in woken or not late_news.left())

    def look() -> list[Instance]:
        found = instances.observe(ec2, cluster)
        seen.update({one.id: one for one in found})
        return found

    def probe() -> list[Instance] | None:
        if instances.moving(ec2, cluster, ("running",)):
            return None
        found = look()
        woken.update(one.id for one in found if one.state in instances.LIVE)
        here = [seen[one] for one in ids if one in seen]
        dead = [one for one in here if one.state in instances.DEAD or fell_asleep(one)]
        if dead:
            told = "; ".join(f"{one.id} is {one.state}: {one.reason or 'no reason given'}" for one in dead[:10])
            raise OhmyError(
                f"Instances of {cluster} died while starting: {told}.",
                "Mend what the reason tells; then run the same command again.",
            )
        return found if all(one in seen and seen[one].state == "running" for one in ids) else None

    def late() -> OhmyError:
        look()
        slow = [one for one in ids if one not in seen or seen[one].state != "running"]
        return OhmyError(
            f"{len(slow)} of {len(ids)} instances of {cluster} are not running after {deadline.seconds:.0f} s: "
            f"{laggards(slow, seen)}.",
            "Raise wait_timeout, or look at the instances in EC2.",
        )

    return poll(deadline, probe, late)


def wait_state(ec2: t.Any, cluster: str, ids: list[str], states: tuple[str, ...], deadline: Deadline) -> None:
    """Wait until each of these is in one of the states; one that is not visible any more counts as terminated."""
    seen: dict[str, Instance] = {}

    def slow() -> list[str]:
        return [one for one in ids if (seen[one].state if one in seen else "terminated") not in states]

    def look() -> None:
        seen.clear()
        seen.update({one.id: one for one in instances.observe(ec2, cluster, instances.NOT_GONE)})

    def probe() -> bool | None:
        if instances.moving(ec2, cluster, states):
            return None
        look()
        return None if slow() else True

    def late() -> OhmyError:
        look()
        wanted = " or ".join(states)
        return OhmyError(
            f"{len(slow())} instances of {cluster} are not {wanted} after {deadline.seconds:.0f} s: "
            f"{laggards(slow(), seen)}.",
            "Look at the instances in EC2; then run the same command again.",
        )

    poll(deadline, probe, late)
