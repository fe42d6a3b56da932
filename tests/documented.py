# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of the documentation, so that tests run what a reader would copy."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# In a list a block is indented.
BLOCK = re.compile(
    r"^(?P<indent> *)<!-- tested: (?P<name>\S+) -->\n(?P=indent)```\w*\n(?P<text>.*?)^(?P=indent)```$",
    re.DOTALL | re.MULTILINE,
)
FENCE = re.compile(
    r"^(?P<before>[^\n]*)\n(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```$", re.DOTALL | re.MULTILINE
)
TESTED = re.compile(r" *<!-- tested: \S+ -->")
UNTESTED = re.compile(r" *<!-- not tested: (?P<why>\S.*) -->")
SHELLS = ("sh", "bash", "shell", "console")
COMMAND = re.compile(
    r"^(?:\$ |make |ansible|molecule |python3? |pip |cp |cd |export |sudo |git |\S*/bin/)", re.MULTILINE
)


class Commands(t.NamedTuple):
    """A block of a page that is to be typed into a shell; ``why`` it is not tested, where it says so."""

    text: str
    tested: bool
    why: str | None


def pages() -> list[str]:
    """Return the pages of the documentation, as paths in the checkout."""
    below = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))
    return ["README.md", "CONTRIBUTING.md", *below]


def documented(page: str, name: str) -> str:
    """Return the text of the fenced block that stands below ``<!-- tested: NAME -->`` on a page.

    :raises KeyError: the page has no such block.
    """
    return blocks(page)[name]


def blocks(page: str) -> dict[str, str]:
    """Return name → text of every tested block on a page."""
    found = BLOCK.finditer((ROOT / page).read_text("utf-8"))
    return {one["name"]: re.sub(f"^{one['indent']}", "", one["text"], flags=re.MULTILINE) for one in found}


def commands(page: str) -> list[Commands]:
    """Return the blocks of a page that are to be typed into a shell."""
    found = []
    for fence in FENCE.finditer((ROOT / page).read_text("utf-8")):
        if fence["language"] in SHELLS or (not fence["language"] and COMMAND.search(fence["text"])):
            untested = UNTESTED.fullmatch(fence["before"])
            tested = TESTED.fullmatch(fence["before"]) is not None
            found.append(Commands(fence["text"], tested, untested and untested["why"]))
    return found
