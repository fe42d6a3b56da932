# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields of keys; what is expected here was printed by Hadoop 3.5's own classes."""

from __future__ import annotations

import functools
import heapq
import random

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal import keys, shuffle

COMPARED = [
    ("", b"b", b"a", 1),
    ("", b"a", b"\xc3\xa9", -1),
    ("-k1,1", b"a\tx", b"a\ty", 0),
    ("-k2,2", b"a\tx", b"b\tx", 0),
    ("-k2,2n", b"a\t9", b"a\t10", -1),
    ("-k2,2nr", b"a\t9", b"a\t10", 1),
    ("-k2n", b"a\t-3", b"a\t2", -1),
    ("-k2n", b"a\t-3", b"a\t-20", 1),
    ("-k1,1n", b"1.5", b"1.25", 1),
    ("-k1,1n", b".5", b"0.50", 0),
    ("-k1,1n", b"1", b"1.5", -1),
    ("-k1,1n", b"1.5", b"1", 1),
    ("-k1,1n", b"1.0", b"1", 0),
    ("-k1,1n", b"10", b"010", 1),
    ("-k1,1n", b"-0", b"0.0", 0),
    ("-k1,1n", b"12a", b"12b", -1),
    ("-k1,1n", b"abc", b"1", -1),
    ("-k2,2", b"a", b"b\tx", -1),
    ("-k2,2r", b"a", b"b\tx", 1),
    ("-k2,2", b"a", b"b", -1),
    ("-k1.2,1.3", b"xabz", b"yaca", -1),
    ("-k1.2,1.3", b"xabz", b"yaba", 0),
    ("-k2.2,3.1", b"a\tbc\td", b"z\txc\td", 0),
    ("-n", b"9", b"10", -1),
    ("-r", b"a", b"b", 1),
    ("-k1,1 -k2,2nr", b"a\t1", b"a\t2", 1),
    ("-k1,1n -r", b"1", b"2", -1),
    ("-k1,1 -r", b"1", b"2", 1),
    ("-k 2", b"a\tx", b"b\tx", 0),
]
# Of 97 reduces the one by KeyFieldBasedPartitioner, and the one by HashPartitioner.
PARTITIONED = [
    ("", b"alpha", 20, 9),
    ("", b"\xe2\x82\xac", 22, 44),
    ("", b"\xf0\x9f\x98\x80", 30, 29),
    ("-k1,1", b"a\tx", 0, 23),
    ("-k1,1", b"a\ty", 0, 24),
    ("-k2,2", b"a\tx", 23, 23),
    ("-k2,2", b"a", 0, 31),
    ("-k1,2", b"a\tx\ty", 11, 96),
    ("-k1.2,1.3", b"xabz", 1, 25),
    ("-k1,1 -k3,3", b"a\tx\ty", 24, 96),
    ("-k1,1", b"", 0, 1),
    ("-n", b"a\tb", 86, 1),
    ("-k2", b"a\t\xc3\xa9t\xc3\xa9", 80, 74),
]


# What fields of random keys are made of, from numbers without an oddity to what is none.
NUMBERS = (
    ["0", "-0", "5", "-5", "12", "13", "120", "-12", "99999999999999999999", "99999999999999999998"],
    ["0", "00", "-00", "-05", "-5", "05", "5", "005", "050", "50", "12", "012"],
    ["0", "0.0", "-0.0", "5", "5.0", "5.05", "5.5", "5.50", "-5.5", "-5.50", "-0.5", "0.5", "12", "12.25", "1.225"],
    ["05.0", "05", "5", "5.", ".5", "0.50", ".", "-.5", "-", "5.5.5"],
    ["", "5", "abc", "12a", "12b", "--1", "+3", "5 ", "1e5", "\u00e9", "a", "ab", "-5x", "0x"],
)
RANGES = [
    *("", "-n", "-r", "-nr", "-k1,1", "-k1,1r", "-k1,1n", "-k1,1nr", "-k2,2n", "-k2,2nr", "-k2n", "-k2nr", "-k2,2r"),
    *("-k1,1 -k2,2nr", "-k2,2nr -k1,1r", "-k2,2 -k1n", "-k2r -k1nr -k3,3", "-k1,1n -r", "-k3,2n", "-k3,2 -k1"),
    *("-k1.2,1.3", "-k1.2,1.3n", "-k2.2,3.1nr", "-k2.3,2n"),
]


def compare(fields, a, b):
    """Return what Hadoop's KeyFieldBasedComparator does, step by step."""
    if not fields.ranges:
        return (a > b) - (a < b)
    lengths_a, lengths_b = fields._lengths(a), fields._lengths(b)
    for one in fields.ranges:
        place_a, place_b = fields.place(a, lengths_a, one), fields.place(b, lengths_b, one)
        if place_a is None:
            result = -1
        elif place_b is None:
            result = 1
        else:
            piece_a, piece_b = a[place_a[0] : place_a[1] + 1], b[place_b[0] : place_b[1] + 1]
            if one.numeric:
                result = keys.numeric(a[place_a[0]], piece_a, b[place_b[0]], piece_b)
            else:
                result = (piece_a > piece_b) - (piece_a < piece_b)
        if result:
            return -result if one.reverse else result
    return 0


def order(fields, a, b):
    first, second = compare(fields, a, b), compare(fields, b, a)
    return 0 if first and second and (first < 0) == (second < 0) else first


@pytest.mark.parametrize("options, one, other, sign", COMPARED)
def test_keys_compare_as_hadoop_compares_them(options, one, other, sign):
    found = compare(keys.Fields(options, "p", b"\t"), one, other)
    assert (found > 0) - (found < 0) == sign


@pytest.mark.parametrize("options", RANGES)
def test_random_keys_sort_and_merge_as_by_hadoops_comparison(options):
    dice = random.Random(options)
    for _try in range(40):
        separator, numbers = dice.choice([b"\t", b"\t", b",", b".", b"::", b"-"]), dice.choice(NUMBERS)
        most, least = dice.choice([(3, 3), (3, 0)])
        made = [[dice.choice(numbers) for _field in range(dice.randint(least, most))] for _key in range(20)]
        found = [separator.join(word.encode() for word in words) for words in made]
        fields = keys.Fields(options, "p", separator)
        # What was sorted before must not matter.
        fields.ranks(dice.sample(found, dice.choice([0, 1, 5])))
        ranks = fields.ranks(found)
        for one in found:
            for other in found:
                sign = order(fields, one, other)
                got = (ranks[one] < ranks[other], ranks[one] == ranks[other])
                assert got == (sign < 0, sign == 0), (separator, one, other)
        form = shuffle.Form(sort_by=fields)
        pairs = [(key, b"%d" % number) for number, key in enumerate(found)]
        by_key = functools.cmp_to_key(functools.partial(order, fields))
        assert form.sort(pairs) == sorted(pairs, key=lambda pair, by_key=by_key: by_key(pair[0]))
        runs = [form.sort(pairs[:10]), pairs[10:]]
        merged = heapq.merge(*runs, key=lambda pair, by_key=by_key: by_key(pair[0]))
        assert form.merge(runs) == list(merged)


def test_each_key_is_cut_once(monkeypatch):
    fields, cut = keys.Fields("-k2,2n", "p", b"\t"), []
    pieces = fields.pieces
    monkeypatch.setattr(fields, "pieces", lambda key: [cut.append(key), pieces(key)][1])
    for found in ([b"a\t1", b"b\t2"], [b"b\t2", b"a\t1.5"], [b"a\todd", b"a\t1"], [b"b\t2", b"a\t1"]):
        ranks = fields.ranks(found)
    assert sorted(cut) == sorted({b"a\t1", b"b\t2", b"a\t1.5", b"a\todd"})
    assert sorted(cut, key=ranks.__getitem__)[1:] == [b"a\t1", b"a\t1.5", b"b\t2"]


@pytest.mark.parametrize("options", ["-k1,1", "-k2,2nr -k1,1r", "-n"])
@pytest.mark.parametrize("numbers", NUMBERS[:3])
def test_keys_without_an_oddity_are_never_compared_by_hadoops_steps(monkeypatch, options, numbers):
    monkeypatch.setattr(keys, "numeric", None)
    found = [(number if options == "-n" else f"{number}\t{number}").encode() for number in numbers]
    ranks = keys.Fields(options, "p", b"\t").ranks([*found, b"7"])
    assert len(sorted(found, key=ranks.__getitem__)) == len(numbers)


@pytest.mark.parametrize("options, key, by_fields, by_hash", PARTITIONED)
def test_keys_go_to_the_reduces_that_hadoop_sends_them_to(options, key, by_fields, by_hash):
    assert keys.reduce_of(keys.Fields(options, "p", b"\t").hash(key), 97) == by_fields
    assert keys.reduce_of(keys.text_hash(key), 97) == by_hash


def test_keys_without_the_field_sort_as_equals():
    for options, field in (("-k2,2", b"x"), ("-k2,2n", b"x"), ("-k2,2n", b"5")):
        ranks = keys.Fields(options, "p", b"\t").ranks([b"a", b"b", b"b\t" + field])
        assert ranks[b"a"] == ranks[b"b"] < ranks[b"b\t" + field]


@pytest.mark.parametrize("options", ["-kx", "-k1,", "-k1,2f", "-k1;2", "-k.1"])
def test_options_that_hadoop_refuses_are_refused(options):
    with pytest.raises(OhmyError, match="some.property: -k .* is not of the form"):
        keys.Fields(options, "some.property", b"\t")
