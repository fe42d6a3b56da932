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
        offers = [{"InstanceType": name} for name in offered]
        asked = {"LocationType": "availability-zone", "Filters": ANY}
        stub.add_response("describe_instance_type_offerings", {"InstanceTypeOfferings": offers}, asked)
        wanted = [Group(name, name, 1, kind, image.id) for name, kind in types.items()]
        images.require_types(client, wanted, "eu-central-1a", dict.fromkeys(types, image), alone)


@pytest.mark.parametrize(
    ("kinds", "offered", "image", "alone", "text"),
    [
        ([kind("m6i.large")], ["m6i.large"], INTEL, True, None),
        ([kind("m6i.large", 2048)], ["m6i.large"], INTEL, False, None),
        ([kind("m6i.large", architecture="arm64")], ["m6i.large"], ARM, False, None),
        ([], [], INTEL, False, "no instance type m6i.large"),
        ([kind("m6i.large")], [], INTEL, False, "not offered in eu-central-1a"),
        ([kind("m6i.large", 2047)], ["m6i.large"], INTEL, False, "GiB of memory"),
        ([kind("m6i.large", 4095)], ["m6i.large"], INTEL, True, "works alone needs 4"),
        ([kind("m6i.large")], ["m6i.large"], ARM, False, "is for arm64, instance type m6i.large for x86_64"),
        ([{"InstanceType": "m6i.large"}], ["m6i.large"], INTEL, True, None),
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


def test_small_workers_are_refused_beside_a_large_master_and_a_lone_masters_limit_is_its_own(client):
    kinds = [kind("large"), kind("small", 1024), kind("medium", 2048)]
    with pytest.raises(OhmyError, match="small has 1 GiB"):
        require(client, {"master": "large", "worker": "small"}, kinds, ["large", "small"])
    require(client, {"master": "medium", "worker": "medium"}, kinds, ["medium"])


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
        assert network.find(client, None, prefer).id == wanted
