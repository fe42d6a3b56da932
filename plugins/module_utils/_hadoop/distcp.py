# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Copies between S3 and HDFS: what is to be there, what is missing, which command brings it; pure."""

from __future__ import annotations

import re
import typing as t

from .._core import s3_uri
from .._core.errors import OhmyError
from .hdfs_names import normal


class Entry(t.NamedTuple):
    """A file: its size, and when it was changed last, in seconds since 1970 (0: unknown)."""

    size: int
    modified: float = 0.0


class Place(t.NamedTuple):
    """Where files lie: ``bucket`` and a key, or an absolute path in HDFS where the bucket is empty."""

    bucket: str
    path: str

    @property
    def in_s3(self) -> bool:
        """Tell whether it lies in S3."""
        return bool(self.bucket)

    def __str__(self) -> str:
        return f"s3a://{self.bucket}/{self.path}" if self.bucket else self.path


Files = dict[str, Entry]
Listing = t.Iterable[tuple[str, Entry]]
LEFTOVER = ".distcp.tmp."
# One JVM on the master copies this much sooner than YARN has started its tasks.
LOCAL_BYTES = 256 << 20
LOCAL_FILES = 2000
LOCAL_THREADS = 4
MOST_MAPS = 20
LIST_THREADS = 20
# Each file is compared with each pattern there.
MOST_FILTERS = 10000
CONSOLE = {
    "Files Copied": "COPY",
    "Files Skipped": "SKIP",
    "Files Failed": "FAIL",
    "Bytes Copied": "BYTESCOPIED",
    "Bytes Expected": "BYTESEXPECTED",
    "Bytes Skipped": "BYTESSKIPPED",
    "Bytes Failed": "BYTESFAILED",
}
DELETED = "DELETED"  # distcp does not count these; we do
COUNTERS = (*CONSOLE.values(), "DIR_COPY", DELETED)
PRESERVE = {
    "replication": "r",
    "block_size": "b",
    "user": "u",
    "group": "g",
    "permission": "p",
    "checksum_type": "c",
    "acl": "a",
    "xattr": "x",
    "times": "t",
}


def place(text: str) -> Place:
    """Return the place that a text names.

    :raises OhmyError: it is neither in S3 nor in this cluster's HDFS.
    """
    if s3_uri.is_s3(text):
        return Place(*s3_uri.split(text))
    path = text[len("hdfs://") :] if text.startswith("hdfs:///") else text
    if not path.startswith("/"):
        raise OhmyError(
            f"{text!r} is neither a place in S3 nor a path in HDFS.",
            "Write s3://BUCKET/KEY or an absolute path; another cluster's HDFS cannot be named.",
        )
    return Place("", normal(path))


def below(where: Place, listing: Listing) -> Files:
    """Return relative name → file of what a place holds, from a listing of (key or path, entry).

    A file of the very name counts alone; else everything below the name as a folder. Keys that end in a slash mark
    folders and are no files.
    """
    name = where.path
    folder = name.rstrip("/") + "/" if name.strip("/") else ("" if where.in_s3 else "/")
    found: Files = {}
    for path, entry in listing:
        if path == name and name and not name.endswith("/"):
            return {path.rsplit("/", 1)[-1]: entry}
        if path.startswith(folder) and not path.endswith("/"):
            found[path[len(folder) :]] = entry
    return found


def expected(sources: t.Sequence[Place], held: t.Sequence[Files]) -> Files:
    """Return relative name → file of what a target is to hold after its sources were copied into it.

    :raises OhmyError: a source holds nothing, a name that HDFS cannot hold, or two sources have one name.
    """
    found: Files = {}
    owner: dict[str, Place] = {}
    for source, files in zip(sources, held):
        if not files:
            kind = "in S3, or holds no object" if source.in_s3 else "in HDFS, or holds no file"
            raise OhmyError(f"{source} is not {kind}.", "List the folder above it.")
        _refuse_names(source, files)
        for name, entry in files.items():
            if name in found:
                raise OhmyError(
                    f"{owner[name]} and {source} both hold {name!r}, which would become the same file.",
                    "Copy them to two targets.",
                )
            found[name], owner[name] = entry, source
    clash = next((name for name in sorted(found) if _parent_of(name, found)), None)
    if clash is not None:
        raise OhmyError(
            f"{owner[clash]} holds {clash!r} below a file that has its folder's name.",
            "HDFS cannot hold both: rename one.",
        )
    return found


def missing(
    want: t.Mapping[str, Entry], have: t.Mapping[str, Entry], update: bool = True, dated: bool = False
) -> Files:
    """Return what is to be copied: what is not there, and with ``update`` what is there with another size.

    :param dated: with ``update``, also what is newer than what is there.
    """
    found = {}
    for name, entry in want.items():
        other = have.get(name)
        if other is None or (update and (other.size != entry.size or (dated and entry.modified > other.modified))):
            found[name] = entry
    return found


def strangers(want: t.Iterable[str], have: t.Iterable[str]) -> list[str]:
    """Return files that are there and have no source, leftovers of interrupted copies aside."""
    return sorted(name for name in set(have) - set(want) if not is_leftover(name))


def is_leftover(name: str) -> bool:
    """Tell whether a file is what an interrupted distcp left."""
    return name.rsplit("/", 1)[-1].startswith(LEFTOVER)


def fits_local(want: t.Mapping[str, Entry]) -> bool:
    """Tell whether a copy is small enough for one JVM on the master."""
    return len(want) <= LOCAL_FILES and total(want) <= LOCAL_BYTES


def total(files: t.Mapping[str, Entry]) -> int:
    """Return the size of all files together."""
    return sum(entry.size for entry in files.values())


def source_uri(source: Place) -> str:
    """Return a source as distcp wants it, no character taken for a pattern."""
    head = f"s3a://{source.bucket}/" if source.in_s3 else ""
    return head + re.sub(r"([\\*?\[\]{}])", r"\\\1", source.path)


def filters(sources: t.Sequence[Place], names: t.Iterable[str]) -> str:
    """Return the lines of a filter file that keeps these names of the sources from being copied."""
    quoted = []
    for name in sorted(names):
        for source in sources:
            head = "" if source.in_s3 else "(hdfs://[^/]*)?"
            places = {f"{str(source).rstrip('/')}/{name}"}
            if source.path.rsplit("/", 1)[-1] == name:
                places.add(str(source))
            quoted += [head + _java_quote(path) for path in sorted(places)]
    return "".join(f"{line}\n" for line in quoted)


def command(
    hadoop: str,
    sources: t.Sequence[Place],
    target: Place,
    spec: t.Mapping[str, t.Any],
    tags: str,
    local: bool,
    most_maps: int,
    conf_file: str | None = None,
    filter_file: str | None = None,
) -> list[str]:
    """Return the argument list of a copy; on YARN it comes back when the job is submitted.

    Always -update: without it what is there is skipped whatever it holds, and a second run copies into a subfolder.
    S3 and HDFS have no checksum in common: length and time decide, as they do when s3a offers a checksum of its own.

    :param most_maps: how many maps can be of use, where the specification does not say.
    """
    words = [hadoop, "distcp"]
    if conf_file is not None:
        words += ["-conf", conf_file]
    words += ["-D", f"mapreduce.job.name={spec.get('name') or spec['id']}", "-D", f"mapreduce.job.tags={tags}"]
    if local:
        # Small files cost waiting, not work.
        words += ["-D", "mapreduce.framework.name=local", "-D", f"mapreduce.local.map.tasks.maximum={LOCAL_THREADS}"]
    words.append("-update")
    if spec.get("delete"):
        words.append("-delete")
    letters = "".join(PRESERVE[name] for name in PRESERVE if name in (spec.get("preserve") or []))
    if target.in_s3 or any(source.in_s3 for source in sources):
        words.append("-skipcrccheck")
    else:
        # Checksums can be compared where blocks and kinds of checksum are the same.
        letters += "".join(letter for letter in "bc" if letter not in letters)
    if letters:
        words.append(f"-p{letters}")
    if target.in_s3:
        words.append("-direct")  # a rename in S3 is a second copy
    maps = spec.get("maps") or max(1, min(MOST_MAPS, most_maps))
    words += ["-numListstatusThreads", str(spec.get("list_threads") or LIST_THREADS), "-m", str(maps)]
    if spec.get("bandwidth"):
        words += ["-bandwidth", str(spec["bandwidth"])]
    if filter_file is not None:
        words += ["-filters", filter_file]
    if not local:
        words += ["-async", "-strategy", str(spec.get("strategy") or "dynamic")]
    return [*words, *map(source_uri, sources), str(target)]


def console_counters(log: str) -> dict[str, int]:
    """Return the counters that a copy printed, by their REST names."""
    found = {}
    for title, name in {**CONSOLE, "DIR_COPY": "DIR_COPY"}.items():
        hits = re.findall(rf"^\s*(?:{re.escape(title)}|{name})=(\d+)\s*$", log, re.MULTILINE)
        if hits:
            found[name] = int(hits[-1])
    return found


def _refuse_names(source: Place, found: t.Iterable[str]) -> None:
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


def _parent_of(name: str, found: t.Container[str]) -> bool:
    parts = name.split("/")[:-1]
    return any("/".join(parts[:count]) in found for count in range(1, len(parts) + 1))


def _java_quote(text: str) -> str:
    return "\\Q" + text.replace("\\E", "\\E\\\\E\\Q") + "\\E"
