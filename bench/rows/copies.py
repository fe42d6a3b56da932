# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies from S3 into HDFS: few files, many, one large."""

from __future__ import annotations

import functools
import typing as t

from ..cluster import NEEDS, Cluster, standing
from ..context import Context
from ..jobs import DISTCP, both, files_of_text, text
from ..row import Goal, Pair, Row


def distcp(context: Context, name: str, count: int, size: int) -> t.Iterator[Pair | None]:
    """Copy ``count`` files of ``size`` bytes from S3 into an empty folder of HDFS.

    Ours is the module ``distcp``, from the task's start to its end, with its listing and its comparison of what came; theirs
    ``hadoop distcp`` on the master, from its start to its exit, with the profile ``stock``.
    """
    cluster: Cluster = context.shared(standing)
    if size > 100_000_000:
        source = cluster.objects(name, files_of_text(context.folder, count, size // 1_000_000))
    else:
        content = text(5)[:size]
        source = cluster.objects(name, {f"{number:04d}.txt": content for number in range(count)})

    def ours() -> tuple[float, str]:
        target = cluster.fresh()
        return cluster.tasks({DISTCP: {"copies": [{"source": source, "target": target}]}})[0], target

    def theirs() -> tuple[float, str]:
        target = cluster.fresh()
        return cluster.stock(f"hadoop distcp {source.replace('s3:', 's3a:', 1)} {target}"), target

    return both(cluster, ours, theirs, look=lambda path: str(cluster.count(path)))


def _row(name: str, what: str, must: float, count: int, size: int) -> Row:
    measure = functools.partial(distcp, name=name, count=count, size=size)
    goal, against = Goal(must), "`hadoop distcp`, Hadoop's stock settings"
    return Row(name, what, against, goal, measure, limit=900, needs=NEEDS, together="stock")


ROWS = (
    _row("distcp-4", "distcp of 4 files of 4 MB from S3", 0.20, 4, 4_000_000),
    _row("distcp-500", "distcp of 500 files of 10 KB from S3", 0.25, 500, 10_000),
    _row("distcp-large", "distcp of one file of 300 MB from S3", 1.1, 1, 300_000_000),
)
