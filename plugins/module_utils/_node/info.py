# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a node is and what it runs; reads only, on a host that never was a node too."""

from __future__ import annotations

import hashlib
import ipaddress
import os
import typing as t

from .._core.errors import OhmyError
from .._hadoop import sizing
from .._hadoop.node_folders import HADOOP_HOME
from . import diff, documents, facts, hdfs, services, system
from .bootstrap import BUNDLE


def look(address: str | None = None, master: str | None = None, root: str = "/") -> dict[str, t.Any]:
    """Return the result of the module ``hadoop_node_info``.

    :param address: the address that the host is to use, refused where it is none of its own.
    :param master: the address towards which the host's own is looked for.
    """
    for name, value in (("address", address), ("master", master)):
        if value is not None:
            _check(name, value)
    there = os.path.exists(os.path.join(root, documents.WANTED))
    document = documents.load(root) if there else None
    running = sizing.services(document["role"], document["workers"]) if document else []
    bundle = system.read_file(os.path.join(root, BUNDLE.lstrip("/")))
    home = os.path.join(root, HADOOP_HOME.lstrip("/"))
    version = hdfs.hadoop_version(home)
    return {
        "address": _address(address, master, document),
        "bundle": None if bundle is None else hashlib.sha256(bundle).hexdigest(),
        "cores": len(os.sched_getaffinity(0)),
        "digest": documents.reached(root),
        "document": diff.hidden(document) if document else None,
        "hadoop_version": None if version == "unknown" else version,
        "memory": facts.memory(root),
        "services": {name: system.service_state(services.unit(name)) for name in running},
    }


def _check(name: str, value: str) -> None:
    try:
        ipaddress.IPv4Address(value)
    except ValueError as exc:
        raise OhmyError(f"{name}: {value!r} is no IPv4 address.", "Write one such as 192.0.2.7.") from exc


def _address(address: str | None, master: str | None, document: t.Mapping[str, t.Any] | None) -> str | None:
    if address is not None:
        return facts.own(address)
    try:
        if master is None and document is not None:
            return facts.address(document)
        return facts.towards(master)
    except OhmyError:
        return None
