# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Hosts of one's own: which of the inventory are a cluster's master and workers, and what is wrong with that."""

from __future__ import annotations

import collections
import difflib
import typing as t

from ..module_utils._aws.want import group_names

Groups = t.Mapping[str, t.Sequence[str]]


def members(cluster: str, groups: Groups) -> tuple[str | None, list[str], list[str]]:
    """Return (master, workers, problems) of a cluster of the inventory."""
    whole, name, of_workers = group_names(cluster)
    masters, workers = (list(groups.get(one) or []) for one in (name, of_workers))
    problems = []
    if not masters:
        near = difflib.get_close_matches(name, [one for one in groups if one.endswith("master")], n=1)
        hint = f"; did you mean {near[0]}, and so another cluster_name?" if near else ""
        problems.append(
            f"cluster_provider: the inventory has no host in the group {name}, which is to hold the master{hint}"
        )
    elif len(masters) > 1:
        problems.append(f"cluster_provider: the group {name} holds {' and '.join(masters)}; a cluster has one master")
    # A master alone is a cluster too, but hardly beside a group that is called almost like its workers'.
    likely = (f"{whole}_worker", f"{whole}-workers", f"{cluster}_workers", f"{cluster}-workers")
    alike = next((one for one in likely if groups.get(one)), None)
    if alike and not workers:
        problems.append(f"cluster_provider: the workers are looked for in the group {of_workers}, not in {alike}")
    return masters[0] if masters else None, workers, problems


def problems(
    master: str | None, workers: t.Sequence[str], hostvars: t.Mapping[str, t.Any], addresses: bool = True
) -> list[str]:
    """Return a sentence for each host that cannot be what it is to be.

    :param hostvars: the variables of every host of the inventory.
    :param addresses: whether to look for two names of one host too, which takes longer.
    """
    found = [
        f"{name}: the inventory has no host {host}"
        for name, hosts in (("hadoop_master_host", [master] if master else []), ("hadoop_worker_hosts", workers))
        for host in hosts
        if host not in hostvars
    ]
    if master in workers:
        found.append(
            f"hadoop_worker_hosts: {master} is the master, and cannot be a worker too; a master without workers does "
            "their work"
        )
    twice = [host for host, number in collections.Counter(workers).items() if number > 1]
    found += [f"hadoop_worker_hosts: {host} is named twice" for host in twice]
    if addresses and not found:
        found = _same(list(filter(None, [master, *workers])), hostvars)
    return found


def _same(hosts: t.Sequence[str], hostvars: t.Mapping[str, t.Any]) -> list[str]:
    places: dict[tuple[str, str], str] = {}
    found = []
    for host in hosts:
        known = hostvars[host]
        address = str(known.get("ansible_host") or host)
        place = (address, str(known.get("ansible_port") or 22))
        if place in places:
            found.append(f"hadoop_worker_hosts: {places[place]} and {host} are the same host {address}")
        places.setdefault(place, host)
    return found
