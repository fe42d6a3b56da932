# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of several kinds of workers: spot instances without data, which EC2 takes back in the middle of a job."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.survived import Survived, survives
from tests.waiting import wait_for

from .support import ROOT, tags, write_job

pytestmark = pytest.mark.long

NAME = "kinds"
LINES = 10
# Each map is given one line, and long enough to be met by what happens to its node.
MAPPER = """#!/usr/bin/env python3
import sys
import time
for line in sys.stdin:
    time.sleep(8)
    for word in line.split()[1:]:
        print(f"{word}\\t1")
"""


def localcloud(cloud, *words):
    argv = [sys.executable, "-m", "localcloud", "--state", str(cloud.state), *words]
    return subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.fixture(name="without_capacity")
def fixture_without_capacity(cloud):
    """Let there be no spot instances of the first type."""
    words = ["--where", "InstanceType=m5.large", "--where", "InstanceMarketOptions.MarketType=spot"]
    localcloud(cloud, "fault", "--clear")
    localcloud(cloud, "fault", "ec2:RunInstances", "InsufficientInstanceCapacity", *words)
    yield
    localcloud(cloud, "fault", "--clear")


@survives(
    Survived(
        "EC2 takes a spot instance back",
        "in the middle of a job",
        "its tasks go to other nodes when the notice comes",
        "the answer",
    ),
)
def test_a_job_outlives_the_spot_instance_that_ran_its_tasks(cloud, without_capacity, tmp_path):
    (tmp_path / "mapper.py").write_text(MAPPER)
    (tmp_path / "in.txt").write_text("".join(f"word{number} all\n" for number in range(LINES)))
    group = {"name": "spot", "workers": 1, "spot": "prefer", "instance_type": ["m5.large", "t3.medium"]}
    path = write_job(
        tmp_path,
        cluster_name=NAME,
        cluster_workers=1,
        cluster_instance_type="t3.medium",
        cluster_worker_groups=[group],
        job_preflight="static",
        job_mapper="mapper.py",
        job_reducer="uniq -c",
        job_input=["in.txt"],
        job_input_format="nline",
        job_lines_per_map=1,
        job_output="out",
    )
    run = cloud.start("run_job.yml", "-e", f"job_file={path}")
    try:
        spot = wait_for("the spot instance", lambda: next(iter(spots(cloud)), None) or ended(run), 300)
        assert spot["InstanceType"] == "t3.medium" and spot["InstanceLifecycle"] == "spot", spot

        def works():
            return cloud.inside(spot, "pgrep", "-f", "mapper.py").returncode == 0

        wait_for("a task on it", lambda: works() or ended(run), 900)
        assert cloud.inside(spot, "pgrep", "-f", "proc_datanode").returncode != 0
        localcloud(cloud, "interrupt", spot["InstanceId"], "--seconds", "40")

        def noticed():
            return not works() and cloud.inside(spot, "cat", "/run/ohmy-spot").stdout

        text = wait_for("its tasks to go", lambda: noticed() or ended(run), 35)
        assert text.startswith("ERROR EC2 takes this spot instance back: terminate at "), text
        assert run.finish(600) == 0, run.text
    finally:
        run.kill()
    assert "no capacity for spot m5.large" in run.text, run.text
    found = cloud.client("ec2").describe_instances(InstanceIds=[spot["InstanceId"]])["Reservations"][0]["Instances"]
    assert found[0]["StateReason"]["Code"] in ("Server.SpotInstanceTermination", "Client.UserInitiatedShutdown"), found
    answer = (tmp_path / "out" / "part-00000").read_text().split()
    assert answer == [str(LINES), "all", "1"], answer
    assert cloud.leftovers(NAME) == []


def spots(cloud):
    return [one for one in cloud.instances(NAME, "running") if tags(one).get("ohmy:group") == "spot"]


def ended(run):
    """Fail where the run is over, which is then not waited for."""
    assert run.process.poll() is None, run.text
