# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print how much of each package of module_utils the unit tests run, and fail where it is too little.

``coverage_table.py build/coverage.json``, which `make coverage` has written.
"""

from __future__ import annotations

import collections
import json
import sys
from pathlib import Path

LEAST = 95.0
BELOW = "plugins/module_utils/"
COUNTS = ("num_statements", "covered_lines", "num_branches", "covered_branches")


def table(measured: dict[str, dict[str, int]]) -> tuple[list[str], float]:
    """Return the lines to print, and the least of all in percent: lines or branches."""
    sums: dict[str, list[int]] = collections.defaultdict(lambda: [0] * len(COUNTS))
    for path, counts in measured.items():
        for name in (path.removeprefix(BELOW).split("/")[0], "all"):
            sums[name] = [before + counts[one] for before, one in zip(sums[name], COUNTS)]
    printed = [f"{'module_utils':14}{'lines':>7}{'run':>8}{'branches':>10}{'run':>8}"]
    least = 100.0
    for name in sorted(sums, key=lambda one: (one == "all", one)):
        lines, run, branches, taken = sums[name]
        if not lines:
            continue
        of_lines, of_branches = 100 * run / lines, 100 * taken / branches if branches else 100.0
        printed.append(f"{name:14}{lines:7}{of_lines:7.1f}%{branches:10}{of_branches:7.1f}%")
        least = min(of_lines, of_branches)
    return printed, least


def main() -> None:
    """Print the table of the file that is named."""
    files = json.loads(Path(sys.argv[1]).read_text("utf-8"))["files"]
    lines, least = table({path: one["summary"] for path, one in files.items()})
    print("\n".join(lines))
    if least < LEAST:
        sys.exit(
            f"The unit tests run {least:.1f} % of it, less than {LEAST:g} %; build/coverage.json names what they miss."
        )


if __name__ == "__main__":
    main()
