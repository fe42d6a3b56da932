# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The controller's files in HDFS: what is there already, and many of them written from one file on the master."""

from __future__ import annotations

import hashlib
import json
import os
import typing as t

from .._core.errors import OhmyError
from .hdfs_names import UNUSABLE, normal
from .jobs import read_fingerprint, write_fingerprint
from .many import for_all
from .streams import CHUNK, Slice
from .webhdfs import WebHdfs

# Both are hidden from Hadoop's jobs by their dot.
ASIDE = ".ohmy-partial"
RECORD = ".ohmy-uploaded.json"
RECORD_LIMIT = 256 << 20
Item = t.Mapping[str, t.Any]
Data = dict[str, t.Any]


def check_items(target: str, items: t.Sequence[Item]) -> str:
    """Refuse a target or keys that HDFS cannot hold, or not all at once; return the target as HDFS spells it; pure.

    :raises OhmyError: names the first of them.
    """
    try:
        whole = normal(target)
    except OhmyError:
        whole = "/"
    if whole == "/":
        raise OhmyError(
            f"target: {target!r} is no absolute path in HDFS below its root.",
            "Name a directory such as /data/books, without a colon, '.' or '..'.",
        )
    keys = [str(item["key"]) for item in items]
    for key in keys:
        if UNUSABLE.search(key) or any(part in ("", ".", "..") for part in key.split("/")):
            raise OhmyError(
                f"items: {key!r} cannot be a name in HDFS below {target}.",
                "A colon, a line's end, an empty part between two slashes, '.' and '..' are not possible there.",
            )
        if key.split("/")[0] in (ASIDE, RECORD):
            raise OhmyError(f"items: {key!r} is a name that uploads use themselves.", "Give it another key.")
    if len(set(keys)) < len(keys):
        twice = next(key for number, key in enumerate(keys) if key in keys[:number])
        raise OhmyError(f"items: two files have the key {twice!r}, and only one would arrive.", "Give one another key.")
    taken = set(keys)
    for key in keys:
        for end in (place for place, letter in enumerate(key) if letter == "/"):
            if key[:end] in taken:
                raise OhmyError(f"items: {key[:end]!r} is a file, and {key!r} would lie in it.", "Rename one of them.")
    return whole


def look(hdfs: WebHdfs, target: str, items: t.Sequence[Item], fingerprint: str | None, force: bool) -> Data:
    """Return what is there of the items; changes nothing.

    :param items: [{"key", "size"}].
    :param fingerprint: what is below the target belongs to it; None: a record in the target tells what uploads wrote.
    :returns: {key: {"size", "sha256"}} of the files that are there; ``sha256`` None where the fingerprint vouches.
    :raises OhmyError: something is in the way that no upload wrote.
    """
    base = hdfs.entries(target)
    if base is not None and fingerprint is not None and base and read_fingerprint(hdfs, target) != fingerprint:
        raise OhmyError(
            f"{target} is in HDFS already, and was not uploaded there with this fingerprint.",
            "It is never deleted: name another target, or move it.",
        )
    found = _there(hdfs, target, items) if base is not None else {}
    if fingerprint is not None:
        if base is not None:
            _refuse_extra(hdfs, target, items)
        return {key: {"size": int(entry["length"]), "sha256": None} for key, entry in found.items()}
    record = read_record(hdfs, target) if found else {}
    sizes = {str(item["key"]): int(item["size"]) for item in items}
    return {key: _known(hdfs, target, key, entry, record, sizes[key], force) for key, entry in found.items()}


def claim(hdfs: WebHdfs, target: str, fingerprint: str | None) -> None:
    """Make the target, and write beside it whose it is; ``look`` has seen that nobody else has it."""
    hdfs.mkdirs(target)
    if fingerprint is not None and read_fingerprint(hdfs, target) != fingerprint:
        write_fingerprint(hdfs, target, fingerprint)


def write_batch(hdfs: WebHdfs, target: str, batch: t.Sequence[Item], path: str, recorded: bool) -> None:
    """Write files whose bytes follow each other in one file; each gets its name when it is whole.

    :param batch: [{"key", "size", "sha256"}].
    :param recorded: note what was written in the target's record.
    :raises OhmyError: the file came damaged; nothing of it was written then.
    """
    aside = f"{target.rstrip('/')}/{ASIDE}"
    if not batch:
        return
    with open(path, "rb") as stream:
        starts = verify(stream, batch)
        hdfs.mkdirs(aside)

        def write(number: int) -> None:
            content = Slice(stream.fileno(), starts[number], int(batch[number]["size"]))
            hdfs.create(f"{aside}/{number}", content, overwrite=True)

        for_all(write, range(len(batch)))
    written = hdfs.entries(aside) or {}
    for number, item in enumerate(batch):
        if int(written.get(str(number), {}).get("length", -1)) != int(item["size"]):
            raise OhmyError(f"{item['key']} was not written whole into HDFS.", "Run the same command again.")
    if recorded:
        # The entry comes first: a run that is killed in between must know the file as its own.
        _record(hdfs, target, {str(i["key"]): {**_entry(i), **_time(written[str(n)])} for n, i in enumerate(batch)})
    for_all(hdfs.mkdirs, sorted({_parent(target, str(item["key"])) for item in batch}))
    for_all(
        lambda number: hdfs.rename(f"{aside}/{number}", f"{target.rstrip('/')}/{batch[number]['key']}", overwrite=True),
        range(len(batch)),
    )


def verify(stream: t.IO[bytes], batch: t.Sequence[Item]) -> list[int]:
    """Return where each file of a batch begins.

    :raises OhmyError: one has another sha256 than it should, or bytes are left over.
    """
    starts, at = [], 0
    for item in batch:
        content = Slice(stream.fileno(), at, int(item["size"]))
        digest = hashlib.sha256()
        while chunk := content.read(CHUNK):
            digest.update(chunk)
        if content.left or digest.hexdigest() != item["sha256"]:
            raise OhmyError(f"{item['key']} came damaged to the master.", "Run the same command again.", damaged=True)
        starts.append(at)
        at += int(item["size"])
    if os.fstat(stream.fileno()).st_size != at:
        raise OhmyError("The files came damaged to the master.", "Run the same command again.", damaged=True)
    return starts


def finish(hdfs: WebHdfs, target: str, items: t.Sequence[Item], fingerprint: str | None) -> None:
    """Remove what was aside and see whether all is there, and with a fingerprint nothing else.

    :param items: [{"key", "size"}].
    :raises OhmyError: names the first file that is not as it should be.
    """
    hdfs.delete(f"{target.rstrip('/')}/{ASIDE}", recursive=True)
    want = {str(item["key"]): int(item["size"]) for item in items}
    have = {key: int(entry["length"]) for key, entry in _there(hdfs, target, items).items()}
    for key, size in want.items():
        if have.get(key) != size:
            raise OhmyError(
                f"{target}/{key} is not in HDFS as it was uploaded: {have.get(key)} bytes instead of {size}.",
                "Does somebody else write there? Run the same command again.",
            )
    if fingerprint is not None:
        _refuse_extra(hdfs, target, items)


def leftover(hdfs: WebHdfs, target: str) -> bool:
    """Tell whether an interrupted upload left something aside."""
    return hdfs.status(f"{target.rstrip('/')}/{ASIDE}") is not None


def read_record(hdfs: WebHdfs, target: str) -> dict[str, list[Data]]:
    """Return key → [{"size", "sha256", "modified"}], the states in which uploads may have left a file."""
    path = f"{target.rstrip('/')}/{RECORD}"
    if hdfs.status(path) is None:
        return {}
    try:
        return dict(json.loads(hdfs.read(path, RECORD_LIMIT))["files"])
    except (ValueError, KeyError, TypeError) as exc:
        raise OhmyError(
            f"{path} in HDFS cannot be read: {exc}.", "Remove it; then force replaces what is there."
        ) from exc


def _record(hdfs: WebHdfs, target: str, entries: t.Mapping[str, Data]) -> None:
    files, base = read_record(hdfs, target), target.rstrip("/")
    for key, entry in entries.items():
        files[key] = [*files.get(key, []), entry][-2:]
    text = json.dumps({"schema": 1, "files": files}, sort_keys=True, separators=(",", ":"))
    hdfs.create(f"{base}/{ASIDE}/record", text.encode(), overwrite=True)
    hdfs.rename(f"{base}/{ASIDE}/record", f"{base}/{RECORD}", overwrite=True)


def _there(hdfs: WebHdfs, target: str, items: t.Sequence[Item]) -> dict[str, Data]:
    """Return key → FileStatus of the items that are there; one listing for each directory."""
    names: dict[str, list[str]] = {}
    for item in items:
        names.setdefault(_parent(target, str(item["key"])), []).append(str(item["key"]))
    found: dict[str, Data] = {}
    for folder, entries in zip(names, for_all(hdfs.entries, list(names))):
        for key in names[folder]:
            entry = (entries or {}).get(key.rsplit("/", 1)[-1])
            if entry is not None and entry["type"] != "FILE":
                raise OhmyError(f"{target}/{key} in HDFS is a directory.", "Give the file another key.")
            if entry is not None:
                found[key] = entry
    return found


def _refuse_extra(hdfs: WebHdfs, target: str, items: t.Sequence[Item]) -> None:
    want = {str(item["key"]) for item in items}
    extra = sorted(name for name, _entry in hdfs.walk(target) if name not in want and name.split("/")[0] != ASIDE)
    if extra:
        raise OhmyError(
            f"{target} holds {len(extra)} files that are not among the items, such as {extra[0]!r}.",
            "Remove them, or name another target.",
        )


def _known(
    hdfs: WebHdfs, target: str, key: str, entry: Data, record: t.Mapping[str, list[Data]], size: int, force: bool
) -> Data:
    length = int(entry["length"])
    for known in record.get(key, []):
        if known["size"] == length and known["modified"] == entry["modificationTime"]:
            return {"size": length, "sha256": known["sha256"]}
    if force:
        return {"size": length, "sha256": ""}
    path = f"{target.rstrip('/')}/{key}"
    if length == size:
        # Nobody noted it, or it was changed since: its bytes tell.
        return {"size": length, "sha256": hdfs.sha256(path), "unknown": True}
    raise stranger(path)


def stranger(path: str) -> OhmyError:
    """Return the error for a file in HDFS that no upload wrote."""
    return OhmyError(
        f"{path} is in HDFS already, and no earlier upload left it like this.",
        "Name another target, remove it, or replace it with force.",
    )


def _entry(item: Item) -> Data:
    return {"size": int(item["size"]), "sha256": str(item["sha256"])}


def _time(entry: t.Mapping[str, t.Any]) -> Data:
    return {"modified": int(entry["modificationTime"])}


def _parent(target: str, key: str) -> str:
    return f"{target.rstrip('/')}/{key}".rsplit("/", 1)[0]
