# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Bytes cut into records as Hadoop's LineReader cuts them; pure."""

from __future__ import annotations

import re
import typing as t

LINE_END = re.compile(rb"\r\n|\r|\n")
MARK = b"\xef\xbb\xbf"


class Record(t.NamedTuple):
    """A record without its end; ``offset`` in bytes of the unpacked file, ``number`` counts from 1."""

    file: int
    number: int
    offset: int
    data: bytes


def cut(text: bytes, whole: bool, delimiter: bytes = b"", file: int = 0) -> list[Record]:
    """Return the records at the beginning of a file.

    :param whole: ``text`` is all of the file; otherwise the last record may be cut off and is left out.
    :param delimiter: ``textinputformat.record.delimiter``; empty: LF, CR LF and a lone CR each end a line.
    :param file: goes into the records.
    """
    start = at = len(MARK) if text.startswith(MARK) else 0
    pattern = re.compile(re.escape(delimiter)) if delimiter else LINE_END
    found: list[Record] = []
    for end in pattern.finditer(text, start):
        found.append(Record(file, len(found) + 1, at, text[at : end.start()]))
        at = end.end()
    if whole and at < len(text):
        found.append(Record(file, len(found) + 1, at, text[at:]))
    return found


def lines(output: bytes) -> list[bytes]:
    """Return the lines of what a program wrote, as streaming reads them."""
    found = LINE_END.split(output)
    if not found[-1]:
        found.pop()
    return found


def text_of(records: t.Iterable[Record]) -> bytes:
    """Return what a mapper reads on its standard input."""
    return b"".join(record.data + b"\n" for record in records)
