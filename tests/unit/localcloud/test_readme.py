# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page names each file of the program, and the tests that it names for each behaviour are there."""

from __future__ import annotations

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[3]
NAMED = re.compile(r"`(unit/)?(test_\w+\.py)(?:::(test_\w+))?`")


def test_every_named_test_exists():
    page = (ROOT / "localcloud" / "README.md").read_text(encoding="utf-8")
    rows = page[page.index("## As strict as AWS") : page.index("### IAM")].splitlines()[6:]
    rows = [row for row in rows if row.startswith("|") and not row.startswith("| ---")]
    assert len(rows) > 15 and all(NAMED.search(row) for row in rows), rows
    for unit, name, function in NAMED.findall(page):
        path = ROOT / "tests" / ("unit/localcloud" if unit else "end_to_end") / name
        assert path.is_file(), path
        assert not function or f"def {function}(" in path.read_text(encoding="utf-8"), function


def test_every_file_of_the_program_is_named():
    page = (ROOT / "localcloud" / "README.md").read_text(encoding="utf-8")
    told = set(re.findall(r"\w+", page[page.index("## How it is made") : page.index("The server binds")]))
    assert {path.stem for path in (ROOT / "localcloud").glob("[!_]*.py")} - told == set()
