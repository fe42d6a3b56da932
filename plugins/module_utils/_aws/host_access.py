# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""How hosts of an inventory are reached: what the user may wish, and the pinning of their host keys."""

from __future__ import annotations

import hashlib
import re
import typing as t
from dataclasses import dataclass

from .._core.errors import OhmyError
from . import connection, documents, errors, groups, local_files, nodes
from .hosts import Stand
from .want import checked_proxy, checked_user


@dataclass(frozen=True)
class Wish:
    """What the user wants of connections to any cluster, as ``connection.Access`` has it."""

    address: str
    jump: bool
    proxy: str | None
    user: str
    private: str | None
    state_dir: str

    def require_sane(self) -> None:
        """Raise OhmyError for what would not be one word of an ssh_config."""
        checked_user(self.user)
        checked_proxy(self.proxy)
        for option, path in (("private_key", self.private), ("state_dir", self.state_dir)):
            if path is not None and re.search(r'["%\x00-\x1f]', path):
                raise OhmyError(
                    f"{option}: {path!r} cannot stand in an ssh_config.", "Take a path without quotes and %."
                )

    def to(self, stand: Stand) -> connection.Access:
        """Return how a cluster is reached; each way has an ssh_config of its own, beside the one of the runs."""
        way = (self.address, self.jump, self.proxy, self.user, self.private)
        mark = hashlib.sha256(repr(way).encode()).hexdigest()[:8]
        return connection.Access(
            stand.cluster,
            stand.incarnation,
            self.state_dir,
            self.user,
            self.private,
            self.address,
            self.jump,
            self.proxy,
            f"ssh_config-{mark}",
        )


def hosts(access: connection.Access, stand: Stand) -> list[connection.Host]:
    """Return the hosts of a cluster that have an address of the choice."""
    masters = [one for one in stand.members if one.role == groups.MASTER]
    return connection.hosts(access, masters, [one for one in stand.members if one.role != groups.MASTER])


def keys(
    clients: t.Callable[[], t.Any], stand: Stand, known: dict[str, set[str]]
) -> tuple[dict[str, list[str]], list[str]]:
    """Return the host keys of a cluster's instances by id, and warnings: one LIST, none where all are pinned here.

    An instance with doubtful keys keeps what this controller has pinned, or gets none: SSH then refuses it.
    """
    told: dict[str, nodes.Node] = {}
    warnings = []
    if stand.bucket is not None and any(one.id not in known for one in stand.members):
        try:
            told = nodes.observe(clients().s3, stand.bucket, documents.prefix(stand.cluster, stand.incarnation))
        except errors.AwsError as exc:
            warnings.append(f"The host keys of cluster {stand.cluster} cannot be read: {exc}")
    found: dict[str, list[str]] = {}
    for one in stand.members:
        try:
            found.update(nodes.pinned(told, known, [one.id]))
        except OhmyError as exc:
            warnings.append(str(exc))
            found[one.id] = sorted(known.get(one.id, ()))
    return found, warnings


def prepare(clients: t.Callable[[], t.Any], stand: Stand, access: connection.Access) -> list[str]:
    """Pin the host keys of a cluster and write its files; return warnings."""
    pins = local_files.read_known_hosts(f"{access.folder}/known_hosts")
    found, warnings = keys(clients, stand, pins)
    here = hosts(access, stand)
    # What is not among the hosts now, as a stopped worker, stays pinned.
    absent = sorted(set(pins) - {one.instance.id for one in here})
    kept = {**{one: sorted(pins[one]) for one in absent}, **found}
    connection.write(access, here, kept, stand.region, stand.members[0].account, absent)
    return warnings
