# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a document says of a node's disks, checked."""

from __future__ import annotations

import re
import typing as t

from .._core.errors import OhmyError

KEYS = ("volumes", "instance_store", "devices", "directories")
MOST_VOLUMES = 24
# All that are attached beside the root, at least those of the launch, which the metadata service knows.
ATTACHED = "attached"
# Hadoop's lists have commas between them, fstab blanks.
PATH = re.compile(r"(/[A-Za-z0-9._:+@-]+)+/?")


def check(wish: t.Any) -> dict[str, t.Any]:
    """Return a document's part ``disks``, or raise OhmyError naming what is wrong with it."""
    if wish is None:
        return {}
    if not isinstance(wish, dict) or set(wish) - set(KEYS):
        raise OhmyError("The node document has no usable 'disks'.", f"It may have {', '.join(KEYS)}.")
    volumes = wish.get("volumes", 0)
    number = isinstance(volumes, int) and not isinstance(volumes, bool) and 0 <= volumes <= MOST_VOLUMES
    if not number and volumes != ATTACHED:
        raise OhmyError(f"disks: {volumes!r} is no number of volumes.", f"Use 0 to {MOST_VOLUMES}, or {ATTACHED}.")
    if not isinstance(wish.get("instance_store", False), bool):
        raise OhmyError(f"disks: instance_store is {wish['instance_store']!r}.", "Use true or false.")
    for name in ("devices", "directories"):
        paths = wish.get(name) or []
        if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
            raise OhmyError(f"disks: {name} is no list of paths.", "Write them one by one.")
        for path in paths:
            _check_path(path, name == "devices")
        if len({path.rstrip("/") for path in paths}) < len(paths):
            raise OhmyError(f"disks: {name} names one of them twice.", "Name each once.")
    return wish


def _check_path(path: str, device: bool) -> None:
    words = path.split("/")
    if not PATH.fullmatch(path) or ".." in words or "." in words or (words[1] == "dev") != device:
        what = "device" if device else "directory"
        such = "/dev/disk/by-id/NAME" if device else "/data/1, of letters, digits and . _ : + @ -"
        raise OhmyError(f"{path!r} is no path of a {what} for HDFS.", f"Write one such as {such}.")
