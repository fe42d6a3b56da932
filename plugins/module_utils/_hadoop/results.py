# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Files in HDFS on their way to the controller: the parts of an answer, and a piece at a time with a checksum."""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import shutil
import typing as t

from .._core.errors import OhmyError
from .jobs import read_fingerprint
from .streams import CHUNK
from .webhdfs import WebHdfs

LOAD_BYTES = 512 << 20  # what is brought at once
LOAD_PIECES = 1000
RESERVE = 256 << 20
SPOOLED = "spooled"
TRIES = 3


def is_there(hdfs: WebHdfs, source: str, require_success: bool = True) -> bool:
    """Tell whether there is something to list: a file, or a directory that is as whole as is asked for."""
    status = hdfs.status(source)
    if status is None or status["type"] == "FILE" or not require_success:
        return status is not None
    return hdfs.status(f"{source.rstrip('/')}/_SUCCESS") is not None


def is_job_s(hdfs: WebHdfs, source: str, fingerprint: str) -> bool:
    """Tell whether a directory was written, whole or not, by the job of this fingerprint."""
    return read_fingerprint(hdfs, source) == fingerprint


def is_answer(hdfs: WebHdfs, source: str) -> bool:
    """Tell whether a directory is the answer of any job that was followed here, and holds nothing else."""
    status = hdfs.status(source)
    if status is None or status["type"] != "DIRECTORY" or read_fingerprint(hdfs, source) is None:
        return False
    return all(str(entry["pathSuffix"]).startswith(("part-", "_", ".")) for entry in hdfs.list(source))


def obstacle(hdfs: WebHdfs, output: str, existing: str, fingerprint: str | None) -> OhmyError | None:
    """Return why a job may not write to a directory, None where it may.

    :param existing: which answer may lie there: ``own``, ``any`` or ``none``; half an answer of its own always may.
    :param fingerprint: of the job, None where it has none that could be known.
    """
    if hdfs.status(output) is None:
        return None
    own = fingerprint is not None and is_job_s(hdfs, output, fingerprint)
    if own and (existing == "own" or not is_there(hdfs, output)):
        return None
    if existing == "none":
        return OhmyError(
            f"{output} is in HDFS already, and no answer is to be there.",
            "Name another place, or let job_output_existing be reused or replaced.",
        )
    if existing == "any" and is_answer(hdfs, output):
        return None
    writer = "this job did not write it" if existing == "own" else "no job of this collection wrote all of it"
    return OhmyError(
        f"{output} is in HDFS already, and {writer}.", "It is never deleted: name another output, or move it."
    )


def list_parts(
    hdfs: WebHdfs, source: str, fingerprint: str | None = None, require_success: bool = True
) -> dict[str, t.Any]:
    """Return {"parts": [{"name", "size", "modified"}], "left_out": [name]} of a directory or a single file.

    Parts stand in the order of their numbers: part-100000 comes after part-99999.

    :param fingerprint: of the job whose answer it must be; None takes any.
    :param require_success: a directory must hold ``_SUCCESS``.
    :raises OhmyError: it is not there, not whole, or another job's.
    """
    status = hdfs.status(source)
    if status is None:
        raise OhmyError(
            f"There is no {source} in HDFS.",
            "Name a directory that is there; that of a job is there once the job has run on this cluster.",
        )
    if status["type"] == "FILE":
        return {"parts": [_part(os.path.basename(source.rstrip("/")), status)], "left_out": []}
    entries = {str(entry["pathSuffix"]): entry for entry in hdfs.list(source)}
    if require_success and "_SUCCESS" not in entries:
        raise OhmyError(
            f"{source} in HDFS is not whole: it holds no _SUCCESS.",
            "A job that failed or still runs left it; what no job wrote is fetched with require_success: false.",
        )
    if fingerprint is not None and read_fingerprint(hdfs, source) != fingerprint:
        raise OhmyError(f"{source} in HDFS is another job's answer.", "Run the job again, with force.")
    parts = [
        _part(name, entry)
        for name, entry in sorted(entries.items(), key=lambda named: _natural(named[0]))
        if entry["type"] == "FILE" and not name.startswith(("_", "."))
    ]
    names = {part["name"] for part in parts}
    return {"parts": parts, "left_out": sorted(set(entries) - names - {"_SUCCESS"})}


def one_load(parts: t.Sequence[t.Mapping[str, t.Any]]) -> list[dict[str, t.Any]] | None:
    """Return all parts as pieces for ``spool``, None where they are too much to be brought at once."""
    if len(parts) > LOAD_PIECES or sum(part["size"] for part in parts) > LOAD_BYTES:
        return None
    return [{"part": part["name"], "offset": 0, "length": part["size"]} for part in parts]


def spool(
    hdfs: WebHdfs, source: str, pieces: t.Sequence[t.Mapping[str, t.Any]], folder: str, owner: str | None = None
) -> dict[str, t.Any]:
    """Copy pieces of parts, one after the other, into one file on the master; return {"path", "pieces"}, with "sha256" each.

    :param source: the directory, or the very file that is the only part.
    :param pieces: [{"part", "offset", "length"}], in bytes.
    :param folder: is there already; what was spooled earlier is overwritten, so that there is room for one.
    :param owner: user who may read the file, by default this one.
    :raises OhmyError: no such part, no room, or one came only in part three times.
    """
    known = _known(hdfs, source.rstrip("/"))
    for piece in pieces:
        entry = known.get(piece["part"])
        if entry is None or piece["offset"] + piece["length"] > entry["size"]:
            raise OhmyError(
                f"There is no {piece['part']} in {source} in HDFS as it was listed.", "Run the same command again."
            )
    target = os.path.join(folder, SPOOLED)
    if os.path.lexists(target):
        os.unlink(target)
    size, free = sum(piece["length"] for piece in pieces), shutil.disk_usage(folder).free
    if size + RESERVE > free:
        raise OhmyError(
            f"What is fetched of {source} at once does not fit into {folder} on the master: {size >> 20} MiB, "
            f"{free >> 20} are free.",
            "Make room there, or use a master with a larger disk.",
        )
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb", buffering=CHUNK) as stream:
        if owner is not None:
            user = pwd.getpwnam(owner)
            os.fchown(stream.fileno(), user.pw_uid, user.pw_gid)
        told = [
            {**piece, "sha256": _copy(hdfs, known[piece["part"]]["path"], stream, piece["offset"], piece["length"])}
            for piece in pieces
        ]
    return {"path": target, "pieces": told}


def _natural(name: str) -> list[t.Any]:
    return [int(word) if word.isdigit() and word.isascii() else word for word in re.split(r"([0-9]+)", name)]


def _known(hdfs: WebHdfs, path: str) -> dict[str, dict[str, t.Any]]:
    """Return the files at a place by name: {"path", "size"}."""
    entry = hdfs.status(path)
    if entry is None:
        return {}
    if entry["type"] == "FILE":
        return {os.path.basename(path): {"path": path, "size": int(entry["length"])}}
    return {
        str(one["pathSuffix"]): {"path": f"{path}/{one['pathSuffix']}", "size": int(one["length"])}
        for one in hdfs.list(path)
        if one["type"] == "FILE"
    }


def _part(name: str, entry: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {"name": name, "size": int(entry["length"]), "modified": int(entry.get("modificationTime") or 0)}


def _copy(hdfs: WebHdfs, source: str, target: t.IO[bytes], offset: int, size: int) -> str:
    """Append a piece and return its sha256; what came cut short is taken back and tried again."""
    if not size:
        return hashlib.sha256().hexdigest()  # an offset at the end of a file is refused by HDFS
    begin = target.tell()
    for attempt in range(1, TRIES + 1):
        digest, total = hashlib.sha256(), 0
        try:
            with hdfs.open(source, offset, size) as stream:
                for chunk in stream.chunks():
                    target.write(chunk)
                    digest.update(chunk)
                    total += len(chunk)
            if total != size:
                raise OhmyError(f"{source} came with {total} bytes instead of {size}.", "Run the same command again.")
            return digest.hexdigest()
        except OhmyError:
            if attempt == TRIES:
                raise
            target.seek(begin)
            target.truncate()
    raise AssertionError
