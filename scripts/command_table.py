# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print docs/commands.md: how many blocks of commands of the documentation a test runs, and why it does not run the others."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.documented import Commands, commands, pages  # noqa: E402

PAGE = """\
# Commands that no test runs

Of the {all} blocks of commands on these pages and in the README, {tested} are run by a test as they stand, but for names and addresses.
The others say why not. This page is made by `scripts/command_table.py`.

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
    found = [(name, block) for name in pages() for block in commands(name)]
    rows = [row(name, block) for name, block in found if not block.tested]
    return PAGE.format(all=len(found), tested=len(found) - len(rows), rows="\n".join(rows))


if __name__ == "__main__":
    print(page(), end="")
