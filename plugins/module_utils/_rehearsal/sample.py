# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The first records of several files of a job's input, unpacked as Hadoop would; reads come in as a callable."""

from __future__ import annotations

import bz2
import re
import typing as t
import zlib
from dataclasses import dataclass, field

from .._hadoop import codecs
from . import records
from .findings import ERROR, NOTE, WARNING, Finding, finding
from .input_check import what_begins_so

Read = t.Callable[[str, int, int], bytes]
MOST_FILES = 6
MOST_BYTES = 1 << 20
# A block of bzip2 gives nothing before its end, and a record may be long: so much more is read then, in so many steps.
PATIENCE = 8
PIECE = 256 << 10
WHOLE_COPY = "Put a whole copy in its place: Hadoop would fail on it as well."
REPACK = "Unpack it and pack it again: gzip passes over that, and Hadoop fails."
LONE_CR = re.compile(rb"\r(?!\n|\Z)")


@dataclass(frozen=True)
class Source:
    """A file of the input: path or URI here, its size as stored, and its path on the cluster."""

    uri: str
    size: int
    place: str = ""


@dataclass
class Part:
    """What was read of one file: ``stored`` bytes of it, unpacked ``text`` bytes; ``lone_cr``: the first line that ends so."""

    source: Source
    codec: str | None
    records: list[records.Record] = field(default_factory=list)
    stored: int = 0
    text: int = 0
    lone_cr: int | None = None

    @property
    def splittable(self) -> bool:
        """Tell whether Hadoop may give parts of the file to several maps."""
        return splittable(self.source.uri)


@dataclass
class Sample:
    """The parts with at least one record, and what was noticed while reading."""

    parts: list[Part]
    findings: list[Finding]

    @property
    def bytes(self) -> int:
        """Return how many bytes the programs are given."""
        return sum(len(record.data) + 1 for part in self.parts for record in part.records)

    @property
    def expansion(self) -> float:
        """Return unpacked bytes per stored byte of the packed files; 1 where none was read."""
        packed = [part for part in self.parts if part.codec and part.stored]
        return sum(part.text for part in packed) / sum(part.stored for part in packed) if packed else 1.0


class Corrupt(Exception):
    """A file that cannot be unpacked, or has become shorter; the text says why, the hint what to do."""

    def __init__(self, why: str, hint: str = WHOLE_COPY) -> None:
        super().__init__(why)
        self.hint = hint


def read_local(path: str, start: int, length: int) -> bytes:
    """Return bytes of a local file; fewer at its end."""
    with open(path, "rb") as stream:
        stream.seek(start)
        return stream.read(length)


def codec_of(name: str) -> str | None:
    """Return the codec that Hadoop takes for a name, None for plain text."""
    found = codecs.of_file(name)
    return found.name if found else None


def splittable(name: str) -> bool:
    """Tell whether Hadoop gives parts of a file of this name to several maps."""
    found = codecs.of_file(name)
    return found is None or found.splits


def _can_read(name: str) -> bool:
    return codec_of(name) in (None, *UNPACKERS)


def spread(sources: t.Sequence[Source], most: int) -> list[Source]:
    """Return at most so many files, evenly spread over the input, empty ones left out."""
    there = [one for one in sources if one.size]
    if len(there) <= most:
        return there
    return [there[index * (len(there) - 1) // max(1, most - 1)] for index in range(most)]


def take(
    sources: t.Sequence[Source],
    read: Read,
    most_files: int = MOST_FILES,
    most_bytes: int = MOST_BYTES,
    delimiter: bytes = b"",
) -> Sample:
    """Return the first records of several files.

    :param read: (uri, start, length) → bytes, fewer at the end of the file; called once per file as a rule.
    :param most_bytes: of unpacked text in all, long records apart; what one file does not use is left to the next ones.
    :param delimiter: see ``records.cut``.
    :raises OSError, OhmyError: as ``read`` does.
    """
    closed = sorted({str(codec_of(one.uri)) for one in sources if not _can_read(one.uri)})
    found: list[Finding] = []
    if closed:
        found.append(
            finding(
                "codec-not-readable-here",
                NOTE,
                f"Files packed as {', '.join(closed)} cannot be read on this machine, so they were not rehearsed.",
                "Hadoop unpacks them; try the programs on some unpacked lines yourself.",
            )
        )
    chosen = spread([one for one in sources if _can_read(one.uri)], most_files)
    parts: list[Part] = []
    left = most_bytes
    for index, source in enumerate(chosen):
        part = Part(source, codec_of(source.uri))
        share = max(1, left // (len(chosen) - index))
        try:
            _fill(part, read, share, delimiter, len(parts))
        except Corrupt as exc:
            text = f"{source.uri} cannot be {f'unpacked as {part.codec}' if part.codec else 'read'}: {exc}."
            found.append(finding("input-corrupt", ERROR, text, exc.hint, file=source.uri))
            continue
        found += _remarks(part)
        if part.records:
            left -= min(share, part.text)  # a long record is read at nobody's cost
            parts.append(part)
    return Sample(parts, found)


def _remarks(part: Part) -> list[Finding]:
    name = part.source.uri
    if not part.text:
        return []  # nothing, packed
    if not part.records:
        text = f"The first record of {name} has more than {part.text:,} bytes, so the file was not rehearsed."
        return [finding("record-too-long", NOTE, text, "Look whether its lines really end in LF.", file=name)]
    _ending, what = what_begins_so(part.records[0].data)
    if part.codec is None and what:
        text = f"{name} looks like {what}, but not by its name, so Hadoop gives its bytes to the mapper as they are."
        return [finding("input-codec-unseen", WARNING, text, "Unpack it, or pack it as .gz or .bz2.", file=name)]
    return []


def _fill(part: Part, read: Read, budget: int, delimiter: bytes, number: int) -> None:
    unpacker = UNPACKERS.get(part.codec or "", _Plain)()
    text = bytearray()
    size = part.source.size
    for limit in (budget, PATIENCE * budget):
        while part.stored < size and len(text) < limit:
            piece = limit - len(text)
            data = read(
                part.source.uri, part.stored, min(size - part.stored, max(piece, PIECE) if part.codec else piece)
            )
            if not data:
                raise Corrupt(f"it ends after {part.stored:,} of {size:,} bytes")
            part.stored += len(data)
            text += unpacker.feed(data, limit - len(text))
        if part.stored < size or len(text) >= limit:
            text += unpacker.feed(b"", limit - len(text))
        whole = part.stored >= size and unpacker.drained
        if whole:
            unpacker.end()
        part.text = len(text)
        part.records = records.cut(bytes(text), whole, delimiter, number)
        lone = None if delimiter else LONE_CR.search(text)
        part.lone_cr = lone and len(records.LINE_END.findall(text, 0, lone.start())) + 1
        if part.records or whole:
            return


class _Plain:
    """Bytes as they are."""

    drained = True

    def feed(self, data: bytes, _most: int) -> bytes:
        """Return the bytes."""
        return data

    def end(self) -> None:
        """Take any end."""


class Unpacker:
    """Several packed members one after the other; never more output than asked for at once."""

    magic = b"\x1f\x8b"
    passes = False  # over what stands behind the last member

    def __init__(self) -> None:
        self._engine = self.engine()
        self._pending = b""
        self._begun = False
        self._full = False
        self._members = 0
        self._strange = False  # behind a whole member begins what is none

    @staticmethod
    def engine() -> t.Any:
        """Return a new decompressor of the standard library."""
        return zlib.decompressobj(31)

    @property
    def drained(self) -> bool:
        """Tell whether all that was fed came out."""
        return not self._pending and not self._full

    def end(self) -> None:
        """Raise Corrupt where the bytes do not end where a member does."""
        if self._begun and not (self._strange and self.passes):
            raise self._wrong("it ends in the middle")

    def feed(self, data: bytes, most: int) -> bytes:
        """Return at most so many bytes of text.

        :raises Corrupt: these are no packed bytes.
        """
        self._pending += data
        out = bytearray()
        while (self._pending or self._full) and len(out) < most:
            if not self._begun:
                self._begun = True
                self._strange = self._members > 0 and not self.magic.startswith(self._pending[: len(self.magic)])
            if self._strange and self.passes:
                self._pending = b""
                break
            try:
                new = self._engine.decompress(self._pending, most - len(out))
            except (zlib.error, OSError, EOFError) as exc:
                raise self._wrong(str(exc)) from exc
            out += new
            if self._engine.eof:
                self._pending, self._engine = self._engine.unused_data, self.engine()
                self._begun = self._full = False
                self._members += 1
            else:
                self._pending = getattr(self._engine, "unconsumed_tail", b"")
                self._full = not getattr(self._engine, "needs_input", True)
        return bytes(out)

    def _wrong(self, why: str) -> Corrupt:
        """Return the error of bytes that are not packed; zeros or a line's end behind what is, gzip itself passes over."""
        if self._strange:
            return Corrupt("behind what is packed something else follows", REPACK)
        return Corrupt(why)


class _Deflate(Unpacker):
    magic = b"\x78"

    @staticmethod
    def engine() -> t.Any:
        return zlib.decompressobj(15)


class _Bzip2(Unpacker):
    # Hadoop passes over what stands behind bzip2, as bzip2 itself does.
    magic = b"BZ"
    passes = True

    @staticmethod
    def engine() -> t.Any:
        return bz2.BZ2Decompressor()


# By the names of their codecs; this machine has no other.
UNPACKERS: dict[str, t.Any] = {"gzip": Unpacker, "deflate": _Deflate, "bzip2": _Bzip2}
