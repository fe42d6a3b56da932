# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Folders that only this user enters, and the sockets in them."""

from __future__ import annotations

import os
import stat

from .errors import OhmyError
from .places import nearest

# A socket has 107 bytes for its path, of which ssh wants 66 for hash and suffix.
LONGEST_RUNTIME_DIR = 24
LEAST_ROOM = 1 << 16  # bytes


class NoSockets(OhmyError):
    """SSH cannot keep its sockets on this machine."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"SSH's sockets cannot be kept in {socket_folder()}: {why}.",
            f"Make room or mend it, or set XDG_RUNTIME_DIR to a folder of yours, of {LONGEST_RUNTIME_DIR} letters at most.",
        )


def socket_folder() -> str:
    """Return the folder of this user's sockets, which only its owner enters.

    A runtime folder in the environment may be another user's, as it is after ``su``.
    """
    base = os.environ.get("XDG_RUNTIME_DIR") or "/tmp"
    if len(base) > LONGEST_RUNTIME_DIR or not os.path.isdir(base) or not os.access(base, os.W_OK | os.X_OK):
        base = "/tmp"
    return os.path.join(base, f"ohmy-{os.getuid()}")


def socket_path(name: str) -> str:
    """Return the path of a socket of this user's."""
    return os.path.join(socket_folder(), name)


def require_sockets() -> None:
    """Raise NoSockets where the folder of sockets cannot be made, or has no room."""
    folder = nearest(socket_folder(), os.path.lexists)
    if folder == socket_folder() and os.lstat(folder).st_uid != os.getuid():
        raise NoSockets(f"{folder} does not belong to this user")
    if not os.path.isdir(folder) or not os.access(folder, os.W_OK | os.X_OK):
        raise NoSockets(f"{folder} cannot be written")
    disk = os.statvfs(folder)
    # Some file systems do not count files.
    if disk.f_bavail * disk.f_frsize < LEAST_ROOM or (disk.f_files > 0 and disk.f_favail == 0):
        raise NoSockets("the disk is full")


def make_socket_folder() -> None:
    """Make the folder of sockets; raise NoSockets where the system refuses, OhmyError when it is a stranger's."""
    try:
        make_private(socket_folder())
    except OSError as exc:
        raise NoSockets(exc.strerror or str(exc)) from exc


def make_private(path: str) -> None:
    """Make a folder that only its owner enters; raise OhmyError when it is a stranger's."""
    os.makedirs(path, mode=0o700, exist_ok=True)
    found = os.lstat(path)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise OhmyError(
            f"{path} does not belong to this user.", "Remove it, or set XDG_RUNTIME_DIR to a folder of yours."
        )
    os.chmod(path, 0o700)
