# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Hadoop's own reducer ``aggregate``: a mapper writes ``FUNCTION:key<TAB>value``; pure."""

from __future__ import annotations

import itertools
import re
import typing as t

NAME = "aggregate"
WHOLE = re.compile(rb"[-+]?[0-9]+")
Pair = tuple[bytes, t.Optional[bytes]]


class Wrong(Exception):
    """A line that would fail the job; the text says why."""

    def __init__(self, text: str, line: bytes) -> None:
        super().__init__(text)
        self.line = line


def is_aggregate(command: str | None) -> bool:
    """Tell whether a command is the name of this reducer, which Hadoop takes in any case."""
    return (command or "").strip().lower() == NAME


def _whole(values: list[bytes]) -> list[int]:
    for value in values:
        if not WHOLE.fullmatch(value):
            raise ValueError(f"{value.decode('utf-8', 'replace')!r} is no whole number")
    return [int(value) for value in values]


def _floats(values: list[bytes]) -> list[float]:
    return [float(value) for value in values]


def _text(value: t.Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


# ValueHistogram, of which only the number of different values is told here.
FUNCTIONS: dict[bytes, t.Callable[[list[bytes]], t.Any]] = {
    b"LongValueSum": lambda values: sum(_whole(values)),
    b"LongValueMax": lambda values: max(_whole(values)),
    b"LongValueMin": lambda values: min(_whole(values)),
    b"DoubleValueSum": lambda values: sum(_floats(values)),
    b"StringValueMax": max,
    b"StringValueMin": min,
    b"UniqValueCount": lambda values: len(set(values)),
    b"ValueHistogram": lambda values: len({value.split(b"\t")[0] for value in values}),
}


def reduced(pairs: t.Iterable[Pair]) -> list[Pair]:
    """Return the key without its function and the value of each group of sorted pairs.

    :raises Wrong: a line whose function there is not, or whose value is not what it takes.
    """
    found: list[Pair] = []
    for key, group in itertools.groupby(pairs, key=lambda pair: pair[0]):
        values = [value or b"" for _key, value in group]
        name, colon, rest = key.partition(b":")
        line = key + b"\t" + values[0]
        if not colon:
            raise Wrong("it does not begin with a function and a colon, such as LongValueSum:", line)
        if name not in FUNCTIONS:
            raise Wrong(f"there is no function {name.decode('utf-8', 'replace')}", line)
        try:
            found.append((rest, _text(FUNCTIONS[name](values))))
        except ValueError as exc:
            raise Wrong(str(exc), line) from exc
    return found
