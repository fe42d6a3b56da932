# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""How paths lie to each other, here, in HDFS and in S3."""

from __future__ import annotations

import os
import re
import typing as t

# A file system takes these in a name; a key in S3 and a line of a log do not.
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def inside(inner: str, outer: str) -> bool:
    """Tell whether a path is another or lies below it; both are normal, and slashes at their ends do not count."""
    one, other = inner.strip("/"), outer.strip("/")
    return f"{one}/".startswith(f"{other}/") or not other


def nearest(path: str, exists: t.Callable[[str], bool] = os.path.isdir) -> str:
    """Return an absolute path on this machine, or the first above it for which ``exists`` is true."""
    while path != "/" and not exists(path):
        path = os.path.dirname(path)
    return path
