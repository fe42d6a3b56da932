# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What the profile ``auto`` sets beside what a node needs, as data: pure. docs/profiles.md is made of this table.

``stock`` sets none of it: what is left are places, addresses, what memory and cores there are, and what keeps data and
jobs alive (``profiles.py``).
"""

from __future__ import annotations

import math
import typing as t

from . import sizing
from .storage import Storage
from .task_jvm import CLASS_DATA, QUICK_START, task_heap, task_java, task_sort

AUTO, STOCK = PROFILES = ("auto", "stock")


class Node(t.NamedTuple):
    """What a value may depend on: how many nodes hold data and how many run tasks, a task's MiB, and the disks."""

    workers: int
    nodes: int
    task: int
    storage: Storage = Storage()


class Setting(t.NamedTuple):
    """One property: its site file, its name, its value on a node (None: Hadoop's own stays), and why.

    :ivar page: of Hadoop's documentation, where the property stands in no file of defaults.
    """

    site: str
    name: str
    value: t.Callable[[Node], t.Any]
    why: str
    page: str | None = None

    @property
    def source(self) -> str:
        """Return the file in which Hadoop documents the property and its default, or the page."""
        return self.page or f"{self.site.removesuffix('-site')}-default.xml"


def always(value: t.Any) -> t.Callable[[Node], t.Any]:
    """Return a value that is the same on all nodes."""
    return lambda node: value


def few_workers(value: t.Any) -> t.Callable[[Node], t.Any]:
    """Return a value for clusters in which few DataNodes send signs of life."""
    return lambda node: value if node.workers <= sizing.SMALL else None


def few_nodes(value: t.Any) -> t.Callable[[Node], t.Any]:
    """Return a value for clusters in which few NodeManagers send signs of life."""
    return lambda node: value if node.nodes <= sizing.SMALL else None


def _beat(node: Node) -> int:
    return sizing.heartbeat(node.nodes)


def _masters_beat(node: Node) -> int:
    return min(1000, sizing.heartbeat(node.nodes))


def _handlers(node: Node) -> int | None:
    return round(20 * math.log(node.workers)) if node.workers > sizing.SMALL else None


def _java(node: Node) -> str:
    return task_java(node.task)


def _master_java(node: Node) -> str:
    return f"-Xmx{sizing.application_master(node.task) * 2 // 3}m {QUICK_START} {ASK_AGAIN} {CLASS_DATA}"


def _disk_gap(node: Node) -> str | None:
    return "15s" if node.workers <= sizing.SMALL and len(node.storage.data()) > 1 else None


CLOSE = "dfs.client.block.write.locateFollowingBlock"
# Java remembers for no second that a name was not found.
ASK_AGAIN = "-Dsun.net.inetaddr.negative.ttl=0"
AM, RM, NN = "yarn.app.mapreduce.am", "yarn.resourcemanager", "dfs.namenode"
NM = "yarn.client.nodemanager"
START = "C1, the serial collector and class data ([archives](archives.md)) start in half the time"
ROOM = f"{START}; a small heap leaves the container to the program"
TUNING = (
    Setting("core-site", "io.file.buffer.size", always(131072), "fewer system calls for each stream"),
    Setting(
        "core-site",
        "ipc.client.connect.max.retries.on.timeouts",
        always(2),
        "an instance that is gone answers nothing at all: a call to it fails after a minute, not after a quarter of an hour",
    ),
    Setting(
        "hdfs-site",
        f"{CLOSE}.initial.delay.ms",
        always(25),
        "who closes a file before its DataNode has told of the last block asks again after this, not after 0.4 s: every third "
        "small file was closed so",
    ),
    Setting(
        "hdfs-site", f"{CLOSE}.retries", always(10), "each pause is twice the one before: as patient in all as before"
    ),
    Setting("hdfs-site", "dfs.heartbeat.interval", few_workers(1), "a DataNode that comes or goes is noticed soon"),
    Setting(
        "hdfs-site",
        f"{NN}.heartbeat.recheck-interval",
        few_workers(15000),
        "a silent DataNode is dead after twice this and ten signs of life: 40 s, not 10.5 minutes",
    ),
    Setting(
        "hdfs-site",
        f"{NN}.avoid.read.stale.datanode",
        always("true"),
        "a DataNode that has been silent for half a minute is the last to be asked for a block",
    ),
    Setting("hdfs-site", f"{NN}.avoid.write.stale.datanode", always("true"), "and gets none, where others are there"),
    Setting(
        "hdfs-site", f"{NN}.safemode.extension", few_workers(3000), "few DataNodes have soon reported, all of them"
    ),
    Setting("hdfs-site", f"{NN}.decommission.interval", few_workers(2), "a worker that may leave is let go soon"),
    Setting(
        "hdfs-site",
        f"{NN}.block.deletion.unlock.interval.ms",
        few_workers(100),
        "a thread looks for blocks to delete at this beat, day and night; few files are soon deleted",
    ),
    Setting(
        "hdfs-site",
        f"{NN}.handler.count",
        _handlers,
        "threads that answer DataNodes and clients: 20 times the natural logarithm of their number, as is the custom",
    ),
    Setting(
        "hdfs-site",
        "dfs.datanode.disk.check.min.gap",
        _disk_gap,
        "a disk that fails is noticed soon: none is looked at more often, and by default a quarter of an hour passes",
    ),
    Setting(
        "yarn-site",
        f"{RM}.nodemanagers.heartbeat-interval-ms",
        _beat,
        "that a task has ended is told at a node's sign of life; more than some thousand a second would drown it",
    ),
    Setting(
        "yarn-site",
        "yarn.scheduler.capacity.schedule-asynchronously.scheduling-interval-ms",
        few_nodes(25),
        "a thread looks for containers to hand out at this beat, day and night; every 5 ms cost 3 % of a core",
        "CapacityScheduler.html",
    ),
    Setting(
        "yarn-site",
        "yarn.nm.liveness-monitor.expiry-interval-ms",
        few_nodes(60000),
        "the tasks of a dead node begin elsewhere after a minute, not after ten",
    ),
    Setting(
        "yarn-site",
        f"{NM}-connect.max-wait-ms",
        few_nodes(6000),
        "a job ends the tasks of a dead node before it begins them elsewhere: it asks that node four times, not 19; to a NodeManager "
        "that restarts each takes ten seconds",
    ),
    Setting(
        "yarn-site",
        f"{NM}-connect.retry-interval-ms",
        few_nodes(2000),
        "what lies between these; it would be ten seconds",
    ),
    Setting(
        "yarn-site",
        f"{RM}.connect.retry-interval.ms",
        few_nodes(1000),
        "a NodeManager that starts before its ResourceManager would sleep for 30 s",
    ),
    Setting(
        "yarn-site",
        f"{RM}.work-preserving-recovery.scheduling-wait-ms",
        few_nodes(2000),
        "few nodes are soon back, all of them, when the ResourceManager restarts",
    ),
    Setting(
        "yarn-site",
        f"{RM}.decommissioning-nodes-watcher.poll-interval-secs",
        few_nodes(2),
        "a node without tasks that may leave is let go soon",
    ),
    Setting(
        "mapred-site",
        f"{AM}.scheduler.heartbeat.interval-ms",
        _masters_beat,
        "tasks are asked for, and begun, at this beat",
    ),
    Setting(
        "mapred-site",
        f"{AM}.command-opts",
        _master_java,
        f"{START}; a node's name that was not found is looked up anew for each attempt of a task: kept for ten seconds, as by "
        "Java's own default, it costs a task all its attempts at once",
    ),
    Setting("mapred-site", "mapreduce.map.java.opts", _java, ROOM),
    Setting("mapred-site", "mapreduce.reduce.java.opts", _java, ROOM),
    Setting(
        "mapred-site",
        "mapreduce.task.io.sort.mb",
        lambda node: task_sort(task_heap(node.task)),
        "it lies in the heap of the map",
    ),
    Setting(
        "mapred-site",
        "mapreduce.client.progressmonitor.pollinterval",
        always(200),
        "whoever waits for a job sees its progress soon",
    ),
    Setting("mapred-site", "mapreduce.client.completion.pollinterval", always(200), "and its end"),
    Setting(
        "mapred-site",
        "mapreduce.job.reduce.slowstart.completedmaps",
        always(0.8),
        "reduces that wait for maps hold containers that maps could use",
    ),
)


def tuned(profile: str, node: Node) -> dict[str, dict[str, t.Any]]:
    """Return the properties of a profile by site file."""
    found: dict[str, dict[str, t.Any]] = {}
    for one in TUNING if profile == AUTO else ():
        value = one.value(node)
        if value is not None:
            found.setdefault(one.site, {})[one.name] = value
    return found


def quick(profile: str, nodes: int) -> bool:
    """Tell whether daemons start by C1 and the serial collector alone: few nodes never keep them busy."""
    return profile == AUTO and nodes <= sizing.SMALL
