# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages that hold a table of the code's are those that the code makes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "script, page",
    [
        ("command_table", "commands"),
        ("failure_table", "failures"),
        ("fault_table", "faults"),
        ("finding_table", "preflight"),
        ("profile_table", "profiles"),
    ],
)
def test_the_page_is_that_of_the_table(script: str, page: str) -> None:
    command = [sys.executable, str(ROOT / "scripts" / f"{script}.py")]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert (ROOT / "docs" / f"{page}.md").read_text("utf-8") == printed, f"run scripts/{script}.py > docs/{page}.md"
