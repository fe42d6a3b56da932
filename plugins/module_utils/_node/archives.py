# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Archives on a node: fetched once, checked, unpacked aside, renamed into place."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tarfile
import typing as t
import zlib

from .._core.errors import OhmyError
from .fetch import download, local, sha512_of

OPT = "opt/ohmy"
# Where the controller brings archives; what lies elsewhere is somebody's own and stays.
CACHE = "/var/cache/ohmy/"


def folder(name: str, archive: t.Mapping[str, t.Any]) -> str:
    """Return the folder of an archive's content below ``/opt/ohmy``; another overlay makes another folder."""
    return f"{name}-{identity(archive)[:16]}"


def identity(archive: t.Mapping[str, t.Any]) -> str:
    """Return what tells the content of an archive and of its overlay, if any, from all others."""
    if not archive.get("overlay"):
        return str(archive["sha512"]).lower()
    both = f"{archive['sha512']}+{archive['overlay']['sha512']}".lower()
    return hashlib.sha512(both.encode()).hexdigest()


def parts(name: str, archive: t.Mapping[str, t.Any]) -> list[tuple[str, t.Mapping[str, t.Any]]]:
    """Return (name, archive) of an archive and of its overlay, in the order in which they are laid."""
    return [(name, archive), *([("overlay", archive["overlay"])] if archive.get("overlay") else [])]


def missing(archives: t.Mapping[str, t.Mapping[str, t.Any]], root: str = "/") -> list[dict[str, str]]:
    """Return [{"name", "path"}] of the archives that are still to be brought to this node."""
    found = []
    for name, archive in archives.items():
        if os.path.isdir(os.path.join(root, OPT, folder(name, archive))):
            continue
        for part, each in parts(name, archive):
            path = local(each["url"])
            if path is not None and sha512_of(os.path.join(root, path.lstrip("/"))) != each["sha512"].lower():
                found.append({"name": part, "path": path})
    return found


def install(
    name: str,
    archive: t.Mapping[str, t.Any],
    document: t.Mapping[str, t.Any],
    check: t.Callable[[str], None] | None = None,
    root: str = "/",
) -> None:
    """Bring an archive to ``/opt/ohmy/NAME``; a half-done earlier try is thrown away.

    :param check: called with the new folder before it is put to use; refuses it by raising OhmyError.
    """
    base = os.path.join(root, OPT)
    os.makedirs(base, mode=0o755, exist_ok=True)
    target = os.path.join(base, folder(name, archive))
    if not os.path.isdir(target):
        packed, aside = f"{target}.download", f"{target}.new"
        shutil.rmtree(aside, ignore_errors=True)
        try:
            for part, each in parts(name, archive):
                try:
                    download(each["url"], packed, each["sha512"], document)
                    unpack(packed, aside)
                except (OSError, tarfile.TarError, EOFError, zlib.error) as exc:
                    where = f"The archive {each['url']} ({part}) cannot be installed in {target}"
                    raise OhmyError(
                        f"{where}: {exc}.", "See the disk of the node, and whether the archive is whole."
                    ) from exc
            if check is not None:
                check(aside)
            os.rename(aside, target)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
            if os.path.exists(packed):
                os.unlink(packed)
    elif check is not None:
        check(target)
    link(target, os.path.join(base, name))
    for _part, each in parts(name, archive):
        drop(local(each["url"]))


def drop(path: str | None) -> None:
    """Remove an archive that was brought for this node alone, and its folder."""
    if path is None or not os.path.normpath(path).startswith(CACHE) or not os.path.isfile(path):
        return
    os.unlink(path)
    if not os.listdir(os.path.dirname(path)):
        os.rmdir(os.path.dirname(path))


def link(target: str, path: str) -> None:
    """Make ``path`` a link to its neighbour ``target``, in one step."""
    fresh = f"{path}.link"
    if os.path.lexists(fresh):
        os.unlink(fresh)
    os.symlink(os.path.basename(target), fresh)
    os.replace(fresh, path)


def check_hadoop(home: str) -> None:
    """Refuse a folder that holds no Hadoop."""
    for path in ("bin/hdfs", "bin/yarn", "share/hadoop/common", "share/hadoop/hdfs"):
        if not os.path.exists(os.path.join(home, path)):
            raise OhmyError(
                f"The archive of hadoop holds no {path}.", "Hadoop's own layout below one folder is needed."
            )


def check_java(home: str) -> None:
    """Refuse a Java that does not run here."""
    java = os.path.join(home, "bin/java")
    try:
        done = subprocess.run(
            [java, "-version"], capture_output=True, text=True, errors="replace", timeout=60, check=False
        )
        lines = (done.stderr or done.stdout).strip().splitlines()
        why = "" if done.returncode == 0 else next((line for line in lines if "GLIBC" in line), "".join(lines[-1:]))
        failed = done.returncode != 0
    except (OSError, subprocess.TimeoutExpired) as exc:
        failed, why = True, str(exc)
    if failed:
        raise OhmyError(
            f"The archive of java does not run on this node: {why or 'it said nothing'}.",
            "Take Java from the node's own distribution (hadoop_java: package).",
        )


def unpack(packed: str, target: str) -> None:
    """Unpack a tar file without its top folder, over what is there; nothing in it may lie or point outside."""
    os.makedirs(target, mode=0o755, exist_ok=True)
    top = os.path.realpath(target)
    with tarfile.open(packed, "r:*") as archive:
        for member in archive:
            inner = _below_top(member.name)
            if not inner or not (member.isreg() or member.isdir() or member.issym() or member.islnk()):
                continue
            place = os.path.join(top, inner)
            inside = _inside(top, place) and _inside(top, os.path.realpath(os.path.dirname(place)))
            if member.issym():
                inside = inside and _inside(
                    top, os.path.realpath(os.path.join(os.path.dirname(place), member.linkname))
                )
            if member.islnk():
                other = os.path.join(top, _below_top(member.linkname))
                if inside and _inside(top, os.path.realpath(other)):
                    _make_room(member, place)
                    os.link(other, place)
                    continue
                inside = False
            if not inside:
                raise OhmyError(
                    f"The archive {packed} holds {member.name}, which would lie outside of its folder.",
                    "Pack the archive anew, with relative names and links below its folder.",
                )
            member.name, member.uid, member.gid, member.uname, member.gname = inner, 0, 0, "root", "root"
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            _make_room(member, place)
            archive.extract(member, top)


def _make_room(member: tarfile.TarInfo, place: str) -> None:
    # An overlay's file replaces what is there, and is never written through a link.
    if os.path.lexists(place) and not (member.isdir() and os.path.isdir(place)):
        if os.path.isdir(place) and not os.path.islink(place):
            raise OhmyError(
                f"The archive's {member.name} would replace a folder.",
                "Pack the overlay so that files replace files only.",
            )
        os.unlink(place)


def _below_top(name: str) -> str:
    return name.removeprefix("/").removeprefix("./").partition("/")[2]


def _inside(top: str, path: str) -> bool:
    path = os.path.normpath(path)
    return path == top or path.startswith(top + os.sep)
