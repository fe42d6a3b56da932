# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each phase killed, then the same command again; each phase failing; the master's door shut; the master gone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.survived import Survived, survives
from tests.waiting import wait_for

from .support import write_job

pytestmark = pytest.mark.long

MAPPER = """#!/usr/bin/env python3
import sys, time
for line in sys.stdin:
    time.sleep(float(%r))
    for word in line.split():
        print(f"{word}\\t1", flush=True)
"""
REDUCER = """#!/usr/bin/env python3
import sys
from itertools import groupby
for word, lines in groupby((line.split("\\t") for line in sys.stdin), key=lambda pair: pair[0]):
    print(f"{word}\\t{sum(1 for _line in lines)}")
"""
TEXT = "the quick brown fox\njumps over the lazy dog\nthe end\n"
ANSWER = "brown\t1\ndog\t1\nend\t1\nfox\t1\njumps\t1\nlazy\t1\nover\t1\nquick\t1\nthe\t3\n"
REMOVAL = """ohmy.hadoop.terminate -e '{{"cluster_name": "{}\""""
# One cluster for what fails after its launch; each run mends what the one before it broke.
KEPT = "fail-kept"
PHASES = ["launch", "configure", "stage", "run", "fetch", "terminate"]


def word_count(folder: Path, name: str, pause: float = 0.0, **values) -> Path:
    """Write a small word count on a master alone of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mapper.py").write_text(MAPPER % pause)
    (folder / "reducer.py").write_text(REDUCER)
    (folder / "in.txt").write_text(TEXT)
    base = {
        "cluster_name": name,
        "cluster_workers": 0,
        "cluster_instance_type": "t3.large",
        "job_mapper": "mapper.py",
        "job_reducer": "reducer.py",
        "job_input": ["in.txt"],
        "job_output": "out",
        "job_preflight": "static",  # what fails or is slow here is to do so on the cluster
    }
    return write_job(folder, **{**base, **values})


def start(cloud, path):
    """Start run_job.yml with a job file in the background."""
    return cloud.start("run_job.yml", "-e", f"job_file={path}")


def in_phase(run, phase):
    """Wait until the run is in a phase."""
    run.wait_for_text(f"{phase.capitalize()} | Begin", 300)


@survives(
    Survived(
        "the controller is killed (kill -9)",
        "in each phase of a run, one run after the other",
        "each run goes on where the last one was",
        "one answer",
    ),
)
def test_killed_in_each_phase_in_turn_the_last_run_brings_one_answer_and_leaves_nothing(cloud, tmp_path):
    path = word_count(tmp_path, "kill", pause=1.0, cluster_workers=1)
    for phase in PHASES:
        run = start(cloud, path)
        in_phase(run, phase)
        if phase == "launch":
            wait_for("instances", lambda: cloud.instances("kill"), 120)
        run.kill()
    again = start(cloud, path)
    assert again.finish() == 0, again.text
    assert (tmp_path / "out" / "part-00000").read_text() == ANSWER
    assert cloud.leftovers("kill") == []


def check_failed(cloud, name, run, phase):
    """Require that a run failed in a phase, said so, and left nothing."""
    assert run.finish() != 0, run.text
    assert f"failed in the phase {phase}" in run.text, run.text
    assert cloud.leftovers(name) == []


def test_preflight_fails_before_the_first_call(cloud, tmp_path):
    path = word_count(tmp_path, "fail-preflight", cluster_worker=3, cluster_profile="there-is-none")
    run = start(cloud, path)
    assert run.finish(60) != 0
    # Without a profile any call would fail first, and with other words.
    assert "did you mean cluster_workers?" in run.text, run.text


def test_launch_fails(cloud, tmp_path):
    path = word_count(tmp_path, "fail-launch", cluster_timeout=1)
    check_failed(cloud, "fail-launch", start(cloud, path), "launch")


@pytest.mark.parametrize(
    "phase, word, values",
    [
        ("configure", "banana", {"hadoop_hdfs_site": {"dfs.namenode.handler.count": "banana"}}),
        ("stage", "limit", {"hadoop_hdfs_site": {"dfs.namenode.fs-limits.max-component-length": 12}}),
        ("run", "no luck today", {"job_fail_fast": True}),
    ],
)
def test_a_phase_fails_with_what_the_node_said_and_the_cluster_is_kept_when_asked(cloud, tmp_path, phase, word, values):
    path = word_count(tmp_path, KEPT, cluster_keep="on_failure", **values)
    (tmp_path / "mapper.py").write_text("raise SystemExit('no luck today')\n")
    run = start(cloud, path)
    assert run.finish() != 0 and f"failed in the phase {phase}" in run.text, run.text
    assert word in run.text and REMOVAL.format(KEPT) in run.text, run.text
    assert len(cloud.instances(KEPT, "running")) == 1


@survives(
    Survived(
        "a file of the input or a program is edited",
        "after the preflight looked at it, before it travels",
        "the run fails before that file is brought or the job starts; the next one takes it as it is then",
        "which file has changed, and to run the same command again",
    ),
)
def test_what_changes_after_the_preflight_is_not_taken_for_what_it_was(cloud, tmp_path):
    path = word_count(tmp_path, KEPT, cluster_keep="on_failure")
    for name, phase in (("in.txt", "stage"), ("mapper.py", "run")):
        run = start(cloud, path)
        in_phase(run, "launch")
        with (tmp_path / name).open("a", encoding="utf-8") as stream:
            stream.write("\n")
        assert run.finish() != 0 and f"failed in the phase {phase}" in run.text, run.text
        assert f"{tmp_path / name} has changed since it was looked at" in run.text, run.text


@survives(
    Survived(
        "the controller's disk is full",
        "while the answer is fetched",
        "the run fails without half an answer; the cluster is kept or taken down, as asked",
        "that the disk is full, and how to remove the cluster where it is kept",
    ),
)
def test_fetch_fails_on_a_full_disk_and_leaves_no_half_file(cloud, tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(full)], check=True, timeout=30)
    try:
        path = word_count(tmp_path / "job", KEPT, job_output=str(full / "out"), cluster_keep="on_failure")
        (tmp_path / "job" / "reducer.py").write_text("import sys\nfor line in sys.stdin:\n    print(line * 2000)\n")
        run = start(cloud, path)
        # Before the job it would be refused at once.
        in_phase(run, "run")
        (full / "filler").write_bytes(b"x" * (24 << 20))
        assert run.finish() != 0 and "failed in the phase fetch" in run.text, run.text
        assert REMOVAL.format(KEPT) in run.text
        assert not list(full.glob("out/part-*"))
    finally:
        subprocess.run(["umount", str(full)], check=True, timeout=30)


@survives(
    Survived(
        "somebody else's security group refers to the cluster's",
        "terminate",
        "the instances and all else are removed",
        "what is left, why, and the command for the next try",
    ),
)
def test_terminate_fails_loudly_when_something_holds_the_group(cloud, tmp_path):
    path = word_count(tmp_path, KEPT, pause=1.0, cluster_timeout=60)
    run = start(cloud, path)
    in_phase(run, "run")
    ec2 = cloud.client("ec2")
    ours = ec2.describe_security_groups(Filters=[{"Name": "tag:ohmy:cluster", "Values": [KEPT]}])["SecurityGroups"][0]
    other = ec2.create_security_group(GroupName="stranger", Description="x", VpcId=ours["VpcId"])["GroupId"]
    rule = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": ours["GroupId"]}]}]
    ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=rule)
    try:
        assert run.finish() != 0, run.text
        assert (tmp_path / "out" / "part-00000").read_text() == ANSWER
        assert REMOVAL.format(KEPT) in run.text
        assert cloud.instances(KEPT) == []
    finally:
        ec2.delete_security_group(GroupId=other)
    assert cloud.play("playbooks/terminate.yml", "-e", f"cluster_name={KEPT}").code == 0
    assert cloud.leftovers(KEPT) == []


@survives(
    Survived(
        "the master's SSH service dies",
        "in the middle of a job",
        "the run fails and takes the cluster down",
        "that the master cannot be reached",
    ),
)
def test_sshd_dead_while_the_job_runs(cloud, tmp_path):
    path = word_count(tmp_path, "fail-sshd", pause=5.0)
    run = start(cloud, path)
    in_phase(run, "run")
    master = cloud.master("fail-sshd")
    # Without waiting: a stop job may wait for sessions that only the kill ends.
    shut = "systemctl mask ssh.service ssh.socket; systemctl --no-block stop ssh.service ssh.socket; pkill -9 sshd"
    cloud.inside(master, "sh", "-c", shut)
    check_failed(cloud, "fail-sshd", run, "run")


@survives(
    Survived(
        "the master dies",
        "in the middle of a job",
        "the run fails and takes the cluster down",
        "that the master is gone",
    ),
)
def test_master_gone_while_the_job_runs(cloud, tmp_path):
    path = word_count(tmp_path, "fail-master", pause=5.0)
    run = start(cloud, path)
    in_phase(run, "run")
    cloud.client("ec2").terminate_instances(InstanceIds=[cloud.master("fail-master")["InstanceId"]])
    check_failed(cloud, "fail-master", run, "run")
