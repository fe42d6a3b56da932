# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that a cluster survives: what tests register, for the page that scripts/fault_table.py makes."""

from __future__ import annotations

import importlib
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
Test = t.TypeVar("Test", bound=t.Callable[..., t.Any])


class Survived(t.NamedTuple):
    """A row of the page.

    :param fault: what goes wrong. :param when: at which point.
    :param happens: what the collection does. :param seen: what the user sees.
    :param case: the id of a test of many cases.
    """

    fault: str
    when: str
    happens: str
    seen: str
    case: str = ""


ROWS: list[tuple[Survived, str, str]] = []


def survives(*rows: Survived) -> t.Callable[[Test], Test]:
    """Register what a test shows to be survived."""

    def register(test: Test) -> Test:
        path = Path(test.__code__.co_filename).resolve().relative_to(ROOT)
        ROWS.extend((row, path.as_posix(), test.__name__) for row in rows)
        return test

    return register


def registered() -> list[tuple[Survived, str, str]]:
    """Return all rows with file and name of their tests, in the order of the files."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        if "from tests.survived import" in path.read_text(encoding="utf-8"):
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return ROWS
