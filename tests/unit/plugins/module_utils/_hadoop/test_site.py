# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Site files: byte for byte the same, and whatever goes in comes out."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import site


def test_the_bytes_of_a_file():
    assert site.render({"b": True, "a": 1, "c": None, "d": 0.5}) == (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<configuration>\n'
        b"  <property><name>a</name><value>1</value></property>\n"
        b"  <property><name>b</name><value>true</value></property>\n"
        b"  <property><name>c</name><value></value></property>\n"
        b"  <property><name>d</name><value>0.5</value></property>\n"
        b"</configuration>\n"
    )


@pytest.mark.parametrize(
    "value",
    [
        "a < b & c > d",
        "\"quoted\" 'text'",
        "ünï ☃ 𝄞",
        "two\nlines\tand a tab",
        "a\rb",
        "]]>",
        "${user.name}",
        " padded ",
    ],
)
def test_values_come_back_as_they_were(value):
    assert site.parse(site.render({"name & more": value})) == {"name & more": value}


@pytest.mark.parametrize("bad", ["\0", "\x1b", "\ufffe", "\ud800"])
def test_what_xml_cannot_hold_is_refused_by_name(bad):
    with pytest.raises(OhmyError, match="'some.name'"):
        site.render({"some.name": f"a{bad}b"})


def test_order_makes_no_difference():
    assert site.render({"x": 1, "y": 2}) == site.render({"y": 2, "x": 1})


def test_an_empty_file_is_one_that_hadoop_reads():
    assert site.parse(site.render({})) == {}
