# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``by_hand.sh`` unpacks on its nodes: the very site files and units that the collection would make of them.

So both sides start the same JVMs with the same settings, and differ in how they come to that.
"""

from __future__ import annotations

import io
import tarfile
import typing as t
from pathlib import Path

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.sizing import Facts
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.want import Right, Want, wanted

#: Stand for the node's own address and the master's, which the script puts in their place.
SELF, MASTER = "192.0.2.1", "192.0.2.2"
MEMORY, CORES = 4096, 2  # of t3.medium
KEPT = ("etc/hadoop/", "etc/systemd/system/hadoop-", "etc/profile.d/", "usr/local/bin/")


def node(role: str, workers: int) -> Want:
    """Return what a node of a role is to be in a cluster of so many workers, without S3 and without its checks."""
    archive = {"url": "file:///archive.tar", "sha512": "0" * 128}
    document = {
        "schema": 1,
        "cluster": "byhand",
        "incarnation": "byhand",
        "role": role,
        "master": "self" if role == "master" else MASTER,
        "workers": workers,
        "s3": None,
        "hadoop": archive,
        "java": archive,
        "properties": {},
        "lease": False,
        "ssh_user": "admin",
    }
    return wanted(document, Facts(MEMORY, CORES, SELF))


def pack(want: Want, path: Path) -> None:
    """Write a tar of directories, site files, units and commands, with their owners by name."""

    def add(name: str, right: Right, data: bytes | None) -> None:
        entry = tarfile.TarInfo(name)
        entry.uname, entry.gname, entry.mode = right
        entry.type = tarfile.REGTYPE if data is not None else tarfile.DIRTYPE
        entry.size = len(data or b"")
        archive.addfile(entry, io.BytesIO(data or b""))

    with tarfile.open(path, "w") as archive:
        for name, right in sorted(want.directories.items()):
            add(name, right, None)
        for name, data in want.files.items():
            if name.startswith(KEPT):
                add(name, want.rights[name], data)
        for name, data in want.seeds.items():
            add(name.lstrip("/"), ("root", "hadoop", 0o644), data)


def write(folder: Path, workers: int) -> None:
    """Write ``master.tar`` and ``worker.tar`` into a folder."""
    roles: t.Sequence[str] = ("master", "worker")
    for role in roles:
        pack(node(role, workers), folder / f"{role}.tar")
