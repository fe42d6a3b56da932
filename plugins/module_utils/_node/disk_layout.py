# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The disks that HDFS and YARN use on a node, and what is to be done before they can."""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass, field

from .._hadoop.storage import ROOT, Storage
from .block_devices import EBS, INSTANCE_STORE, OTHER, Device

FOLDER = f"{ROOT}/disks"
FILE_SYSTEM = "ext4"
DIRECTORY = "directory"
KINDS = {EBS: "EBS volume", INSTANCE_STORE: "instance-store disk", OTHER: "disk", DIRECTORY: "directory"}


@dataclass(frozen=True)
class Directory:
    """A directory of the user's on a host of one's own: whether it is there, and the mount on which it lies."""

    path: str
    there: bool
    mount: str = "/"


@dataclass(frozen=True)
class Disk:
    """A disk that HDFS and YARN use, as the node remembers it."""

    place: str
    kind: str
    uuid: str = ""
    serial: str = ""
    path: str = ""
    mount: str = ""

    def __str__(self) -> str:
        """Return what it was when it was last seen."""
        return f"the {KINDS[self.kind]} {self.path}" + (f" ({self.serial})" if self.serial else "")


@dataclass(frozen=True)
class Step:
    """One thing to do with a device before it is used: ``format`` (and mount) or ``mount``."""

    verb: str
    device: Device
    place: str
    label: str


@dataclass
class Layout:
    """The disks that are used from now on, what is to be done for that, and which are lost."""

    disks: list[Disk] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    lost: dict[str, str] = field(default_factory=dict)  # place -> why

    def storage(self, root_data: bool) -> Storage:
        """Return the folders for HDFS and YARN; ``root_data``: there are blocks on the root's file system."""
        places = tuple(disk.place for disk in self.disks)
        mounted = tuple(dict.fromkeys(disk.mount for disk in self.disks if disk.mount not in ("", "/")))
        return Storage(places, tuple(self.lost), mounted, root_data and bool(places))

    def rows(self) -> list[dict[str, t.Any]]:
        """Return the disks as a module's result has them."""
        return [{**asdict(disk), "lost": disk.place in self.lost} for disk in self.disks]

    @property
    def warnings(self) -> list[str]:
        """Return a sentence for each lost disk, with which the node goes on nevertheless."""
        return [f"{text}; HDFS goes on without it." for text in self.lost.values()]
