# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a path in HDFS can be, and which are taken."""

from __future__ import annotations

import re

from .._core.errors import OhmyError

# A colon, a line's end, or bytes that are no UTF-8 (which Python shows as lone surrogates).
UNUSABLE = re.compile("[:\r\n\x00\ud800-\udfff]")
# Of the collection and of Hadoop themselves.
TAKEN = ("/user/hadoop/input", "/user/hadoop/jobs", "/tmp", "/app-logs", "/mr-history")


def normal(path: str) -> str:
    """Return a path with single slashes and none at its end.

    :raises OhmyError: it is not absolute, or cannot be a path in HDFS.
    """
    parts = path.split("/")
    if not path.startswith("/") or ".." in parts or "." in parts or UNUSABLE.search(path):
        raise OhmyError(
            f"{path!r} is no absolute path in HDFS.", "It begins with a slash and holds no colon, '.' or '..'."
        )
    return "/" + "/".join(part for part in parts if part)
