# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters of several groups: what each is launched as, and what is tried where there is no capacity."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from botocore.exceptions import ClientError

from .conftest import BUCKET, assert_reads_only
from .test_ec2_cluster_failures import body_of, refuse

SPOT = {"name": "spot", "workers": 2, "spot": "prefer", "instance_type": ["m5.large", "m5a.large"]}


def market(body):
    return "spot" if body.get("InstanceMarketOptions.MarketType") == "spot" else "on-demand"


def way(body, account):
    zones = {one["SubnetId"]: one["AvailabilityZone"][-1] for one in account.ec2.describe_subnets()["Subnets"]}
    subnet = body.get("SubnetId") or body["NetworkInterface.1.SubnetId"]
    return f"{market(body)} {body['InstanceType']} {zones[subnet]}"


class Market:
    """EC2's stock: ``refused`` are (words of a way, code) pairs; notes every launch that is asked for."""

    def __init__(self, account, *refused):
        self.account, self.refused, self.asked, self.tokens = account, refused, [], []
        account.before_send = self

    def __call__(self, name, request):
        if name != "RunInstances":
            return
        body = body_of(request)
        if body.get("DryRun") == "true":
            return
        self.account.before_send = None
        told = way(body, self.account)
        self.account.before_send = self
        self.asked.append(told)
        self.tokens.append(body["ClientToken"])
        for words, code in self.refused:
            if all(word in told.split() for word in words.split()):
                raise ClientError({"Error": {"Code": code, "Message": "no"}}, name)


def tags_of(one):
    return {tag["Key"]: tag["Value"] for tag in one["Tags"]}


def by_group(account):
    return Counter(tags_of(one)["ohmy:group"] for one in account.instances())


def test_groups_have_types_volumes_images_roles_and_markets_of_their_own(account, cluster):
    result = cluster(
        workers=1,
        instance_type="m5.xlarge",
        master_instance_type="r5.large",
        root_volume={"size": 20},
        master_root_volume={"size": 100},
        volumes=[{"size": 200, "type": "st1"}],
        worker_groups=[SPOT, {"name": "big", "workers": 1, "instance_type": "m5.2xlarge", "volumes": []}],
    )
    assert not result.get("failed"), result
    found = {}
    for one in account.instances():
        group = tags_of(one)["ohmy:group"]
        found[group] = (one["InstanceType"], tags_of(one).get("ohmy:role"), one.get("InstanceLifecycle"))
    assert found == {
        "master": ("r5.large", None, None),
        "worker": ("m5.xlarge", None, None),
        "spot": ("m5.large", "compute", "spot"),
        "big": ("m5.2xlarge", None, None),
    }
    sizes = Counter(volume["Size"] for volume in account.ec2.describe_volumes()["Volumes"])
    assert sizes == {100: 1, 20: 4, 200: 3}
    whole = result["cluster"]
    assert sorted(node["role"] for node in whole["nodes"]) == ["compute", "compute", "master", "worker", "worker"]
    assert {one["market"] for one in whole["workers"] if one["group"] == "spot"} == {"spot"}
    names = {host["name"]: host["groups"] for host in whole["hosts"] if host["group"] == "spot"}
    assert all(name.startswith("demo-spot-i-") for name in names), names
    assert all(groups == ["demo_workers", "ohmy_workers", "demo_spot"] for groups in names.values()), names
    documents = {}
    for role in ("master", "worker", "compute"):
        body = account.s3.get_object(Bucket=BUCKET, Key=f"{whole['prefix']}documents/{role}.json")["Body"].read()
        documents[role] = json.loads(body)
    assert {one["workers"] for one in documents.values()} == {2} and documents["compute"]["compute"] == 2
    assert documents["compute"]["spot"] is True and "spot" not in documents["worker"]
    assert [one["group"] for one in result["launches"]] == ["master", "worker", "spot", "big"]
    again = cluster(
        workers=1,
        instance_type="m5.xlarge",
        master_instance_type="r5.large",
        root_volume={"size": 20},
        worker_groups=[SPOT, {"name": "big", "workers": 1, "instance_type": "m5.2xlarge", "volumes": []}],
    )
    assert again["changed"] is False and again["launches"] == [], again
    assert_reads_only(account.calls)


SPOT_ORDER = ["spot m5.large a", "spot m5a.large a", "on-demand m5.large a", "on-demand m5a.large a"]


@pytest.mark.parametrize(
    ("refused", "asked", "warned"),
    [
        ([], SPOT_ORDER[:1], False),
        ([("spot m5.large", "InsufficientInstanceCapacity")], SPOT_ORDER[:2], True),
        ([("spot", "InsufficientInstanceCapacity")], SPOT_ORDER[:3], True),
        ([("spot", "UnfulfillableCapacity"), ("m5.large", "Unsupported")], SPOT_ORDER, True),
        ([("m5.large a", "InsufficientFreeAddressesInSubnet")], ["spot m5.large a", "spot m5.large b"], True),
        (
            [("m5.large a", "InsufficientInstanceCapacity"), ("m5a.large a", "InsufficientInstanceCapacity")],
            [*SPOT_ORDER, "spot m5.large b"],
            True,
        ),
    ],
)
def test_what_is_tried_where_there_is_no_capacity(account, cluster, refused, asked, warned):
    stock = Market(account, *refused)
    wish = {"workers": 0, "instance_type": "m5.xlarge", "worker_groups": [SPOT]}
    result = cluster(**wish)
    assert not result.get("failed"), result
    assert stock.asked == ["on-demand m5.xlarge a", *asked]
    assert bool(result.get("warnings")) is warned, result
    assert by_group(account) == {"master": 1, "spot": 2}
    tries = result["launches"][1]["tries"]
    assert [one["code"] is None for one in tries] == [False] * (len(asked) - 1) + [True], tries
    assert len({one["zone"] for one in result["cluster"]["workers"]}) == 1
    account.before_send = None
    assert cluster(**wish)["changed"] is False


def test_the_others_follow_a_master_that_went_to_another_zone(account, cluster):
    stock = Market(account, ("a", "InsufficientInstanceCapacity"))
    result = cluster(workers=1, instance_type="m5.large")
    assert not result.get("failed"), result
    assert stock.asked == ["on-demand m5.large a", "on-demand m5.large b", "on-demand m5.large b"]
    assert {one["zone"][-1] for one in [result["cluster"]["master"], *result["cluster"]["workers"]]} == {"b"}
    account.before_send = None
    assert cluster(workers=1, instance_type="m5.large")["changed"] is False


def test_no_capacity_anywhere_is_one_error_that_names_all_that_was_tried(account, cluster):
    Market(account, ("spot", "InsufficientInstanceCapacity"))
    wish = {"workers": 0, "fallback_subnet_ids": [], "worker_groups": [{**SPOT, "spot": "only"}]}
    wish["on_launch_failure"] = "kept"
    result = cluster(**wish)
    assert result.get("failed"), result
    for text in ("group spot", "spot m5.large in eu-central-1a (InsufficientInstanceCapacity)", "spot m5a.large"):
        assert text in result["msg"], result
    assert by_group(account) == {"master": 1}
    account.before_send = None
    assert not cluster(**wish).get("failed")
    assert by_group(account) == {"master": 1, "spot": 2}


def test_tokens_of_different_ways_differ_and_those_of_a_second_run_are_the_same(account, cluster):
    wish = {"workers": 0, "instance_type": "m5.large", "fallback_subnet_ids": [], "worker_groups": [SPOT]}
    wish["on_launch_failure"] = "kept"
    stock = Market(account, ("spot", "InsufficientInstanceCapacity"))
    first = cluster(**{**wish, "worker_groups": [{**SPOT, "spot": "only"}]})
    assert first.get("failed") and len(set(stock.tokens)) == 3, stock.tokens
    second = Market(account, ("spot", "InsufficientInstanceCapacity"))
    assert not cluster(**wish).get("failed")
    assert second.tokens[:2] == stock.tokens[1:] and len(set(second.tokens)) == 3


@pytest.mark.parametrize(
    ("code", "group", "text"),
    [
        (
            "VcpuLimitExceeded",
            "on-demand",
            "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances (L-1216C47A)",
        ),
        (
            "MaxSpotInstanceCountExceeded",
            "spot",
            "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests (L-34B43A08)",
        ),
        ("AuthFailure.ServiceLinkedRoleCreationNotPermitted", "spot", "create-service-linked-role"),
    ],
)
def test_a_quota_is_named_and_nothing_else_is_tried(account, cluster, code, group, text):
    stock = Market(account, (group, code))
    result = cluster(workers=0, worker_groups=[SPOT])
    assert result.get("failed") and text in result["msg"], result
    assert len(stock.asked) == (2 if group == "spot" else 1)


@pytest.mark.parametrize(
    ("wish", "text"),
    [
        ({"worker_groups": [{**SPOT, "name": "Spot"}]}, "no name for a group"),
        ({"worker_groups": [{**SPOT, "name": "worker"}]}, "no name for a group"),
        ({"worker_groups": [{**SPOT, "name": "all"}]}, "no name for a group"),
        ({"worker_groups": [SPOT, SPOT]}, "spot is there twice"),
        ({"worker_groups": [{**SPOT, "workers": -1}]}, "-1 is not possible"),
        ({"worker_groups": [{**SPOT, "root_volume": {"size": 4}}]}, "4 GiB is not possible"),
        ({"volumes": [{"size": 20000}]}, "20000 GiB is not possible"),
        ({"instance_type": []}, "no instance type is named"),
    ],
)
def test_impossible_groups_are_refused_before_any_call(account, cluster, wish, text):
    result = cluster(**wish)
    assert result.get("failed") and text in result["msg"], result
    assert not account.calls


def test_a_group_that_is_not_wanted_any_more_and_one_of_another_market_are_refused(account, cluster):
    cluster(workers=0, worker_groups=[SPOT])
    result = cluster(workers=0)
    assert result.get("failed") and "nodes of group spot" in result["msg"], result
    result = cluster(workers=0, worker_groups=[{**SPOT, "spot": "no", "datanode": False}])
    assert result.get("failed") and "is spot, on-demand is wanted" in result["msg"], result


def test_calls_do_not_grow_with_the_workers_of_several_groups(account, cluster):
    counts = []
    for workers in (2, 9):
        calls = []
        groups = [{**SPOT, "workers": workers}, {"name": "more", "workers": workers}]
        for state in ("present", "present", "absent"):
            wish = {"workers": workers, "worker_groups": groups} if state == "present" else {}
            result = cluster(state, name=f"demo-{workers}", **wish)
            assert not result.get("failed"), result
            calls.append(dict(account.calls))
        counts.append(calls)
    assert counts[0] == counts[1] and counts[0][0]["RunInstances"] == 4


def test_a_cluster_whose_image_is_named_by_its_system_stands_when_there_is_a_newer_one(account, cluster, monkeypatch):
    from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import images

    monkeypatch.setattr(images, "resolve", lambda _clients, _wanted, _kind: account.image)
    wish = {"workers": 1, "image": "debian-12", "master_image": account.image}
    assert not cluster(**wish).get("failed")
    assert cluster(**wish)["changed"] is False


def test_groups_of_ones_own_are_added_and_never_changed(account, cluster):
    made = account.ec2.create_security_group(GroupName="mine", Description="x", VpcId=account.subnet["VpcId"])
    before = account.ec2.describe_security_groups(GroupIds=[made["GroupId"]])["SecurityGroups"]
    assert not cluster(workers=1, security_group_ids=[made["GroupId"]]).get("failed")
    for one in account.instances():
        assert {group["GroupName"] for group in one["SecurityGroups"]} == {"mine", "ohmy-demo"}
    assert not cluster("absent").get("failed")
    assert account.ec2.describe_security_groups(GroupIds=[made["GroupId"]])["SecurityGroups"] == before


def test_a_group_that_is_not_there_or_elsewhere_is_refused_before_anything_is_made(account, cluster):
    result = cluster(security_group_ids=["sg-0123456789abcdef0"])
    assert result.get("failed") and "cluster_security_group_ids" in result["msg"], result
    vpc = account.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    other = account.ec2.create_security_group(GroupName="far", Description="x", VpcId=vpc)["GroupId"]
    result = cluster(security_group_ids=[other])
    assert result.get("failed") and f"is in {vpc}" in result["msg"], result
    assert not account.instances()


@pytest.mark.parametrize("check", [True, False], ids=["check", "real"])
def test_a_group_that_is_open_to_the_world_is_warned_of_and_takes_no_more_calls(account, cluster, check):
    vpc, ids, counts = account.subnet["VpcId"], [], []
    for name in ("open", "shut"):
        ids.append(account.ec2.create_security_group(GroupName=name, Description="x", VpcId=vpc)["GroupId"])
    port = {"IpProtocol": "tcp", "FromPort": 8088, "ToPort": 8088, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    account.ec2.authorize_security_group_ingress(GroupId=ids[0], IpPermissions=[port])
    for given in ([], ids[:1], ids):
        result = cluster(check=check, name=f"demo-{len(given)}", workers=1, security_group_ids=given)
        warned = [one for one in map(str, result.get("warnings", [])) if "Security group" in one]
        assert not result.get("failed") and len(warned) == min(1, len(given)), result
        assert all(f"{ids[0]} (open) opens port 8088" in one for one in warned), warned
        counts.append(account.calls["DescribeSecurityGroups"])
    assert counts == [counts[0], counts[0] + 1, counts[0] + 1], counts
    assert account.ec2.describe_security_groups(GroupIds=ids[:1])["SecurityGroups"][0]["IpPermissions"] != []


def test_more_groups_than_an_interface_takes_are_told_by_aws_with_what_to_do(account, cluster):
    account.before_send = refuse("DryRunRunInstances", "SecurityGroupsPerInterfaceLimitExceeded")
    result = cluster()
    assert result.get("failed") and "5 security groups" in result["hint"], result
    assert not account.instances()


def test_a_jump_host_stands_before_the_master(account, cluster):
    result = cluster(workers=0, ssh_proxy="me@bastion.example.com:2222")
    assert not result.get("failed"), result
    with open(result["cluster"]["ssh"]["config"], encoding="utf-8") as stream:
        text = stream.read()
    assert "-l me -p 2222 -- bastion.example.com" in text, text


@pytest.mark.parametrize(
    ("wish", "text"),
    [({"ssh_proxy": "-oProxyCommand=x"}, "no jump host"), ({"ssh_proxy": "b", "ssh_cidr": "auto"}, "cluster_ssh_cidr")],
)
def test_an_impossible_jump_host_is_refused_before_any_call(account, cluster, wish, text):
    result = cluster(**wish)
    assert result.get("failed") and text in result["msg"], result
    assert not account.calls
