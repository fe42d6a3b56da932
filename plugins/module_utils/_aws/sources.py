# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Local files to upload: what a path, a folder or a pattern means, and the key of each file."""

from __future__ import annotations

import errno
import fnmatch
import glob
import os
import stat
import typing as t
from dataclasses import dataclass

from .._core.errors import OhmyError
from .._core.places import CONTROL

LONGEST_KEY = 1024
_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a directory",
}


@dataclass(frozen=True)
class Source:
    """A local file, its key below the prefix, and the sha256 that it must have, nothing where any will do."""

    path: str
    key: str
    sha256: str = ""


@dataclass(frozen=True)
class Rules:
    """How folders are read: ``exclude`` are patterns of names or relative paths, ``follow`` means symbolic links."""

    exclude: tuple[str, ...] = ()
    follow: bool = True

    def excluded(self, relative: str) -> bool:
        """Tell whether a path below a folder is left out, by itself or by its name."""
        names = (relative, relative.rsplit("/", 1)[-1])
        return any(fnmatch.fnmatchcase(name, pattern) for name in names for pattern in self.exclude)


def expand(items: t.Iterable[t.Mapping[str, t.Any]], rules: Rules) -> list[Source]:
    """Return the files that the items mean, in a fixed order; raise OhmyError for what is not there or no file.

    :param items: {"source", "key"?, "kind"?, "sha256"?}; kind auto takes what is there under that very name, and only
        where there is nothing reads ``*``, ``?`` and ``[`` as a pattern; with a sha256 it is that of a file.
    """
    found: list[Source] = []
    for item in items:
        path, key, kind = item["source"], item.get("key") or "", item.get("kind") or "auto"
        sha256 = item.get("sha256") or ""
        if path == "":
            raise OhmyError("items: a source is empty.", "Give the path of a file or a directory.")
        if sha256 and kind not in ("auto", "file"):
            raise OhmyError(f"items: {path} is no single file, and has a sha256.", "Name each file, or leave it out.")
        if kind == "auto":
            kind = "file" if sha256 else _kind(path)
        if kind == "file":
            _require_file(path)
            name = os.path.basename(path)
            found.append(Source(path, f"{key}{name}" if key.endswith("/") else key or name, sha256))
        else:
            found += _below(path, f"{key.rstrip('/')}/" if key else "", kind, rules)
    return found


def _kind(path: str) -> str:
    if os.path.lexists(path):
        return "directory" if os.path.isdir(path) else "file"
    if glob.has_magic(path):
        return "glob"
    parent = os.path.dirname(os.path.abspath(path))
    hint = f"{parent} is there; look into it." if os.path.isdir(parent) else f"{parent} is not there either."
    raise OhmyError(f"{path} is not there.", hint)


def _require_file(path: str) -> None:
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError as exc:
        what = "is a link to nothing" if os.path.islink(path) else "is not there"
        raise OhmyError(f"{path} {what}.", "Correct its path, or leave it out (exclude).") from exc
    except OSError as exc:
        if exc.errno == errno.ELOOP:
            raise OhmyError(
                f"{path} is a link that leads in a circle.", "Remove it, or leave it out (exclude)."
            ) from exc
        raise OhmyError(
            f"{path} cannot be read: {exc.strerror}.", "Look at its rights, or leave it out (exclude)."
        ) from exc
    if not stat.S_ISREG(mode):
        what = _KINDS.get(stat.S_IFMT(mode), "something else")
        hint = "Leave kind and sha256 out, or name a file." if stat.S_ISDIR(mode) else "Leave it out (exclude)."
        raise OhmyError(f"{path} is no file but {what}.", hint)


def _below(path: str, root: str, kind: str, rules: Rules) -> list[Source]:
    """Return the files below a directory, or those that a pattern means, with their relative paths as keys."""
    if kind == "directory":
        if not os.path.isdir(path):
            raise OhmyError(f"{path} is no directory.", "Leave the kind out, or write kind: file.")
        return [Source(full, f"{root}{relative}") for full, relative in _walk(path, "", rules, ())]
    base = _fixed(path)
    matches = sorted(glob.glob(path, recursive=True))
    if not matches:
        raise OhmyError(f"{path} matches nothing.", "Names that begin with a dot are matched by a dot only.")
    found: dict[str, Source] = {}
    for match in matches:
        relative = os.path.relpath(match, base or ".").replace(os.sep, "/")
        if _left_out(base, relative, rules):
            continue
        if os.path.isdir(match):
            inside = _walk(match, "" if relative == "." else f"{relative}/", rules, ())
        else:
            _require_file(match)
            inside = iter([(match, relative)])
        for full, name in inside:
            found.setdefault(os.path.normpath(full), Source(full, f"{root}{name}"))
    return [found[name] for name in sorted(found)]


def _left_out(base: str, relative: str, rules: Rules) -> bool:
    """Tell whether a match is left out, by itself or by a folder on the way to it from the pattern's fixed part."""
    parts = relative.split("/")
    leading = ["/".join(parts[:number]) for number in range(1, len(parts) + 1)]
    return any(rules.excluded(one) or (not rules.follow and os.path.islink(os.path.join(base, one))) for one in leading)


def _fixed(pattern: str) -> str:
    """Return the folder above the first part of a pattern that is one."""
    parts = pattern.split("/")
    fixed = next(number for number, part in enumerate(parts) if glob.has_magic(part)) if glob.has_magic(pattern) else -1
    return "/".join(parts[:fixed]) or ("/" if pattern.startswith("/") else "")


def _walk(folder: str, relative: str, rules: Rules, above: tuple[tuple[int, int], ...]) -> t.Iterator[tuple[str, str]]:
    """Yield (path, relative path) of every file below a folder, by name; a link that leads to itself is an error."""
    try:
        here = os.stat(folder)
        entries = sorted(os.scandir(folder), key=lambda one: one.name)
    except OSError as exc:
        raise OhmyError(
            f"{folder} cannot be read: {exc.strerror}.", "Look at its rights, or leave it out (exclude)."
        ) from exc
    mark = (here.st_dev, here.st_ino)
    if mark in above:
        raise OhmyError(
            f"{folder} is a link to a directory that it lies in.", "Leave it out (exclude, or links: skip)."
        )
    for entry in entries:
        name = f"{relative}{entry.name}"
        if rules.excluded(name) or (entry.is_symlink() and not rules.follow):
            continue
        if os.path.isdir(entry.path):
            yield from _walk(entry.path, f"{name}/", rules, (*above, mark))
        else:
            _require_file(entry.path)
            yield entry.path, name


def checked_key(path: str, key: str) -> str:
    """Return a whole key, or raise OhmyError for one that S3 cannot keep or Hadoop could not read."""
    shown = key.encode("utf-8", "replace").decode()
    try:
        size = len(key.encode())
    except UnicodeEncodeError as exc:
        raise OhmyError(f"The name of {path!r} is not UTF-8, which a key in S3 has to be.", "Rename it.") from exc
    if CONTROL.search(key):
        raise OhmyError(f"The key {shown!r} of {path!r} holds a control character.", "Rename it, or give it a key.")
    if size > LONGEST_KEY:
        hint = "Shorten its path, or the prefix."
        raise OhmyError(f"The key of {path} has {size} bytes, S3 takes {LONGEST_KEY}.", hint)
    if any(part in ("", ".", "..") for part in key.split("/")):
        raise OhmyError(f"The key {shown!r} of {path} has a part that is empty, '.' or '..'.", "Give another key.")
    return key
