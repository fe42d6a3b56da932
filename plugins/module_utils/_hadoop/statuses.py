# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What lies at many paths of HDFS: one listing for those of a directory, where they are many."""

from __future__ import annotations

import typing as t

from .._core.errors import OhmyError
from .many import THREADS, for_all
from .webhdfs import WebHdfs

Status = t.Optional[dict[str, t.Any]]


def statuses(hdfs: WebHdfs, paths: t.Iterable[str]) -> dict[str, Status]:
    """Return the FileStatus at each path, None where nothing is.

    A directory may be vast: for no more of its entries than can be asked for at the same time it is not listed.
    """
    siblings: dict[str, list[str]] = {}
    for path in paths:
        siblings.setdefault((path.rpartition("/")[0] or "/") if path != "/" else "", []).append(path)
    listed = {folder: set(names) for folder, names in siblings.items() if len(names) > THREADS}
    found: dict[str, Status] = {}
    for known in for_all(lambda folder: _listing(hdfs, folder, listed[folder]), list(listed)):
        found.update(known)
    rest = [path for names in siblings.values() for path in names if path not in found]
    found.update(zip(rest, for_all(hdfs.status, rest)))
    return found


def _listing(hdfs: WebHdfs, folder: str, paths: t.Collection[str]) -> dict[str, Status]:
    try:
        entries = hdfs.entries(folder) or {}
    except OhmyError:
        return {}  # it may not be listed, or is a file: what that means for a path HDFS says of the path
    return {path: entries.get(path.rpartition("/")[2]) for path in paths}
