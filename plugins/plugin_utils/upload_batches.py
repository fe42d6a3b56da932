# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The controller's files on their way to HDFS: which are missing there, and many of them as one file."""

from __future__ import annotations

import hashlib
import os
import typing as t

from ..module_utils._core.errors import OhmyError
from ..module_utils._core.plan import Plan
from ..module_utils._core.unchanged import require_unchanged
from ..module_utils._hadoop.programs import file_sha256
from ..module_utils._hadoop.uploads import stranger

BATCH_BYTES = 64 << 20
BATCH_FILES = 500
CHUNK = 1 << 20
Item = dict[str, t.Any]


def local_items(items: t.Any) -> list[Item]:
    """Check the files to upload and return [{"source", "key", "size", "sha256"}]; ``sha256`` None where none is named.

    :raises OhmyError: names every file that is missing, no plain file, or cannot be read.
    """
    if not isinstance(items, (list, tuple)) or not items:
        raise OhmyError("items is empty: there is nothing to upload.", "Name at least one file.")
    if not all(isinstance(item, t.Mapping) and item.get("source") for item in items):
        raise OhmyError(
            "items must be a list of entries, each with source (a path) and key.",
            "Write - {source: PATH, key: NAME}; key may be left out.",
        )
    unknown = sorted({str(name) for item in items for name in item} - {"source", "key", "sha256"})
    if unknown:
        raise OhmyError(f"items: {unknown[0]!r} is no option of an item.", "There are source, key and sha256.")
    found, problems = [], []
    for item in items:
        source = str(item["source"])
        key = str(item.get("key") or os.path.basename(source.rstrip("/")))
        try:
            if os.path.isfile(source) and os.access(source, os.R_OK):
                size = os.stat(source).st_size
                found.append({"source": source, "key": key, "size": size, "sha256": item.get("sha256")})
            else:
                problems.append(f"{source}: {_why_not(source)}")
        except OSError as exc:
            problems.append(f"{source}: {exc.strerror}")
    if problems:
        more = f" and {len(problems) - 5} more" if len(problems) > 5 else ""
        raise OhmyError(
            f"Files cannot be uploaded: {'; '.join(problems[:5])}{more}.", "Name files that are there and may be read."
        )
    return found


def compare(items: t.Sequence[Item], there: t.Mapping[str, Item], target: str, force: bool) -> tuple[Plan, list[Item]]:
    """Return the plan, and the items that are to be uploaded.

    :param there: as ``uploads.look`` returns it.
    :raises OhmyError: a file is in the way that no upload wrote, or one is not the one whose ``sha256`` was named.
    """
    plan, missing = Plan(), []
    for item in items:
        known = there.get(item["key"])
        if known is not None and not force and known["size"] == item["size"]:
            if known["sha256"] in (None, known["sha256"] and digest_of(item)):
                continue
            if known.get("unknown"):
                raise stranger(f"{target.rstrip('/')}/{item['key']}")
        plan.add("upload", item["key"], f"{known['size']} bytes" if known else None, f"{item['size']} bytes")
        missing.append(item)
    return plan, missing


def digest_of(item: Item) -> str:
    """Return the sha256 of an item's file, which is the one that was named where one was."""
    try:
        digest = file_sha256(item["source"])
    except OSError as exc:
        raise _unreadable(item["source"], exc) from exc
    require_unchanged(item["source"], digest, item.get("sha256"))
    return digest


def batches(items: t.Sequence[Item]) -> list[list[Item]]:
    """Return the items in groups of at most ``BATCH_FILES`` and ``BATCH_BYTES``, a larger file alone."""
    found: list[list[Item]] = []
    total = 0
    for item in items:
        if not found or len(found[-1]) >= BATCH_FILES or total + item["size"] > BATCH_BYTES:
            found.append([])
            total = 0
        found[-1].append(item)
        total += item["size"]
    return found


def pack(batch: t.Sequence[Item], folder: str) -> tuple[str, list[Item]]:
    """Return a path that holds the bytes of the batch's files one after the other, and [{"key", "size", "sha256"}].

    :param folder: a temporary directory; its file ``batch`` is written anew.
    :raises OhmyError: a file changed since it was looked at, or is not the one whose ``sha256`` was named.
    """
    path = os.path.join(folder, "batch")
    if os.path.lexists(path):
        os.unlink(path)
    if len(batch) == 1:
        # A link spares a copy of a large file, and hides a name that the transfer would take for a pattern.
        os.symlink(os.path.abspath(batch[0]["source"]), path)
        digest = digest_of(batch[0])
        return path, [_checked(batch[0], os.path.getsize(path), digest)]
    listing = []
    try:
        with open(path, "wb") as target:
            for item in batch:
                listing.append(_append(item, target))
    except OSError as exc:
        raise OhmyError(f"{path} cannot be written: {exc.strerror}.", "Make room there.") from exc
    return path, listing


def _append(item: Item, target: t.IO[bytes]) -> Item:
    digest, size = hashlib.sha256(), 0
    for chunk in _chunks(item["source"]):
        target.write(chunk)
        digest.update(chunk)
        size += len(chunk)
    return _checked(item, size, digest.hexdigest())


def _chunks(source: str) -> t.Iterator[bytes]:
    try:
        with open(source, "rb") as stream:
            while chunk := stream.read(CHUNK):
                yield chunk
    except OSError as exc:
        raise _unreadable(source, exc) from exc


def _checked(item: Item, size: int, sha256: str) -> Item:
    require_unchanged(item["source"], sha256, item.get("sha256"))
    if size != item["size"]:
        raise OhmyError(f"{item['source']} has changed since it was looked at.", "Run the same command again.")
    return {"key": item["key"], "size": size, "sha256": sha256}


def _unreadable(source: str, exc: OSError) -> OhmyError:
    return OhmyError(f"{source} cannot be read: {exc.strerror}.", "Look at its rights.")


def _why_not(source: str) -> str:
    if os.path.isdir(source):
        return "a directory, whose files are to be named one by one"
    if not os.path.lexists(source):
        return "not there"
    return "no plain file" if not os.path.isfile(source) else "may not be read"
