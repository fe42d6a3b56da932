# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print docs/commands.md: the blocks of commands of the documentation that no test runs, and why."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.documented import Commands, commands, pages

PAGE = """\
# Commands that no test runs

Each block of commands on these pages and in the README is taken from there by a test and run, on the local cloud where it needs one, but for
those below. This page is made by `scripts/command_table.py`.

| page | commands | why no test runs them |
| --- | --- | --- |
{rows}
"""


def row(page: str, block: Commands) -> str:
    """Return the row of one block."""
    lines = "<br>".join(f"`{line.strip()}`" for line in block.text.replace("|", "\\|").splitlines())
    link = f"[{page.removeprefix('docs/')}]({page.removeprefix('docs/') if page.startswith('docs/') else f'../{page}'})"
    return f"| {link} | {lines} | {block.why} |"


def page() -> str:
    """Return the whole page."""
    rows = [row(name, block) for name in pages() for block in commands(name) if not block.tested]
    return PAGE.format(rows="\n".join(rows))


if __name__ == "__main__":
    print(page(), end="")
