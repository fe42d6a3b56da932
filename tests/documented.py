# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of the documentation, so that tests run what a reader would copy."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^<!-- tested: (?P<name>\S+) -->\n```\w*\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


def documented(page: str, name: str) -> str:
    """Return the text of the fenced block that stands below ``<!-- tested: NAME -->`` on a page.

    :raises KeyError: the page has no such block.
    """
    return blocks(page)[name]


def blocks(page: str) -> dict[str, str]:
    """Return name → text of every tested block on a page."""
    return {found["name"]: found["text"] for found in BLOCK.finditer((ROOT / page).read_text("utf-8"))}
