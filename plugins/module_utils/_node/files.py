# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Files of a user's on a node, as a list of paths, checksums and modes says; what differs comes in one archive."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tarfile
import tempfile
import typing as t
from dataclasses import dataclass

from .._core.errors import OhmyError
from .._core.plan import Plan


@dataclass(frozen=True)
class Entry:
    """A wanted file (``sha256`` not empty) or folder; ``path`` is absolute, ``name`` its name in the archive."""

    name: str
    path: str
    sha256: str
    mode: int


def entries(told: t.Sequence[t.Mapping[str, t.Any]], dest: str) -> list[Entry]:
    """Return the wanted things below ``dest``; raise OhmyError for a name that leads elsewhere."""
    found = []
    for one in told:
        name = str(one["path"])
        if name.startswith("/") or ".." in name.split("/"):
            raise OhmyError(f"files: {name!r} leads out of {dest}.", "Give paths below the destination.")
        path = os.path.normpath(os.path.join(dest, name)) if name else dest
        found.append(Entry(name, path, str(one.get("sha256") or ""), int(str(one["mode"]), 8)))
    return found


def sha256(path: str) -> str:
    """Return the checksum of a file."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        for piece in iter(lambda: stream.read(1 << 20), b""):
            digest.update(piece)
    return digest.hexdigest()


def _owner(path: str) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_uid, found.st_gid


def plan(wanted: t.Sequence[Entry], uid: int, gid: int) -> Plan:
    """Return what differs: ``write`` a file, ``make`` a folder, ``set`` a file's rights. -1 leaves an owner as it is.

    A folder that is there stays as it is: it may be /tmp or a home, which others need as they have it.

    :raises OhmyError: a folder is where a file is to be, or the other way round.
    """
    todo = Plan()
    for one in wanted:
        kind = "file" if one.sha256 else "folder"
        there = os.path.isfile(one.path) if one.sha256 else os.path.isdir(one.path)
        if os.path.lexists(one.path) and not there:
            raise OhmyError(f"{one.path} is there and is no {kind}.", "Remove it, or name another destination.")
        if not there:
            todo.add("write" if one.sha256 else "make", one.path, None, one.sha256[:12] or oct(one.mode))
            continue
        if not one.sha256:
            continue
        old = sha256(one.path)
        if old != one.sha256:
            todo.add("write", one.path, old[:12], one.sha256[:12])
            continue
        mode = stat.S_IMODE(os.stat(one.path).st_mode)
        old_uid, old_gid = _owner(one.path)
        now = (oct(mode), old_uid if uid != -1 else -1, old_gid if gid != -1 else -1)
        todo.change("set", one.path, list(now), [oct(one.mode), uid, gid])
    return todo


def apply(wanted: t.Sequence[Entry], todo: Plan, archive: str | None, uid: int, gid: int) -> None:
    """Do it; each file is written aside and renamed, so that nobody sees half of one.

    :param archive: a tar with the files that are to be written, by their names.
    :raises OhmyError: a file is missing in it, or came damaged.
    """
    verbs = {step.key: step.verb for step in todo.steps}
    with contextlib.ExitStack() as stack:
        tar = stack.enter_context(tarfile.open(archive)) if archive is not None else None
        for one in wanted:
            verb = verbs.get(one.path)
            if verb == "make":
                os.makedirs(one.path, exist_ok=True)
            elif verb == "write":
                _write(one, tar, uid, gid)
            if verb in ("make", "set"):
                os.chown(one.path, uid, gid)
                os.chmod(one.path, one.mode)


def _write(one: Entry, tar: tarfile.TarFile | None, uid: int, gid: int) -> None:
    try:
        source = tar.extractfile(one.name or os.path.basename(one.path)) if tar is not None else None
    except KeyError:
        source = None
    if source is None:
        raise OhmyError(f"{one.path} did not come with the archive.", "Run the same command again.")
    folder = os.path.dirname(one.path)
    os.makedirs(folder, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=folder, prefix=".ohmy-")
    try:
        digest = hashlib.sha256()
        with os.fdopen(handle, "wb") as stream:
            for piece in iter(lambda: source.read(1 << 20), b""):
                digest.update(piece)
                stream.write(piece)
        if digest.hexdigest() != one.sha256:
            raise OhmyError(f"{one.path} came with another checksum.", "Do not change it while it travels.")
        if os.path.lexists(one.path):
            old_uid, old_gid = _owner(one.path)
            os.chown(aside, uid if uid != -1 else old_uid, gid if gid != -1 else old_gid)
        else:
            os.chown(aside, uid, gid)
        os.chmod(aside, one.mode)
        os.replace(aside, one.path)
    except BaseException:
        os.unlink(aside)
        raise
