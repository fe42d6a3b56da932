# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""HDFS before its first start and after: the one format, the directories that every job needs."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
import typing as t

from .._core.errors import OhmyError
from .._hadoop.node_folders import HADOOP_HOME, LOG_DIR
from .._hadoop.webhdfs import WebHdfs
from .system import read_file, run, write_file

NAME, DATA, MARKER = "var/lib/hadoop/name", "var/lib/hadoop/data", "var/lib/hadoop/formatted.json"
# Where the marker is still seen when the file system of the first one is not mounted.
SECOND = "var/lib/ohmy/formatted.json"
# One JVM, on a machine that may be busy with much else.
FORMAT_SECONDS = 600
# Path, mode, owner, group; without the group hadoop JobHistory shows nothing.
DIRECTORIES = (
    ("/tmp", "1777", "hdfs", "hadoop"),
    ("/user", "755", "hdfs", "hadoop"),
    ("/user/hadoop", "755", "hadoop", "hadoop"),
    ("/mr-history", "755", "mapred", "hadoop"),
    ("/mr-history/tmp", "1777", "mapred", "hadoop"),
    ("/mr-history/done", "750", "mapred", "hadoop"),
    ("/app-logs", "1777", "yarn", "hadoop"),
)


def cluster_id(root: str, folder: str) -> str | None:
    """Return the clusterID in a storage directory, or None where there is none."""
    data = read_file(os.path.join(root, folder, "current/VERSION"))
    found = re.search(rb"^clusterID=(.*)$", data or b"", re.MULTILINE)
    return found.group(1).decode().strip() if found else None


def hadoop_version(home: str = HADOOP_HOME) -> str:
    """Return the version of an unpacked archive."""
    folder = os.path.join(home, "share/hadoop/common")
    names = os.listdir(folder) if os.path.isdir(folder) else []
    found = (re.match(r"hadoop-common-(\d[\d.]*)\.jar$", name) for name in sorted(names))
    return next((match.group(1) for match in found if match), "unknown")


def check_owner(root: str, incarnation: str, more: t.Iterable[str] = ()) -> None:
    """Refuse storage directories of another cluster; they are never wiped. ``more``: those on data disks."""
    for folder in (NAME, DATA, *more):
        there = cluster_id(root, folder)
        if there is not None and there != incarnation:
            raise OhmyError(
                f"/{folder} belongs to the cluster {there}, not to {incarnation}.",
                "It was not touched; save it or use another node.",
            )


def refuse_demotion(root: str) -> None:
    """Raise OhmyError on a host that holds the cluster's file system and is to be a worker: all data would seem gone."""
    if cluster_id(root, NAME) is not None:
        raise OhmyError(
            "This host holds the file system of the cluster, and is to be its master no more.",
            f"Make it the master again in the inventory; or, where nothing in HDFS is wanted any more, move /{NAME} away.",
        )


def needs_format(root: str, incarnation: str) -> bool:
    """Tell whether the NameNode's directory is to be formatted.

    :raises OhmyError: what lies there is another cluster's, or lost. It is never wiped.
    """
    check_owner(root, incarnation)
    marker = _marker(root)
    if marker.get("state") == "formatting" and marker.get("incarnation") == incarnation:
        return True  # our own format was cut short; no NameNode was ever started on it
    if cluster_id(root, NAME) is not None:
        return False
    if marker:
        raise OhmyError(
            f"/{NAME} was formatted for the cluster {marker.get('incarnation')} and holds no file system any more.",
            f"Restore it, or mount it; it is never formatted twice. To begin anew, remove /{MARKER} and /{SECOND}.",
        )
    path = os.path.join(root, NAME)
    if os.path.isdir(path) and os.listdir(path):
        raise OhmyError(f"/{NAME} holds files that are no file system.", "They were not touched; move them away.")
    return True


def _marker(root: str) -> dict[str, t.Any]:
    found = read_file(os.path.join(root, MARKER)) or read_file(os.path.join(root, SECOND))
    return dict(json.loads(found or b"{}"))


def _mark(root: str, **marker: str) -> None:
    for path in (SECOND, MARKER):
        write_file(os.path.join(root, path), json.dumps(marker, sort_keys=True).encode())


def check_version(home: str, root: str = "/") -> None:
    """Refuse another Hadoop version over directories that one version wrote."""
    old, version = _marker(root).get("version"), hadoop_version(home)
    if old not in (None, version):
        raise OhmyError(
            f"HDFS here was made by Hadoop {old}, and the archive is {version}.",
            "Upgrades are out of scope: make a new cluster.",
        )


def format_namenode(incarnation: str, java_home: str, root: str = "/") -> None:
    """Format the NameNode's directory once, and leave a marker that it was done."""
    if _marker(root).get("state") == "formatting":
        shutil.rmtree(os.path.join(root, NAME, "current"), ignore_errors=True)
    _mark(root, incarnation=incarnation, state="formatting")
    command = ["runuser", "-u", "hdfs", "--", "env", "HADOOP_OPTS=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"]
    command += [f"JAVA_HOME={java_home}", "HADOOP_CONF_DIR=/etc/hadoop", f"HADOOP_LOG_DIR={LOG_DIR}"]
    command += [f"{HADOOP_HOME}/bin/hdfs", "namenode", "-format", "-clusterId", incarnation, "-nonInteractive"]
    run(command, "format the NameNode's directory", FORMAT_SECONDS)
    _mark(root, incarnation=incarnation, state="formatted", version=hadoop_version())


def make_directories(master: str, seconds: float = 180, look: t.Callable[[], None] | None = None) -> list[str]:
    """Make the directories that every job needs; return those that were changed.

    Over WebHDFS, 10 ms each, where a command would start a JVM for each.

    :param look: called before each new try; ends the wait by raising OhmyError.
    """
    hdfs = WebHdfs(master, "hdfs")
    deadline = time.monotonic() + seconds
    while True:
        try:
            return [path for path, mode, owner, group in DIRECTORIES if _directory(hdfs, path, mode, owner, group)]
        except OhmyError as exc:
            if time.monotonic() > deadline:
                raise OhmyError(
                    f"HDFS took no directory within {seconds:.0f} s: {exc}",
                    "See whether the NameNode left its safe mode: hdfs dfsadmin -report tells of its DataNodes.",
                ) from exc
            if look is not None:
                look()
            time.sleep(0.3)


def _directory(hdfs: WebHdfs, path: str, mode: str, owner: str, group: str) -> bool:
    have: t.Mapping[str, t.Any] | None = hdfs.status(path)
    if have is None:
        hdfs.mkdirs(path)
        have = hdfs.status(path) or {}
    changed = False
    if (have.get("owner"), have.get("group")) != (owner, group):
        hdfs.set_owner(path, owner, group)
        changed = True
    if have.get("permission") != mode:
        hdfs.set_permission(path, mode)
        changed = True
    return changed
