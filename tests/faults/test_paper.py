# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local cloud on paper, and its plan of faults as the command writes it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from botocore.exceptions import ClientError

from tests.documented import documented
from tests.end_to_end.support import ROOT
from tests.faults.paper import BUCKET, Paper
from tests.waiting import wait_for

PARAMETER = "/aws/service/debian/release/12/latest/amd64"


def launch(paper: Paper, count: int, group: str = "worker") -> list[str]:
    """Launch instances of a group; return their ids."""
    image = paper.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]["Value"]
    marks = [{"ResourceType": "instance", "Tags": [{"Key": "ohmy:group", "Value": group}]}]
    asked = {"ImageId": image, "InstanceType": "t3.small", "MinCount": count, "MaxCount": count}
    found = paper.client("ec2").run_instances(**asked, TagSpecifications=marks)["Instances"]
    return [one["InstanceId"] for one in found]


def states(paper: Paper, ids: list[str]) -> set[str]:
    """Return the states of instances."""
    found = paper.client("ec2").describe_instances(InstanceIds=ids)["Reservations"]
    return {one["State"]["Name"] for reservation in found for one in reservation["Instances"]}


def test_instances_run_and_end_and_are_many(paper):
    ids = launch(paper, 100)
    wait_for("all run", lambda: states(paper, ids) == {"running"}, 60)
    paper.client("ec2").stop_instances(InstanceIds=ids[:1])
    wait_for("stopped", lambda: states(paper, ids[:1]) == {"stopped"}, 30)
    paper.client("ec2").terminate_instances(InstanceIds=ids)
    wait_for("all ended", lambda: states(paper, ids) == {"terminated"}, 60)
    assert paper.localcloud("status").startswith("The local cloud is up: http://127.0.0.1:")


def test_the_look_at_the_account_reads_all_pages(paper):
    before = paper.standing()
    ids = [one for at in range(101) for one in launch(paper, 1, f"group-{at}")]  # a page of moto's has 100 launches
    assert len(paper.standing()) == len(before) + 101
    paper.client("ec2").terminate_instances(InstanceIds=ids)
    wait_for("all ended", lambda: states(paper, ids) == {"terminated"}, 60)


def test_the_documented_plan_holds_and_is_forgotten(paper, tmp_path):
    *lines, last = documented("localcloud/README.md", "fault-plan").splitlines()
    program = f"{sys.executable} -m localcloud --state {paper.state}"

    def shell(text: str) -> None:
        text = text.replace("python -m localcloud", program).replace("plan.yml", str(tmp_path / "plan.yml"))
        subprocess.run(["bash", "-euc", text], cwd=ROOT, timeout=120, check=True)

    shell("\n".join(lines))
    with pytest.raises(ClientError, match="InsufficientInstanceCapacity"):
        launch(paper, 1)
    shell(last)
    assert paper.met() == []
    paper.localcloud("fault", "dies-booting", "--where", "Tag:ohmy:group=worker", "--times", "1", "--seconds", "0")
    masters, workers = launch(paper, 1, "master"), launch(paper, 1)
    wait_for("the worker died", lambda: states(paper, workers) == {"terminated"}, 30)
    assert states(paper, masters) == {"running"}
    assert "instance:Boot" in paper.localcloud("fault", "--met")
    paper.client("ec2").terminate_instances(InstanceIds=masters)


def test_an_answer_is_lost_after_its_effect(paper):
    s3 = paper.client("s3")
    for how in ("dropped", "lost"):
        paper.plan({"action": "s3:PutObject", "how": how, "times": 1})
        s3.put_object(Bucket=BUCKET, Key=how, Body=b"x")  # the SDK asks again
        assert [line.split()[2] for line in paper.met()] == [how]
    paper.plan({"action": "s3:PutObject", "how": "lost"})
    with pytest.raises(ClientError, match="InternalError"):
        s3.put_object(Bucket=BUCKET, Key="three", Body=b"x")
    paper.clear()
    found = [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert found == ["dropped", "lost", "three"]
    s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in found]})
