# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Avro's binary form, read by the schema that comes with it: that of the history which Hadoop writes of a job."""

from __future__ import annotations

import struct
import typing as t

Schema = t.Any
Read = t.Callable[["Bytes"], t.Any]


class Bytes:
    """Bytes, and how far they were read."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self._data = data
        self.at = at

    def __bool__(self) -> bool:
        """Tell whether there is more."""
        return self.at < len(self._data)

    def take(self, size: int) -> bytes:
        """Return the next bytes; raise EOFError where there are not so many."""
        if size < 0 or self.at + size > len(self._data):
            raise EOFError("the data end within a value")
        self.at += size
        return self._data[self.at - size : self.at]

    def long(self) -> int:
        """Return the next number: seven bits a byte, the lowest first, the sign in the lowest bit of all."""
        found = shift = 0
        while True:
            if self.at >= len(self._data):
                raise EOFError("the data end within a number")
            byte = self._data[self.at]
            self.at += 1
            found |= (byte & 0x7F) << shift
            if byte < 0x80:
                return (found >> 1) ^ -(found & 1)
            shift += 7


def _text(source: Bytes) -> str:
    return source.take(source.long()).decode("utf-8", "replace")


PLAIN: dict[str, Read] = {
    "null": lambda source: None,
    "boolean": lambda source: source.take(1) != b"\0",
    "int": Bytes.long,
    "long": Bytes.long,
    "float": lambda source: struct.unpack("<f", source.take(4))[0],
    "double": lambda source: struct.unpack("<d", source.take(8))[0],
    "bytes": lambda source: source.take(source.long()),
    "string": _text,
}


def reader(schema: Schema, known: dict[str, Read] | None = None) -> Read:
    """Return what reads one value of a schema.

    :param schema: as JSON has it.
    :param known: readers of the types that were named before; grows.
    :raises KeyError: a type is not known.
    """
    known = {} if known is None else known
    if isinstance(schema, str):
        name = schema.rpartition(".")[2]

        def named(source: Bytes) -> t.Any:
            # A type may hold itself: it is looked up once it is read.
            return known[name](source)

        return PLAIN.get(schema) or named
    if isinstance(schema, list):
        branches = [reader(one, known) for one in schema]
        return lambda source: branches[source.long()](source)
    kind = schema["type"]
    if kind == "record":
        fields: list[tuple[str, Read]] = []
        known[schema["name"]] = found = lambda source: {name: read(source) for name, read in fields}
        fields += [(field["name"], reader(field["type"], known)) for field in schema["fields"]]
        return found
    if kind == "enum":
        symbols = schema["symbols"]
        known[schema["name"]] = found = lambda source: symbols[source.long()]
        return found
    if kind == "fixed":
        size = schema["size"]
        known[schema["name"]] = found = lambda source: source.take(size)
        return found
    if kind == "array":
        item = reader(schema["items"], known)
        return lambda source: [item(source) for _block in _blocks(source)]
    if kind == "map":
        value = reader(schema["values"], known)
        return lambda source: {_text(source): value(source) for _block in _blocks(source)}
    return reader(kind, known)


def _blocks(source: Bytes) -> t.Iterator[int]:
    """Yield once for each item of an array or a map, which come in blocks with their number before them."""
    while number := source.long():
        if number < 0:
            source.long()  # the block's size, for who wants to skip it
        yield from range(abs(number))
