# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Which hosts of a cluster are meant: the master, the workers, all, a group of workers, or one host."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..module_utils._core.errors import OhmyError

WHOLE = ("all", "master", "workers")


@dataclass(frozen=True)
class Host:
    """A host: ``group`` is master or the name of its group of workers, ``state`` that of its instance.

    ``short`` is what the cluster's ssh_config calls it, such as worker-1.
    """

    name: str
    group: str
    instance_id: str | None = None
    private_ip: str | None = None
    state: str = "running"
    short: str | None = None

    def called(self, name: str) -> bool:
        """Tell whether the host, or its group, goes by this name."""
        return name in (self.name, self.group, self.instance_id, self.private_ip)


def of_cluster(cluster: t.Mapping[str, t.Any]) -> list[Host]:
    """Return the hosts of a cluster as the modules tell of it."""
    keys = ("name", "group", "instance_id", "private_ip", "state")
    shorts = {one["instance_id"]: one["short"] for one in cluster.get("workers", [])}
    return [
        Host(short=shorts.get(one["instance_id"]), **{key: one[key] for key in keys})
        for one in cluster.get("hosts", [])
    ]


def of_inventory(master: str | None, workers: t.Sequence[str]) -> list[Host]:
    """Return hosts of one's own."""
    return ([Host(master, "master")] if master else []) + [Host(one, "worker") for one in workers]


def choose(cluster: str, known: t.Sequence[Host], group: str) -> tuple[list[Host], list[Host]]:
    """Return the hosts that are meant and run, and those that are meant and do not.

    :raises OhmyError: there is no cluster, no such host, or none of them runs.
    """
    if not known:
        raise OhmyError(f"There is no cluster {cluster}.", "Launch it with playbooks/launch.yml, or name another.")
    if group == "all":
        meant = list(known)
    elif group == "workers":
        meant = [one for one in known if one.group != "master"]
    else:
        # A group may be called as another group's first host is.
        meant = [one for one in known if one.called(group)] or [one for one in known if one.short == group]
    if not meant:
        groups = list(dict.fromkeys(one.group for one in known))
        raise OhmyError(
            f"Cluster {cluster} has no hosts that are called {group}.",
            f"There are {', '.join(dict.fromkeys([*WHOLE, *groups]))}, and {', '.join(one.name for one in known[:5])} …",
        )
    awake = [one for one in meant if one.state == "running"]
    asleep = [one for one in meant if one.state != "running"]
    if not awake:
        raise OhmyError(
            f"None of the hosts of {cluster} that are meant runs: {told(asleep)}.", "Start the cluster first."
        )
    return awake, asleep


def told(hosts: t.Sequence[Host]) -> str:
    """Return hosts and their states as part of a sentence."""
    more = f" and {len(hosts) - 10} more" if len(hosts) > 10 else ""
    return ", ".join(f"{one.name} is {one.state}" for one in hosts[:10]) + more
