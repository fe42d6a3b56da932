# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of causes is the one that the code makes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_of_causes_is_that_of_the_table() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "failure_table.py")]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    page = (ROOT / "docs" / "failures.md").read_text("utf-8")
    assert page == printed, "run scripts/failure_table.py > docs/failures.md"
