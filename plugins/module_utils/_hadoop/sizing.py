# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a node is, which daemons it runs, and how its memory is divided among these and the tasks: pure functions.

docs/nodes.md has the result for the nodes that are most in use.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._core.errors import OhmyError
from . import storage

STEP = 256
LEAST, LEAST_ALONE = 1900, 3800  # a "2 GiB" instance shows a little less
SMALL = 50  # workers up to which death is noticed fast


@dataclass(frozen=True)
class Facts:
    """What a node knows of itself: memory in MiB, cores, private address, the name it has in DNS, if any, its disks."""

    memory: int
    cores: int
    address: str
    name: str = ""
    storage: storage.Storage = storage.Storage()

    @property
    def host(self) -> str:
        """Return what DataNode and NodeManager are called; see ``_node/names.py``."""
        return self.name or self.address


@dataclass(frozen=True)
class Memory:
    """MiB for the heap of each daemon that runs here, for YARN, and for one task."""

    heaps: dict[str, int]
    containers: int
    task: int


def services(role: str, workers: int) -> list[str]:
    """Return the daemons of a node, in the order in which they start."""
    masters = ["namenode", "resourcemanager", "historyserver"]
    workers_own = ["datanode", "nodemanager"]
    if role == "worker":
        return workers_own
    if role == "compute":
        return ["nodemanager"]
    return masters + (workers_own if workers == 0 else [])


def nodes(document: t.Mapping[str, t.Any]) -> int:
    """Return how many nodes send signs of life: workers, and those that only compute."""
    return int(document["workers"]) + int(document.get("compute") or 0)


def _between(low: int, value: int, high: int) -> int:
    return max(low, min(value, high))


def memory(total: int, running: t.Sequence[str], task: int | None = None) -> Memory:
    """Divide a node's memory; raise OhmyError where it is too small.

    :param task: MiB of one task; by default it follows the node's own memory.
    """
    alone = "namenode" in running and "datanode" in running
    least = LEAST_ALONE if alone else LEAST
    if total < least:
        raise OhmyError(
            f"This node has {total} MiB of memory, and Hadoop needs {'4' if alone else '2'} GiB here.",
            "Take a larger instance type.",
        )
    half = 2 if alone else 1
    sizes = {
        "namenode": _between(256, total // 8 // half, 4096),
        "resourcemanager": _between(256, total // 8 // half, 2048),
        "historyserver": _between(256, total // 16 // half, 1024),
        "datanode": _between(192, total // 16 // half, 1024),
        "nodemanager": _between(192, total // 16 // half, 1024),
    }
    heaps = {name: sizes[name] for name in running}
    system = 256 if total < 4000 else 512 if total < 16000 else 1024
    # A JVM takes about a fifth more than its heap.
    left = total - system - sum(heaps.values()) * 6 // 5
    containers = max(0, left) // STEP * STEP if "nodemanager" in running else 0
    task = task or (1024 if total >= LEAST_ALONE else 512)
    if "nodemanager" in running and containers < task:
        raise OhmyError(
            f"This node has {containers} MiB for containers, and one task is to get {task} MiB.",
            "Take a smaller task_memory or a larger node.",
        )
    return Memory(heaps, containers, task)


def application_master(task: int) -> int:
    """Return the memory of an application master; on the smallest node there must be room for it and one task."""
    return 768 if task >= 1024 else 512


def heartbeat(workers: int) -> int:
    """Return the milliseconds between a node's signs of life: short where few send them, at most some 1,000 a second."""
    return 100 if workers <= 10 else 250 if workers <= SMALL else max(1000, workers)
