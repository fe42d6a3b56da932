# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Streaming jobs, as the collection's module and as Hadoop's own command run them, and the text that they read."""

from __future__ import annotations

import os
import subprocess
import typing as t
from dataclasses import dataclass
from pathlib import Path

from .cluster import PROGRAMS, Cluster
from .command import Failed
from .context import ROOT
from .row import Pair, interleaved

STREAMING, DISTCP = "ohmy.hadoop.streaming_job", "ohmy.hadoop.distcp"
# Apache's own archive has it in the same place.
JAR = "/opt/ohmy/hadoop/share/hadoop/tools/lib/hadoop-streaming-*.jar"
BIBLE = ROOT / "build/example/bible.txt"  # 4.4 MB; made by make setup
LINE = b"%08d the quick brown fox jumps over the lazy dog, and all the other animals look on without a word\n"
SAMPLE_MB = 5  # the start of Python is little of what it takes
Work = t.Callable[[], tuple[float, str]]


@dataclass(frozen=True)
class Job:
    """A mapper with its arguments and a reducer, both programs of ``bench/programs``."""

    mapper: str
    reducer: str = "total.py"

    @property
    def files(self) -> list[str]:
        """Return the files that travel with it."""
        return [self.mapper.split()[0], self.reducer]

    @property
    def commands(self) -> dict[str, str]:
        """Return what its tasks run."""
        return {"mapper": f"python3 {self.mapper}", "reducer": f"python3 {self.reducer}"}


WORDS, VALUES = Job("words.py"), Job("value.py")


def by_module(cluster: Cluster, job: Job, source: str) -> tuple[float, str]:
    """Run a job by the module ``streaming_job``; return its seconds, from the task's start to its end, and the answer's place."""
    output = cluster.fresh()
    return cluster.tasks(task(job, source, output))[0], output


def task(job: Job, source: str, output: str) -> dict[str, t.Any]:
    """Return the task that runs a job, with one reduce and all else by default too."""
    files = [{"src": str(PROGRAMS / name)} for name in job.files]
    arguments = {"input": [source], "output": output, **job.commands, "files": files}
    return {STREAMING: arguments}


def by_command(cluster: Cluster, job: Job, source: str) -> tuple[float, str]:
    """Run a job by Hadoop's command; return its seconds, from the command's start to its exit, and the answer's place."""
    output = cluster.fresh()
    return cluster.stock(command(job, source, output)), output


def command(job: Job, source: str, output: str) -> str:
    """Return the command by which Hadoop runs the same job, in the folder of the programs; nothing is tuned."""
    return (
        f"hadoop jar {JAR} -files {','.join(job.files)} -input {source} -output {output} "
        f"-mapper '{job.commands['mapper']}' -reducer '{job.commands['reducer']}'"
    )


def text(megabytes: int) -> bytes:
    """Return so many MB of numbered lines of about 100 bytes."""
    lines = megabytes * 1_000_000 // len(LINE % 0)
    return b"".join(LINE % number for number in range(lines))


def files_of_text(folder: Path, count: int, megabytes: int) -> dict[str, bytes | Path]:
    """Write so many files of so many MB each and return them by name."""
    content = text(megabytes)
    found: dict[str, bytes | Path] = {}
    for number in range(count):
        path = folder / f"text-{number:03d}"
        path.write_bytes(content)
        found[path.name] = path
    return found


def worker(seconds: float, folder: Path) -> Job:
    """Return a job whose mapper takes so many seconds of a processor of this machine for each MB of ``text``."""
    sample = folder / "sample"
    sample.write_bytes(text(SAMPLE_MB))
    took = {rounds: _cpu_seconds(rounds, sample) / SAMPLE_MB for rounds in (1, 100)}
    each = (took[100] - took[1]) / 99
    return Job(f"work.py {max(1, round((seconds - took[1]) / each) + 1)}")


def _cpu_seconds(rounds: int, sample: Path) -> float:
    before = os.times()
    with sample.open("rb") as stream:
        subprocess.run(
            ["python3", str(PROGRAMS / "work.py"), str(rounds)],
            stdin=stream,
            stdout=subprocess.DEVNULL,
            check=True,
            timeout=120,
        )
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def both(
    cluster: Cluster, ours: Work, theirs: Work, profile: str = "stock", look: t.Callable[[str], str] | None = None
) -> t.Iterator[Pair | None]:
    """Yield pairs of two ways to an answer in HDFS, which must be the same each time, and is removed.

    :param ours, theirs: go the way once; return the seconds, and where in HDFS the answer lies.
    :param profile: with which their daemons run; ours do with ``auto``.
    :param look: returns what must be the same of an answer; by default its lines.
    """
    answers: set[str] = set()

    def side(work: Work, runs_with: str) -> float:
        cluster.use(runs_with)
        seconds, path = work()
        answers.add((look or cluster.digest)(path))
        cluster.remove(path)
        if len(answers) > 1:
            raise Failed("the two sides came to different answers")
        return seconds

    return interleaved(lambda: side(ours, "auto"), lambda: side(theirs, profile))
