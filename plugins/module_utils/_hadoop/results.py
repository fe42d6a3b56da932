# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""A job's answer in HDFS: its parts, and one of them at a time as a file with a checksum."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import typing as t

from .._core.errors import OhmyError
from .jobs import read_fingerprint
from .webhdfs import CHUNK, WebHdfs

RESERVE = 256 << 20
TRIES = 3


def list_parts(hdfs: WebHdfs, output: str, fingerprint: str | None = None) -> list[dict[str, t.Any]]:
    """Return [{"name", "size"}] of a whole answer, by name.

    :param fingerprint: of the job whose answer it must be; None takes any.
    :raises OhmyError: it is not there, not whole, or another job's.
    """
    entries = {str(entry["pathSuffix"]): entry for entry in hdfs.list(output)} if hdfs.status(output) else None
    if entries is None:
        raise OhmyError(f"There is no {output} in HDFS.", "The job has not run on this cluster.")
    if "_SUCCESS" not in entries:
        raise OhmyError(f"{output} in HDFS is not whole: it holds no _SUCCESS.", "The job failed or still runs.")
    if fingerprint is not None and read_fingerprint(hdfs, output) != fingerprint:
        raise OhmyError(f"{output} in HDFS is another job's answer.", "Run the job again, with force.")
    return [
        {"name": name, "size": int(entry["length"])}
        for name, entry in sorted(entries.items())
        if entry["type"] == "FILE" and not name.startswith(("_", "."))
    ]


def spool(hdfs: WebHdfs, output: str, name: str, folder: str, owner: str | None = None) -> dict[str, t.Any]:
    """Copy one part into a directory on the master; return {"path", "size", "sha256"}.

    :param folder: is there already; a part spooled earlier is removed, so that there is room for one.
    :param owner: user who may read the file, by default this one.
    :raises OhmyError: no such part, no room, or it came only in part three times.
    """
    if os.path.basename(name) != name or name.startswith("."):
        raise OhmyError(f"{name!r} is no part of an answer.")
    source = f"{output.rstrip('/')}/{name}"
    entry = hdfs.status(source)
    if entry is None or entry["type"] != "FILE":
        raise OhmyError(f"There is no {source} in HDFS.")
    for old in os.listdir(folder):
        if old.startswith("part-"):
            os.unlink(os.path.join(folder, old))
    size, free = int(entry["length"]), shutil.disk_usage(folder).free
    if size + RESERVE > free:
        raise OhmyError(
            f"{source} does not fit into {folder} on the master: {size >> 20} MiB, {free >> 20} are free.",
            "Let the job write more and smaller parts (job_reduces), or use a master with a larger disk.",
        )
    path = os.path.join(folder, name)
    for attempt in range(1, TRIES + 1):
        try:
            return {"path": path, "size": size, "sha256": _copy(hdfs, source, path, size, owner)}
        except OhmyError:
            if attempt == TRIES:
                raise
    raise AssertionError


def _copy(hdfs: WebHdfs, source: str, path: str, size: int, owner: str | None) -> str:
    digest, total = hashlib.sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb", buffering=CHUNK) as target, hdfs.open(source) as stream:
        if owner is not None:
            entry = pwd.getpwnam(owner)
            os.fchown(target.fileno(), entry.pw_uid, entry.pw_gid)
        for chunk in stream.chunks():
            target.write(chunk)
            digest.update(chunk)
            total += len(chunk)
    if total != size:
        raise OhmyError(f"{source} came with {total} bytes instead of {size}.", "Try again.")
    return digest.hexdigest()
