# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Folders that only this user enters, and the sockets in them."""

from __future__ import annotations

import os
import stat

from .errors import OhmyError

# A socket has 107 bytes for its path, of which ssh wants 66 for hash and suffix.
LONGEST_RUNTIME_DIR = 24


def socket_path(name: str) -> str:
    """Return the path of a socket of this user's, in a folder that only its owner enters (``make_private``).

    A runtime folder in the environment may be another user's, as it is after ``su``.
    """
    base = os.environ.get("XDG_RUNTIME_DIR") or "/tmp"
    if len(base) > LONGEST_RUNTIME_DIR or not os.path.isdir(base) or not os.access(base, os.W_OK | os.X_OK):
        base = "/tmp"
    return os.path.join(base, f"ohmy-{os.getuid()}", name)


def make_private(path: str) -> None:
    """Make a folder that only its owner enters; raise OhmyError when it is a stranger's."""
    os.makedirs(path, mode=0o700, exist_ok=True)
    found = os.lstat(path)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise OhmyError(
            f"{path} does not belong to this user.", "Remove it, or set XDG_RUNTIME_DIR to a folder of yours."
        )
    os.chmod(path, 0o700)
