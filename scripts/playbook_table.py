# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print the reference's page of the playbooks: each by its name, and what its first play says it does."""

from __future__ import annotations

from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
# It is a part of the others.
PARTS = {"limit"}
PAGE = """\
# Playbooks

Each is run by its full name with the installed collection, and by its path in a checkout:

    ansible-playbook ohmy.hadoop.run_job -e @job.yml
    ansible-playbook playbooks/run_job.yml -e job_file=job.yml

Their variables are those of the roles [job](job_role.rst), [cluster](cluster_role.rst) and [hadoop](hadoop_role.rst). What a playbook
takes besides stands in [A cluster day by day](../operate.md), for `compare` in [The report of a run](../run_report.md).

| playbook | what it does |
| --- | --- |
{rows}
"""


def purpose(path: Path) -> str:
    """Return the name of a playbook's first play of its own."""
    return next(play["name"] for play in yaml.safe_load(path.read_text("utf-8")) if "hosts" in play)


def page() -> str:
    """Return the whole page."""
    books = sorted(path for path in (ROOT / "playbooks").glob("*.yml") if path.stem not in PARTS)
    return PAGE.format(rows="\n".join(f"| `ohmy.hadoop.{path.stem}` | {purpose(path)} |" for path in books))


if __name__ == "__main__":
    print(page(), end="")
