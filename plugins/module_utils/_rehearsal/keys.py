# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Fields of keys, as Hadoop's KeyFieldBasedPartitioner and KeyFieldBasedComparator take them; pure.

Their oddities are kept: a number with more leading zeros is not quite equal, what follows a number counts sometimes.
"""

from __future__ import annotations

import functools
import re
import typing as t
from dataclasses import dataclass
from decimal import Decimal

from .._core.errors import OhmyError

SPEC = re.compile(r"([0-9]+)(?:\.([0-9]+))?([nr]*)(?:,([0-9]+)(?:\.([0-9]+))?([nr]*))?")
MASK = 0xFFFFFFFF
DIGITS = b"0123456789"
# Numbers without an oddity, as long as all of a field are of one kind.
WHOLE = re.compile(rb"-?[0-9]+")
DECIMAL = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
# Bytes by which a text sorts backwards, and what follows the last of them: a longer text is to come first.
TURNED = bytes(range(255, -1, -1))
BEHIND = "\u0100"
# The byte at which a range begins in a key, which may lie behind the range, and its text; None where the key has no such field.
Piece = t.Optional[tuple[int, bytes]]
Measure = t.Callable[[bytes], tuple[t.Any, ...]]
Compared = tuple[t.Optional[tuple[t.Any, ...]], t.Sequence[Piece]]


@dataclass(frozen=True)
class Range:
    """One ``-k``: from field and character to field and character, all from 1; 0: to the end."""

    field: int = 1
    char: int = 1
    last_field: int = 0
    last_char: int = 0
    numeric: bool = False
    reverse: bool = False


def parse(options: str, name: str) -> list[Range]:
    """Return the ranges of ``-k1,2 -k3.2nr``; none for an empty text.

    :param name: of the property, for the error.
    :raises OhmyError: Hadoop would refuse it.
    """
    words = options.split()
    flags = {word for word in words if word in ("-n", "-r", "-nr")}
    numeric, reverse = bool(flags & {"-n", "-nr"}), bool(flags & {"-r", "-nr"})
    found = []
    while words:
        word = words.pop(0)
        if not word.startswith("-k"):
            continue
        text = word[2:] or (words.pop(0) if words else "")
        if text:
            found.append(_range(text, name, numeric, reverse))
    return found or ([Range(numeric=numeric, reverse=reverse)] if options.strip() else [])


def _range(text: str, name: str, numeric: bool, reverse: bool) -> Range:
    match = SPEC.fullmatch(text)
    if match is None:
        raise OhmyError(
            f"{name}: -k {text} is not of the form -k f[.c][nr][,f[.c][nr]].",
            "Fields and characters are numbers from 1; n and r are the only letters.",
        )
    field, char, flags, last, last_char, last_flags = match.groups(default="")
    own = flags + last_flags
    return Range(
        int(field),
        int(char or 1),
        int(last or 0),
        int(last_char or 0),
        "n" in own if own else numeric,
        "r" in own if own else reverse,
    )


class Fields:
    """Ranges applied to keys."""

    def __init__(self, options: str, name: str, separator: bytes) -> None:
        """Parse the options; see ``parse``."""
        self.ranges = parse(options, name)
        self._whole = "-k" not in options
        self._separator = separator
        # Of all keys that were sorted so far: a rehearsal sorts the same ones again and again.
        self._pieces: dict[bytes, list[Piece]] = {}
        self._ranks: dict[bytes, t.Any] = {}
        self._kinds: list[t.Sequence[t.Pattern[bytes]]] = [
            (WHOLE, DECIMAL) if one.numeric else () for one in self.ranges
        ]

    def _lengths(self, key: bytes) -> list[int]:
        if self._whole:
            return [len(key)]
        found = []
        start = 0
        while (at := key.find(self._separator, start)) >= 0:
            found.append(at - start)
            start = at + 1
        return [*found, len(key) - start]

    def place(self, key: bytes, lengths: list[int], one: Range) -> tuple[int, int] | None:
        """Return first and last index of a range in a key, None where the key has no such field."""
        gap = len(self._separator)
        if len(lengths) < one.field:
            return None
        start = sum(length + gap for length in lengths[: one.field - 1]) + one.char
        if start > len(key):
            return None
        last = len(key)
        if one.last_field and len(lengths) >= one.last_field:
            end = sum(length + gap for length in lengths[: one.last_field - 1])
            end += one.last_char or lengths[one.last_field - 1]
            last = min(end, len(key))
        return start - 1, last - 1

    def hash(self, key: bytes) -> int:
        """Return the hash by which the KeyFieldBasedPartitioner chooses a reduce."""
        # Hadoop makes a String of the key first, in which what is no UTF-8 becomes a mark.
        text = key.decode("utf-8", "replace")
        if not self.ranges:
            units = text.encode("utf-16-be", "surrogatepass")
            return _hash(0, [units[at] << 8 | units[at + 1] for at in range(0, len(units), 2)])
        key = text.encode("utf-8")
        lengths = self._lengths(key)
        value = 0
        for one in self.ranges if key else ():
            place = self.place(key, lengths, one)
            if place is not None:
                value = _hash(value, map(signed, key[place[0] : place[1] + 1]))
        return value

    def pieces(self, key: bytes) -> list[Piece]:
        """Return what the ranges hold of a key, up to the first of which it has nothing: no later one is looked at."""
        lengths = self._lengths(key)
        found: list[Piece] = []
        for one in self.ranges:
            place = self.place(key, lengths, one)
            if place is None:
                return [*found, None]
            found.append((key[place[0]], key[place[0] : place[1] + 1]))
        return found

    def order(self, a: t.Sequence[Piece], b: t.Sequence[Piece]) -> int:
        """Return a number below, equal to or above 0 for the pieces of two keys, as the KeyFieldBasedComparator does.

        Of two keys without the field it says that either is below the other: here they are equal, and so they sort.
        """
        for one, piece_a, piece_b in zip(self.ranges, a, b):
            if piece_a is None or piece_b is None:
                result = int(piece_a is not None) - int(piece_b is not None)
                return -result if one.reverse else result
            if one.numeric:
                result = numeric(*piece_a, *piece_b)
            else:
                result = (piece_a[1] > piece_b[1]) - (piece_a[1] < piece_b[1])
            if result:
                return -result if one.reverse else result
        return 0

    def ranks(self, found: t.Iterable[bytes]) -> dict[bytes, t.Any]:
        """Return for at least each of these keys a value that sorts among them as Hadoop sorts the key."""
        if not self.ranges:
            return {key: key for key in found}
        new = [key for key in dict.fromkeys(found) if key not in self._pieces]
        self._pieces.update((key, self.pieces(key)) for key in new)
        before = [list(kinds[:1]) for kinds in self._kinds]
        for at, kinds in enumerate(self._kinds):
            texts = [piece[1] for key in new for piece in self._pieces[key][at : at + 1] if piece] if kinds else []
            self._kinds[at] = [kind for kind in kinds if all(map(kind.fullmatch, texts))]
        if before != [list(kinds[:1]) for kinds in self._kinds]:
            new, self._ranks = list(self._pieces), {}
        odd = any(one.numeric and not kinds for one, kinds in zip(self.ranges, self._kinds))
        measures = [_measure(one, WHOLE in kinds and not odd) for one, kinds in zip(self.ranges, self._kinds)]
        compared = functools.cmp_to_key(self._either)
        for key in new:
            pieces = self._pieces[key]
            if not odd:
                self._ranks[key] = self._rank(pieces, measures)
            elif all(DECIMAL.fullmatch(piece[1]) for piece, one in zip(pieces, self.ranges) if one.numeric and piece):
                self._ranks[key] = compared((self._rank(pieces, measures), pieces))
            else:
                self._ranks[key] = compared((None, pieces))
        return self._ranks

    def _rank(self, pieces: t.Sequence[Piece], measures: t.Sequence[Measure]) -> tuple[t.Any, ...]:
        rank: list[t.Any] = []
        for piece, one, measure in zip(pieces, self.ranges, measures):
            # A key without the field comes before all others, backwards behind them.
            rank.append((piece is None) == one.reverse)
            if piece is not None:
                rank += measure(piece[1])
        return tuple(rank)

    def _either(self, a: Compared, b: Compared) -> int:
        """Compare by rank where both keys have one, for that is faster."""
        if a[0] is None or b[0] is None:
            return self.order(a[1], b[1])
        return (a[0] > b[0]) - (a[0] < b[0])


def _measure(one: Range, whole: bool) -> Measure:
    """Return what makes values that sort as the texts of a range do.

    :param whole: of a numeric range: all are WHOLE; else all are DECIMAL.
    """
    if not one.numeric:
        if one.reverse:
            return lambda text: (text.translate(TURNED).decode("latin-1") + BEHIND,)
        return lambda text: (text,)
    if whole:
        # Of equal numbers the one with leading zeros is less, below 0 not; 0 itself begins with one.
        if one.reverse:
            return lambda text: (Decimal(text.decode()).copy_negate(), text[:1] in b"0-")
        return lambda text: (Decimal(text.decode()), text[:1] not in b"0-")
    return lambda text: (Decimal(text.decode()).copy_negate() if one.reverse else Decimal(text.decode()),)


def text_hash(key: bytes) -> int:
    """Return the hash of a Text, by which the HashPartitioner chooses a reduce."""
    return _hash(1, map(signed, key))


def reduce_of(value: int, reduces: int) -> int:
    """Return the number of the reduce for a hash."""
    return (value & 0x7FFFFFFF) % reduces


def signed(byte: int) -> int:
    """Return a byte as Java sees it."""
    return byte - 256 if byte > 127 else byte


def _hash(start: int, values: t.Iterable[int]) -> int:
    for value in values:
        start = (31 * start + value) & MASK
    return start


def numeric(head_a: int, one: bytes, head_b: int, other: bytes) -> int:
    """Compare two pieces of keys as numbers."""
    minus_a, minus_b = head_a == ord("-"), head_b == ord("-")
    if minus_a != minus_b:
        below, rest = (one[1:], other) if minus_a else (other[1:], one)
        result = 0 if _zero(below) and _zero(rest) else -1
        return result if minus_a else -result
    sign = -1 if minus_a else 1
    one, other = one[minus_a:].lstrip(b"0"), other[minus_b:].lstrip(b"0")
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same] and one[same] in DIGITS:
        same += 1
    one, other = one[same:], other[same:]
    next_a, next_b = one[0] if one else head_a, other[0] if other else head_b
    dot = ord(".")
    if (next_a == dot and (not other or next_b not in DIGITS)) or (next_b == dot and (not one or next_a not in DIGITS)):
        return sign * _decimals(one, other)
    return sign * (_digits(one) - _digits(other) or signed(next_a) - signed(next_b))


def _digits(text: bytes) -> int:
    return len(text) - len(text.lstrip(DIGITS))


def _zero(text: bytes) -> bool:
    text = text.lstrip(b"0")
    if text[:1] == b".":
        text = text[1:].lstrip(b"0")
    return not text or text[0] not in DIGITS


def _positive(text: bytes) -> int:
    text = text.lstrip(b"0")
    return int(bool(text) and text[0] in DIGITS)


def _decimals(one: bytes, other: bytes) -> int:
    if not one or not other:
        return _positive(one[1:]) - _positive(other[1:])
    if one[0] != other[0]:
        return _positive(one[1:]) if one[0] == ord(".") else -_positive(other[1:])
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    one, other = one[same:], other[same:]
    if not one or not other:
        return _positive(one) - _positive(other)
    if one[0] in DIGITS and other[0] in DIGITS:
        return one[0] - other[0]
    return int(one[0] in DIGITS) - int(other[0] in DIGITS)
