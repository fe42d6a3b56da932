# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Archives that travel with a job and are unpacked for its tasks, each into a folder of its own name."""

from __future__ import annotations

import gzip
import os
import tarfile
import typing as t
import zipfile
import zlib

from .._core.errors import OhmyError
from .programs import SAFE_NAME, file_sha256

ENDINGS = (".tar.gz", ".tgz", ".tar", ".zip", ".jar")


def ending(path: str) -> str:
    """Return the ending by which Hadoop unpacks a file, an empty text where it would not."""
    return next((one for one in ENDINGS if path.endswith(one)), "")


def split(item: str) -> tuple[str, str]:
    """Return (path, name of the folder) of ``path`` or ``path#name``; by default its own name without the ending."""
    path, mark, name = item.rpartition("#")
    if not mark or os.path.lexists(item):
        path, name = item, ""
    return path, name or os.path.basename(path)[: -len(ending(path)) or None]


def stored(src: str, name: str) -> str:
    """Return the file name under which an archive travels; without its ending it is the folder's name."""
    return name + ending(src)


def folder_of(file: str) -> str:
    """Return the folder of an archive that is ``stored`` under this name."""
    return file[: -len(ending(file))]


def problem(item: str) -> str:
    """Return why an archive cannot be used, an empty text where it can."""
    path, name = split(item)
    if os.path.isdir(path):
        return f"{path} is a directory: pack it, and name the archive"
    if not os.path.isfile(path):
        return f"there is no file {path}"
    if not ending(path):
        return f"{path} does not end in {', '.join(ENDINGS)}, by which Hadoop knows how to unpack it"
    if not SAFE_NAME.fullmatch(name):
        return (
            f"{name!r} is no name that Hadoop can give a folder: write {path}#NAME with letters, digits, dot and dash"
        )
    try:
        if path.endswith((".zip", ".jar")):
            good = zipfile.is_zipfile(path)
        else:
            with tarfile.open(path, "r:gz" if path.endswith("gz") else "r:"):
                good = True
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile):
        good = False
    except OSError as exc:
        return f"{path} cannot be read: {exc.strerror}"
    return "" if good else f"{path} is not what its ending says, so Hadoop could not unpack it"


def plan_archives(
    items: t.Sequence[str], files: t.Iterable[str] = (), digest: t.Callable[[str], str] = file_sha256
) -> list[dict[str, str]]:
    """Return [{"src", "name", "sha256"}], ``name`` being the folder's, in the order of the names.

    :param files: names that are taken in a task's working directory.
    :param digest: path → what stands as its sha256; the default reads it all.
    :raises OhmyError: one cannot be used, or two would have the same place.
    """
    taken = dict.fromkeys(files, "a file of the job")
    found = []
    for item in items:
        path, name = split(item)
        if text := problem(item):
            raise OhmyError(f"job_archives: {text}.", "Hadoop unpacks .tgz, .tar.gz, .tar, .zip and .jar files.")
        for place in (name, stored(path, name)):
            if place in taken:
                raise OhmyError(
                    f"job_archives: {path} and {taken[place]} are both called {place}.", f"Write {path}#ANOTHER_NAME."
                )
        taken.update({name: path, stored(path, name): path})
        found.append({"src": path, "name": name, "sha256": digest(path)})
    return sorted(found, key=lambda one: one["name"])
