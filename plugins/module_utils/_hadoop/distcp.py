# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Copies from S3 into HDFS: what is to be there, what is missing, which command brings it; pure."""

from __future__ import annotations

import re
import typing as t

from .._core.errors import OhmyError

Sizes = t.Dict[str, int]
Listing = t.Iterable[t.Mapping[str, t.Any]]
LEFTOVER = ".distcp.tmp."
# One JVM on the master copies this much sooner than YARN has started its tasks.
LOCAL_BYTES = 256 << 20
LOCAL_FILES = 500
CONSOLE = {
    "Files Copied": "COPY",
    "Files Skipped": "SKIP",
    "Files Failed": "FAIL",
    "Bytes Copied": "BYTESCOPIED",
    "Bytes Expected": "BYTESEXPECTED",
    "Bytes Skipped": "BYTESSKIPPED",
    "Bytes Failed": "BYTESFAILED",
}
COUNTERS = (*CONSOLE.values(), "DIR_COPY")
EXIT_CODES = {
    255: ("distcp refused its arguments, or the source is not there", "Look at the source in S3."),
    254: ("two objects would become the same file", "Copy them to two targets."),
    25: ("distcp failed", "Run the same command again: what was copied stays."),
}


def split_source(source: str) -> tuple[str, str]:
    """Return (bucket, key) of an s3 or s3a URI.

    :raises OhmyError: it is none.
    """
    found = re.match(r"^s3[an]?://([^/]+)/?(.*)$", source, re.DOTALL)
    if not found:
        raise OhmyError(f"{source!r} is no place in S3.", "Write s3a://BUCKET/KEY.")
    return found.group(1), found.group(2)


def expected(source: str, listing: Listing) -> Sizes:
    """Return relative name → size of what a source holds, from the objects whose key begins with its own.

    An object of the very name counts alone; else everything below the key as a folder. Keys that end in a slash mark
    folders and are no files.

    :raises OhmyError: there is nothing, or a name that HDFS cannot hold.
    """
    key = split_source(source)[1]
    folder = key.rstrip("/") + "/" if key.strip("/") else ""
    found: Sizes = {}
    for entry in listing:
        name, size = str(entry["key"]), int(entry["size"])
        if name == key and not key.endswith("/") and key:
            return {name.rsplit("/", 1)[-1]: size}
        if name.startswith(folder) and not name.endswith("/"):
            found[name[len(folder) :]] = size
    if not found:
        raise OhmyError(f"{source} is not in S3, or holds no object.", "List the prefix above it.")
    _refuse_names(source, found)
    return found


def source_uri(source: str) -> str:
    """Return a source as distcp wants it: s3a, a bucket with its slash, and no character taken for a pattern."""
    bucket, key = split_source(source)
    return f"s3a://{bucket}/" + re.sub(r"([\\*?\[\]{}])", r"\\\1", key)


def missing(want: t.Mapping[str, int], have: t.Mapping[str, int]) -> Sizes:
    """Return what is not there, or with another size."""
    return {name: size for name, size in want.items() if have.get(name) != size}


def strangers(want: t.Mapping[str, int], have: t.Mapping[str, int]) -> list[str]:
    """Return files that are there and ought not to be, leftovers of interrupted copies aside."""
    return sorted(name for name in have if name not in want and not is_leftover(name))


def is_leftover(name: str) -> bool:
    """Tell whether a file is what an interrupted distcp left."""
    return name.rsplit("/", 1)[-1].startswith(LEFTOVER)


def fits_local(want: t.Mapping[str, int]) -> bool:
    """Tell whether a copy is small enough for one JVM on the master."""
    return len(want) <= LOCAL_FILES and sum(want.values()) <= LOCAL_BYTES


def command(hadoop: str, source: str, target: str, name: str, tag: str, local: bool, files: int | None) -> list[str]:
    """Return the argument list of a copy; on YARN it comes back when the job is submitted.

    Always -update: without it what is there is skipped whatever it holds, and a second run copies into a subfolder.
    S3 and HDFS have no checksum in common: length and time decide, as they do when s3a offers a checksum of its own.
    """
    words = [hadoop, "distcp", "-D", f"mapreduce.job.name={name}", "-D", f"mapreduce.job.tags={tag}"]
    if local:
        words += ["-D", "mapreduce.framework.name=local"]
    words += ["-update", "-skipcrccheck", "-numListstatusThreads", "20", "-m", str(max(1, min(20, files or 20)))]
    if not local:
        words += ["-async", "-strategy", "dynamic"]
    return [*words, source_uri(source), target]


def console_counters(log: str) -> dict[str, int]:
    """Return the counters that a copy printed, by their REST names."""
    found = {}
    for title, name in {**CONSOLE, "DIR_COPY": "DIR_COPY"}.items():
        hits = re.findall(rf"^\s*(?:{re.escape(title)}|{name})=(\d+)\s*$", log, re.MULTILINE)
        if hits:
            found[name] = int(hits[-1])
    return found


def _refuse_names(source: str, found: t.Mapping[str, int]) -> None:
    bad = sorted(
        name
        for name in found
        if ":" in name or any(part in ("", ".", "..") for part in name.split("/")) or "\n" in name or "\r" in name
    )
    if bad:
        raise OhmyError(
            f"{source} holds {len(bad)} objects whose names HDFS cannot hold, such as {bad[0]!r}.",
            "A colon, an empty part between two slashes, '.' and '..' are not possible there: rename them in S3.",
        )
    clash = next((name for name in sorted(found) if _parent_of(name, found)), None)
    if clash is not None:
        raise OhmyError(
            f"{source} holds {clash!r} below an object that has its folder's name.",
            "HDFS cannot hold both: rename one.",
        )


def _parent_of(name: str, found: t.Mapping[str, int]) -> bool:
    parts = name.split("/")[:-1]
    return any("/".join(parts[:count]) in found for count in range(1, len(parts) + 1))
