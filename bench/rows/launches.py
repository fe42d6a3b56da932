# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole runs, and launches alone, beside a script of somebody who knows both Hadoop and AWS; and a run with nothing to do."""

from __future__ import annotations

import contextlib
import functools
import json
import re
import shutil
import subprocess
import time
import typing as t

from tests.end_to_end.support import BIN, Cloud, Run, write_job

from .. import hand
from ..cluster import TYPE, local_cloud
from ..command import TAIL_LINES, Failed, finished, seconds
from ..context import ROOT, Context
from ..jobs import BIBLE
from ..row import Goal, Pair, Row, interleaved
from .uploads import aws

NAME, WORKERS = "launched", 2
EXAMPLE, ARCHIVES = ROOT / "files/example", ROOT / "build/archives"
PHASES = re.compile(r"Seconds: preflight ([\d.]+),")
WAIT_SECONDS = 400
BEAN = "Hadoop:service=NameNode,name=NameNodeInfo"
#: Prints how many DataNodes and NodeManagers are live, on the master.
LOOK = (
    f"curl -s -m 2 'http://{{0}}:9870/jmx?qry={BEAN}' | grep -o xferaddr | wc -l; "
    'curl -s -m 2 http://{0}:8088/ws/v1/cluster/nodes | grep -o \'"state":"RUNNING"\' | wc -l'
)


class Launches:
    """Both sides in one local cloud: the collection's playbooks, and ``bench/by_hand.sh``."""

    def __init__(self, context: Context, workers: int) -> None:
        self._cloud: Cloud = context.shared(local_cloud)
        self._folder, self._workers = context.folder, workers
        self._output = context.folder / "output"
        self.job = write_job(
            context.folder / "job",
            job_name=NAME,
            job_mapper=str(EXAMPLE / "mapper.py"),
            job_reducer=str(EXAMPLE / "reducer.py"),
            job_files=[str(EXAMPLE / "books.txt")],
            job_input=[str(BIBLE)],
            job_output=str(self._output),
            job_reduces=2,
            job_preflight="off",
            cluster_name=NAME,
            cluster_workers=workers,
            cluster_instance_type=TYPE,
        )
        self._hand = context.folder / "hand"
        self._answered = self._staged = False
        self._prepare()

    def _prepare(self) -> None:
        self._hand.mkdir()
        hand.write(self._hand, self._workers)
        for pattern, name in (("hadoop-[0-9]*.tar", "hadoop"), ("jre-*.tar.gz", "java")):
            (self._hand / f"{name}.tar").symlink_to(next(ARCHIVES.glob(pattern)))
        for name in ("mapper.py", "reducer.py", "books.txt"):
            (self._hand / name).symlink_to(EXAMPLE / name)
        (self._hand / "input.txt").symlink_to(BIBLE)
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self._hand / "key")]
        subprocess.run(words, check=True, timeout=60)

    # Ours

    def play(self, playbook: str, **variables: t.Any) -> Run:
        """Run a playbook with the job."""
        return finished(self._start(playbook, **variables), playbook, WAIT_SECONDS)

    def _start(self, playbook: str, **variables: t.Any) -> Run:
        return self._cloud.start(playbook, "-e", json.dumps({"job_file": str(self.job), **variables}))

    def whole_run(self) -> float:
        """Run the job, launch to terminate, with nothing of it in S3; return the seconds without those of the preflight."""
        self._empty("ohmy-hadoop-")
        shutil.rmtree(self._output, ignore_errors=True)
        run = self.play("run_job.yml")
        found = PHASES.search(run.text)
        if found is None:
            raise Failed("run_job did not tell how long its phases took")
        self._answered = True
        return run.seconds - float(found[1])

    def again(self) -> float:
        """Run the job that is finished once more; return the seconds."""
        if not self._answered:
            self.whole_run()
        return self.play("run_job.yml").seconds

    def ping(self) -> float:
        """Let Ansible do next to nothing; return the seconds."""
        return seconds(str(BIN / "ansible"), "localhost", "-m", "ping", env=self._cloud.env)

    # Theirs

    def _by_hand(self, verb: str) -> Run:
        own = {"AWS": str(aws()), "WORKERS": str(self._workers), "TYPE": TYPE, "BUCKET": "by-hand"}
        return Run([str(ROOT / "bench/by_hand.sh"), verb, str(self._hand)], {**self._cloud.env, **own}, ROOT)

    def by_hand(self, *verbs: str) -> float:
        """Go through these steps of the script; return their seconds."""
        return sum(finished(self._by_hand(verb), f"by_hand.sh {verb}", WAIT_SECONDS).seconds for verb in verbs)

    def whole_script(self) -> float:
        """Do the same by hand, with nothing of it in S3; return the seconds."""
        self._empty("by-hand")
        took = self.by_hand("stage", "launch", "job", "end")
        self._staged = self._answered
        return took

    def _empty(self, beginning: str) -> None:
        """Remove the buckets whose names begin so."""
        client = self._cloud.client("s3")
        for name in [one["Name"] for one in client.list_buckets()["Buckets"]]:
            if name.startswith(beginning):
                for page in client.get_paginator("list_objects_v2").paginate(Bucket=name):
                    for one in page.get("Contents", []):
                        client.delete_object(Bucket=name, Key=one["Key"])
                client.delete_bucket(Bucket=name)

    # Launches alone

    def ours(self) -> float:
        """Launch by the playbook, and terminate; return the seconds from RunInstances to live workers."""
        took = self._until_live(
            self._start("playbooks/launch.yml"), lambda: self._cloud.master(NAME)["PrivateIpAddress"]
        )
        self.play("playbooks/terminate.yml")
        return took

    def theirs(self) -> float:
        """Launch by the script, and end it; return the seconds from RunInstances to live workers."""
        took = self._until_live(self._by_hand("launch"), lambda: (self._hand / "master").read_text().strip())
        self.by_hand("end")
        return took

    def stage(self) -> None:
        """Bring to S3 what a launch needs, on both sides, where a whole run has not left it there."""
        if self._staged:
            return
        self.play("playbooks/launch.yml")
        self.play("playbooks/terminate.yml")
        self.by_hand("stage")
        self._staged = True

    def _until_live(self, run: Run, master: t.Callable[[], str]) -> float:
        """Watch a launch that goes on; both sides are timed by the same clock, and looked at in the same way."""
        self._note()
        deadline = time.monotonic() + WAIT_SECONDS
        try:
            while not self._live(master):
                if time.monotonic() > deadline or run.process.poll() not in (None, 0):
                    raise Failed("the workers did not come to life:\n" + "\n".join(run.lines[-TAIL_LINES:]))
                time.sleep(0.1)
            ended = time.time()
            finished(run, "the launch", WAIT_SECONDS)
        finally:
            if run.process.poll() is None:
                run.kill()
        return ended - self._noted()

    def _live(self, master: t.Callable[[], str]) -> bool:
        try:
            address = master()
            (one,) = self._cloud.client("ec2").describe_instances(
                Filters=[
                    {"Name": "private-ip-address", "Values": [address]},
                    {"Name": "instance-state-name", "Values": ["running"]},
                ]
            )["Reservations"]
        except (OSError, StopIteration, ValueError):
            return False  # it is not there yet
        told = self._cloud.inside(one["Instances"][0], "bash", "-c", LOOK.format(address)).stdout.split()
        return len(told) == 2 and all(int(count) >= self._workers for count in told)

    def _note(self) -> None:
        for words in (["--clear"], ["ec2:RunInstances", "--how", "noted"]):
            self._fault(*words)

    def _noted(self) -> float:
        """Return when the first RunInstances came, in seconds since 1970."""
        return float(self._fault("--met").split()[0])

    def _fault(self, *words: str) -> str:
        argv = [str(BIN / "python"), "-m", "localcloud", "--state", str(self._cloud.state), "fault", *words]
        return subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60).stdout

    def close(self) -> None:
        """End what both sides may have left."""
        self._fault("--clear")
        self.by_hand("end")
        self.play("playbooks/terminate.yml")


@contextlib.contextmanager
def two_workers(context: Context) -> t.Iterator[Launches]:
    """Share what a whole run leaves, its answer and its archives in S3, among the rows that begin with it."""
    yield Launches(context.of_row("launches"), WORKERS)


def cold_run(context: Context) -> t.Iterator[Pair | None]:
    """Run the shipped example on two workers, nothing being in S3, and take all down again.

    Ours is ``ansible-playbook run_job.yml`` without the seconds of its preflight; theirs ``bench/by_hand.sh``, all of it.
    """
    launches: Launches = context.shared(two_workers)
    try:
        yield from interleaved(launches.whole_run, launches.whole_script)
    finally:
        launches.close()


def launch(context: Context, workers: int) -> t.Iterator[Pair | None]:
    """Measure from the first RunInstances to so many live DataNodes and NodeManagers, archives being in S3."""
    launches = context.shared(two_workers) if workers == WORKERS else Launches(context, workers)
    try:
        launches.stage()
        yield from interleaved(launches.ours, launches.theirs)
    finally:
        launches.close()


def second_run(context: Context) -> t.Iterator[Pair | None]:
    """Run a job again that is finished, its answer being there, and end with nothing launched."""
    launches: Launches = context.shared(two_workers)
    try:
        yield from interleaved(launches.again, launches.ping)
    finally:
        launches.close()


def _launch_row(workers: int) -> Row:
    what, against = f"RunInstances to {workers} live workers", "`bench/by_hand.sh`"
    measure = functools.partial(launch, workers=workers)
    return Row(f"launch-{workers}", what, against, Goal(1.15), measure, limit=1500, needs=(local_cloud,))


ROWS = (
    Row(
        "cold-run",
        "`run_job` of the shipped example, cold, preflight apart",
        "`bench/by_hand.sh`, which checks nothing",
        Goal(1.25, 1.1),
        cold_run,
        limit=1500,
        needs=(local_cloud,),
    ),
    _launch_row(2),
    _launch_row(6),
    Row(
        "second-run",
        "`run_job` again, nothing to do",
        "one `ansible localhost -m ping`",
        Goal(4, 2),
        second_run,
        repeats=5,
        needs=(local_cloud,),
    ),
)
