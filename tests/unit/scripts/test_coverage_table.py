# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is printed of how much of the code the unit tests run, and where that is too little."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[3] / "scripts/coverage_table.py"


def counts(lines: int, run: int, branches: int, taken: int) -> dict[str, dict[str, int]]:
    return {
        "summary": {
            "num_statements": lines,
            "covered_lines": run,
            "num_branches": branches,
            "covered_branches": taken,
            "percent_covered": 1,
        }
    }


def table(tmp_path: Path, **files: dict[str, dict[str, int]]) -> subprocess.CompletedProcess[str]:
    measured = {f"plugins/module_utils/{name.replace('__', '/')}.py": one for name, one in files.items()}
    path = tmp_path / "coverage.json"
    path.write_text(json.dumps({"files": measured}))
    return subprocess.run([sys.executable, SCRIPT, path], capture_output=True, text=True, timeout=30, check=False)


def test_packages_are_summed_and_all_of_them_come_last(tmp_path: Path) -> None:
    files = {"_node__a": counts(60, 60, 9, 9), "_node__b": counts(40, 38, 1, 1), "_core__c": counts(100, 100, 0, 0)}
    done = table(tmp_path, **files, empty=counts(0, 0, 0, 0))
    assert done.returncode == 0, done.stderr
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["module_utils", "lines", "run", "branches", "run"],
        ["_core", "100", "100.0%", "0", "100.0%"],
        ["_node", "100", "98.0%", "10", "100.0%"],
        ["all", "200", "99.0%", "10", "100.0%"],
    ]


def test_too_few_branches_are_an_error_though_all_lines_are_run(tmp_path: Path) -> None:
    done = table(tmp_path, _core__a=counts(100, 100, 100, 94))
    assert done.returncode == 1 and "The unit tests run 94.0 % of it, less than 95 %" in done.stderr
