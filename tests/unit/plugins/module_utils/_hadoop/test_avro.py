# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Avro's binary form, by what its specification says of each type."""

from __future__ import annotations

import struct

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import avro

TREE = {
    "type": "record",
    "name": "Tree",
    "namespace": "a.b",
    "fields": [{"name": "name", "type": "string"}, {"name": "below", "type": {"type": "array", "items": "Tree"}}],
}


@pytest.mark.parametrize(
    ("schema", "data", "value"),
    [
        ("null", b"", None),
        ("boolean", b"\x01", True),
        ("int", b"\x01", -1),
        ("long", b"\x80\x01", 64),
        ("long", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", -(2**63)),
        ("float", struct.pack("<f", 0.5), 0.5),
        ("double", struct.pack("<d", 0.25), 0.25),
        ("bytes", b"\x04\x00\xff", b"\x00\xff"),
        ("string", b"\x04\xc3\xa9", "é"),
        ("string", b"\x02\xff", "\N{REPLACEMENT CHARACTER}"),
        ({"type": "string", "avro.java.string": "String"}, b"\x02a", "a"),
        (["null", "string"], b"\x00", None),
        (["null", "string"], b"\x02\x02a", "a"),
        ({"type": "enum", "name": "E", "symbols": ["A", "B"]}, b"\x02", "B"),
        ({"type": "fixed", "name": "F", "size": 2}, b"ab", b"ab"),
        ({"type": "array", "items": "int"}, b"\x04\x02\x04\x03\x04\x06\x06\x00", [1, 2, 3, 3]),
        ({"type": "map", "values": "int"}, b"\x02\x02a\x04\x00", {"a": 2}),
        (TREE, b"\x02r\x02\x02s\x00\x00", {"name": "r", "below": [{"name": "s", "below": []}]}),
    ],
)
def test_a_value_is_read_by_its_schema(schema, data, value):
    source = avro.Bytes(data)
    assert avro.reader(schema)(source) == value
    assert not source


@pytest.mark.parametrize(("schema", "data"), [("long", b"\x80"), ("string", b"\x06ab"), ("string", b"\x01")])
def test_data_that_end_early_are_told(schema, data):
    with pytest.raises(EOFError):
        avro.reader(schema)(avro.Bytes(data))
