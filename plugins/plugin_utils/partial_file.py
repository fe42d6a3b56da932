# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""A local file that grows piece by piece, and knows after a crash which of them it holds whole."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import typing as t

CHUNK = 1 << 20
NOTE = ".pieces"


class PartialFile:
    """Pieces are appended in their order; a note beside the file tells their checksums.

    :param path: of the file; the note has :data:`NOTE` in addition.
    :param identity: what the file is to become; pieces of something else are thrown away.
    :param sizes: the pieces' sizes in bytes.
    """

    def __init__(self, path: str, identity: str, sizes: t.Sequence[int]) -> None:
        self.path = path
        self._identity = identity
        self._sizes = sizes
        self._digests: list[str] = []
        self._whole = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The checksum of what is there."""
        return self._whole.hexdigest()

    def resume(self) -> int:
        """Throw away what is not whole; return the number of pieces that are there."""
        noted = self._read_note()
        if not noted or not os.path.isfile(self.path) or os.path.islink(self.path):
            self.discard()
            if not self._sizes:
                with open(self.path, "wb"):
                    pass
            return 0
        with open(self.path, "r+b") as stream:
            end = 0
            for size, digest in zip(self._sizes, noted):
                if not self._matches(stream, size, digest):
                    break
                self._digests.append(digest)
                end += size
            stream.truncate(end)
        return len(self._digests)

    @property
    def whole(self) -> bool:
        """Tell whether all pieces are there."""
        return len(self._digests) == len(self._sizes)

    def add(self, source: t.IO[bytes], sha256: str) -> bool:
        """Append the next piece from where a stream stands; tell whether it came whole, for else nothing is appended.

        It counts after a crash once ``note`` was called.
        """
        digest, whole, left = hashlib.sha256(), self._whole.copy(), self._sizes[len(self._digests)]
        with open(self.path, "ab") as target:
            end = target.tell()
            while left and (chunk := source.read(min(CHUNK, left))):
                digest.update(chunk)
                whole.update(chunk)
                target.write(chunk)
                left -= len(chunk)
            if left or digest.hexdigest() != sha256:
                target.truncate(end)
                return False
        self._whole = whole
        self._digests.append(sha256)
        return True

    def note(self) -> None:
        """Remember what is there, where some is still to come."""
        if self._digests and not self.whole:
            with open(self.path + NOTE + ".new", "w", encoding="utf-8") as stream:
                json.dump({"identity": self._identity, "pieces": self._digests}, stream)
            os.replace(self.path + NOTE + ".new", self.path + NOTE)

    def discard(self) -> None:
        """Remove the file and its note."""
        for path in (self.path, self.path + NOTE):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)

    def _matches(self, stream: t.IO[bytes], size: int, digest: str) -> bool:
        whole, piece, left = self._whole.copy(), hashlib.sha256(), size
        while left and (chunk := stream.read(min(CHUNK, left))):
            whole.update(chunk)
            piece.update(chunk)
            left -= len(chunk)
        if left or piece.hexdigest() != digest:
            return False
        self._whole = whole
        return True

    def _read_note(self) -> list[str]:
        try:
            with open(self.path + NOTE, encoding="utf-8") as stream:
                found = json.load(stream)
            return list(found["pieces"]) if found["identity"] == self._identity else []
        except (OSError, ValueError, KeyError, TypeError):
            return []
