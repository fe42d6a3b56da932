# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields of keys; what is expected here was printed by Hadoop 3.5's own classes."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal import keys

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


@pytest.mark.parametrize("options, one, other, sign", COMPARED)
def test_keys_compare_as_hadoop_compares_them(options, one, other, sign):
    found = keys.Fields(options, "p", b"\t").compare(one, other)
    assert (found > 0) - (found < 0) == sign


@pytest.mark.parametrize("options, key, by_fields, by_hash", PARTITIONED)
def test_keys_go_to_the_reduces_that_hadoop_sends_them_to(options, key, by_fields, by_hash):
    assert keys.reduce_of(keys.Fields(options, "p", b"\t").hash(key), 97) == by_fields
    assert keys.reduce_of(keys.text_hash(key), 97) == by_hash


def test_keys_without_the_field_sort_as_equals():
    fields = keys.Fields("-k2,2", "p", b"\t")
    assert fields.order(b"a", b"b") == fields.order(b"b", b"a") == 0
    assert fields.order(b"a", b"b\tx") < 0 < fields.order(b"b\tx", b"a")


@pytest.mark.parametrize("options", ["-kx", "-k1,", "-k1,2f", "-k1;2", "-k.1"])
def test_options_that_hadoop_refuses_are_refused(options):
    with pytest.raises(OhmyError, match="some.property: -k .* is not of the form"):
        keys.Fields(options, "some.property", b"\t")
