# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print docs/profiles.md: each property that the profile sets, its value by the cluster's size, and why."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.storage import Storage
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.tuning import TUNING, Node, Setting

SIZES = (2, 20, 200)
TASK = 1024
DISKS = Storage(places=("/disk/1", "/disk/2"), mounts=("/disk/1", "/disk/2"))
PAGE = """\
# Profiles

`hadoop_profile` says how far a cluster is tuned. With `auto`, the default, the properties below are set: a small job on a small
cluster spends its time in work, not in waits between signs of life. With `stock` none of them is, daemons' heaps are Java's own
choice, and JVMs start as Hadoop starts them: for comparisons, or where you tune a cluster yourself. Whatever is set in
`hadoop_core_site`, `hadoop_hdfs_site`, `hadoop_yarn_site`, `hadoop_mapred_site`, or among a job's options, wins over both.

Both profiles set what a node needs to work at all: places, addresses, its memory and cores, replication, S3, and what keeps
data and jobs alive through restarts. What each node has of it stands on the node in `/etc/hadoop`.

## What `auto` sets

Values for {sizes} workers, two data disks and tasks of {task} MiB; *own* is Hadoop's own default. Each property and its default
are described in the file of Hadoop's documentation that stands beside it. This page is made by `scripts/profile_table.py`.

| property | {heads} | why | see |
| --- | {lines} | --- | --- |
{rows}

Beside these, up to 50 nodes the daemons themselves run with `-XX:+UseSerialGC -XX:TieredStopAtLevel=1`: the quick compiler
halves the CPU time of their start, and few nodes never keep them so busy that the other one would pay. Heaps follow the node's
memory ([nodes](nodes.md#memory)).
"""


def cells(setting: Setting) -> list[str]:
    """Return the value for each size of a cluster."""
    values = [setting.value(Node(size, size, TASK, DISKS)) for size in SIZES]
    return ["own" if value is None else f"`{value}`" for value in values]


def page() -> str:
    """Return the whole page."""
    rows = [f"| `{one.name}` | {' | '.join(cells(one))} | {one.why} | {one.source} |" for one in TUNING]
    return PAGE.format(
        sizes=", ".join(map(str, SIZES[:-1])) + f" and {SIZES[-1]}",
        task=TASK,
        heads=" | ".join(map(str, SIZES)),
        lines=" | ".join("---:" for _ in SIZES),
        rows="\n".join(rows),
    )


if __name__ == "__main__":
    print(page(), end="")
