# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a command that sees Hadoop and Java where nodes have them, and leave this machine's own /opt alone."""

from __future__ import annotations

import functools
import os
import subprocess
from pathlib import Path

OPT = Path("/opt/ohmy")
HADOOP = OPT / "hadoop"
JAVA = OPT / "java"
# The folders are bound below a folder of memory first: they may lie in /opt themselves.
_MOUNT = """
set -eu
mount -t tmpfs tmpfs "$1"
mkdir -p "$1/ohmy/hadoop" "$1/ohmy/java"
mount --bind "$2" "$1/ohmy/hadoop"
mount --bind "$3" "$1/ohmy/java"
mount --rbind "$1" /opt
shift 3
exec "$@"
"""


def _unshare() -> list[str]:
    """Return how to start in a mount namespace, for which another user than root takes one of users, too."""
    return ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]


def command(work: Path, hadoop: Path, java: Path, *argv: str, alone: bool = False) -> list[str]:
    """Return the command that runs *argv* in a mount namespace of its own.

    :param work: an empty folder, over which to mount.
    :param alone: without a network, and with all that it started ended when it ends.
    """
    more = ["--net", "--pid", "--fork", "--kill-child", "--mount-proc"] if alone else []
    return [*_unshare(), *more, "sh", "-c", _MOUNT, "sh", str(work), str(hadoop), str(java), *argv]


@functools.cache
def possible() -> bool:
    """Tell whether this machine lets us mount in a namespace: many a container does not."""
    try:
        done = subprocess.run([*_unshare(), "mount", "-t", "tmpfs", "tmpfs", "/opt"], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0
