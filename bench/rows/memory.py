# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The memory that the daemons take."""

from __future__ import annotations

import time
import typing as t

from ..cluster import NAME, NEEDS, TYPE, Cluster, standing
from ..command import Failed
from ..context import Context
from ..row import Goal, Pair, Row, interleaved

SECONDS = 60
DAEMONS = {"master": ("namenode", "resourcemanager", "historyserver"), "worker": ("datanode", "nodemanager")}
# One line of kB for each daemon; pages that processes share are divided among them. Root of a container may not trace, and
# what a process maps is told to its own user.
SCRIPT = """set -e
for name in "$@"; do
  pid=$(systemctl show --property=MainPID --value "hadoop-$name")
  user=$(stat --format=%u "/proc/$pid") group=$(stat --format=%g "/proc/$pid")
  setpriv --reuid "$user" --regid "$group" --clear-groups awk '/^Pss:/ {print $2}' "/proc/$pid/smaps_rollup"
done"""


def memory(context: Context) -> t.Iterator[Pair | None]:
    """Add up the PSS of all seven daemons, three on the master and two on each of two workers, on nodes of 4 GiB.

    They have been started, nothing has been done with them since, and Hadoop has been healthy for 60 s. Theirs runs with the profile
    ``stock``: the heap sizes and flags that Hadoop's own scripts give, which are Java's.
    """
    cluster: Cluster = context.shared(standing)

    def measured(profile: str) -> float:
        cluster.use(profile)
        if cluster.used:
            cluster.restart()
        time.sleep(SECONDS)
        return sum(map(pss, cluster.cloud.instances(NAME, "running")))

    def pss(instance: dict[str, t.Any]) -> float:
        group = next(tag["Value"] for tag in instance["Tags"] if tag["Key"] == "ohmy:group")
        daemons = DAEMONS[group]
        done = cluster.cloud.inside(instance, "bash", "-c", SCRIPT, "pss", *daemons)
        if done.returncode or len(done.stdout.split()) != len(daemons):
            raise Failed(f"the memory of the {group}'s daemons cannot be read: {done.stderr or done.stdout}")
        return sum(map(int, done.stdout.split())) * 1024 / 1e6

    return interleaved(lambda: measured("auto"), lambda: measured("stock"))


ROWS = (
    Row(
        "memory",
        f"memory of the daemons of a master and two workers, `{TYPE}` (4 GiB), PSS 60 s after they are ready",
        "Hadoop's stock settings",
        Goal(0.6),
        memory,
        unit="MB",
        limit=1200,
        needs=NEEDS,
        together="stock",
        first=True,
    ),
)
