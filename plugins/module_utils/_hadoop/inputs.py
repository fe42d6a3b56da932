# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The input of a job as the controller sees it: local files, globs, directories, S3 URIs."""

from __future__ import annotations

import contextlib
import errno
import glob
import hashlib
import itertools
import os
import re
import stat
import typing as t
from dataclasses import dataclass
from pathlib import PurePath

from .._core.errors import OhmyError
from .._core.places import CONTROL, inside
from .._core.s3_uri import is_s3
from .._core.s3_uri import split as split_uri
from .hdfs_names import UNUSABLE
from .programs import file_sha256

# What a run leaves beside its local answer, by how the names go on.
BESIDE = (".log", "-evidence", "-report.html", "-report.json")
# A part of a pattern that stands for any number of folders.
ANY_FOLDERS = re.compile(r"(?:\A|/)\*\*(?:/|\Z)")
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
ELSEWHERE = {
    "hdfs": "The steps of one job read each other's answers, by job_steps; another job reads what lies here or in S3.",
    "file": "Write the path alone, without file://.",
}
# What people write between several names.
SEVERAL = re.compile(r"[,;]?\s+|[,;]")
# What Hadoop and its kin write beside data; other names with _ at their beginning are people's own.
MARKS = re.compile(r"_(SUCCESS|logs|temporary|metadata|common_metadata|committed_.*|started_.*)")


@dataclass(frozen=True)
class InputFile:
    """One file: ``relative`` is its name below item ``index``; ``source`` a path or an S3 URI."""

    index: int
    relative: str
    source: str
    size: int
    version: str  # sha256 of a local file, ETag of an object


ListObjects = t.Callable[[str, str], list[dict[str, t.Any]]]


def hidden(relative: str) -> bool:
    """Tell whether Hadoop would skip this file: a part of its name begins with ``_`` or ``.``."""
    return any(part.startswith(("_", ".")) for part in relative.split("/"))


def _seems_meant(relative: str) -> bool:
    """Tell whether somebody may take a hidden file for input: ``ls`` shows it, and no program calls its marks so."""
    first = next(part for part in relative.split("/") if hidden(part))
    return first.startswith("_") and not MARKS.fullmatch(first)


def expand(
    items: t.Sequence[str],
    list_objects: ListObjects,
    version: t.Callable[[str], str] = file_sha256,
    passed: list[str] | None = None,
) -> list[InputFile]:
    """Return every file of the input, in a fixed order.

    :param list_objects: (bucket, prefix) → [{"key", "size", "etag"}], for items in S3.
    :param version: path of a local file → what tells its contents; the default reads it all.
    :param passed: gets the names of hidden files and folders that somebody may take for input.
    :raises OhmyError: an item that is not there, cannot be read or holds nothing.
    """
    files: list[InputFile] = []
    named: dict[str, tuple[int, str]] = {}
    passed = [] if passed is None else passed
    for index, item in enumerate(items):
        found = _objects(index, item, list_objects, passed) if is_s3(item) else _local(index, item, version, passed)
        if not found:
            raise OhmyError(
                f"job_input: {item} holds no file that Hadoop would read.",
                "See whether it is spelt right; names that begin with _ or . are hidden from Hadoop.",
            )
        for file in found:
            place = file.source if is_s3(file.source) else os.path.realpath(file.source)
            first, source = named.setdefault(place, (index, file.source))
            if source != file.source:
                raise OhmyError(
                    f"job_input: {file.source} and {source} are one file, which would be read twice.",
                    "Name it once, and leave the link out.",
                )
            if first != index:
                raise OhmyError(
                    f"job_input: {file.source} is named "
                    + (f"by {items[first]} and by {item}" if items[first] != item else "twice")
                    + ", and would be read twice.",
                    "Name each file once.",
                )
        files += found
    if not sum(file.size for file in files):
        raise OhmyError("job_input: all files are empty, so there is nothing to do.", "Name files that hold lines.")
    return files


def _objects(index: int, item: str, list_objects: ListObjects, passed: list[str]) -> list[InputFile]:
    bucket, key = split_uri(item)
    if any(char in key for char in "*?["):
        raise OhmyError(f"job_input: {item} is a pattern, which S3 cannot look up.", "Name the prefix above it.")
    found = []
    for entry in list_objects(bucket, key):
        name = entry["key"]
        if name.endswith("/"):
            continue
        if name == key:
            relative = name.rsplit("/", 1)[-1]
        elif not key or key.endswith("/") or name[len(key)] == "/":
            relative = name[len(key) :].lstrip("/")
        else:
            continue  # s3://b/log does not mean s3://b/logbook
        if not hidden(relative):
            found.append(InputFile(index, relative, f"s3://{bucket}/{name}", entry["size"], entry["etag"]))
        elif _seems_meant(relative) and entry["size"]:
            passed.append(f"s3://{bucket}/{name}")
    return found


def _local(index: int, item: str, version: t.Callable[[str], str], passed: list[str]) -> list[InputFile]:
    paths = matches(item)
    if not paths:
        raise _absent(item)
    found = []
    for full, relative in _named(item, paths):
        if hidden(relative):
            with contextlib.suppress(OSError):
                if _seems_meant(relative) and os.stat(full).st_size:
                    passed.append(full)
            continue
        for signs, lack in ((UNUSABLE, "HDFS cannot hold"), (CONTROL, "objects in S3 cannot have")):
            if bad := signs.search(relative):
                raise OhmyError(f"job_input: the name of {full!r} holds {bad.group()!r}, which {lack}.", "Rename it.")
        try:
            seen = os.stat(full)
            if not stat.S_ISREG(seen.st_mode):
                raise OhmyError(f"job_input: {full} is no regular file.", "Put what it brings into a file.")
            found.append(InputFile(index, relative, full, seen.st_size, version(full)))
        except OSError as exc:
            raise _unreadable(full, exc) from exc
    return found


def _named(item: str, paths: t.Sequence[str]) -> list[tuple[str, str]]:
    """Return (path, name below the item) of each file, and of hidden folders, into which nobody looks.

    Where the folders that a pattern stands for hold equal names, these are told apart by the folders.
    """
    if list(paths) == [item]:
        return list(_walk(item))
    below = [(path, _below(item, path)) for path in paths]
    passed = [(path, name) for path, name in below if hidden(name)]
    found = [pair for path, name in below if not hidden(name) for pair in _walk(path)]
    if _twice(found):
        found = [(full, _below(item, full)) for full, _relative in found]
    if same := _twice(found):
        raise OhmyError(
            f"job_input: {same[0]} and {same[1]} have the same name below {item}.", "Name their folders as two items."
        )
    return [*passed, *found]


def _below(item: str, path: str) -> str:
    """Return the name of what a pattern finds, without what stands before its first sign and hidden folders that it names."""
    parts = item.split(os.sep)
    fixed = os.sep.join(itertools.takewhile(lambda part: not glob.has_magic(part), parts))
    relative = os.path.relpath(path, fixed or (os.sep if item.startswith(os.sep) else os.curdir))
    return "/".join(part for part in relative.split(os.sep) if not (hidden(part) and part in (os.curdir, *parts)))


def _twice(found: t.Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    """Return two files of one name, None where there are none; those of hidden names do not count."""
    names: dict[str, str] = {}
    for full, relative in found:
        if not hidden(relative) and names.setdefault(relative, full) != full:
            return names[relative], full
    return None


def _absent(item: str) -> OhmyError:
    """Return the error of an item that means no file here."""
    if scheme := SCHEME.match(item):
        hint = ELSEWHERE.get(scheme[1].lower(), "Bring it to this machine, or into S3.")
        return OhmyError(f"job_input: {item} is neither a path on this machine nor in S3.", hint)
    for blank in SEVERAL.finditer(item):
        if any(os.path.isfile(path) for path in matches(item[: blank.start()])):
            hint = "A text is one name, with all its blanks and commas; write several as a list: [a.txt, b.txt]."
            return OhmyError(f"job_input: {item} matches no file.", hint)
    parent = os.path.dirname(item)
    there = f"{parent} is there; look into it." if os.path.isdir(parent) else f"{parent} is not there either."
    return OhmyError(f"job_input: {item} matches no file.", there)


def matches(item: str) -> list[str]:
    """Return the paths that a local item means: itself, or what its pattern matches, folders as a whole.

    :raises OhmyError: ``**`` meets a link to a folder that holds it, and would follow it again and again.
    """
    if os.path.lexists(item):
        return [item]
    if below := ANY_FOLDERS.search(item):
        for top in glob.glob(item[: below.start()] or (os.sep if item.startswith(os.sep) else os.curdir)):
            for folder, folders, _names in os.walk(top, followlinks=True):
                folders[:] = [name for name in folders if not name.startswith(".")]
                _refuse_links_above(folder, folders)
    found = {os.path.normpath(path) for path in glob.glob(item, recursive=True)}
    return sorted(path for path in found if not any(above in found for above in _folders_above(path)))


def refuse_output_inside(items: t.Iterable[str], output: str) -> None:
    """Raise OhmyError where the answer, or what lies beside it, would be among the input of the next run."""
    place = os.path.realpath(output)
    for item in items:
        if is_s3(item):
            continue
        for path in matches(item):
            if os.path.isdir(path) and inside(place, os.path.realpath(path)):
                raise OhmyError(
                    f"job_output: {output} lies in the input {path}, of which the answer would become a part.",
                    "Name a place outside of it, or the data's own folder in job_input.",
                )
        # A pattern finds them only when they are there.
        for path in (output, *(f"{output}{ending}" for ending in BESIDE)):
            if path == item or (not os.path.lexists(item) and PurePath(path).match(os.path.abspath(item))):
                raise OhmyError(
                    f"job_output: {path}, which a run writes, would be found by {item} in the next run.",
                    "Name a place in another folder, or the data's own folder in job_input.",
                )


def _folders_above(path: str) -> t.Iterator[str]:
    while path != (path := os.path.dirname(path)):
        yield path


def _walk(path: str) -> t.Iterator[tuple[str, str]]:
    if not os.path.isdir(path):
        yield path, os.path.basename(path)
        return
    for folder, folders, names in os.walk(path, onerror=_refuse, followlinks=True):
        # What lies in a hidden folder Hadoop would not read, whatever it is.
        for name in sorted(filter(hidden, folders)):
            yield os.path.join(folder, name), os.path.relpath(os.path.join(folder, name), path).replace(os.sep, "/")
        folders[:] = sorted(name for name in folders if not hidden(name))
        _refuse_links_above(folder, folders)
        for name in sorted(names):
            full = os.path.join(folder, name)
            yield full, os.path.relpath(full, path).replace(os.sep, "/")


def _refuse_links_above(folder: str, names: t.Iterable[str]) -> None:
    for name in names:
        full = os.path.join(folder, name)
        if os.path.islink(full) and _leads_above(full):
            raise OhmyError(f"job_input: {full} is a link to a folder that holds it.", "Remove the link.")


def _leads_above(link: str) -> bool:
    """Tell whether a link leads to a folder on the way to it, on which there may be other links, or above that."""
    target = os.path.realpath(link)
    return any(inside(os.path.realpath(above), target) for above in _folders_above(link))


def _refuse(exc: OSError) -> t.NoReturn:
    raise _unreadable(exc.filename, exc) from exc


def _unreadable(path: str, exc: OSError) -> OhmyError:
    if exc.errno == errno.ELOOP:
        return OhmyError(f"job_input: {path} is a link that leads in a circle.", "Remove the link.")
    if os.path.islink(path) and not os.path.exists(path):
        return OhmyError(f"job_input: {path} is a link to {os.readlink(path)}, which is not there.", "Remove the link.")
    return OhmyError(f"job_input: {path} cannot be read: {exc.strerror}.", "Look at its rights, or name other input.")


def digest(files: t.Iterable[InputFile]) -> str:
    """Return the sha256 that names this input: places, sizes and contents."""
    total = hashlib.sha256()
    for file in files:
        line = f"{file.index}\0{file.relative}\0{file.size}\0{file.version}\n"
        total.update(line.encode("utf-8", "surrogateescape"))
    return total.hexdigest()
