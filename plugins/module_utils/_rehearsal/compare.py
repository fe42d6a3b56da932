# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Two answers of a job side by side: as bags of lines, floating-point numbers equal but for noise of their last digits; pure."""

from __future__ import annotations

import collections
import decimal
import math
import re
import typing as t

from .findings import shown

# Of the larger number; and near zero, where a sum that should be nothing leaves what it was rounded by.
TOLERANCE, NOTHING = 1e-9, 1e-12
NUMBER = re.compile(rb"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
FLOAT = re.compile(rb"[.eE]")
# A number that stands by itself: what is part of an address, a version or a name is none that is rounded.
BETWEEN = re.compile(rb"([\s,;:|=%\"'()\[\]{}])")
DECIMAL = "…".encode()  # stands for one in the key of a line without a separator
PLACES = re.compile(rb"[-+]?\d*\.(\d+)")
# More lines of one key than this are paired in their order only.
MOST_PAIRED = 300
MOST_SHOWN = 5


class Difference(t.NamedTuple):
    """A key with the rest of its lines in the one and in the other answer, as text."""

    key: str
    one: list[str]
    other: list[str]

    def __str__(self) -> str:
        return f"{self.key}: {_side(self.one)} and {_side(self.other)}"


class Differences(t.NamedTuple):
    """How many keys differ, some of them, and whether all do as rounding does."""

    number: int
    examples: list[Difference]
    rounding: bool


def _side(values: list[str]) -> str:
    return " | ".join(values) if values else "nothing"


def differences(one: t.Sequence[bytes], other: t.Sequence[bytes], separator: bytes) -> Differences:
    """Return in how many keys two answers differ, with at most MOST_SHOWN of these.

    :param separator: ends the key of a line, not empty. Where a line has none, all but its decimals is taken for its key.
    """
    bag, bags = collections.Counter(one), collections.Counter(other)
    rest, rests = bag - bags, bags - bag
    by_key: dict[bytes, tuple[list[bytes], list[bytes]]] = {}
    for side, lines in enumerate((rest, rests)):
        for line in lines.elements():
            by_key.setdefault(_key(line, separator), ([], []))[side].append(line)
    found = {}
    for key, (left, right) in by_key.items():
        left, right = _unequal(left, right)
        if left or right:
            found[key] = (left, right)
    # A key that both have tells more than one that is missing.
    first = sorted(found, key=lambda key: (not (found[key][0] and found[key][1]), key))[:MOST_SHOWN]
    examples = [
        Difference(shown(key, 60), *([shown(_rest(line, separator), 80) for line in side[:3]] for side in found[key]))
        for key in first
    ]
    return Differences(len(found), examples, all(_rounded(*sides) for sides in found.values()))


def _key(line: bytes, separator: bytes) -> bytes:
    if separator in line:
        return line.partition(separator)[0]
    return NUMBER.sub(lambda number: DECIMAL if FLOAT.search(number[0]) else number[0], line)


def _rest(line: bytes, separator: bytes) -> bytes:
    return line.partition(separator)[2] or line


def _unequal(left: list[bytes], right: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    if not any(FLOAT.search(number) for line in left[:MOST_PAIRED] for number in NUMBER.findall(line)) and not any(
        FLOAT.search(number) for line in right[:MOST_PAIRED] for number in NUMBER.findall(line)
    ):
        return left, right
    if max(len(left), len(right)) > MOST_PAIRED:
        pairs = list(zip(sorted(left), sorted(right)))
        same = sum(same_numbers(a, b) for a, b in pairs)
        return (left, right) if same < len(pairs) or len(left) != len(right) else ([], [])
    others = list(right)
    unpaired = []
    for line in left:
        match = next((index for index, candidate in enumerate(others) if same_numbers(line, candidate)), None)
        if match is None:
            unpaired.append(line)
        else:
            others.pop(match)
    return unpaired, others


def _rounded(left: list[bytes], right: list[bytes]) -> bool:
    return len(left) == len(right) and all(map(_rounded_line, sorted(left), sorted(right)))


def _rounded_line(a: bytes, b: bytes) -> bool:
    words, others = BETWEEN.split(a), BETWEEN.split(b)
    return len(words) == len(others) and all(map(_rounded_word, words, others))


def _rounded_word(a: bytes, b: bytes) -> bool:
    """Tell whether two words are the same, or numbers with a decimal point that differ by one in the last place at most."""
    one, other = PLACES.fullmatch(a), PLACES.fullmatch(b)
    if one is None or other is None or same_numbers(a, b):
        return same_numbers(a, b)
    # A nought at the end may be left out, so the longer one tells the place.
    unit = decimal.Decimal(1).scaleb(-max(len(one[1]), len(other[1])))
    return abs(decimal.Decimal(a.decode()) - decimal.Decimal(b.decode())) <= unit


def same_numbers(a: bytes, b: bytes) -> bool:
    """Tell whether two lines differ at most in the last digits of floating-point numbers; integers count exactly."""
    numbers, others = NUMBER.findall(a), NUMBER.findall(b)
    if len(numbers) != len(others) or NUMBER.sub(b"#", a) != NUMBER.sub(b"#", b):
        return False
    for one, other in zip(numbers, others):
        if one == other:
            continue
        if not FLOAT.search(one + other):
            return False
        if not math.isclose(float(one), float(other), rel_tol=TOLERANCE, abs_tol=NOTHING):
            return False
    return True
