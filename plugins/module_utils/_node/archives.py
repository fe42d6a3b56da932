# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Archives on a node: fetched once, checked, unpacked aside, renamed into place."""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
import typing as t
import urllib.request
import zlib

from .._core.errors import OhmyError
from .s3 import S3

OPT = "opt/ohmy"


def folder(name: str, archive: t.Mapping[str, t.Any]) -> str:
    """Return the folder of an archive's content below ``/opt/ohmy``."""
    return f"{name}-{archive['sha512'][:16]}"


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
            download(archive["url"], packed, archive["sha512"], document)
            unpack(packed, aside)
            os.rename(aside, target)
        except (OSError, tarfile.TarError, EOFError, zlib.error) as exc:
            raise OhmyError(f"The archive {archive['url']} cannot be installed in {target}: {exc}.") from exc
        finally:
            shutil.rmtree(aside, ignore_errors=True)
            if os.path.exists(packed):
                os.unlink(packed)
    if check is not None:
        check(target)
    link(target, os.path.join(base, name))


def link(target: str, path: str) -> None:
    """Make ``path`` a link to its neighbour ``target``, in one step."""
    fresh = f"{path}.link"
    if os.path.lexists(fresh):
        os.unlink(fresh)
    os.symlink(os.path.basename(target), fresh)
    os.replace(fresh, path)


def download(url: str, path: str, sha512: str, document: t.Mapping[str, t.Any]) -> None:
    """Write the bytes of ``s3://``, ``https://`` or a local path into a file and check them."""
    if url.startswith("s3://"):
        bucket, _slash, key = url[5:].partition("/")
        S3.from_document(document, bucket).get_to_file(key, path, sha512)
        return
    digest = hashlib.sha512()
    with (
        urllib.request.build_opener().open(url, timeout=60) if "://" in url else open(url, "rb") as source,
        open(path, "wb") as out,
    ):
        while chunk := source.read(1 << 20):
            digest.update(chunk)
            out.write(chunk)
    if digest.hexdigest() != sha512.lower():
        raise OhmyError(f"{url} has the sha512 {digest.hexdigest()[:16]}…, not {sha512[:16]}…, and was not used.")


def unpack(packed: str, target: str) -> None:
    """Unpack a tar file without its top folder; nothing in it may lie or point outside."""
    os.makedirs(target, mode=0o755)
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
                    os.link(other, place)
                    continue
                inside = False
            if not inside:
                raise OhmyError(f"The archive {packed} holds {member.name}, which would lie outside of its folder.")
            member.name, member.uid, member.gid, member.uname, member.gname = inner, 0, 0, "root", "root"
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            archive.extract(member, top)


def _below_top(name: str) -> str:
    return name.removeprefix("/").removeprefix("./").partition("/")[2]


def _inside(top: str, path: str) -> bool:
    path = os.path.normpath(path)
    return path == top or path.startswith(top + os.sep)
