# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images, instance types and subnets against answers in AWS's form."""

from __future__ import annotations

import botocore.session
import pytest
from botocore.stub import ANY, Stubber

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import images, network
from ansible_collections.ohmy.hadoop.plugins.module_utils._aws.groups import Group
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError

INTEL, ARM = images.Image("ami-1", "/dev/xvda"), images.Image("ami-2", "/dev/xvda", "arm64")


ZONE = "eu-central-1a"
HERE, THERE = [("m6i.large", ZONE)], [("m6i.large", "eu-central-1c"), ("m6i.large", "eu-central-1b")]


@pytest.fixture(scope="module")
def client():
    session = botocore.session.get_session()
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return session.create_client("ec2", region_name="eu-central-1", **keys)


def kind(name, mib=8192, architecture="x86_64"):
    fits = {"SupportedArchitectures": [architecture]}
    return {"InstanceType": name, "MemoryInfo": {"SizeInMiB": mib}, "ProcessorInfo": fits}


def require(client, types, kinds, offered, image=INTEL, alone=False):
    with Stubber(client) as stub:
        stub.add_response("describe_instance_types", {"InstanceTypes": kinds}, {"Filters": ANY})
        offers = [{"InstanceType": name, "Location": place} for name, place in offered]
        asked = {"LocationType": "availability-zone", "Filters": ANY}
        stub.add_response("describe_instance_type_offerings", {"InstanceTypeOfferings": offers}, asked)
        alike = [{"InstanceType": name, "Location": ZONE} for name in ("m6a.large", "m5.large")]
        stub.add_response("describe_instance_type_offerings", {"InstanceTypeOfferings": alike}, asked)
        wanted = [Group(name, name, 1, (kind,), image.id) for name, kind in types.items()]
        return images.require_types(client, wanted, [ZONE], dict.fromkeys(types, image), alone)


@pytest.mark.parametrize(
    ("kinds", "offered", "image", "alone", "text"),
    [
        ([kind("m6i.large")], HERE, INTEL, True, None),
        ([kind("m6i.large", 2048)], HERE, INTEL, False, None),
        ([kind("m6i.large", architecture="arm64")], HERE, ARM, False, None),
        ([], [], INTEL, False, "no instance type m6i.large"),
        (
            [kind("m6i.large")],
            [],
            INTEL,
            False,
            r"eu-central-1a does not offer instance type m6i.large \(offered in no zone",
        ),
        ([kind("m6i.large")], THERE, INTEL, False, r"m6i.large \(offered in eu-central-1b, eu-central-1c\)"),
        ([kind("m6i.large", 2047)], HERE, INTEL, False, "GiB of memory"),
        ([kind("m6i.large", 4095)], HERE, INTEL, True, "works alone needs 4"),
        ([kind("m6i.large")], HERE, ARM, False, "is for arm64, instance type m6i.large for x86_64"),
        ([{"InstanceType": "m6i.large"}], HERE, INTEL, True, None),
    ],
)
def test_require_types(client, kinds, offered, image, alone, text):
    arguments = (client, {"master": "m6i.large"}, kinds, offered, image, alone)
    if text is None:
        require(*arguments)
        return
    with pytest.raises(OhmyError, match=text) as caught:
        require(*arguments)
    assert "cluster_" in caught.value.hint
    assert ("offered" in text) == ("such as m5.large, m6a.large" in caught.value.hint)


def test_small_workers_are_refused_beside_a_large_master_and_a_lone_masters_limit_is_its_own(client):
    kinds = [kind("large"), kind("small", 1024), kind("medium", 2048)]
    with pytest.raises(OhmyError, match="small has 1 GiB"):
        require(client, {"master": "large", "worker": "small"}, kinds, [("large", ZONE), ("small", ZONE)])
    require(client, {"master": "medium", "worker": "medium"}, kinds, [("medium", ZONE)])


def test_javas_archive_is_for_one_architecture():
    images.require_java(ARM, {"package": "openjdk-17-jre-headless"})
    images.require_java(ARM, None)
    images.require_java(INTEL, {"url": "s3://b/java.tar.gz"})
    with pytest.raises(OhmyError, match="for arm64, Java's archive for x86_64") as caught:
        images.require_java(ARM, {"url": "s3://b/java.tar.gz"})
    assert "hadoop_java" in caught.value.hint


def subnet(name, zone, free, vpc="vpc-1"):
    return {
        "SubnetId": name,
        "VpcId": vpc,
        "AvailabilityZone": zone,
        "CidrBlock": "10.0.0.0/24",
        "AvailableIpAddressCount": free,
    }


@pytest.mark.parametrize(
    ("free", "prefer", "wanted"),
    [
        ({"a": 5, "b": 9, "c": 9}, None, "subnet-b"),
        ({"a": 9, "b": 9, "c": 9}, None, "subnet-a"),
        ({"a": 5, "b": 9, "c": 9}, "subnet-a", "subnet-a"),
        ({"a": 5, "b": 9, "c": 9}, "subnet-gone", "subnet-b"),
    ],
)
def test_the_default_subnet_is_the_one_with_most_room_or_where_the_launch_began(client, free, prefer, wanted):
    known = [subnet(f"subnet-{zone}", f"eu-central-1{zone}", count) for zone, count in free.items()]
    with Stubber(client) as stub:
        stub.add_response("describe_subnets", {"Subnets": known[::-1]}, {"Filters": ANY})
        found = network.find(client, None, prefer, None)
    assert found[0].id == wanted and len(found) == 3


def test_groups_fall_back_to_the_subnets_that_are_named_and_to_no_other(client):
    answer = [subnet("subnet-b", "eu-central-1b", 9), subnet("subnet-a", "eu-central-1a", 5)]
    with Stubber(client) as stub:
        stub.add_response("describe_subnets", {"Subnets": answer}, {"SubnetIds": ["subnet-a", "subnet-b"]})
        found = network.find(client, "subnet-a", None, ["subnet-b"])
        stub.add_response("describe_subnets", {"Subnets": answer[1:]}, {"SubnetIds": ["subnet-a"]})
        alone = network.find(client, "subnet-a", None, [])
    assert [one.id for one in found] == ["subnet-a", "subnet-b"] and [one.id for one in alone] == ["subnet-a"]


def test_a_subnet_of_another_vpc_or_without_public_addresses_is_no_place_to_fall_back_to():
    home = network.Subnet("subnet-a", "vpc-1", "eu-central-1a", "10.0.0.0/24", 9, True)
    for vpc, public, text in (("vpc-2", True, "is in vpc-2"), ("vpc-1", False, "gives no public addresses")):
        other = network.Subnet("subnet-b", vpc, "eu-central-1b", "10.0.1.0/24", 9, public)
        with pytest.raises(OhmyError, match=text):
            network.require_alike([home, other], "subnet")
    network.require_alike([home, other], "never")


@pytest.mark.parametrize(
    ("kind", "architecture"),
    [
        ("m6i.large", "x86_64"),
        ("m6g.large", "arm64"),
        ("m7gd.16xlarge", "arm64"),
        ("c7gn.xlarge", "arm64"),
        ("t4g.small", "arm64"),
        ("im4gn.large", "arm64"),
        ("is4gen.large", "arm64"),
        ("g5g.xlarge", "arm64"),
        ("a1.large", "arm64"),
        ("g4dn.xlarge", "x86_64"),
        ("m7i-flex.large", "x86_64"),
        ("x2iedn.xlarge", "x86_64"),
        ("g6.xlarge", "x86_64"),
    ],
)
def test_the_architecture_of_a_type_by_its_name(kind, architecture):
    assert images.architecture(kind) == architecture


class Parameters:
    """An SSM that knows every parameter, by an id made of its name."""

    @property
    def ssm(self):
        return self

    def get_parameter(self, Name):
        return {"Parameter": {"Value": f"ami of {Name}"}}


@pytest.mark.parametrize(
    ("wanted", "kind", "found"),
    [
        ("ami-0123", "m6i.large", "ami-0123"),
        ("ssm:/my/own", "m6g.large", "ami of /my/own"),
        ("debian-12", "m6i.large", "ami of /aws/service/debian/release/12/latest/amd64"),
        ("debian-12", "m6g.large", "ami of /aws/service/debian/release/12/latest/arm64"),
        (
            "ubuntu-24.04",
            "m6g.large",
            "ami of /aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id",
        ),
        (
            "amazon-linux-2023",
            "m6i.large",
            "ami of /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
        ),
    ],
)
def test_a_system_is_an_image_for_each_architecture(wanted, kind, found):
    assert images.resolve(Parameters(), wanted, kind) == found


@pytest.mark.parametrize(
    "wanted", ["amazon-linux-2023", "ubuntu-22.04", "ssm:/aws/service/debian/release/11/latest/amd64"]
)
def test_java_s_archive_is_refused_where_it_does_not_run(wanted):
    with pytest.raises(OhmyError, match="glibc is too old.*hadoop_java: package"):
        images.require_java(INTEL, {"url": "s3://b/jre.tar.gz"}, wanted)
    images.require_java(INTEL, {"package": "openjdk-17-jre-headless"}, wanted)
    images.require_java(INTEL, {"url": "s3://b/jre.tar.gz"}, "debian-12")
