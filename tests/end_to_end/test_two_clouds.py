# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two local clouds side by side, what they refuse as AWS does, and a slow one. Needs root and podman."""

from __future__ import annotations

import configparser
import json
import os
import pathlib
import subprocess
import sys
import time
import typing as t

import boto3
import pytest

from tests.documented import documented
from tests.seen import every_instance
from tests.survived import Survived, survives
from tests.waiting import wait_for

from .support import Cloud, write_job
from .test_localcloud import CHECKOUT, IMAGES, PARAMETER, code_of, localcloud, traces

pytestmark = [pytest.mark.long, pytest.mark.skipif(os.geteuid() != 0, reason="makes containers: needs root")]
Clouds = list["Side"]


class Side:
    """One of the clouds: its clients, and one instance where it has one."""

    def __init__(self, state: pathlib.Path) -> None:
        self.state = state
        parser = configparser.ConfigParser()
        parser.read(state / "aws-config")
        self.told = parser["profile localcloud"]
        self.ec2, self.s3 = self.client("ec2"), self.client("s3")
        self.instance: dict[str, t.Any] = {}

    def client(self, service: str, keys_of: Side | None = None) -> t.Any:
        """Return a client of this cloud, with its own keys or another's."""
        told = (keys_of or self).told
        session = boto3.Session(told["aws_access_key_id"], told["aws_secret_access_key"], region_name="us-east-1")
        return session.client(service, endpoint_url=self.told["endpoint_url"])

    @property
    def image(self) -> str:
        """Return the image to launch."""
        return str(self.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]["Value"])

    def request(self, **more: t.Any) -> dict[str, t.Any]:
        """Return the parameters of a small launch."""
        return {"ImageId": self.image, "InstanceType": "t3.small", "MinCount": 1, "MaxCount": 1, **more}

    def launch(self) -> None:
        """Launch the one instance and wait until it runs."""
        self.instance = self.ec2.run_instances(**self.request(UserData=f"#cloud-config\n# {self.state.name}"))[
            "Instances"
        ][0]
        wait_for("running", lambda: self.state_of() == "running", 90)

    def state_of(self) -> str:
        """Return the instance's state."""
        found = self.ec2.describe_instances(InstanceIds=[self.instance["InstanceId"]])["Reservations"]
        return str(found[0]["Instances"][0]["State"]["Name"])

    def inside(self, command: str) -> str:
        """Run a command on the instance."""
        names = subprocess.run(["podman", "ps", "--format", "{{.Names}}"], capture_output=True, text=True, check=True)
        name = next(one for one in names.stdout.split() if one.endswith(self.instance["InstanceId"]))
        argv = ["podman", "exec", name, "sh", "-c", command]
        return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False).stdout


@pytest.fixture(scope="module", name="clouds")
def fixture_clouds(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Clouds]:
    """Two clouds with an instance each, gone afterwards."""
    states = [tmp_path_factory.mktemp(name) for name in ("left", "right")]
    try:
        for state in states:
            done = localcloud(state, "up", "--image-cache", str(IMAGES))
            assert done.returncode == 0, done.stderr
        sides = [Side(state) for state in states]
        for side in sides:
            side.launch()
        yield sides
    finally:
        for state in states:
            assert localcloud(state, "down").returncode == 0
            assert not any(traces(state).values())


def test_they_have_networks_instances_and_buckets_of_their_own(clouds: Clouds) -> None:
    left, right = clouds
    networks = [side.ec2.describe_vpcs()["Vpcs"][0]["CidrBlock"] for side in clouds]
    assert len(set(networks)) == 2
    for side in clouds:
        assert [one["InstanceId"] for one in every_instance(side.ec2)] == [side.instance["InstanceId"]]
        side.s3.create_bucket(Bucket="same-name")
        side.s3.put_object(Bucket="same-name", Key="whose", Body=side.state.name.encode())
    for side in clouds:
        assert side.s3.get_object(Bucket="same-name", Key="whose")["Body"].read() == side.state.name.encode()
    assert code_of(left.client("s3", keys_of=right).list_buckets) == "InvalidAccessKeyId"


def test_their_machines_do_not_reach_each_other_nor_the_others_services(clouds: Clouds) -> None:
    for side, other in (clouds, clouds[::-1]):
        group = other.instance["SecurityGroups"][0]["GroupId"]
        world = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        other.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[world])
        address = other.instance["PrivateIpAddress"]
        wait_for("the controller reaches the other's SSH", lambda address=address: reached(address), 30)
        api = other.told["endpoint_url"]
        tries = [f"http://{address}:22/", f"{api}/", f"http://{address.rsplit('.', 2)[0]}.0.1:1338/latest/meta-data/"]
        for url in tries:
            seen = side.inside(f"curl -s -m 2 -o /dev/null -w '%{{http_code}}' --http0.9 {url}; echo \" $?\"")
            assert seen.split() in (["000", "7"], ["000", "28"]), (url, seen)


def reached(address: str) -> bool:
    """Tell whether the controller's side reaches an instance's SSH port."""
    argv = ["bash", "-c", f"exec 3<>/dev/tcp/{address}/22"]
    return subprocess.run(argv, capture_output=True, timeout=10, check=False).returncode == 0


def test_each_metadata_service_knows_its_own_instance(clouds: Clouds) -> None:
    base = "http://169.254.169.254/latest"
    token = f"$(curl -s -X PUT -H X-aws-ec2-metadata-token-ttl-seconds:60 {base}/api/token)"
    for side in clouds:
        ask = f'curl -s -H "X-aws-ec2-metadata-token: {token}" {base}'
        assert side.inside(f"{ask}/meta-data/instance-id") == side.instance["InstanceId"]
        assert side.state.name in side.inside(f"{ask}/user-data")


# What AWS refuses


def documented_faults(side: Side) -> None:
    """Ask a cloud for the refusals that its page shows."""
    program = f"{sys.executable} -m localcloud --state {side.state}"
    text = documented("localcloud/README.md", "fault").replace("python -m localcloud", program)
    subprocess.run(["bash", "-euc", text], cwd=CHECKOUT, timeout=60, check=True)


def test_a_subnet_without_addresses(clouds: Clouds) -> None:
    ec2 = clouds[0].ec2
    vpc = ec2.describe_vpcs()["Vpcs"][0]
    small = f"{vpc['CidrBlock'].rsplit('.', 2)[0]}.240.0/28"
    subnet = ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock=small)["Subnet"]
    assert subnet["AvailableIpAddressCount"] == 11
    asked = clouds[0].request(MinCount=12, MaxCount=12, SubnetId=subnet["SubnetId"])
    assert code_of(ec2.run_instances, **asked) == "InsufficientFreeAddressesInSubnet"


def test_an_unknown_instance_type(clouds: Clouds) -> None:
    assert (
        code_of(clouds[0].ec2.run_instances, **clouds[0].request(InstanceType="m99.large")) == "InvalidParameterValue"
    )


def test_no_capacity_on_request(clouds: Clouds) -> None:
    left, right = clouds
    documented_faults(left)
    try:
        assert code_of(left.ec2.run_instances, **left.request()) == "InsufficientInstanceCapacity"
        # The other cloud, and other types, are not concerned: it goes on to the next check.
        assert code_of(left.ec2.run_instances, **left.request(InstanceType="m99.large")) == "InvalidParameterValue"
        assert code_of(right.ec2.run_instances, **right.request(KeyName="none")) == "InvalidKeyPair.NotFound"
    finally:
        assert localcloud(left.state, "fault", "--clear").returncode == 0
    assert code_of(left.ec2.run_instances, **left.request(KeyName="none")) == "InvalidKeyPair.NotFound"


def test_a_bucket_that_refuses(clouds: Clouds) -> None:
    s3 = clouds[0].s3
    s3.create_bucket(Bucket="refuses")
    s3.put_object(Bucket="refuses", Key="in/a", Body=b"1")
    resource = "arn:aws:s3:::refuses/in/*"
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": resource}
    s3.put_bucket_policy(Bucket="refuses", Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    assert code_of(s3.get_object, Bucket="refuses", Key="in/a") == "AccessDenied"
    s3.put_object(Bucket="refuses", Key="in/b", Body=b"2")
    assert s3.list_objects_v2(Bucket="refuses")["KeyCount"] == 2
    s3.delete_bucket_policy(Bucket="refuses")
    assert s3.get_object(Bucket="refuses", Key="in/a")["Body"].read() == b"1"
    documented_faults(clouds[0])
    assert code_of(s3.put_object, Bucket="refuses", Key="x", Body=b"") == "AccessDenied"
    s3.put_object(Bucket="refuses", Key="x", Body=b"")
    assert localcloud(clouds[0].state, "fault", "--clear").returncode == 0


def test_taking_one_down_leaves_the_other(clouds: Clouds) -> None:
    """The last test of the pair: the left one is gone then."""
    left, right = clouds
    assert localcloud(left.state, "down").returncode == 0
    assert not any(traces(left.state).values())
    assert right.state_of() == "running" and "SSH" in right.inside("ss -ltn; echo SSH")
    assert localcloud(right.state, "status").returncode == 0


# As slow as AWS


@pytest.fixture(scope="module", name="slow")
def fixture_slow(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Cloud]:
    """A cloud with AWS's delays."""
    state = tmp_path_factory.mktemp("slow")
    up = localcloud(state, "up", "--profile", "aws-like", "--image-cache", str(IMAGES))
    try:
        assert up.returncode == 0, up.stderr
        yield Cloud(state, tmp_path_factory.mktemp("home"))
    finally:
        assert localcloud(state, "down").returncode == 0
        assert not any(traces(state).values())


def test_a_slow_cloud_shows_and_does_things_late(slow: Cloud) -> None:
    side = Side(slow.state)
    began = time.monotonic()
    side.instance = side.ec2.run_instances(**side.request())["Instances"][0]
    one = side.instance["InstanceId"]
    assert code_of(side.ec2.describe_instances, InstanceIds=[one]) == "InvalidInstanceID.NotFound"
    wait_for("visible", lambda: every_instance(side.ec2), 20)
    assert side.state_of() == "pending" and time.monotonic() - began > 3
    wait_for("running", lambda: side.state_of() == "running", 30)
    assert time.monotonic() - began > 9
    assert not reached(side.instance["PrivateIpAddress"])
    role = {
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]
    }
    iam = side.client("iam")
    iam.create_role(RoleName="new", AssumeRolePolicyDocument=json.dumps(role))
    iam.create_instance_profile(InstanceProfileName="new")
    profile = {"IamInstanceProfile": {"Name": "new"}}
    assert code_of(side.ec2.run_instances, **side.request(**profile)) == "InvalidParameterValue"
    ended = time.monotonic()
    side.ec2.terminate_instances(InstanceIds=[one])
    assert side.state_of() == "shutting-down"
    wait_for("terminated", lambda: side.state_of() == "terminated", 120)
    assert time.monotonic() - ended > 28


@survives(
    Survived(
        "a slow cloud, with AWS's delays",
        "throughout a run",
        "all is waited for",
        "the answer",
    ),
)
def test_a_job_runs_on_a_slow_cloud_and_leaves_nothing(slow: Cloud, tmp_path: pathlib.Path) -> None:
    (tmp_path / "in.txt").write_text("b\na\n")
    values = {"job_mapper": "cat", "job_reducer": "cat", "job_input": ["in.txt"], "job_output": "out"}
    path = write_job(tmp_path, cluster_name="slow", cluster_workers=1, **values)
    run = slow.play("run_job.yml", "-e", f"job_file={path}", seconds=900)
    assert run.code == 0, run.text
    assert (tmp_path / "out" / "part-00000").read_text().split() == ["a", "b"]
    assert slow.leftovers("slow") == []
