# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a node knows of itself."""

from __future__ import annotations

import os
import re
import socket
import time
import typing as t

from .._core.errors import OhmyError
from .._hadoop.sizing import Facts
from . import names
from .imds import Imds
from .system import read_text

# Version 2 and version 1 of control groups; meminfo alone shows a container its host's memory.
LIMITS = ("sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory/memory.limit_in_bytes")

# An address for documentation: whatever leads there is the way out.
OUTSIDE = "192.0.2.1"


def memory(root: str = "/") -> int:
    """Return the node's memory in MiB: what the kernel has or what the control group allows."""
    with open(os.path.join(root, "proc/meminfo"), encoding="ascii") as stream:
        found = [next(int(line.split()[1]) // 1024 for line in stream if line.startswith("MemTotal:"))]
    for path in LIMITS:
        try:
            with open(os.path.join(root, path), encoding="ascii") as stream:
                text = stream.read().strip()
        except OSError:
            continue
        if text.isdigit():
            found.append(int(text) >> 20)
    return min(found)


def address(document: t.Mapping[str, t.Any]) -> str:
    """Return the node's private IPv4 address, from the metadata service on EC2, else from the route to its master."""
    if document.get("address"):
        return own(str(document["address"]))
    if document.get("s3"):
        return Imds().get("meta-data/local-ipv4").strip()
    return towards(None if document["master"] == "self" else document["master"])


def towards(target: str | None = None) -> str:
    """Return the address from which this node speaks to another one, by default to the world."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((target or OUTSIDE, 8020))  # a datagram socket: no packet is sent
        except OSError as exc:
            found = addresses()
            if target is None and len(found) == 1:
                return found[0]
            raise OhmyError(
                f"This node has no route to {target or 'the outside'}: {exc}.",
                f"Name its address in hadoop_address: {', '.join(found) or 'it has none'}.",
            ) from exc
        return str(probe.getsockname()[0])


def addresses(root: str = "/") -> list[str]:
    """Return the IPv4 addresses of this node but those that only itself can reach."""
    text = read_text(os.path.join(root, "proc/net/fib_trie"))
    found = re.findall(r"\|-- (\d+\.\d+\.\d+\.\d+)\n\s+/32 host LOCAL", text)
    return sorted({each for each in found if not each.startswith("127.")})


def own(wanted: str) -> str:
    """Return the address where it is one of this node's own, else raise OhmyError."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((wanted, 0))
        except OSError as exc:
            raise OhmyError(f"{wanted} is no address of this node: {exc}.", "See hadoop_address and ip addr.") from exc
    return wanted


def gather(document: t.Mapping[str, t.Any], patience: float = 0) -> Facts:
    """Return memory, cores, address and name of this node; ``patience`` is for a network that comes up late, in s."""
    deadline = time.monotonic() + patience
    while True:
        try:
            here = address(document)
            break
        except OhmyError:
            if document.get("s3") or time.monotonic() > deadline:
                raise
            time.sleep(1)
    return Facts(memory(), len(os.sched_getaffinity(0)), here, names.known_as(here))
