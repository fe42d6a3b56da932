# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Hadoop's site files: a dict of properties as XML, byte for byte the same for the same dict."""

from __future__ import annotations

import re
import typing as t
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from .._core.errors import OhmyError

# https://www.w3.org/TR/xml/#charsets
# A bare CR would be read back as LF.
CR = {"\r": "&#13;"}
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text_of(value: t.Any) -> str:
    """Return a property's value as Hadoop writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def render(properties: t.Mapping[str, t.Any]) -> bytes:
    """Return a site file, its properties in the order of their names.

    :raises OhmyError: a character that XML 1.0 cannot hold.
    """
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<configuration>"]
    for name in sorted(properties):
        value = text_of(properties[name])
        for text in (name, value):
            if found := FORBIDDEN.search(text):
                raise OhmyError(
                    f"The property {name!r} holds the character {found.group()!r}, which XML cannot hold.",
                    "Take the character out.",
                )
        shown = escape(value, CR)
        lines.append(f"  <property><name>{escape(name, CR)}</name><value>{shown}</value></property>")
    return ("\n".join(lines) + "\n</configuration>\n").encode("utf-8")


def parse(data: bytes) -> dict[str, str]:
    """Return the properties of a site file."""
    root = ElementTree.fromstring(data)
    return {entry.findtext("name") or "": entry.findtext("value") or "" for entry in root.iter("property")}
