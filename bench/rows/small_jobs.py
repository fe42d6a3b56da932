# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs so small that what they cost is Hadoop itself: one, three in a chain, and one whose input lies in S3."""

from __future__ import annotations

import json
import shlex
import typing as t

from ..cluster import NAME, NEEDS, PROGRAMS, Cluster, standing
from ..context import Context
from ..jobs import BIBLE, DISTCP, VALUES, WORDS, Job, both, by_command, by_module, command, files_of_text, task
from ..row import Goal, Pair, Row

CHAIN = (WORDS, VALUES, VALUES)


def small_job(context: Context) -> t.Iterator[Pair | None]:
    """Count the words of the King James Bible: one file of 4.4 MB in HDFS, 2 maps, 1 reduce.

    Ours is the module ``streaming_job``, from the task's start to its end; theirs ``hadoop jar hadoop-streaming….jar`` on the
    master, from its start to its exit, with the profile ``stock``. Staging and fetching are in neither.
    """
    cluster: Cluster = context.shared(standing)
    source = cluster.stage("bible", {"bible.txt": BIBLE})
    return both(cluster, lambda: by_module(cluster, WORDS, source), lambda: by_command(cluster, WORDS, source))


def chained(context: Context) -> t.Iterator[Pair | None]:
    """Count words, then how many words occur so often, then how many of these numbers are alike.

    Ours is what ``playbooks/run.yml`` does once it has found the cluster, with the three ``job_steps``: the role job's ``run``,
    from its first task's start to its last one's end; its look for steps that are done and its removal of what lay between them are in it.
    Theirs is three commands, one after the other, with the profile ``stock``.
    """
    cluster: Cluster = context.shared(standing)
    source = cluster.stage("bible", {"bible.txt": BIBLE})
    programs = [(shlex.quote(str(PROGRAMS / job.mapper)), shlex.quote(str(PROGRAMS / job.reducer))) for job in CHAIN]
    steps = [{"mapper": mapper, "reducer": reducer} for mapper, reducer in programs]
    job = cluster.write_job(
        "chained",
        job_steps=steps,
        job_input=[f"{cluster.objects('bible', {})}/bible.txt"],
        job_output_existing="replaced",
    )
    arguments = ("-e", json.dumps({"job_file": str(job)}))
    cluster.play("playbooks/stage.yml", job_file=str(job))
    before: list[dict[str, t.Any]] = [
        {"ansible.builtin.include_role": {"name": "ohmy.hadoop.job", "tasks_from": "preflight"}}
        | {"vars": {"__job_rehearse": False}},
        {"ansible.builtin.include_role": {"name": "ohmy.hadoop.cluster", "tasks_from": "find"}},
        {"ansible.builtin.ping": {}, "delegate_to": f"{NAME}-master"},
    ]
    run = [{"ansible.builtin.include_role": {"name": "ohmy.hadoop.job", "tasks_from": "run"}}]

    def ours() -> tuple[float, str]:
        seconds, (plan,) = cluster.timed("localhost", before, run, ["ohmy_plan"], *arguments)
        return seconds, plan["output"]

    def theirs() -> tuple[float, str]:
        places = [source, *(cluster.fresh() for _job in CHAIN)]
        jobs = zip(CHAIN, places, places[1:])
        return cluster.stock(*(command(job, read, written) for job, read, written in jobs)), places[-1]

    return both(cluster, ours, theirs)


def single_pass(context: Context) -> t.Iterator[Pair | None]:
    """Count 200 MB of text in S3, 8 files, by the first byte of each line's hash: little work, and each byte is read once.

    Ours is ``streaming_job`` with the addresses in S3 as its input, as ``job_input_mode: direct`` has it; theirs ``distcp`` into
    HDFS and then ``streaming_job`` on that, as ``job_input_mode: hdfs`` has it. From the first task's start to the last one's
    end, both with the profile ``auto``.
    """
    cluster: Cluster = context.shared(standing)
    job = Job("work.py 1")
    source = cluster.objects("single-pass", files_of_text(context.folder, 8, 25))

    def copied() -> tuple[float, str]:
        copy, output = cluster.fresh(), cluster.fresh()
        copies = [{"source": source, "target": copy}]
        seconds, _results = cluster.tasks({DISTCP: {"copies": copies}}, task(job, copy, output))
        cluster.remove(copy)
        return seconds, output

    return both(cluster, lambda: by_module(cluster, job, source.replace("s3:", "s3a:", 1)), copied, "auto")


ROWS = (
    Row(
        "small-job",
        "small job (4.4 MB, 2 maps, 1 reduce), submission to result",
        "the same streaming command, Hadoop's stock settings",
        Goal(0.45, 0.35),
        small_job,
        limit=900,
        needs=NEEDS,
        together="stock",
    ),
    Row(
        "chained",
        "three small steps by `job_steps`",
        "three streaming commands, Hadoop's stock settings",
        Goal(0.45, 0.30),
        chained,
        limit=1200,
        needs=NEEDS,
        together="stock",
    ),
    Row(
        "single-pass",
        "200 MB read once, from S3 to the answer in HDFS, `job_input_mode: direct`",
        "the same with distcp into HDFS first",
        Goal(0.8),
        single_pass,
        needs=NEEDS,
    ),
)
