# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job with much work in its maps, against Hadoop's stock settings, and against what one machine's pipes take."""

from __future__ import annotations

import hashlib
import os
import shlex
import typing as t
from pathlib import Path

from ..cluster import NEEDS, PROGRAMS, Cluster, standing
from ..command import seconds
from ..context import Context
from ..jobs import Job, both, by_command, by_module, files_of_text, worker
from ..row import Goal, Pair, Row

FILES, MEGABYTES = 8, 40
# Two cores take 48 s for the work, and Hadoop's own 15 to 30 s come to it: three pairs stay under ten minutes.
STOCK_SECONDS = 0.3
# 80 s on two cores, which keeps three pairs under ten minutes, too, as the pipes are the faster side: the more work, the less is
# Hadoop's own of the whole.
PIPES_SECONDS = 0.5


def large_job(context: Context) -> t.Iterator[Pair | None]:
    """Hash 320 MB of text, 8 files in HDFS and so 8 maps, 1 reduce, with a mapper of 0.3 seconds of a processor for each MB.

    So much keeps the row under ten minutes on two cores. Timed as ``small-job`` is.
    """
    cluster, job, source = _prepare(context, STOCK_SECONDS)
    return both(cluster, lambda: by_module(cluster, job, source), lambda: by_command(cluster, job, source))


def large_job_pipes(context: Context) -> t.Iterator[Pair | None]:
    """The same with 0.5 seconds for each MB, against pipes on this machine, whose cores the cluster's nodes share.

    As many pipes as there are cores run side by side, ``cat FILES | mapper | sort``; ``sort -m`` of what they made goes through
    the reducer. Timed from the shell's start to its end; ours is timed as in ``small-job``, its input in HDFS.
    """
    cluster, job, source = _prepare(context, PIPES_SECONDS)
    script = pipes(job, sorted(context.folder.glob("text-*")), os.cpu_count() or 1)

    def theirs() -> tuple[float, str]:
        return seconds("bash", "-euo", "pipefail", "-c", script, cwd=context.folder), ""

    def look(path: str) -> str:
        return cluster.digest(path) if path else digest(context.folder / "answer")

    return both(cluster, lambda: by_module(cluster, job, source), theirs, "auto", look)


def pipes(job: Job, files: t.Sequence[Path], count: int) -> str:
    """Return a script of bash that runs a job as so many pipes and writes its answer to the file ``answer`` where it stands."""
    mapper, reducer = (f"python3 {shlex.quote(str(PROGRAMS))}/{program}" for program in (job.mapper, job.reducer))
    lines = ["rm -f sorted-* answer", "pids=()"]
    for number in range(count):
        share = shlex.join(map(str, files[number::count]))
        lines.append(f"{{ cat {share} | {mapper} | LC_ALL=C sort > sorted-{number}; }} & pids+=($!)")
    lines.append('for pid in "${pids[@]}"; do wait "$pid"; done')
    lines.append(f"LC_ALL=C sort -m sorted-* | {reducer} > answer")
    return "\n".join(lines)


def digest(path: Path) -> str:
    """Return the checksum of a file's lines, as ``Cluster.digest`` has it of an answer."""
    return hashlib.md5(b"".join(sorted(path.read_bytes().splitlines(keepends=True)))).hexdigest()


def _prepare(context: Context, work: float) -> tuple[Cluster, Job, str]:
    cluster: Cluster = context.shared(standing)
    files = files_of_text(context.folder, FILES, MEGABYTES)
    return cluster, worker(work, context.folder), cluster.stage("large", files)


ROWS = (
    Row(
        "large-job",
        "large job (320 MB, 8 maps, 0.3 CPU seconds per MB)",
        "the same streaming command, Hadoop's stock settings",
        Goal(0.9),
        large_job,
        limit=1200,
        needs=NEEDS,
        together="stock",
    ),
    Row(
        "large-job-pipes",
        "large job (320 MB, 8 maps, 0.5 CPU seconds per MB)",
        "a local pipe per core, and a merge",
        Goal(1.35, 1.15),
        large_job_pipes,
        limit=1200,
        needs=NEEDS,
    ),
)
