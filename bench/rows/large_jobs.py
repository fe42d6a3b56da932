# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job with much work in its maps, against Hadoop's stock settings, and against what one machine's pipes take."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import shlex
import typing as t
from pathlib import Path

from ..cluster import NEEDS, PROGRAMS, Cluster, standing
from ..command import Failed, seconds
from ..context import Context
from ..jobs import Job, both, by_command, by_module, files_of_text, worker
from ..row import Goal, Pair, Row

FILES, MEGABYTES = 8, 40
# Two cores take 64 s for the work, so that three pairs against either side take some ten minutes. The more work, the less is
# Hadoop's own of the whole.
WORK_SECONDS = 0.4


class Large:
    """The job, and pipes on this machine that do the same: ours is measured once for both rows."""

    def __init__(self, context: Context) -> None:
        self.cluster: Cluster = context.shared(standing)
        self._folder = context.folder
        files = files_of_text(self._folder, FILES, MEGABYTES)
        self._job = worker(WORK_SECONDS, self._folder)
        self._source = self.cluster.stage("large", files)
        self._script = pipes(self._job, sorted(self._folder.glob("text-*")), os.cpu_count() or 1)
        self.with_pipes: list[Pair] = []

    def ours(self) -> tuple[float, str]:
        """Run the job by the module, and the pipes before or after it, in turns; return its seconds, and the answer's place.

        :raises Failed: the answers differ.
        """
        if len(self.with_pipes) % 2:
            piped = self._piped()
            took, output = self._by_module()
        else:
            took, output = self._by_module()
            piped = self._piped()
        if self.cluster.digest(output) != digest(self._folder / "answer"):
            raise Failed("the pipes came to another answer")
        self.with_pipes.append(Pair(took, piped))
        return took, output

    def stock(self) -> tuple[float, str]:
        """Run the job by Hadoop's command; return its seconds, and the answer's place."""
        return by_command(self.cluster, self._job, self._source)

    def pair(self, number: int) -> Pair:
        """Return the n-th pair of ours and the pipes, from the runs of ``large-job`` where it was measured."""
        while len(self.with_pipes) <= number:
            self.cluster.use("auto")
            self.cluster.remove(self.ours()[1])
        return self.with_pipes[number]

    def _by_module(self) -> tuple[float, str]:
        return by_module(self.cluster, self._job, self._source)

    def _piped(self) -> float:
        return seconds("bash", "-euo", "pipefail", "-c", self._script, cwd=self._folder)


@contextlib.contextmanager
def large(context: Context) -> t.Iterator[Large]:
    """Share the job between the rows that measure it."""
    yield Large(context.of_row("large"))


def large_job(context: Context) -> t.Iterator[Pair | None]:
    """Hash 320 MB of text, 8 files in HDFS and so 8 maps, 1 reduce, with a mapper of 0.4 seconds of a processor for each MB.

    So much keeps the row at some ten minutes on two cores, the pipes apart. Timed as ``small-job`` is.
    """
    runs: Large = context.shared(large)
    return both(runs.cluster, runs.ours, runs.stock)


def large_job_pipes(context: Context) -> t.Iterator[Pair | None]:
    """The same against pipes on this machine, whose cores the cluster's nodes share, beside the runs of ``large-job``.

    As many pipes as there are cores run side by side, ``cat FILES | mapper | sort``; ``sort -m`` of what they made goes through
    the reducer. Timed from the shell's start to its end; ours is timed as in ``small-job``, its input in HDFS.
    """
    runs: Large = context.shared(large)
    return (runs.pair(number) for number in itertools.count())


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


ROWS = (
    Row(
        "large-job",
        "large job (320 MB, 8 maps, 0.4 CPU seconds per MB)",
        "the same streaming command, Hadoop's stock settings",
        Goal(0.9),
        large_job,
        limit=1200,
        needs=NEEDS,
        together="stock",
    ),
    Row(
        "large-job-pipes",
        "large job (320 MB, 8 maps, 0.4 CPU seconds per MB)",
        "a local pipe per core, and a merge",
        Goal(1.35, 1.15),
        large_job_pipes,
        limit=1200,
        needs=NEEDS,
    ),
)
