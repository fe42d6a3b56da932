# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What lies under paths in HDFS, in the words of ``hdfs_path``."""

from __future__ import annotations

import typing as t

from .hdfs_names import normal
from .many import for_all
from .statuses import statuses
from .webhdfs import WebHdfs

FIELDS = ("owner", "group", "mode", "size", "replication", "block_size", "modified")
Info = dict[str, t.Any]


def look(hdfs: WebHdfs, params: t.Mapping[str, t.Any]) -> list[Info]:
    """Return what ``hdfs_path_info`` documents as ``paths``.

    :param params: path, summary, entries, checksum.
    :raises OhmyError: a path that cannot be one; a path where nothing is, is no error.
    """

    wanted = [normal(path) for path in params["path"]]
    there = statuses(hdfs, wanted)

    def one(path: str) -> Info:
        status = there[path]
        info: Info = {"path": path, "state": "absent", **dict.fromkeys(FIELDS)}
        info.update(summary=None, checksum=None, entries=None)
        if status is None:
            return info
        info.update(facts(status))
        if params["summary"]:
            info["summary"] = summary(hdfs.content_summary(path))
        if params["checksum"] and status["type"] == "FILE":
            found = hdfs.checksum(path)
            info["checksum"] = {"algorithm": found["algorithm"], "value": found["bytes"]}
        if params["entries"] and status["type"] == "DIRECTORY":
            info["entries"] = [{"name": entry["pathSuffix"], **facts(entry)} for entry in hdfs.list(path)]
        return info

    return for_all(one, wanted)


def facts(status: t.Mapping[str, t.Any]) -> Info:
    """Return a FileStatus in this collection's words."""
    return {
        "state": str(status["type"]).lower(),
        "owner": status["owner"],
        "group": status["group"],
        "mode": f"{int(status['permission'], 8):04o}",
        "size": int(status["length"]),
        "replication": int(status["replication"]),
        "block_size": int(status["blockSize"]),
        "modified": int(status["modificationTime"]) / 1000,
    }


def summary(found: t.Mapping[str, t.Any]) -> Info:
    """Return a ContentSummary in this collection's words."""
    quotas = {"name_quota": int(found["quota"]), "space_quota": int(found["spaceQuota"])}
    return {
        "files": int(found["fileCount"]),
        "directories": int(found["directoryCount"]),
        "bytes": int(found["length"]),
        "space": int(found["spaceConsumed"]),
        **{name: value if value >= 0 else None for name, value in quotas.items()},
    }
