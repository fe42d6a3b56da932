# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of the plan under whole runs on machines: nodes that die, are silent, or are full, and a controller that is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.survived import Survived, survives
from tests.waiting import wait_for

from .support import ROOT, write_job

pytestmark = pytest.mark.long

NAME = "faulty"
# Each line becomes 30 MB.
MAPPER = """#!/usr/bin/env python3
import sys
for line in sys.stdin:
    for number in range(30000):
        print(f"{line.strip()}\\t{number:01000d}")
"""
WORKERS = ("--where", "Tag:ohmy:group=worker")


@pytest.fixture(name="fault")
def fixture_fault(cloud):
    """Let something go wrong in the tests' cloud; all is well again afterwards."""

    def fault(*words: str) -> str:
        argv = [sys.executable, "-m", "localcloud", "--state", str(cloud.state), "fault", *words]
        return subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60).stdout

    fault("--clear")
    yield fault
    fault("--clear")


def job(folder: Path, **more) -> Path:
    """Write a job that counts two words; nothing is tried before, as what fails is to fail on the cluster."""
    (folder / "in.txt").write_text("b\na\nb\n")
    values = {"job_mapper": "cat", "job_reducer": "uniq -c", "job_input": ["in.txt"], "job_output": "out"}
    base = {"cluster_name": NAME, "cluster_workers": 1, "job_preflight": "static", **values}
    return write_job(folder, **{**base, **more})


def start(cloud, path):
    return cloud.start("run_job.yml", "-e", f"job_file={path}")


def brings_the_answer(cloud, path):
    """Run the job to its end: the answer is there, and nothing else."""
    run = start(cloud, path)
    assert run.finish(600) == 0, run.text
    answer = (path.parent / "out" / "part-00000").read_text()
    assert answer.split() == ["1", "a", "2", "b"], answer
    assert cloud.leftovers(NAME) == []


def fails(cloud, path, *words):
    """Run the job: it fails, says these words, and leaves nothing."""
    run = start(cloud, path)
    assert run.finish(600) != 0, run.text
    for word in words:
        assert word in run.text, run.text
    assert cloud.leftovers(NAME) == []
    return run.text


def kill_after(cloud, fault, path, *words):
    """Run the job and kill the controller, and all that it started, when a call has taken effect."""
    fault("--clear")
    fault(*words, "--how", "hung", "--times", "1")
    run = start(cloud, path)
    wait_for(f"{words[0]} met", lambda: words[0] in fault("--met") or run.process.poll() is not None, 400)
    assert run.process.poll() is None, run.text
    run.kill()
    fault("--clear")
    return run


@survives(
    Survived(
        "the controller is killed (kill -9)",
        "right after the launch of the workers",
        "the next run goes on",
        "the answer",
    ),
    Survived(
        "the controller is killed (kill -9)",
        "right after terminate was asked for",
        "the next run ends it",
        "the answer",
    ),
)
def test_a_killed_controllers_next_run_brings_the_answer(cloud, fault, tmp_path):
    path = job(tmp_path)
    kill_after(cloud, fault, path, "ec2:RunInstances", "--where", "TagSpecification.*.Value=worker")
    assert len(cloud.instances(NAME)) == 2
    run = kill_after(cloud, fault, path, "ec2:TerminateInstances")
    assert (tmp_path / "out" / "part-00000").exists(), run.text
    brings_the_answer(cloud, path)


@survives(
    Survived(
        "a worker dies",
        "while it boots",
        "the run fails and takes the cluster down",
        "which node is not there",
    ),
    Survived(
        "a worker runs, but never answers: no cloud-init, no SSH",
        "after its launch",
        "the run fails when its time is up, and takes the cluster down",
        "which node is silent",
    ),
)
@pytest.mark.parametrize("how", ["dies-booting", "never-answers"])
def test_a_worker_that_never_comes_ends_the_run(cloud, fault, tmp_path, how):
    fault(how, *WORKERS)
    fails(cloud, job(tmp_path, cluster_timeout=60), "failed in the phase")
    assert "instance:Boot" in fault("--met")


@survives(
    Survived(
        "the disk of the only worker is full",
        "during the job, by the maps' output",
        "the job fails with its cause, the logs are saved, and the cluster is taken down",
        "that the disk is full, and what to do",
    )
)
def test_a_full_disk_during_the_job(cloud, fault, tmp_path):
    path = job(tmp_path, job_mapper="mapper.py", job_timeout=300)
    (tmp_path / "mapper.py").write_text(MAPPER)
    # Where the maps' output goes; HDFS has its room.
    fault("full-disk", "--path", "/var/lib/hadoop/local", *WORKERS)
    text = fails(cloud, path, "failed in the phase run")
    assert "the disk of a node is full" in text or "the disks of a node are nearly full" in text, text
