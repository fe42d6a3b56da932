# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Which local files become of the parts of an answer, and in which loads they come; pure but for unpacking."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import os
import typing as t
import zlib
from dataclasses import dataclass

from ..module_utils._core.errors import OhmyError
from ..module_utils._hadoop.results import LOAD_BYTES, LOAD_PIECES

CHUNK = 1 << 20
UNPACKED = (".gz", ".bz2", ".deflate")
PACKED = (*UNPACKED, ".lz4", ".snappy", ".zst", ".lzo", ".lzo_deflate", ".xz")
Part = dict[str, t.Any]


def targets(parts: t.Sequence[Part], src: str, merge: bool, name: str | None, decompress: bool) -> list[Part]:
    """Return [{"name", "size", "sources", "codec"}], the local files; ``size`` is that of the sources in HDFS.

    :param parts: [{"name", "size", …}], in the order in which they follow each other.
    :param name: of the merged file, by default that of ``src``.
    :raises OhmyError: what cannot be merged or unpacked.
    """
    for part in parts:
        if decompress and _ending(part["name"]) not in ("", *UNPACKED):
            raise OhmyError(
                f"{part['name']} cannot be decompressed here, only {', '.join(UNPACKED)} can.",
                "Fetch it as it is, or let the job write gzip.",
            )
    if merge:
        return [_merged(parts, src, name, decompress)]
    if name is not None:
        raise OhmyError("name goes with merge only: parts keep their names.", "Leave name out, or set merge.")
    found = [_target(_stem(part["name"]) if decompress else part["name"], [part], decompress) for part in parts]
    names = [target["name"] for target in found]
    twice = sorted(one for one in set(names) if names.count(one) > 1)
    if twice:
        raise OhmyError(f"Two parts would become the same file {twice[0]}.", "Fetch them as they are.")
    return found


@dataclass(frozen=True)
class Piece:
    """So many bytes of a part, from ``offset``; they go into the local file ``target``."""

    target: str
    part: str
    offset: int
    length: int


def pieces(target: Part) -> list[Piece]:
    """Return the pieces that make a target, none larger than ``LOAD_BYTES``."""
    return [
        Piece(target["name"], source["name"], offset, min(LOAD_BYTES, source["size"] - offset))
        for source in target["sources"]
        for offset in range(0, max(source["size"], 1), LOAD_BYTES)
        if source["size"] or len(target["sources"]) == 1
    ]


def loads(wanted: t.Iterable[Piece]) -> list[list[Piece]]:
    """Return what comes together: at most ``LOAD_BYTES`` and ``LOAD_PIECES``.

    Each load costs a run of the module on the master and a transfer, however little it brings.
    """
    found: list[list[Piece]] = []
    total = 0
    for piece in wanted:
        if not found or len(found[-1]) >= LOAD_PIECES or total + piece.length > LOAD_BYTES:
            found.append([])
            total = 0
        found[-1].append(piece)
        total += piece.length
    return found


def unpack(path: str, codec: str, target: str, name: str) -> tuple[int, str]:
    """Decompress a file into another; return its size and sha256.

    :raises OhmyError: it is no file of this codec, or cut short.
    """
    digest, size = hashlib.sha256(), 0
    try:
        with open(target, "wb") as plain:
            for chunk in _unpacked(path, codec):
                plain.write(chunk)
                digest.update(chunk)
                size += len(chunk)
    except (EOFError, zlib.error, gzip.BadGzipFile, ValueError) as exc:
        raise OhmyError(f"{name} cannot be decompressed: {exc}.", "Fetch it as it is and look into it.") from exc
    except OSError as exc:
        if exc.errno is None:  # bz2 says it so
            raise OhmyError(f"{name} cannot be decompressed: {exc}.", "Fetch it as it is and look into it.") from exc
        raise OhmyError(f"{target} cannot be written: {exc.strerror}.", "Make room or name another place.") from exc
    return size, digest.hexdigest()


def _merged(parts: t.Sequence[Part], src: str, name: str | None, decompress: bool) -> Part:
    endings = sorted({_ending(part["name"]) for part in parts if part["size"]}) or [""]
    if len(endings) > 1:
        raise OhmyError(
            f"{src} holds parts of different codecs ({', '.join(ending or 'none' for ending in endings)}), "
            "which cannot be one file.",
            "Fetch them without merge.",
        )
    if endings == [".deflate"] and not decompress and len(parts) > 1:
        raise OhmyError("Files ending in .deflate cannot follow each other in one.", "Add decompress, or leave merge.")
    name = name or os.path.basename(src.rstrip("/")) + ("" if decompress else endings[0])
    if os.path.basename(name) != name or name in ("", ".", "..") or name.startswith(".ohmy-"):
        raise OhmyError(
            f"name: {name!r} is no plain file name.", "Write one without a slash that does not begin with .ohmy-."
        )
    return {**_target(name, parts, decompress), "codec": endings[0] if decompress and endings[0] else None}


def _target(name: str, sources: t.Sequence[Part], decompress: bool) -> Part:
    codec = _ending(sources[0]["name"]) if decompress and sources else ""
    return {
        "name": name,
        "size": sum(source["size"] for source in sources),
        "sources": list(sources),
        "codec": codec or None,
    }


def _ending(name: str) -> str:
    return next((ending for ending in PACKED if name.endswith(ending) and name != ending), "")


def _stem(name: str) -> str:
    ending = _ending(name)
    return name[: -len(ending)] if ending else name


def _unpacked(path: str, codec: str) -> t.Iterator[bytes]:
    if codec == ".deflate":
        yield from _inflated(path)
        return
    opener: t.Any = gzip.open if codec == ".gz" else bz2.open
    with opener(path, "rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _inflated(path: str) -> t.Iterator[bytes]:
    inflate, begun = zlib.decompressobj(), False
    with open(path, "rb") as stream:
        while data := stream.read(CHUNK):
            while data:
                begun = True
                yield inflate.decompress(data)
                data = inflate.unused_data
                if inflate.eof:
                    inflate, begun = zlib.decompressobj(), False
    if begun:
        raise EOFError("it ends before its end mark")
