# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole runs, and launches alone, beside a script of somebody who knows both Hadoop and AWS; and a run with nothing to do."""

from __future__ import annotations

import contextlib
import functools
import itertools
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
LOOK_SECONDS = 0.5  # each look costs both sides some CPU
BEAN = "Hadoop:service=NameNode,name=NameNodeInfo"
#: Prints how many DataNodes and NodeManagers are live, on the master.
LOOK = (
    f"curl -s -m 2 'http://{{0}}:9870/jmx?qry={BEAN}' | grep -o xferaddr | wc -l; "
    'curl -s -m 2 http://{0}:8088/ws/v1/cluster/nodes | grep -o \'"state":"RUNNING"\' | wc -l'
)


class Took(t.NamedTuple):
    """The seconds of a whole run, and those from RunInstances to live workers."""

    all: float
    until_live: float


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
        self._cold: list[tuple[Pair, Pair]] = []
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

    def play(self, playbook: str, **variables: t.Any) -> Run:
        """Run a playbook with the job."""
        return finished(self._start(playbook, **variables), playbook, WAIT_SECONDS)

    def _start(self, playbook: str, **variables: t.Any) -> Run:
        return self._cloud.start(playbook, "-e", json.dumps({"job_file": str(self.job), **variables}))

    def whole_run(self) -> Took:
        """Run the job, launch to terminate, with nothing of it in S3; its seconds are without those of the preflight."""
        self._empty("ohmy-hadoop-")
        shutil.rmtree(self._output, ignore_errors=True)
        run = self._start("run_job.yml")
        live = self._until_live(run, self._our_master)
        found = PHASES.search(run.text)
        if found is None:
            raise Failed("run_job did not tell how long its phases took")
        return Took(run.seconds - float(found[1]), live)

    def again(self) -> float:
        """Run the job that is finished once more; return the seconds."""
        if not self._cold:
            self.cold(0)
        return self.play("run_job.yml").seconds

    def ping(self) -> float:
        """Let Ansible do next to nothing; return the seconds."""
        return seconds(str(BIN / "ansible"), "localhost", "-m", "ping", env=self._cloud.env)

    def _by_hand(self, verb: str) -> Run:
        own = {"AWS": str(aws()), "WORKERS": str(self._workers), "TYPE": TYPE, "BUCKET": "by-hand"}
        return Run([str(ROOT / "bench/by_hand.sh"), verb, str(self._hand)], {**self._cloud.env, **own}, ROOT)

    def by_hand(self, verb: str) -> float:
        """Go through a step of the script; return its seconds."""
        return finished(self._by_hand(verb), f"by_hand.sh {verb}", WAIT_SECONDS).seconds

    def whole_script(self) -> Took:
        """Do the same by hand, with nothing of it in S3."""
        self._empty("by-hand")
        before = self.by_hand("stage")
        run = self._by_hand("launch")
        live = self._until_live(run, self._their_master)
        return Took(before + run.seconds + self.by_hand("job") + self.by_hand("end"), live)

    def cold(self, number: int) -> tuple[Pair, Pair]:
        """Return both sides' n-th whole run: all of it, and from RunInstances to live workers. Each is made once."""
        while len(self._cold) <= number:
            if len(self._cold) % 2:
                theirs, ours = self.whole_script(), self.whole_run()
            else:
                ours, theirs = self.whole_run(), self.whole_script()
            self._cold.append((Pair(ours.all, theirs.all), Pair(ours.until_live, theirs.until_live)))
        return self._cold[number]

    def _buckets(self, beginning: str) -> list[str]:
        found = [one["Name"] for one in self._cloud.client("s3").list_buckets()["Buckets"]]
        return [name for name in found if name.startswith(beginning)]

    def _empty(self, beginning: str) -> None:
        """Remove the buckets whose names begin so."""
        client = self._cloud.client("s3")
        for name in self._buckets(beginning):
            for page in client.get_paginator("list_objects_v2").paginate(Bucket=name):
                for one in page.get("Contents", []):
                    client.delete_object(Bucket=name, Key=one["Key"])
            client.delete_bucket(Bucket=name)

    def ours(self) -> float:
        """Launch by the playbook, and terminate; return the seconds from RunInstances to live workers."""
        took = self._until_live(self._start("playbooks/launch.yml"), self._our_master)
        self.play("playbooks/terminate.yml")
        return took

    def theirs(self) -> float:
        """Launch by the script, and end it; return the seconds from RunInstances to live workers."""
        took = self._until_live(self._by_hand("launch"), self._their_master)
        self.by_hand("end")
        return took

    def stage(self) -> None:
        """Bring to S3 what a launch needs, on both sides; whole runs leave ours there."""
        if not self._buckets("ohmy-hadoop-"):
            self.play("playbooks/launch.yml")
            self.play("playbooks/terminate.yml")
        self._empty("by-hand")
        self.by_hand("stage")

    def _our_master(self) -> str:
        return str(self._cloud.master(NAME)["PrivateIpAddress"])

    def _their_master(self) -> str:
        return (self._hand / "master").read_text().strip()

    def _until_live(self, run: Run, master: t.Callable[[], str]) -> float:
        """Watch a run to its end; return the seconds from RunInstances to live workers, by the same looks for both sides."""
        self._note()
        deadline = time.monotonic() + WAIT_SECONDS
        try:
            while not self._live(master):
                if time.monotonic() > deadline or run.process.poll() not in (None, 0):
                    raise Failed("the workers did not come to life:\n" + "\n".join(run.lines[-TAIL_LINES:]))
                time.sleep(LOOK_SECONDS)
            ended = time.time()
            finished(run, "what was launched", WAIT_SECONDS)
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
    """Share whole runs on two workers among the rows that measure them, or begin with what they leave."""
    launches = Launches(context.of_row("launches"), WORKERS)
    try:
        yield launches
    finally:
        launches.close()


def cold_run(context: Context) -> t.Iterator[Pair | None]:
    """Run the shipped example on two workers, nothing being in S3, and take all down again.

    Ours is ``ansible-playbook run_job.yml`` without the seconds of its preflight; theirs ``bench/by_hand.sh``, all of it.
    """
    launches: Launches = context.shared(two_workers)
    return (launches.cold(number)[0] for number in itertools.count())


def launch_in_cold_run(context: Context) -> t.Iterator[Pair | None]:
    """Measure from the first RunInstances to two live DataNodes and NodeManagers, within the runs of ``cold-run``.

    By then both sides have brought their archives to S3.
    """
    launches: Launches = context.shared(two_workers)
    return (launches.cold(number)[1] for number in itertools.count())


def launch(context: Context, workers: int) -> t.Iterator[Pair | None]:
    """Measure from the first RunInstances to so many live DataNodes and NodeManagers, archives being in S3."""
    launches = Launches(context, workers)
    try:
        launches.stage()
        yield from interleaved(launches.ours, launches.theirs)
    finally:
        launches.close()


def second_run(context: Context) -> t.Iterator[Pair | None]:
    """Run a job again that is finished, its answer being there, and end with nothing launched."""
    launches: Launches = context.shared(two_workers)
    return interleaved(launches.again, launches.ping)


def _launch_row(workers: int, measure: t.Callable[[Context], t.Iterator[Pair | None]]) -> Row:
    what, against = f"RunInstances to {workers} live workers", "`bench/by_hand.sh`"
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
    _launch_row(WORKERS, launch_in_cold_run),
    _launch_row(6, functools.partial(launch, workers=6)),
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
