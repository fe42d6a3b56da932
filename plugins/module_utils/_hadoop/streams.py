# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Bytes on their way: those of a file in HDFS, and a stretch of a local file as a stream of its own."""

from __future__ import annotations

import http.client
import os
import typing as t

from .rest import Unreachable

CHUNK = 1 << 20


class Slice:
    """``size`` bytes of an open file from ``start``; several slices of one descriptor do not disturb each other."""

    def __init__(self, descriptor: int, start: int, size: int) -> None:
        self._descriptor = descriptor
        self._start = start
        self._size = size
        self._at = 0

    @property
    def left(self) -> int:
        """The number of bytes from here to the end."""
        return self._size - self._at

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` bytes, none at the end."""
        wanted = self.left if size < 0 else min(size, self.left)
        data = os.pread(self._descriptor, wanted, self._start + self._at) if wanted else b""
        self._at += len(data)
        return data

    def tell(self) -> int:
        """Return where the stream stands, from its own beginning."""
        return self._at

    def seek(self, position: int) -> int:
        """Go to a place from the stream's own beginning."""
        self._at = position
        return position

    def seekable(self) -> bool:
        """Tell that it can go back."""
        return True


class Stream:
    """The bytes of a file in HDFS; a context manager."""

    def __init__(self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse, path: str) -> None:
        self._connection = connection
        self._response = response
        self._path = path
        length = response.getheader("Content-Length")
        self._left = int(length) if length is not None else None

    def read(self, size: int = CHUNK) -> bytes:
        """Return at most ``size`` bytes, none at the end.

        :raises OhmyError: the DataNode stopped before the end.
        """
        try:
            data = self._response.read(size)
        except (OSError, http.client.HTTPException) as exc:
            raise Unreachable(f"HDFS: {self._path} came only in part: {exc}.", "Try again.") from exc
        if self._left is not None:
            self._left -= len(data)
            if not data and size and self._left > 0:
                raise Unreachable(f"HDFS: {self._path} ended {self._left} bytes too early.", "Try again.")
        return data

    def chunks(self, limit: int | None = None) -> t.Iterator[bytes]:
        """Yield the rest piece by piece; stop once more than ``limit`` bytes came."""
        total = 0
        while limit is None or total <= limit:
            data = self.read()
            if not data:
                return
            total += len(data)
            yield data

    def close(self) -> None:
        """Close the connection."""
        self._response.close()
        self._connection.close()

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: t.Any) -> None:
        self.close()
