# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""A file or folder of the controller as a list of paths, checksums and modes, and an archive of those that travel."""

from __future__ import annotations

import os
import re
import stat
import tarfile
import typing as t
from dataclasses import dataclass

from ..module_utils._core.errors import OhmyError, words
from ..module_utils._hadoop.programs import file_sha256

MOST_FILES = 10000
FOLDER_MODE = "0755"


@dataclass(frozen=True)
class Source:
    """What is to be copied: ``files`` as ``node_files`` takes them, ``paths`` on the controller by their names there."""

    dest: str
    files: list[dict[str, str]]
    paths: dict[str, str]


def checked_mode(mode: str | None) -> str | None:
    """Return rights in octal; raise OhmyError for others."""
    if mode is not None and not re.fullmatch(r"0?[0-7]{3,4}", mode):
        raise OhmyError(f"mode: {mode!r} is none.", 'Write it in octal, such as "0644".')
    return mode


def read(src: str, dest: str, mode: str | None) -> Source:
    """Look at what is to be copied.

    :raises OhmyError: it is not there, no file or folder, too much, or the destination is no absolute path.
    """
    if not dest.startswith("/"):
        raise OhmyError(f"dest: {dest} is no absolute path.", "Write such as /srv/data.")
    try:
        if os.path.isdir(src):
            return _folder(src, dest, mode)
        if not os.path.isfile(src):
            raise OhmyError(f"src: {src} is no file and no folder here.", "Paths count from the current directory.")
        name = os.path.basename(src) if dest.endswith("/") else ""
        whole = os.path.join(dest, name) if name else dest
        entry = {"path": "", "sha256": file_sha256(src), "mode": mode or _mode(src)}
        return Source(whole, [entry], {os.path.basename(whole): src})
    except OSError as exc:
        raise OhmyError(f"src: {words(exc)}.", "Look at its rights.") from exc


def _mode(path: str) -> str:
    return format(stat.S_IMODE(os.stat(path).st_mode), "04o")


def _folder(src: str, dest: str, mode: str | None) -> Source:
    found: list[dict[str, str]] = [{"path": "", "sha256": "", "mode": FOLDER_MODE}]
    paths: dict[str, str] = {}
    for folder, below, names in os.walk(src):
        below.sort()
        at = os.path.relpath(folder, src)
        if at != ".":
            found.append({"path": at, "sha256": "", "mode": FOLDER_MODE})
        for name in sorted(names):
            path = os.path.join(folder, name)
            told = os.path.normpath(os.path.join(at, name))
            if not os.path.isfile(path):
                raise OhmyError(f"src: {path} is no file and no folder.", "Move it out of what is copied.")
            found.append({"path": told, "sha256": file_sha256(path), "mode": mode or _mode(path)})
            paths[told] = path
            if len(paths) > MOST_FILES:
                raise OhmyError(f"src: {src} has more than {MOST_FILES} files.", "Pack them into an archive.")
    return Source(dest.rstrip("/") or "/", found, paths)


def pack(source: Source, names: t.Sequence[str], path: str) -> None:
    """Write an archive of the named files; raise OhmyError where one cannot be read."""
    try:
        with tarfile.open(path, "w:gz", compresslevel=1) as tar:
            for name in names:
                tar.add(os.path.realpath(source.paths[name]), arcname=name, recursive=False)
    except OSError as exc:
        raise OhmyError(f"src: {words(exc)}.", "Look at its rights, and at the room in the temporary folder.") from exc
