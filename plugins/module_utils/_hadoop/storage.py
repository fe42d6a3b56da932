# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Where HDFS and YARN keep their files on a node, and the properties that follow from it: pure functions."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .node_folders import LOG_DIR

ROOT = "/var/lib/hadoop"
LOGS = f"{LOG_DIR}/containers"
FSDATASET = "org.apache.hadoop.hdfs.server.datanode.fsdataset"


@dataclass(frozen=True)
class Storage:
    """The folders of a node's data disks; without any, all lies on the root's.

    ``places``: a folder on each disk, in the order of their numbers. ``lost``: those whose disk is not there; they stay
    in the configuration, so that a disk that fails changes none. ``mounts``: the places' mount points, but the root.
    ``root_data``: there are blocks on the root's file system from a time without disks.
    """

    places: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ()
    root_data: bool = False

    def data(self) -> list[str]:
        """Return the folders of blocks."""
        own = [f"{ROOT}/data"] if self.root_data or not self.places else []
        return own + [f"{place}/data" for place in self.places]

    def local(self) -> list[str]:
        """Return the folders of YARN's local files."""
        return [f"{place}/local" for place in self.places] or [f"{ROOT}/local"]

    def logs(self) -> list[str]:
        """Return the folders of the containers' logs."""
        return [f"{place}/logs" for place in self.places] or [LOGS]

    def present(self, folders: t.Iterable[str]) -> list[str]:
        """Return the folders without those of lost disks."""
        return [path for path in folders if not path.startswith(tuple(f"{place}/" for place in self.lost))]


def tolerated(folders: int) -> int:
    """Return how many of so many data folders may fail before a DataNode gives up: half; Hadoop wants one to be left."""
    return folders // 2 if folders > 1 else 0


def hdfs(storage: Storage) -> dict[str, t.Any]:
    """Return the DataNode's properties."""
    folders = storage.data()
    properties: dict[str, t.Any] = {"dfs.datanode.data.dir": ",".join(f"file://{path}" for path in folders)}
    if len(folders) > 1:
        properties["dfs.datanode.failed.volumes.tolerated"] = tolerated(len(folders))
        # A disk that came later, or a smaller one, would fill up at the pace of the others.
        properties["dfs.datanode.fsdataset.volume.choosing.policy"] = f"{FSDATASET}.AvailableSpaceVolumeChoosingPolicy"
    return properties


def yarn(storage: Storage) -> dict[str, t.Any]:
    """Return the NodeManager's properties."""
    return {
        "yarn.nodemanager.local-dirs": ",".join(storage.local()),
        "yarn.nodemanager.log-dirs": ",".join(storage.logs()),
    }
