# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Packed files of a job's input unpacked to their ends: one that was cut off would fail its map, minutes after the launch."""

from __future__ import annotations

import time
import typing as t

from .._core.s3_uri import is_s3
from .findings import Finding, of_kind
from .sample import UNPACKERS, Corrupt, Source, Unpacker, codec_of

# For all of them; small files come first, so that as many as possible are seen.
SECONDS = 5.0
PIECE = 1 << 20


def corrupt(sources: t.Sequence[Source], told: t.Collection[str], seconds: float = SECONDS) -> list[Finding]:
    """Return what is wrong with local packed files, as far as time allows; nothing is kept of what they hold.

    :param told: names of files of which the sample has told already.
    :raises OSError: one cannot be read.
    """
    deadline = time.monotonic() + seconds
    found: list[tuple[Source, Corrupt]] = []
    local = [one for one in sources if one.size and not is_s3(one.uri) and one.uri not in told]
    packed = [one for one in local if codec_of(one.uri) in UNPACKERS]
    for source in sorted(packed, key=lambda one: one.size):
        try:
            if not _read(source.uri, UNPACKERS[str(codec_of(source.uri))](), deadline):
                break
        except Corrupt as exc:
            found.append((source, exc))
    if not found:
        return []
    (first, why), more = found[0], len(found) - 1
    others = f" {more:,} more files cannot either." if more > 1 else " Another file cannot either." if more else ""
    text = f"{first.uri} cannot be unpacked as {codec_of(first.uri)}: {why}.{others}"
    files = [one.uri for one, _why in found]
    return [of_kind("input-corrupt", text, why.hint, file=first.uri, files=files)]


def _read(path: str, unpacker: Unpacker, deadline: float) -> bool:
    """Unpack a file to its end; return whether there was time for it."""
    with open(path, "rb") as stream:
        while True:
            data = stream.read(PIECE)
            while unpacker.feed(data, PIECE) or not unpacker.drained:
                data = b""
                if time.monotonic() > deadline:
                    return False
            if not stream.peek(1):
                unpacker.end()
                return True
