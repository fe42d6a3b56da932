# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was recorded of failures (tests/unit/fixtures/failures), for the tests and for the page that the table makes."""

from __future__ import annotations

import typing as t
from pathlib import Path

import yaml

FOLDER = Path(__file__).resolve().parent / "unit" / "fixtures" / "failures"
SOURCES = ("run", "jar", "source", "docs")


class Recorded(t.NamedTuple):
    """One recorded failure.

    :param seen_in: the place where its text is looked for, a key of ``causes.row.PLACES``.
    :param code: of Hadoop's client. ``exit``: of the program.
    :param first_line: of the program that was shipped.
    :param provoked_by: the test that provokes it on a cluster, or ``none``.
    :param tested_by: of what has no text: the unit test that brings it about.
    """

    id: str
    case: str
    seen_in: str
    provoked_by: str
    source: str = ""
    text: str = ""
    code: int = 1
    exit: int = 1
    first_line: str = ""
    tested_by: str = ""


def recorded() -> list[Recorded]:
    """Return all of them."""
    paths = sorted(FOLDER.glob("*.yml"))
    return [Recorded(**entry) for path in paths for entry in yaml.safe_load(path.read_text("utf-8"))]
