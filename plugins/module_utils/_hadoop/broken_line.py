# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Which line of its input broke a mapper: the one that cannot be read, or the only one that holds what its error quotes."""

from __future__ import annotations

import ast
import bz2
import json
import re
import typing as t
import zlib

from .._core.errors import OhmyError
from .._core.s3_uri import is_s3
from .._core.s3_uri import split as split_uri
from .clues import python_error
from .codecs import of_file
from .webhdfs import WebHdfs

LOOKED_AT = 16 << 20  # bytes; a longer split is not looked at, for the line may lie behind them
LAST_LINE = 1 << 16  # the last line of a split ends behind it
SHOWN = 120
QUOTED = re.compile(r"b?'(?:[^'\\]|\\.)*'|b?\"(?:[^\"\\]|\\.)*\"")
UNDECODABLE = re.compile(r"'([\w-]+)' codec can't decode")
Diagnosis = dict[str, t.Any]


class Line(t.NamedTuple):
    """A line of a file: its first byte counted from the file's beginning, its number where that is known, what is sure of it."""

    offset: int
    number: int | None
    text: str
    why: str


def with_line(diagnosis: Diagnosis, hdfs: WebHdfs, document: t.Mapping[str, t.Any] | None = None) -> Diagnosis:
    """Return the explanation of a failed mapper with the line of its input that broke it, as it is where none is found.

    :param document: the node's, which tells the way to S3.
    """
    evidence, split = diagnosis["evidence"], diagnosis["evidence"]["input"]
    error = python_error(diagnosis["stderr"])
    if not error or not split or split["others"] or evidence["program"] != "mapper":
        return diagnosis
    if split["length"] > LOOKED_AT:
        return diagnosis
    try:
        read = _read(split["path"], split["start"], split["length"] + LAST_LINE, hdfs, document or {})
    except OhmyError:
        return diagnosis
    if read is None:
        return diagnosis
    data = unpacked(split["path"], read)
    if data is None:
        return diagnosis
    line = broken_line(error, data, split["start"], split["length"] if data is read else len(data))
    if line is None:
        return diagnosis
    which = f"line {line.number}" if line.number is not None else f"the line at byte {line.offset}"
    words = f"{which[:1].upper()}{which[1:]} of {split['path']} {line.why}: {line.text}"
    found = {"offset": line.offset, "number": line.number, "text": line.text}
    return {**diagnosis, "hint": f"{words}\n{diagnosis['hint']}", "evidence": {**evidence, "line": found}}


def _read(path: str, start: int, length: int, hdfs: WebHdfs, document: t.Mapping[str, t.Any]) -> bytes | None:
    """Return bytes of a file in HDFS or in S3, None where it lies elsewhere."""
    if path.startswith("/"):
        with hdfs.open(path, offset=start, length=length) as stream:
            return b"".join(stream.chunks())
    if not is_s3(path) or not document.get("s3"):
        return None
    from .._node.s3 import S3

    bucket, key = split_uri(path)
    return S3.from_document(document, bucket).get_range(key, start, length)


def unpacked(path: str, data: bytes) -> bytes | None:
    """Return the data of a file, unpacked where its name says that it is packed; None where that is too much or damaged."""
    try:
        if path.endswith(".gz"):
            work = zlib.decompressobj(zlib.MAX_WBITS | 16)
            data = work.decompress(data, LOOKED_AT)
            return data if work.eof and not work.unused_data else None
        if path.endswith(".bz2"):
            packed = bz2.BZ2Decompressor()
            data = packed.decompress(data, LOOKED_AT)
            return data if packed.eof and not packed.unused_data else None
    except (OSError, ValueError, zlib.error):
        return None
    return None if of_file(path) else data


def broken_line(error: str, data: bytes, start: int, length: int) -> Line | None:
    """Return the line of a split that an error is about, None where that cannot be said.

    :param error: the last line of a Python traceback.
    :param data: from the split's first byte to some bytes behind its last.
    :param length: of the split; a line that begins right behind it is its last.
    """
    lines = list(_lines(data, start, length))
    decoding = UNDECODABLE.search(error)
    if decoding:
        hits, why = [line for line in lines if not _decodes(line[2], decoding.group(1))][:1], "cannot be decoded"
    elif error.startswith("JSONDecodeError"):
        hits, why = [line for line in lines if not _is_json(line[2])], "is no JSON"
    else:
        hits, why = [], ""
        for value in quoted(error):
            hits, why = [line for line in lines if value in line[2]], "is the only one that holds what it quotes"
            if len(hits) == 1:
                break
    if len(hits) != 1:
        return None
    offset, number, line = hits[0]
    text = repr(line.decode("utf-8", "backslashreplace"))
    return Line(offset, number, text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…", why)


def quoted(error: str) -> list[bytes]:
    """Return the values that an error quotes as Python writes them, the longest first."""
    found = set()
    for text in QUOTED.findall(error):
        try:
            value = ast.literal_eval(text)
        except (SyntaxError, ValueError):
            continue
        found.add((value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value).strip(b"\r\n"))
    return sorted(found - {b""}, key=len, reverse=True)


def _lines(data: bytes, start: int, length: int) -> t.Iterator[tuple[int, int | None, bytes]]:
    """Yield (offset, number or None, line) of the lines that belong to a split: it begins behind its first line's end."""
    at = 0
    if start:
        at = data.find(b"\n") + 1
        if not at:
            return
    number = 0
    while at < len(data) and at <= length:
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        number += 1
        yield start + at, None if start else number, data[at:end]
        at = end + 1


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    except LookupError:
        pass  # an encoding of the program's own
    return True


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True
