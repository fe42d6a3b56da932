# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the same tree as the same bytes, whoever builds it and whenever."""

from __future__ import annotations

import gzip
import hashlib
import os
import tarfile
import typing as t
from pathlib import Path

# Every entry's time: 2026-01-01T00:00:00Z. The JVM refuses a class-data archive older than its jars.
MTIME = 1767225600


def _entry(name: str, path: Path) -> tarfile.TarInfo:
    """Return the header of one entry: owner root, time MTIME, mode 755 or 644."""
    info = tarfile.TarInfo(name)
    info.mtime = MTIME
    info.uname = info.gname = "root"
    if path.is_symlink():
        info.type, info.linkname, info.mode = tarfile.SYMTYPE, os.readlink(path), 0o777
    elif path.is_dir():
        info.type, info.mode = tarfile.DIRTYPE, 0o755
    else:
        info.size = path.stat().st_size
        info.mode = 0o755 if os.access(path, os.X_OK) and path.stat().st_mode & 0o100 else 0o644
    return info


def write(tree: Path, target: Path) -> str:
    """Pack *tree* under its own name into *target*, a ``.tar`` or ``.tar.gz``; return its sha512 (hex).

    The file appears only when complete; ``<target>.sha512`` is written beside it in sha512sum's format.
    """
    partial = target.with_name(target.name + ".partial")
    with partial.open("wb") as raw:
        if target.suffix == ".gz":
            with gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
                _pack(tree, packed)
        else:
            _pack(tree, raw)
    digest = file_digest(partial, "sha512")
    target.with_name(target.name + ".sha512").write_text(f"{digest}  {target.name}\n")
    partial.replace(target)
    return digest


def _pack(tree: Path, stream: t.IO[bytes]) -> None:
    """Write every entry of *tree*, sorted by path, folders before what is in them."""
    paths = [tree, *sorted(tree.rglob("*"), key=lambda path: path.relative_to(tree).parts)]
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.GNU_FORMAT, bufsize=1 << 20) as archive:
        for path in paths:
            info = _entry(path.relative_to(tree.parent).as_posix(), path)
            if info.isreg():
                with path.open("rb") as content:
                    archive.addfile(info, content)
            else:
                archive.addfile(info)


def file_digest(path: Path, algorithm: str) -> str:
    """Return the hex digest of a file."""
    state = hashlib.new(algorithm)
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            state.update(block)
    return state.hexdigest()
