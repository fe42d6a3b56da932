# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Site files: byte for byte the same, and whatever goes in comes out."""

from __future__ import annotations

from xml.dom import minidom

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import profiles, site, sizing


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


@pytest.mark.parametrize("site_name", ["core-site", "hdfs-site", "ssl-server", "kms-site"])
def test_two_hundred_properties_of_any_characters(site_name):
    pieces = [
        *"\"'<>&%#{}$\\;=|`~\t\n",
        "ünï",
        "☃",
        "𝄞",
        "-",
        "--x",
        "]]>",
        "<!--",
        "&amp;",
        "${x}",
        "\r\n",
        "a b",
        "؈",
    ]
    own = {f"prop.{number}.{piece}": f"-{piece}{number}{piece * 2} " for number in range(10) for piece in pieces}
    own = dict(list(own.items())[:200])
    assert len(own) == 200
    document = {"role": "worker", "master": "10.0.0.4", "workers": 2, "s3": None, "properties": {site_name: own}}
    files = profiles.site_files(document, sizing.Facts(4096, 2, "10.0.0.5"))
    # Another reader than the one that this collection has.
    found = {}
    for entry in minidom.parseString(site.render(files[site_name])).getElementsByTagName("property"):
        name, value = (
            "".join(node.data for node in entry.getElementsByTagName(tag)[0].childNodes) for tag in ("name", "value")
        )
        assert name not in found
        found[name] = value
    assert {name: found[name] for name in own} == own


def test_order_makes_no_difference():
    assert site.render({"x": 1, "y": 2}) == site.render({"y": 2, "x": 1})


def test_an_empty_file_is_one_that_hadoop_reads():
    assert site.parse(site.render({})) == {}
