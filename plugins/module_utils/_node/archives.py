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

from .._core.errors import OhmyError
from .s3 import S3

OPT = "opt/ohmy"


def folder(name: str, archive: t.Mapping[str, t.Any]) -> str:
    """Return the folder of an archive's content below ``/opt/ohmy``."""
    return f"{name}-{archive['sha512'][:16]}"


def install(root: str, name: str, archive: t.Mapping[str, t.Any], document: t.Mapping[str, t.Any]) -> None:
    """Bring an archive to ``/opt/ohmy/NAME``; a half-done earlier try is thrown away."""
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
        except OSError as exc:
            shutil.rmtree(aside, ignore_errors=True)
            raise OhmyError(f"The archive {archive['url']} cannot be installed in {target}: {exc}.") from exc
        finally:
            if os.path.exists(packed):
                os.unlink(packed)
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
        bucket, _, key = url[5:].partition("/")
        S3.from_document(document, bucket).get_to_file(key, path, sha512)
        return
    digest = hashlib.sha512()
    source = urllib.request.urlopen(url, timeout=60) if "://" in url else open(url, "rb")
    with source, open(path, "wb") as out:
        while chunk := source.read(1 << 20):
            digest.update(chunk)
            out.write(chunk)
    if digest.hexdigest() != sha512.lower():
        raise OhmyError(f"{url} has the sha512 {digest.hexdigest()[:16]}…, not {sha512[:16]}…, and was not used.")


def unpack(packed: str, target: str) -> None:
    """Unpack a tar file without its top folder; nothing in it may lie or point outside."""
    top = os.path.realpath(target)
    os.makedirs(target, mode=0o755)
    with tarfile.open(packed, "r:*") as archive:
        for member in archive:
            inner = member.name.lstrip("./").partition("/")[2]
            if not inner or not (member.isreg() or member.isdir() or member.issym()):
                continue
            place = os.path.join(top, inner)
            point = os.path.join(os.path.dirname(place), member.linkname) if member.issym() else place
            if not os.path.normpath(place).startswith(top + os.sep) or not os.path.normpath(point).startswith(top):
                raise OhmyError(f"The archive {packed} holds {member.name}, which would lie outside of its folder.")
            member.name, member.uid, member.gid, member.uname, member.gname = inner, 0, 0, "root", "root"
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            archive.extract(member, top)
