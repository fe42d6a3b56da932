# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What NameNode and ResourceManager say of each node, by its address: reads only, no JVM."""

from __future__ import annotations

import json
import os
import time
import typing as t
from dataclasses import dataclass, field

from . import site
from .health_look import address_of
from .rest import Rest, Unreachable, number
from .yarn import EVERY_STATE, ResourceManager

PATIENCE = 180.0
HDFS_SITE = "etc/hadoop/hdfs-site.xml"
IN_SERVICE, LEAVING, LEFT = "in service", "decommissioning", "decommissioned"
ENTERING, HELD = "entering maintenance", "in maintenance"
DEAD, UNKNOWN = "dead", "unknown"
# The NameNode's words.
ADMIN = {
    "In Service": IN_SERVICE,
    "Decommission In Progress": LEAVING,
    "Decommissioned": LEFT,
    "Entering Maintenance": ENTERING,
    "In Maintenance": HELD,
}
# Those in which a NodeManager runs containers, the first of which is what counts where there are several records.
ACTIVE = ("RUNNING", "UNHEALTHY", "DECOMMISSIONING", "NEW")


@dataclass(frozen=True)
class DataNode:
    """A DataNode as the NameNode knows it; ``left`` are the blocks that it may not leave yet, sizes in bytes."""

    live: bool
    state: str
    blocks: int = 0
    left: int = 0
    used: int = 0
    free: int = 0
    capacity: int = 0


@dataclass(frozen=True)
class NodeManager:
    """A NodeManager as the ResourceManager knows it."""

    state: str
    containers: int = 0

    @property
    def active(self) -> bool:
        """Tell whether it runs containers."""
        return self.state in ACTIVE


@dataclass
class States:
    """One look at the cluster; nodes by their private address."""

    replication: int = 1
    safe_mode: bool = False
    missing_blocks: int = 0
    low_redundancy: int = 0
    datanodes: dict[str, DataNode] = field(default_factory=dict)
    nodemanagers: dict[str, NodeManager] = field(default_factory=dict)

    def hdfs(self, address: str) -> str:
        """Return a DataNode's state in one word or two, ``dead`` and ``unknown`` among them."""
        node = self.datanodes.get(address)
        return UNKNOWN if node is None else node.state if node.live else DEAD

    def yarn(self, address: str) -> str:
        """Return a NodeManager's state in lower case, or ``unknown``."""
        node = self.nodemanagers.get(address)
        return UNKNOWN if node is None else node.state.lower()

    @property
    def live(self) -> set[str]:
        """Return the live DataNodes, whatever they are about to do."""
        return {address for address, node in self.datanodes.items() if node.live}

    @property
    def serving(self) -> set[str]:
        """Return the live DataNodes in service."""
        return {address for address, node in self.datanodes.items() if node.live and node.state == IN_SERVICE}


def datanodes(info: t.Mapping[str, t.Any]) -> dict[str, DataNode]:
    """Return the DataNodes of the NameNode's bean ``NameNodeInfo``."""
    left = {}
    for name in ("DecomNodes", "EnteringMaintenanceNodes"):
        for key, node in json.loads(info.get(name) or "{}").items():
            left[_address(key, node)] = int(number(node.get("underReplicatedBlocks", node.get("lowRedundancyBlocks"))))
    found: dict[str, DataNode] = {}
    for name, live in (("DeadNodes", False), ("LiveNodes", True)):
        for key, node in json.loads(info.get(name) or "{}").items():
            address = _address(key, node)
            found[address] = DataNode(
                live,
                ADMIN.get(str(node.get("adminState")), IN_SERVICE),
                int(number(node.get("numBlocks"))),
                left.get(address, 0),
                int(number(node.get("usedSpace"))),
                int(number(node.get("remaining"))),
                int(number(node.get("capacity"))),
            )
    return found


def nodemanagers(nodes: t.Iterable[t.Mapping[str, t.Any]]) -> dict[str, NodeManager]:
    """Return the NodeManagers of the ResourceManager's list; of several records of a host the active one counts."""
    found: dict[str, NodeManager] = {}
    for node in nodes:
        address = address_of(str(node.get("nodeHostName")))
        one = NodeManager(str(node.get("state")), int(number(node.get("numContainers"))))
        if address not in found or not found[address].active:
            found[address] = one
    return found


def look(master: str, root: str = "/", seconds: float = PATIENCE) -> States:
    """Ask the daemons of the master at this address.

    :param seconds: for which a daemon may be silent, as one that is just being restarted.
    :raises OhmyError: one of them does not answer.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            return _look(master, root)
        except Unreachable:
            if time.monotonic() >= deadline:
                raise
        time.sleep(1)


def _look(master: str, root: str) -> States:
    namenode = Rest("The NameNode", master, 9870)
    info = namenode.namenode_bean("NameNodeInfo")
    # Not FSNamesystem, which has the same number: it is one of Hadoop's metrics, and tells what was up to ten seconds ago.
    blocks = namenode.namenode_bean("ReplicatedBlocksState")
    if not info or not blocks:
        raise Unreachable(
            f"The NameNode at {master} tells nothing of itself yet.",
            "It may still be starting: run the same command again.",
        )
    return States(
        replication=_replication(root),
        safe_mode=bool(info.get("Safemode")),
        missing_blocks=int(number(info.get("NumberOfMissingBlocks"))),
        low_redundancy=int(number(blocks.get("LowRedundancyReplicatedBlocks"))),
        datanodes=datanodes(info),
        nodemanagers=nodemanagers(ResourceManager(master).nodes(EVERY_STATE)),
    )


def _replication(root: str) -> int:
    try:
        with open(os.path.join(root, HDFS_SITE), "rb") as stream:
            return int(site.parse(stream.read()).get("dfs.replication", "3"))
    except ValueError:
        return 3


def _address(key: str, node: t.Mapping[str, t.Any]) -> str:
    where = str(node.get("xferaddr") or "").rpartition(":")[0]
    return where.rpartition("/")[2] or address_of(key.rpartition(":")[0] or key)
