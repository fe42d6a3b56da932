# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print docs/faults.md: the table of faults that a cluster survives, from the tests that show it."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.survived import registered

PAGE = """\
# Faults survived

Machines die, answers get lost, AWS runs out of capacity, and somebody closes the laptop. What happens then is tested: each row below
is registered by the test that brings the fault about and looks, with eyes of its own, at what is left. Whatever happened, the same
command, run again, comes to the wanted cluster or answer, no instance twice and none forgotten, and `terminate` leaves nothing.

A launch that cannot be completed is removed again, so that nothing of it costs money. With `cluster_on_launch_failure: kept` it
stays for the next run to complete. A cluster that stood before is never removed by a failure, as it may hold data; workers that were
to be added to it and had not begun to be nodes are. What nobody comes back for ends by itself when its time to live (`cluster_ttl`) is
over.

Tests in `tests/faults` run `ec2_cluster` against the API alone, those in `tests/end_to_end` whole runs on machines. How to bring
these faults about: [the local cloud](../localcloud/README.md#faults). Failures of the job itself are [another
page](failures.md). This page is made by `scripts/fault_table.py`.

| fault | when | what happens | what the user sees | test |
| --- | --- | --- | --- | --- |
{rows}
"""


def page() -> str:
    """Return the whole page."""
    lines = []
    for row, path, name in registered():
        test = f"{name}[{row.case}]" if row.case else name
        cells = [cell.replace("|", "\\|") for cell in row[:-1]] + [f"[`{test}`](../{path})"]
        lines.append(f"| {' | '.join(cells)} |")
    return PAGE.format(rows="\n".join(lines))


if __name__ == "__main__":
    print(page(), end="")
